import { type Command, command, OUTPUT, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { generateCosignerKey, generateLogKey } from '../note-key.js';

const KINDS: Readonly<Record<string, (name: string) => Promise<{ readonly vkey: string; readonly skey: string }>>> = {
  log: (name) => generateLogKey(name),
  'log-pq': (name) => generateCosignerKey(name, 'ml-dsa-44'),
  witness: (name) => generateCosignerKey(name, 'ed25519'),
  'witness-pq': (name) => generateCosignerKey(name, 'ml-dsa-44'),
};
const NAMES = Object.keys(KINDS).join(', ');

const keygen: Command = command({
  usage: 'keygen [--kind KIND] [--public FILE] [-o FILE] NAME',
  about: `Makes a key pair: -o takes the private key, which signs and is written for its owner alone (0600), --public the public
key, which everybody pins. NAME is the log's origin, a name like a web address without https, one a year; or the witness's name. It
can never be changed.`,
  examples: [
    ['keygen -o log.skey --public log.vkey audit.trust.example/2027', "for next year's log"],
    ['keygen --kind witness -o witness.skey --public witness.vkey witness.other-trust.example', 'for a witness'],
  ],
  options: {
    ...OUTPUT,
    kind: {
      kind: 'text',
      value: 'KIND',
      help: `${NAMES}; log without it. pq: ML-DSA-44, which withstands quantum computers`,
    },
    public: { kind: 'text', value: 'FILE', help: 'write the public key here' },
  },
  operands: [1, 1],
  named: 'name',
  payload: true,
  async run(values, [name]) {
    const { kind = 'log', output, force } = values;
    const generate = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
    if (generate === undefined) throw new UsageError(`--kind takes ${NAMES}`);
    const pair = await generate(name!);
    await writeOutput({ path: output, force, secret: true, content: 'safe' }, async (secret) => {
      await secret.write(`${pair.skey}\n`);
      if (values.public !== undefined)
        await writeOutput({ path: values.public, force, content: 'safe' }, (file) => file.write(`${pair.vkey}\n`));
    });
    return { facts: { vkey: pair.vkey }, words: [`public key: ${pair.vkey}`] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': keygen };
