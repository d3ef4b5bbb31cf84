import { type Command, command, OUTPUT, writeOutput } from '@wardseal/primitives/cli';
import { proveEntry } from '../prove-entry.js';
import { readProof } from '../read-proof.js';
import { fileKeyStore } from '../store/file-key-store.js';
import { LOG, neededLog, openFiles } from './log-files.js';
import { checkFolder } from './sources.js';
import { iso, whole } from './times.js';
import { neededTrust, TRUST } from './trust.js';

const prove: Command = command({
  usage: 'prove --log FOLDER|URL [--key KEY] [--secrets FOLDER] [-o FILE] INDEX',
  about: `Writes a proof that the log holds the entry at INDEX (the first is 0): one small file that anybody checks with the
log's public key alone, offline. It shows the entry's type, time and organisation and nobody's name; with --secrets it also opens
who did it, to which object and why, to whoever holds the file.`,
  examples: [
    ['prove --log /srv/audit/2026 -o view.tlog-proof 41', 'for somebody who shall not learn who it was'],
    ['prove --log /srv/audit/2026 --secrets /srv/audit-secrets -o view.tlog-proof 41', 'with the person opened'],
  ],
  options: {
    ...OUTPUT,
    ...LOG,
    ...TRUST,
    secrets: { kind: 'text', value: 'FOLDER', help: "the log's secrets: the proof then opens who did it" },
  },
  operands: [1, 1],
  named: 'index',
  payload: true,
  async run(values, [at]) {
    const index = whole(at!, 'INDEX');
    const { reader, folder } = await neededLog(await openFiles(values.log));
    const { policy } = await neededTrust(values, folder);
    if (values.secrets !== undefined) await checkFolder(values.secrets);
    const keys = values.secrets === undefined ? undefined : fileKeyStore(values.secrets);
    const proof = await proveEntry(reader, index, policy, keys);
    const { output: path, force } = values;
    const opened = keys !== undefined;
    await writeOutput({ path, force, secret: opened, content: 'safe' }, (output) => output.write(proof));
    const { leaf } = readProof(proof);
    const facts = { index, type: leaf.type, recordedAt: iso(leaf.recordedAt), opened, bytes: proof.length };
    return { facts, words: [`entry ${index}: ${leaf.type} at ${facts.recordedAt}, ${proof.length} bytes`] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': prove };
