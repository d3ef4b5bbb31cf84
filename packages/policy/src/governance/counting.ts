import { step } from '../errors.js';
import { type Acknowledgement, readAcknowledgement } from './acknowledgement.js';
import { MAX_CLOCK_SKEW_MS, recorded } from './moments.js';
import { bounded } from './records.js';
import type { Register } from './register.js';

/** Most acknowledgements of one call: ten versions in a trust of twenty thousand. */
export const MAX_ACKNOWLEDGEMENTS = 200_000;

/** The texts that may have been shown for a version, by their digests. A version that is not listed takes any. */
export type ShownTexts = Readonly<Record<number, readonly string[]>>;

/** Why a record does not count. */
export type NotCounted = 'another-policy' | 'unknown-version' | 'another-digest' | 'another-text' | 'dated-ahead';

/** Checks those of one person, or of everybody, and says of each whether it counts. */
export function judged(
  register: Register,
  acknowledgements: readonly Acknowledgement[],
  options: { readonly subject?: string; readonly texts?: ShownTexts | undefined; readonly now: number },
): readonly { readonly record: Acknowledgement; readonly fault: NotCounted | null }[] {
  const { subject, texts, now } = options;
  const digests = new Map(register.versions.map(({ version, digest }) => [version, digest]));
  const fault = (record: Acknowledgement): NotCounted | null => {
    const known = digests.get(record.version);
    if (record.policy !== register.id) return 'another-policy';
    if (known === undefined) return 'unknown-version';
    if (known !== record.digest) return 'another-digest';
    if (texts?.[record.version]?.includes(record.textDigest) === false) return 'another-text';
    return recorded(record.at) > now + MAX_CLOCK_SKEW_MS ? 'dated-ahead' : null;
  };
  return bounded(acknowledgements, MAX_ACKNOWLEDGEMENTS, '/acknowledgements').flatMap((each, i) => {
    // Others' records are not looked at: with every request only the person's own cost anything.
    if (subject !== undefined && each?.subject !== subject) return [];
    const record = readAcknowledgement(each, step('/acknowledgements', i));
    return [{ record, fault: fault(record) }];
  });
}
