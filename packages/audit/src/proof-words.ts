import type { ProofCheck } from './check-proof.js';
import type { Leaf } from './leaf.js';
import type { ActorSide } from './sides.js';

// What a proof shows, in words for people who know no cryptography. Nothing here speaks of what a picture shows: no entry holds that.

/** A moment in UTC, to the second. */
export function momentInWords(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** What is proved, one sentence each; empty when nothing is. */
export function provedInWords({ claim, checkpoint, unchecked }: ProofCheck): string[] {
  if (claim === null || checkpoint === null) return [];
  const { origin, size, cosignatures } = checkpoint;
  const sentences = [
    `Entry ${claim.index} was in the log ${origin} when that log had ${size} entries. The key that you gave signed this.`,
    'Nobody who lacks that key can have made this proof or changed a letter of the entry since.',
  ];
  for (const { witness, timestamp } of cosignatures)
    sentences.push(
      `The witness ${witness} saw the same log of ${size} entries, at ${momentInWords(timestamp)} by its own clock.`,
    );
  if (claim.entry)
    sentences.push('Who did it, to which object and why, as shown below, is what was written at that time.');
  if (unchecked.length < 9) sentences.push('It fits everything that you gave to compare it with.');
  return sentences;
}

/** What is not proved, however good the proof is. */
export function notProvedInWords({ claim, checkpoint, unchecked }: ProofCheck): string[] {
  const sentences = [
    'That nothing is missing: an access that was never written into the log leaves no trace in it.',
    'That a person looked: the entry says what the trust’s systems did for an account. Whose eyes were at the screen, no log can know.',
    'That what the entry says was true when it was written, or that the log’s clock was right.',
  ];
  if (checkpoint && checkpoint.cosignatures.length === 0)
    sentences.unshift(
      'That anybody else saw this log: no witness was asked. Whoever holds the log’s key could have made a log for you alone.',
    );
  if (claim && claim.entry === null) sentences.push('Who did it: this proof does not open that part of the entry.');
  if (checkpoint && unchecked.length === 9)
    sentences.push('That it is the access you have in mind: nothing was compared with it.');
  return sentences;
}

const OUTCOMES: Readonly<Record<Leaf['outcome'], string>> = {
  success: 'success',
  minor: 'minor failure',
  serious: 'serious failure',
  major: 'major failure',
  intent: 'intended; counts as done unless a later entry says otherwise',
};

/** An entry's fields with their names, in the order in which people ask for them. */
export function entryInWords(
  index: number,
  leaf: Leaf,
  entry: ActorSide | null,
): (readonly [name: string, value: string])[] {
  const rows: (readonly [string, string | undefined])[] = [
    ['What', leaf.type],
    ['Outcome', OUTCOMES[leaf.outcome]],
    ['Recorded by the log at', momentInWords(leaf.recordedAt)],
    ['Happened at, by the sender’s clock', entry ? momentInWords(entry.occurredAt) : undefined],
    ['Organisation (ODS code)', leaf.org],
    [
      'Who',
      entry
        ? `${entry.actor.id} (${entry.actor.kind}${entry.actor.role ? `, ${entry.actor.role}` : ''})`
        : 'not opened in this proof',
    ],
    ['Signed in by', entry?.actor.authn && `${entry.actor.authn.method}, assurance level ${entry.actor.authn.aal}`],
    ['On behalf of', entry?.onBehalfOf],
    ['Object', entry?.object && `${entry.object.kind} ${entry.object.id}`],
    ['Purpose', leaf.purpose],
    ['Reason given', entry?.reason],
    ['Where', leaf.geofence && `${leaf.geofence} the expected place`],
    ['Site', entry?.where?.site],
    ['Device', entry?.where?.device],
    ['Network address', entry?.where?.ip],
    ['Session', entry?.session],
    ['Request', entry?.request],
    ['Policy', entry?.policy && `${entry.policy.id} ${entry.policy.version}: ${entry.policy.decision}`],
    ['About a patient', leaf.subjectHandle ? 'yes; the entry holds no name or number' : 'no'],
    ['Follows from entry', leaf.parent === undefined ? undefined : String(leaf.parent)],
    ['Entry', `${index}, id ${leaf.id}`],
  ];
  return rows.filter((row): row is [string, string] => row[1] !== undefined);
}
