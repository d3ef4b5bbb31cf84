import {
  type Command,
  command,
  type Options,
  OUTPUT,
  readSmall,
  secretLine,
  UsageError,
  writeOutput,
} from '@wardseal/primitives/cli';
import { generateRecoveryCode, protectKeys, unprotectKeys } from '../index.js';
import { keyFile, readKeys } from './key-file.js';

const CREDENTIAL = 'recovery-code';

const ABOUT = {
  person: { kind: 'text', value: 'ID', help: 'opaque id of the person whose keys they are' },
  credential: {
    kind: 'text',
    value: 'NAME',
    help: `name of the code, when there are several; ${CREDENTIAL} without it`,
  },
} as const satisfies Options;

function aboutOf({ person, credential }: { person: string | undefined; credential: string | undefined }) {
  if (person === undefined) throw new UsageError('--person is needed');
  return { person, credential: credential ?? CREDENTIAL };
}

/** `keygen protect` and `keygen unprotect`. */
export const protection: Readonly<Record<string, Command>> = {
  protect: command({
    usage: 'keygen protect -i KEYS --person ID --code FILE [-o FILE]',
    about: `Wraps the two keys of a key file under a new recovery code, so that somebody else can keep them. The code is written to
its own file, to be printed and kept apart: whoever has both has the keys.`,
    options: {
      ...OUTPUT,
      identity: { kind: 'texts', short: 'i', value: 'FILE', help: 'the key file; `-` is stdin' },
      ...ABOUT,
      code: { kind: 'text', value: 'FILE', help: 'write the recovery code here' },
    },
    operands: [0, 0],
    payload: true,
    async run(values) {
      const { identity: paths, code: path, output, force } = values;
      if (path === undefined) throw new UsageError('--code is needed');
      const about = aboutOf(values);
      const { identities, signing } = await readKeys(paths);
      const [identity, ...more] = identities;
      if (typeof identity !== 'string' || more.length > 0 || signing === null)
        throw new UsageError('a key file with one identity and a signing key is needed: -i');
      const code = generateRecoveryCode();
      const wrapped = await protectKeys({ identity, signing }, { recoveryCode: code }, about);
      await writeOutput({ path: output, force, secret: true, content: 'safe' }, async (out) => {
        await writeOutput({ path, force, secret: true, content: 'safe' }, (file) => file.write(`${code}\n`));
        await out.write(wrapped);
      });
      return { facts: { kid: signing.kid }, words: [] };
    },
  }),
  unprotect: command({
    usage: 'keygen unprotect --person ID [--code FILE] [-o FILE] [WRAPPED]',
    about: `Gives the key file back. The code is asked for at the terminal unless a file holds it. To use the keys without writing
them anywhere: keygen unprotect ... | open -i - ...`,
    options: { ...OUTPUT, ...ABOUT, code: { kind: 'text', value: 'FILE', help: 'file with the recovery code' } },
    operands: [0, 1],
    payload: true,
    async run(values, [path]) {
      const { code, output, force } = values;
      const about = aboutOf(values);
      const wrapped = await readSmall(path ?? '-', 'the wrapped keys');
      const recoveryCode = await secretLine(code, 'recovery code');
      const { identity, signing } = await unprotectKeys(wrapped, { recoveryCode }, about);
      const text = await keyFile({ identity, signing });
      await writeOutput({ path: output, force, secret: true, content: 'safe' }, (out) => out.write(text));
      return { facts: { kid: signing.kid }, words: [] };
    },
  }),
};
