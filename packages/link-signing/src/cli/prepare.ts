import { base64url, hex, randomBytes } from '@wardseal/primitives';
import { type Command, command, OUTPUT, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { linkKey } from '../link-key.js';
import { FOLDER, withIssuer } from './issuer-folder.js';
import { preparedText } from './prepared-file.js';

export const prepare: Command = command({
  usage: 'mint prepare -d FOLDER --link-key FILE -o FILE',
  about: `Draws what a file must be sealed with so that it opens by a link: neither the link nor this issuer alone can then open it.
--link-key takes the key of the file's link stanza, as \`wardseal-crypto seal --link\` reads it: destroy it once the file is sealed. -o
takes what \`mint --prepared\` needs within the hour. Both are secret, written for their owner alone (0600).`,
  examples: [
    [
      'mint prepare -d links --link-key link-key.json -o prepared.json',
      'then wardseal-crypto seal --link link-key.json',
    ],
  ],
  options: {
    ...FOLDER,
    ...OUTPUT,
    'link-key': { kind: 'text', value: 'FILE', help: 'write the key for the file here' },
  },
  operands: [0, 0],
  payload: true,
  async run({ folder, output, force, 'link-key': keyPath }) {
    if (output === undefined || keyPath === undefined || output === '-' || keyPath === '-')
      throw new UsageError('-o and --link-key are needed: each secret is for a file of its own');
    const cti = await writeOutput({ path: output, force, secret: true, content: 'safe' }, (prepared) =>
      writeOutput({ path: keyPath, force, secret: true, content: 'safe' }, (file) =>
        withIssuer(folder, async (issuer) => {
          const drawn = await issuer.prepare();
          const secret = randomBytes(32);
          const key = linkKey({ secret, ...drawn });
          await prepared.write(preparedText({ cti: drawn.cti, secret }));
          await file.write(`${JSON.stringify({ id: base64url(drawn.cti), key: base64url(key) })}\n`);
          return drawn.cti;
        }),
      ),
    );
    return { facts: { cti: hex(cti) }, words: [`prepared    ${hex(cti)}`] };
  },
});
