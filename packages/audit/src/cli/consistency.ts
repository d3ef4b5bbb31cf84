import { base64, fromBase64 } from '@wardseal/primitives';
import {
  type Command,
  command,
  OUTPUT,
  readText,
  TroubleError,
  UsageError,
  writeOutput,
} from '@wardseal/primitives/cli';
import { AuditError } from '../errors.js';
import { proveConsistency } from '../prove-consistency.js';
import { type VerifyPolicy, verifyCheckpoint } from '../verify-checkpoint.js';
import { verifyConsistency } from '../verify-consistency.js';
import { checkpointFacts, checkpointWords } from './checkpoint-facts.js';
import { LOG, openFiles } from './log-files.js';
import { neededTrust, TRUST } from './trust.js';

// Two hashes a level of a tree of 2^53 entries, in base64 with room.
const MAX_PATH = 106;

const consistency: Command = command({
  usage: 'consistency (--log FOLDER|URL | --path FILE) [--key KEY] [-o FILE] OLDER NEWER',
  about: `Shows that the log only grew between two of its checkpoints, which are files: nothing that the older one covers was
changed or removed. The hashes that show it come from the log's files, or from a file with one hash in base64 a line, which -o
writes. When the answer is no, keep both checkpoints: signed by the same key, they are the evidence.`,
  examples: [
    ['consistency --log https://audit.trust.example/2026/ --key trust.vkey monday.txt tuesday.txt', 'from outside'],
    ['consistency --path hashes.txt --key trust.vkey monday.txt tuesday.txt', 'without the log'],
  ],
  options: {
    output: { ...OUTPUT.output, help: 'write the hashes here' },
    force: OUTPUT.force,
    ...LOG,
    path: { kind: 'text', value: 'FILE', help: 'the hashes, where the log is not at hand' },
    ...TRUST,
  },
  operands: [2, 2],
  named: 'checkpoints',
  payload: false,
  async run(values, [first, second]) {
    if ((values.log === undefined) === (values.path === undefined)) throw new UsageError('give --log or --path');
    const files = values.log === undefined ? null : await openFiles(values.log);
    const { policy } = await neededTrust(values, files?.folder);
    const older = await readText(first!, 'the older checkpoint');
    const newer = await readText(second!, 'the newer checkpoint');
    // Witnesses vouch for the newer one; the older may be from before they did.
    const { witnesses: _, maxAge: __, ...signed } = policy;
    const checkpoint = await verifyCheckpoint(newer, policy);
    const path = files ? await proveConsistency(files.reader, older, newer, signed) : await readPath(values.path!);
    if (!files) await held(older, newer, path, signed);
    const { size } = await verifyCheckpoint(older, signed);
    const { output, force } = values;
    const text = path.map((hash) => `${base64(hash)}\n`).join('');
    if (output !== undefined) await writeOutput({ path: output, force, content: 'safe' }, (file) => file.write(text));
    const facts = { verdict: 'good', from: size, checkpoint: checkpointFacts(checkpoint), hashes: path.length };
    const words = [...checkpointWords(facts.checkpoint), `GOOD        it extends the checkpoint of ${size} entries`];
    return { facts, words };
  },
});

/** Two sizes and hashes that do not fit: they may be the wrong hashes. Only two roots of one size contradict each other. */
async function held(older: string, newer: string, path: readonly Uint8Array[], policy: VerifyPolicy): Promise<void> {
  try {
    await verifyConsistency(older, newer, path, policy);
  } catch (error) {
    const sizes = [await verifyCheckpoint(older, policy), await verifyCheckpoint(newer, policy)].map(
      ({ size }) => size,
    );
    if (!(error instanceof AuditError) || error.code !== 'CONSISTENCY_INVALID' || sizes[0] === sizes[1]) throw error;
    throw new TroubleError('the hashes do not connect the two checkpoints: they may be the wrong ones');
  }
}

async function readPath(file: string): Promise<Uint8Array[]> {
  const lines = (await readText(file, 'the path')).split('\n').filter((line) => line !== '');
  const path = lines.map((line) => fromBase64(line));
  if (path.length > MAX_PATH || path.some((hash) => hash?.length !== 32))
    throw new UsageError(`${file}: it must hold hashes of 32 bytes in base64, one a line`);
  return path as Uint8Array[];
}

export const verbs: Readonly<Record<string, Command>> = { '': consistency };
