import { base64url } from '@wardseal/primitives';
import {
  type Options,
  OUTPUT,
  type Output,
  type Result,
  UsageError,
  type Values,
  writeOutput,
} from '@wardseal/primitives/cli';
import type { ChangedHeader, ChangeOptions, Directory } from '../index.js';
import { armored } from './armor.js';
import { readIdentities } from './key-file.js';
import { openSealed, type Parts } from './sealed-input.js';
import { judgementOf, SENDER, SENDERS, senderOf } from './trust.js';

/** How a sealed file is read by somebody who can open it. */
export const READER = {
  identity: { kind: 'texts', short: 'i', value: 'FILE', help: 'your key file' },
  ...SENDERS,
} as const satisfies Options;

/** How its recipients are changed. */
export const CHANGE = {
  ...OUTPUT,
  armor: { kind: 'flag', short: 'a', help: 'write text (age armor)' },
  ...READER,
  from: { kind: 'text', value: 'FILE', help: 'key file of whoever signs the change; that of -i without it' },
  entry: SENDER.entry,
  reason: { kind: 'text', value: 'TEXT', help: 'why, for every recipient to read; never about a patient' },
  'log-entry': { kind: 'text', value: 'ID', help: "the audit log's entry of it" },
} as const satisfies Options;

/** Keys of the reader and whom they believe. */
export async function readerOf(values: Values<typeof READER>) {
  if (values.identity.length === 0) throw new UsageError('a key file is needed: -i');
  const judged = await judgementOf(values);
  if (judged === null)
    throw new UsageError('no senders are known: --directory and --root, or --senders and --unverified');
  return { known: judged.known, judgement: judged.judgement, identities: await readIdentities(values.identity) };
}

/** What a change needs to know. */
export async function changeOf(
  values: Values<typeof CHANGE>,
): Promise<{ readonly known: Directory | null; readonly options: ChangeOptions }> {
  const { reason } = values;
  if (reason === undefined) throw new UsageError('--reason is needed');
  const { known, judgement, identities } = await readerOf(values);
  const from = values.from ?? values.identity[0];
  const sender = await senderOf({ entry: values.entry, from }, known);
  const logEntry = values['log-entry'];
  return {
    known,
    options: {
      actor: { identities, sender },
      directory: known ?? 'unverified',
      reason,
      ...judgement,
      ...(logEntry !== undefined && { logEntry }),
    },
  };
}

/** Takes a file, or a header kept apart, and writes it with another header. */
export async function rewrite<T>(
  values: Pick<Values<typeof CHANGE>, 'output' | 'force' | 'armor'>,
  path: string | undefined,
  produce: (parts: Parts, out: Output) => Promise<T>,
): Promise<T> {
  const { output, force, armor } = values;
  const input = await openSealed(path);
  try {
    const place = { path: output, force, secret: true, content: armor ? 'safe' : 'binary' } as const;
    return await writeOutput(place, async (out) => {
      if (!armor) return produce(await input.parts(), out);
      const text = await armored(out);
      const done = await produce(await input.parts(), text);
      await text.end();
      return done;
    });
  } finally {
    await input.close();
  }
}

/** Writes a changed header and the payload as it was. */
export async function rewriteHeader(
  values: Pick<Values<typeof CHANGE>, 'output' | 'force' | 'armor'>,
  path: string | undefined,
  change: (header: Uint8Array) => Promise<ChangedHeader>,
): Promise<Result> {
  const changed = await rewrite(values, path, async ({ header, payload }, out) => {
    const done = await change(header);
    await out.write(done.header);
    for await (const chunk of payload) await out.write(chunk);
    return done;
  });
  const { epoch, added, removed, unverifiedRecipients } = changed;
  const facts = {
    headerDigest: base64url(changed.headerDigest),
    previousDigest: base64url(changed.previousDigest),
    epoch,
    added,
    removed,
    unverifiedRecipients,
  };
  return {
    facts,
    words: [
      `epoch ${epoch}, header ${facts.headerDigest} in place of ${facts.previousDigest}`,
      ...added.map((thumbprint) => `added ${thumbprint}`),
      ...removed.map((thumbprint) => `removed ${thumbprint}`),
      ...unverifiedRecipients.map((thumbprint) => `nobody vouches for recipient ${thumbprint}`),
    ],
  };
}
