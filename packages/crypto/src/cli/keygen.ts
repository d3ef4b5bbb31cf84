import { type Command, command, OUTPUT, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { type DirectoryEntry, generateIdentity, generateSigningKey, type SigningKeyPair } from '../index.js';
import { keyFile } from './key-file.js';
import { protection } from './protect.js';
import { days, nowSeconds } from './times.js';

const OWN_ENTRY_DAYS = '365';

const keygen: Command = command({
  usage: 'keygen [-o FILE] [--classic] [--only identity|signing] [--entry FILE --person ID --organisation ID]',
  about: `Makes an age identity, which opens files, and a signing key, which seals them. Both are secret: the file is written for
its owner alone (0600). --only identity makes a file that age itself reads.`,
  options: {
    ...OUTPUT,
    classic: { kind: 'flag', help: 'X25519 alone, for people whose age client knows no post-quantum keys' },
    only: { kind: 'text', value: 'WHICH', help: 'identity or signing' },
    entry: {
      kind: 'text',
      value: 'FILE',
      help: 'write the public half as a directory entry too; nobody vouches for it yet',
    },
    person: { kind: 'text', value: 'ID', help: 'opaque id of the person, for --entry' },
    organisation: { kind: 'text', value: 'ID', help: 'opaque id of the organisation, for --entry' },
    days: { kind: 'text', value: 'N', help: `how long the entry counts; ${OWN_ENTRY_DAYS} days without it` },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const { only, output, force, classic } = values;
    if (only !== undefined && only !== 'identity' && only !== 'signing')
      throw new UsageError('--only takes identity or signing');
    const pair = only === 'signing' ? undefined : await generateIdentity({ kind: classic ? 'classic' : 'pq' });
    const signing = only === 'identity' ? undefined : await generateSigningKey();
    const entry = entryOf(values, pair?.recipient, signing);
    const text = await keyFile({ ...(pair && { identity: pair.identity }), ...(signing && { signing }) });
    await writeOutput({ path: output, force, secret: true, content: 'safe' }, async (keys) => {
      await keys.write(text);
      if (entry !== null)
        await writeOutput({ path: values.entry, force, content: 'safe' }, (file) =>
          file.write(`${JSON.stringify(entry)}\n`),
        );
    });
    return {
      facts: {
        ...(pair && { recipient: pair.recipient }),
        ...(signing && { signingKey: signing.publicKey, kid: signing.kid }),
      },
      words: [
        ...(pair ? [`public key: ${pair.recipient}`] : []),
        ...(signing ? [`public signing key: ${signing.publicKey}`] : []),
      ],
    };
  },
});

function entryOf(
  values: {
    entry: string | undefined;
    person: string | undefined;
    organisation: string | undefined;
    days: string | undefined;
  },
  recipient: string | undefined,
  signing: SigningKeyPair | undefined,
): DirectoryEntry | null {
  const { person, organisation } = values;
  if (values.entry === undefined) {
    if (person !== undefined || organisation !== undefined)
      throw new UsageError('--person and --organisation go with --entry');
    return null;
  }
  if (!person || !organisation || recipient === undefined || signing === undefined)
    throw new UsageError('--entry needs --person, --organisation and both keys');
  const validFrom = nowSeconds();
  const validTo = validFrom + days(values.days ?? OWN_ENTRY_DAYS);
  return { person, organisation, recipient, signingKey: signing.publicKey, validFrom, validTo };
}

export const verbs: Readonly<Record<string, Command>> = { '': keygen, ...protection };
