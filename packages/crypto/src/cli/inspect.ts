import { base64url } from '@wardseal/primitives';
import { type Command, command } from '@wardseal/primitives/cli';
import { inspect } from '../index.js';
import { openSealed } from './sealed-input.js';

const show: Command = command({
  usage: 'inspect [--header FILE] [FILE]',
  about: `Shows what a sealed file shows to everybody: sizes, kinds of recipients, recovery, links. No key is needed, and nothing of
it is proven.`,
  options: {
    header: { kind: 'text', value: 'FILE', help: 'the header, where it is kept apart; FILE is then the payload' },
  },
  operands: [0, 1],
  payload: false,
  async run(values, [path]) {
    const input = await openSealed(path, values.header);
    try {
      const { header, payload, payloadBytes } = await input.parts();
      const shown = await inspect({ header, payload: { size: payloadBytes ?? (await lengthOf(payload)) } });
      const { plaintextBytes, headerBytes, modes, hasManifest, recovery, links } = shown;
      const headerDigest = base64url(shown.headerDigest);
      const stanzas = shown.stanzas.map(({ digest, ...stanza }) => ({ ...stanza, digest: base64url(digest) }));
      return {
        facts: { ...shown, headerDigest, stanzas },
        words: [
          `content     ${plaintextBytes} bytes`,
          `header      ${headerBytes} bytes, SHA-256 ${headerDigest}`,
          `kind        ${modes.join(' and ') || 'no public-key recipient'}`,
          `signed      ${hasManifest ? 'a manifest is there; only who can open the file sees whose' : 'no'}`,
          `recovery    ${recovery ? `${recovery.threshold} of ${recovery.seats} guardians` : 'none'}`,
          ...links.map((link) => `link        ${link}`),
          ...stanzas.map(({ type, bytes }) => `stanza      ${type}, ${bytes} bytes`),
        ],
      };
    } finally {
      await input.close();
    }
  },
});

async function lengthOf(chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of chunks) length += chunk.length;
  return length;
}

export const verbs: Readonly<Record<string, Command>> = { '': show };
