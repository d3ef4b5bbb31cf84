import { hex } from '@wardseal/primitives';
import { type Command, command, openInput, readAll, UsageError } from '@wardseal/primitives/cli';
import { verifyChain } from '../chain.js';
import { LinkError } from '../errors.js';
import { decodeGrant } from '../grant.js';
import { importKeySet } from '../keys.js';
import { MAX_GRANT_BYTES } from '../limits.js';
import { claimsFacts, claimsWords } from './claims-facts.js';
import { EXIT } from './exits.js';
import { needed } from './ids.js';
import { readPublicKeys } from './key-file.js';
import { moment, nowSeconds, whole } from './times.js';

const COSE_SIGN1 = 0xd2;
// A grant as text, with a line end.
const MOST_BYTES = (MAX_GRANT_BYTES * 4) / 3 + 2;

async function readGrant(path: string | undefined): Promise<Uint8Array> {
  const input = await openInput(path, 'the grant');
  try {
    const data = await readAll(input.chunks(), MOST_BYTES, 'the grant');
    // No text of a grant begins with this byte, which is no letter.
    if (data[0] === COSE_SIGN1) return data;
    return decodeGrant(new TextDecoder().decode(data).replace(/\r?\n$/, ''));
  } finally {
    await input.close();
  }
}

const verify: Command = command({
  usage: 'verify --keys FILE [--parent FILE]... [--at TIME] [--skew SECONDS] [FILE]',
  about: `Checks a grant by itself, with public keys alone: who signed it, that nothing of it was changed, that its time has come and is
not over. It says what was granted, not whether that was taken back or used up since. The grant, as bytes or as text, is read from FILE
or stdin.`,
  examples: [['verify --keys trust.json grant.txt', 'with the file that `keys publish` of the issuer wrote']],
  options: {
    keys: { kind: 'text', value: 'FILE', help: "the issuer's public keys, which you keep" },
    parent: {
      kind: 'texts',
      value: 'FILE',
      help: "what a delegated grant comes from: its parent first, the issuer's last",
    },
    at: {
      kind: 'text',
      value: 'TIME',
      help: 'valid then? seconds since 1970, or as 2026-11-22T12:00Z; now without it',
    },
    skew: { kind: 'text', value: 'SECONDS', help: 'how wrong this clock may be, 0 to 300; 0 without it' },
  },
  operands: [0, 1],
  named: 'grant',
  payload: false,
  async run({ keys, parent: parents, at, skew }, [path]) {
    const keySet = await importKeySet(await readPublicKeys(needed(keys, 'keys')));
    const now = at === undefined ? nowSeconds() : moment(at, 'at');
    const allowed = skew === undefined ? 0 : whole(skew, 'skew');
    if (allowed > 300) throw new UsageError('--skew takes 0 to 300 seconds');
    try {
      const chain: Uint8Array[] = [];
      for (const one of [path, ...parents]) chain.push(await readGrant(one));
      const { claims, id } = await verifyChain(chain, keySet, now, { skew: allowed });
      return {
        facts: { id: hex(id), claims: claimsFacts(claims) },
        words: [`id          ${hex(id)}`, ...claimsWords(claims), 'GENUINE'],
      };
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      const { code, message, claim } = error;
      return {
        facts: { error: { code, message, claim } },
        words: [`REFUSED     ${code}: ${message}`, 'NOT GENUINE'],
        exit: EXIT.no,
      };
    }
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': verify };
