import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hex, sha256, utf8 } from '@wardseal/primitives';
import { seededNumbers } from '@wardseal/testkit';
import { signText } from '../../src/cosignature.js';
import { formatEvidence } from '../../src/evidence.js';
import { exporter } from '../../src/export.js';
import { fileCursor } from '../../src/export-node.js';
import {
  parsePolicy,
  verifyCheckpoint,
  verifyEvidence,
  verifyProof,
  verifyReceipt,
  verifyWitnessed,
} from '../../src/index.js';
import { readingKeys } from '../../src/log-source.js';
import { formatNote, parseNote } from '../../src/note.js';
import { EntryOpener } from '../../src/opened-entry.js';
import { fileWitnessState } from '../../src/witness/file-state.js';
import { createWitness } from '../../src/witness/server.js';
import { memoryWitnessState } from '../../src/witness/state.js';
import { formatRequest } from '../../src/witness/wire.js';
import { lock } from './crash.js';
import { demoLog } from './demo-log.js';
import { codeOf, demoSigner, ORIGIN, START, testClock } from './events.js';
import { largeProof } from './large-proof.js';
import { mth } from './model.js';
import { mutants } from './mutations.js';
import { checkpointOver, consistency, cosigner, leavesOf } from './witnesses.js';

/** A file or message, and what its reader says of a copy. */
export interface Format {
  readonly original: Uint8Array;
  readonly kind: 'text' | 'bytes';
  /** The code with which the copy is refused; `none` when it is taken. */
  readonly refusal: (copy: Uint8Array) => Promise<string>;
}

/** A checkpoint of `count` entries with the word of two witnesses, one of them with a post-quantum key. */
async function cosigned(count: number): Promise<{ text: string; policy: string; logKey: string }> {
  const { signer, vkey: logKey } = await demoSigner();
  const witnesses = [await cosigner('w1.example'), await cosigner('w2.example', 'ml-dsa-44')];
  const note = parseNote(await checkpointOver(leavesOf(count), [signer]))!;
  const more = await Promise.all(witnesses.map((witness) => signText(note.text, witness.signer, START)));
  const lines = witnesses.map(({ vkey }, i) => `witness W${i} ${vkey}\n`).join('');
  return {
    text: formatNote({ text: note.text, signatures: [...note.signatures, ...more] }),
    policy: `log ${logKey}\n${lines}group both all W0 W1\nquorum both\n`,
    logKey,
  };
}

async function checkpointFormat(): Promise<Format> {
  const { text, policy, logKey } = await cosigned(300);
  const demanded = { logKey, witnesses: parsePolicy(policy), maxAge: 60_000, now: () => START };
  return {
    original: utf8(text),
    kind: 'text',
    refusal: (copy) => codeOf(verifyCheckpoint(copy, demanded)),
  };
}

// A byte order mark is a change like any other.
const exactly = new TextDecoder('utf-8', { ignoreBOM: true });

/** A key that a verifier pins: a changed one is malformed or another log's. */
async function keyFormat(): Promise<Format> {
  const { text, logKey } = await cosigned(300);
  return {
    original: utf8(logKey),
    kind: 'text',
    refusal: (copy) => codeOf(verifyCheckpoint(text, { logKey: exactly.decode(copy) })),
  };
}

/** The path between two checkpoints, hash behind hash. */
async function consistencyFormat(): Promise<Format> {
  const { text, policy, logKey } = await cosigned(300);
  const { signer } = await demoSigner();
  const seen = await checkpointOver(leavesOf(77), [signer]);
  const path = consistency(77, leavesOf(300));
  return {
    original: new Uint8Array(await new Blob(path).arrayBuffer()),
    kind: 'bytes',
    refusal: (copy) => {
      const hashes = Array.from({ length: Math.ceil(copy.length / 32) }, (_, i) => copy.subarray(32 * i, 32 * i + 32));
      return codeOf(verifyWitnessed(seen, text, hashes, { logKey, witnesses: parsePolicy(policy) }));
    },
  };
}

async function proofFormats(): Promise<Record<'cosigned proof' | 'receipt', Format>> {
  const { receipt, expected } = await largeProof();
  const { logKey, witnesses, maxAge, now } = expected;
  const original = utf8(receipt);
  const policy = { logKey, witnesses, maxAge: maxAge!, now: now! };
  const alone = utf8(receipt.slice(0, receipt.lastIndexOf('\u2014')));
  const { witnesses: _, maxAge: __, ...unwitnessed } = expected;
  return {
    'cosigned proof': { original, kind: 'text', refusal: (copy) => codeOf(verifyProof(copy, policy)) },
    receipt: { original: alone, kind: 'text', refusal: (copy) => codeOf(verifyReceipt(copy, unwitnessed)) },
  };
}

/** Evidence that a log showed two histories, for one size and for two. */
async function evidenceFormats(): Promise<Record<'evidence of one size' | 'evidence of two sizes', Format>> {
  const { signer, vkey: logKey } = await demoSigner();
  const [mine, theirs] = [leavesOf(50), leavesOf(60, 'fork', 30)];
  const older = await checkpointOver(mine, [signer]);
  const newer = await checkpointOver(theirs, [signer]);
  const other = await checkpointOver(leavesOf(50, 'fork', 30), [signer]);
  const beginning = { root: mth(theirs.slice(0, 50)), path: consistency(50, theirs) };
  const format = (bundle: string): Format => ({
    original: utf8(bundle),
    kind: 'text',
    refusal: (copy) => codeOf(verifyEvidence(copy, { logKey })),
  });
  return {
    'evidence of one size': format(formatEvidence({ older, newer: other, beginning: null })),
    'evidence of two sizes': format(formatEvidence({ older, newer, beginning })),
  };
}

/** The sealed compartments of one entry, opened with the log's keys and held against the leaf. */
async function sideFormats(): Promise<Record<'actor side' | 'subject side', Format>> {
  const demo = await demoLog();
  await demo.add();
  await demo.log.close();
  const stored = demo.store.entries[0]!;
  const opener = new EntryOpener(readingKeys(demo.keys, ORIGIN), ORIGIN);
  return {
    'actor side': {
      original: stored.actor,
      kind: 'bytes',
      refusal: (actor) => codeOf(opener.open(0, { ...stored, actor })),
    },
    'subject side': {
      original: stored.subject,
      kind: 'bytes',
      refusal: (subject) => codeOf(opener.open(0, { ...stored, subject })),
    },
  };
}

/** What a log sends to a witness, which saw 77 entries. */
async function requestFormat(): Promise<Format> {
  const { signer, vkey } = await demoSigner();
  const state = memoryWitnessState();
  const own = await cosigner('w1.example');
  const witness = createWitness({ signer: own.signer, logs: [vkey], state, clock: testClock() });
  const post = async (body: Uint8Array): Promise<number> => {
    const request = new Request('https://w1.example/add-checkpoint', { method: 'POST', body: new Uint8Array(body) });
    return (await witness.handle(request)).status;
  };
  const leaves = leavesOf(300);
  const request = async (oldSize: number, size: number): Promise<Uint8Array> => {
    const checkpoint = await checkpointOver(leaves.slice(0, size), [signer]);
    return utf8(formatRequest({ oldSize, proof: consistency(oldSize, leaves.slice(0, size)), checkpoint }));
  };
  if ((await post(await request(0, 77))) !== 200) throw new Error('the witness signs nothing');
  return {
    original: await request(77, 300),
    kind: 'text',
    refusal: async (copy) => {
      const status = await post(copy);
      return status === 200 ? 'none' : `HTTP_${status}`;
    },
  };
}

/** The file in which a witness keeps what it signed. */
async function stateFormat(folder: string): Promise<Format> {
  const { text } = await cosigned(3);
  const state = await fileWitnessState(folder, { lock });
  await state.update(ORIGIN, async () => text);
  const path = join(folder, hex(sha256(utf8(ORIGIN))));
  return {
    original: await readFile(path),
    kind: 'text',
    refusal: async (copy) => {
      await writeFile(path, copy);
      return codeOf(state.read(ORIGIN));
    },
  };
}

/** The file in which an export keeps how far it got. A changed one that can be read is not of this log. */
async function cursorFormat(folder: string): Promise<Format> {
  const demo = await demoLog();
  for (let i = 0; i < 25; i++) await demo.add();
  await demo.log.close();
  const path = join(folder, 'cursor');
  const cursor = fileCursor(path);
  const drain = () => exporter({ source: demo, format: () => '{}', deliver: async () => undefined, cursor }).drain();
  await drain();
  return {
    original: await readFile(path),
    kind: 'text',
    refusal: async (copy) => {
      await writeFile(path, copy);
      return codeOf(drain());
    },
  };
}

/** Every format but the files of a log's folder; `folder` is for those that are files. */
export async function formats(folder: string): Promise<Readonly<Record<string, Format>>> {
  return {
    checkpoint: await checkpointFormat(),
    'pinned key': await keyFormat(),
    'consistency path': await consistencyFormat(),
    ...(await proofFormats()),
    ...(await evidenceFormats()),
    ...(await sideFormats()),
    'request to a witness': await requestFormat(),
    "witness's memory": await stateFormat(folder),
    'cursor of an export': await cursorFormat(folder),
  };
}

/** Of about 4,000 changes, how many each format gets. */
export const SHARES: Readonly<Record<string, number>> = {
  checkpoint: 500,
  'pinned key': 200,
  'consistency path': 200,
  'cosigned proof': 900,
  receipt: 700,
  'evidence of one size': 200,
  'evidence of two sizes': 200,
  'actor side': 250,
  'subject side': 250,
  'request to a witness': 200,
  "witness's memory": 200,
  'cursor of an export': 200,
};

/** Changes a file `count` times, and gives the changes with which it was taken, or refused without a code. */
export async function accepted(
  { original, kind, refusal }: Format,
  { name, count }: { name: string; count: number },
): Promise<string[]> {
  const taken: string[] = [];
  for (const { what, data } of mutants(original, { kind, next: seededNumbers(`changes of a ${name}`), count })) {
    const code = await refusal(data);
    if (!/^[A-Z]+(_[A-Z0-9]+)+$/.test(code)) taken.push(`${what}: ${code}`);
  }
  return taken;
}
