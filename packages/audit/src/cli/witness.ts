import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hex, sha256, utf8 } from '@wardseal/primitives';
import { type Command, command, jsonLine, UsageError, visible, writeOutput } from '@wardseal/primitives/cli';
import { serveWitness } from '../witness/serve.js';
import { signerIn } from './own-log.js';
import { whole } from './times.js';
import { readKey } from './trust.js';
import { untilStopped } from './until-stopped.js';

const DEFAULT_PORT = '4020';

const witness: Command = command({
  usage: 'witness --signer FILE --log-key KEY... --state FOLDER [--port N] [--host HOST] [--evidence FOLDER]',
  about: `Runs a witness (C2SP tlog-witness) for other people's logs: it signs that each of them only grew, and so makes it impossible
for them to show two histories unnoticed. It listens on this machine; put a web server with TLS in front. Its state must never be
restored from a backup: a witness that forgets signs twice.`,
  examples: [
    [
      'witness --signer witness.skey --log-key neighbour-2026.vkey --state /srv/witness --evidence /srv/witness-evidence',
      "a second trust's witness",
    ],
  ],
  options: {
    signer: { kind: 'text', value: 'FILE', help: "the witness's private key, as keygen --kind witness writes it" },
    'pq-signer': { kind: 'text', value: 'FILE', help: 'a second key of the same name, ML-DSA-44' },
    'log-key': {
      kind: 'texts',
      short: 'k',
      value: 'KEY',
      help: "public key of a log that it signs for, or that key's file",
    },
    state: { kind: 'text', value: 'FOLDER', help: 'what it has seen; one process at a time' },
    port: { kind: 'text', value: 'N', help: `${DEFAULT_PORT} without it; 0 takes any free one` },
    host: { kind: 'text', value: 'HOST', help: '127.0.0.1 without it' },
    evidence: { kind: 'text', value: 'FOLDER', help: 'keep here what proves that a log showed two histories' },
  },
  operands: [0, 0],
  payload: false,
  async run(values) {
    const { state: folder, host, evidence } = values;
    if (values.signer === undefined || folder === undefined) throw new UsageError('--signer and --state are needed');
    const logs = await Promise.all(values['log-key'].map(readKey));
    if (logs.length === 0) throw new UsageError('which logs does it sign for? give --log-key');
    const port = whole(values.port ?? DEFAULT_PORT, '--port');
    const signer = await signerIn(values.signer);
    const pqSigner = values['pq-signer'] === undefined ? null : await signerIn(values['pq-signer']);
    if (evidence !== undefined) await mkdir(evidence, { recursive: true });
    let splits = 0;
    const kept: Promise<void>[] = [];
    const served = await serveWitness({
      signer,
      ...(pqSigner && { pqSigner }),
      logs,
      folder,
      port,
      ...(host !== undefined && { host }),
      onSplitView: (bundle) => {
        splits++;
        tell('a log signed two roots for one size', values.json);
        if (evidence !== undefined) kept.push(keep(bundle, evidence));
      },
      onFailure: () => tell('the memory or the key failed: nothing was signed', values.json),
    });
    const listening = { url: served.url, vkeys: served.vkeys };
    process.stdout.write(values.json ? jsonLine(listening) : `listens at ${served.url}\n${served.vkeys.join('\n')}\n`);
    await untilStopped((signal) => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())));
    await served.close();
    await Promise.allSettled(kept);
    return { facts: { stopped: true, splits }, words: ['stopped'] };
  },
});

/** The same evidence twice is one file. */
async function keep(bundle: string, folder: string): Promise<void> {
  const path = join(folder, `split-view-${hex(sha256(utf8(bundle)).subarray(0, 8))}.json`);
  await writeOutput({ path, force: true, content: 'safe' }, (file) => file.write(bundle));
}

function tell(message: string, json: boolean): void {
  process.stderr.write(json ? jsonLine({ message }) : `wardseal-audit: ${visible(message)}\n`);
}

export const verbs: Readonly<Record<string, Command>> = { '': witness };
