import { base64url, fromBase64url, fromUtf8, hex } from '@wardseal/primitives';
import { type Command, command, type Options, readSmall, UsageError, type Values } from '@wardseal/primitives/cli';
import { checkProof, isProof, type ProofCheck } from '../check-proof.js';
import { rowsOf } from '../check-report.js';
import { EVENT_TYPES, OUTCOMES } from '../event-codes.js';
import { parseEvidence } from '../evidence.js';
import { entryInWords, notProvedInWords, provedInWords } from '../proof-words.js';
import type { UnverifiedProof } from '../read-proof.js';
import type { ReceiptFacts } from '../receipt-facts.js';
import { checkEvidence, checkRows } from './check-other.js';
import { checkpointFacts } from './checkpoint-facts.js';
import { EXIT } from './exits.js';
import { duration, iso } from './times.js';
import { TRUST, trustOf } from './trust.js';

const FACTS = {
  type: { kind: 'text', value: 'TYPE', help: 'what must have been logged, as image.view' },
  object: { kind: 'text', value: 'ID', help: 'the object that it must be about' },
  actor: { kind: 'text', value: 'ID', help: 'who must have done it' },
  organisation: { kind: 'text', value: 'ODS', help: 'for which organisation' },
  outcome: { kind: 'text', value: 'OUTCOME', help: 'how it must have gone, as success' },
  nonce: { kind: 'text', value: 'BASE64URL', help: "the request's 32 bytes" },
  'header-digest': { kind: 'text', value: 'BASE64URL', help: 'SHA-256 of the header that came back' },
  subject: { kind: 'text', value: 'BASE64URL', help: "the patient's handle in this log, as another receipt shows it" },
  'recorded-within': { kind: 'text', value: 'TIME', help: 'how far from now it may have been logged, as 15m' },
} as const satisfies Options;

const check: Command = command({
  usage: 'check --key KEY [--policy FILE] [--object ID] [--actor ID] [...] FILE.tlog-proof',
  about: `Checks a proof file offline: that the log of the key you pinned holds the entry, and that it is the one you mean, as far as
you say what you know of it. Without a key it shows what the file claims and exits with 2: a key that came with the proof proves
nothing. FILE may also be a report's JSON, whose rows are each held against their proof, or evidence that a log showed two histories.`,
  examples: [
    ['check --key trust.vkey view.tlog-proof', 'is it in the log?'],
    ['check --key trust.vkey --object item-42 --actor person-17 view.tlog-proof', 'and is it this access?'],
  ],
  options: { ...TRUST, ...FACTS },
  operands: [1, 1],
  named: 'proof',
  payload: false,
  async run(values, [path]) {
    const facts = factsOf(values);
    const trust = await trustOf(values);
    const policy = trust?.policy ?? null;
    const file = await readSmall(path!, 'the proof');
    const text = isProof(file) ? null : fromUtf8(file);
    if (text !== null && parseEvidence(text) !== null) return checkEvidence(text, policy);
    if (text !== null && rowsOf(text) !== null) return checkRows(text, policy);
    const checked = await checkProof(file, policy, facts);
    const { verdict, problem, claim, checkpoint, unchecked } = checked;
    return {
      facts: {
        verdict: verdict === 'proved' ? 'good' : verdict,
        ...(problem && { problem }),
        checkpoint: checkpoint && checkpointFacts(checkpoint),
        claim: claim && claimFacts(claim),
        unchecked,
      },
      words: inWords(checked),
      exit: EXIT[verdict === 'proved' ? 'good' : verdict],
    };
  },
});

function factsOf(values: Values<typeof FACTS>): ReceiptFacts {
  const { type, outcome } = values;
  const within = values['recorded-within'];
  return {
    nonce: bytes(values.nonce, 'nonce'),
    object: values.object ?? null,
    actor: values.actor ?? null,
    headerDigest: bytes(values['header-digest'], 'header-digest'),
    type: type === undefined ? null : oneOf(EVENT_TYPES, type, 'type'),
    organisation: values.organisation ?? null,
    outcome: outcome === undefined ? null : oneOf(OUTCOMES, outcome, 'outcome'),
    subject: bytes(values.subject, 'subject'),
    recordedWithin: within === undefined ? null : duration(within, 'recorded-within'),
  };
}

function bytes(text: string | undefined, option: string): Uint8Array | null {
  if (text === undefined) return null;
  const value = fromBase64url(text);
  if (value?.length !== 32) throw new UsageError(`--${option} takes 32 bytes in base64url, 43 characters`);
  return value;
}

function oneOf<T extends string>(table: Readonly<Record<T, number>>, text: string, option: string): T {
  if (Object.hasOwn(table, text)) return text as T;
  throw new UsageError(`--${option} takes one of: ${Object.keys(table).join(', ')}`);
}

/** What the file says, for programs: bytes in base64url, as events have them. */
function claimFacts({ index, leaf, entry }: UnverifiedProof): object {
  const { recordedAt, actorHandle, subjectHandle, objectHandle, subjectCommitment, actorCommitment, ...said } = leaf;
  const text = (data: Uint8Array | undefined): string | undefined => data && base64url(data);
  return {
    index,
    ...said,
    recordedAt: iso(recordedAt),
    subject: text(subjectHandle),
    entry: entry && {
      ...entry,
      occurredAt: iso(entry.occurredAt),
      object: entry.object && { ...entry.object, contentHash: text(entry.object.contentHash) },
      nonce: text(entry.nonce),
      evidence: entry.evidence && { ...entry.evidence, data: text(entry.evidence.data) },
    },
  };
}

function inWords(checked: ProofCheck): string[] {
  const { verdict, problem, claim, checkpoint } = checked;
  const lines: string[] = [];
  if (claim) {
    lines.push(checkpoint ? 'The entry says' : 'The file claims, and nothing proves it');
    for (const [name, value] of entryInWords(claim.index, claim.leaf, claim.entry)) lines.push(`  ${name}: ${value}`);
  }
  if (checkpoint) {
    lines.push(`Signed: log ${checkpoint.origin}, ${checkpoint.size} entries, root ${hex(checkpoint.root)}`);
    lines.push('Proved', ...provedInWords(checked).map((sentence) => `  ${sentence}`));
    lines.push('Not proved', ...notProvedInWords(checked).map((sentence) => `  ${sentence}`));
  }
  if (problem) lines.push(`${problem.code}: ${problem.message}`);
  lines.push({ proved: 'GOOD', tampered: 'CHANGED OR FALSE', unknown: 'CANNOT TELL' }[verdict]);
  return lines;
}

export const verbs: Readonly<Record<string, Command>> = { '': check };
