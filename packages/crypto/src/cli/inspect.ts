import { decodeArmor, inspect } from '../index.js';
import { isArmored } from './armor.js';
import { type Command, command } from './command.js';
import { base64url } from './facts.js';
import { openInput, readAll, readSmall } from './input.js';

const MAX_BYTES = 4_294_967_296;

const show: Command = command({
  usage: 'inspect [--header FILE] [FILE]',
  about: `Shows what a sealed file shows to everybody: sizes, kinds of recipients, recovery, links. No key is needed, and nothing of
it is proven.`,
  options: {
    header: { kind: 'text', value: 'FILE', help: 'the header, where it is kept apart; FILE is then the payload' },
  },
  operands: [0, 1],
  payload: false,
  async run({ header }, [path]) {
    const input = await openInput(path, 'the sealed file');
    try {
      const bytes = await readAll(input, MAX_BYTES, 'the sealed file');
      const whole = isArmored(bytes) ? decodeArmor(bytes) : bytes;
      const shown = await inspect(
        header === undefined ? whole : { header: await readSmall(header, 'the header'), payload: whole },
      );
      const { plaintextBytes, headerBytes, modes, hasManifest, recovery, links } = shown;
      const stanzas = shown.stanzas.map(({ digest, ...stanza }) => ({ ...stanza, digest: base64url(digest) }));
      return {
        facts: { ...shown, headerDigest: base64url(shown.headerDigest), stanzas },
        words: [
          `content     ${plaintextBytes} bytes`,
          `header      ${headerBytes} bytes, SHA-256 ${base64url(shown.headerDigest)}`,
          `kind        ${modes.join(' and ') || 'no public-key recipient'}`,
          `signed      ${hasManifest ? 'a manifest is there; only who can open the file sees whose' : 'no'}`,
          `recovery    ${recovery ? `${recovery.threshold} of ${recovery.seats} guardians` : 'none'}`,
          ...links.map((link) => `link        ${link}`),
          ...stanzas.map(({ type, bytes: length }) => `stanza      ${type}, ${length} bytes`),
        ],
      };
    } finally {
      await input.close();
    }
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': show };
