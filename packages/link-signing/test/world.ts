import { type FakeClock, fakeClock, seededRandom } from '@wardseal/testkit';
import {
  createIssuer,
  createRedeemer,
  createSigner,
  type EraseStore,
  type GrantRequest,
  type HolderKey,
  holderKey,
  type Issuer,
  type IssuerOptions,
  importKeySet,
  importTagKeys,
  type KeySet,
  LinkError,
  type LinkStore,
  memoryEraseStore,
  memoryStore,
  type OpenEvent,
  type Redeemed,
  type Redeemer,
  type RedeemRequest,
  type TagKeySet,
} from '../src/index.js';

export const ISSUER = 'img.trust.example';
export const ORIGIN = 'https://img.trust.example';
/** The cheapest scrypt there is: tests are about counting, not about stretching. */
export const QUICK = { N: 2, r: 1, p: 1 };

export interface World {
  issuer: Issuer;
  clock: FakeClock;
  seconds: () => number;
  random: (length: number) => Uint8Array<ArrayBuffer>;
  store: LinkStore;
  shares: EraseStore;
  events: OpenEvent[];
  keySet: KeySet;
  tagKeys: TagKeySet;
  request: (changes?: Partial<GrantRequest>) => GrantRequest;
  redeemer: () => Promise<Redeemer>;
  redeem: (handle: string, redeemer: Redeemer, changes?: Partial<RedeemRequest>) => Promise<Redeemed>;
}

/** An issuer with its stores, clock and audit log, the same in every run. */
export async function world(options: Partial<IssuerOptions> & { seed?: string } = {}): Promise<World> {
  const { seed = 'world', ...rest } = options;
  // Keys of their own stream, so that worlds of one seed share them whatever else they draw.
  const keys = seededRandom(`${seed} keys`);
  const random = seededRandom(seed);
  const clock = fakeClock();
  const seconds = (): number => Math.floor(clock.now() / 1000);
  const events: OpenEvent[] = [];
  const signer = await createSigner(keys(32));
  const tagKey = keys(32);
  const store = options.store ?? memoryStore();
  const shares = options.shares ?? memoryEraseStore();
  const issuer = await createIssuer({
    issuer: ISSUER,
    origins: [ORIGIN],
    signer,
    tagKeys: [{ key: tagKey }],
    clock: seconds,
    random,
    passcodeCost: QUICK,
    audit: (event) => {
      events.push(event);
      return `receipt ${events.length}`;
    },
    ...rest,
    store,
    shares,
  });
  return {
    issuer,
    clock,
    seconds,
    random,
    store,
    shares,
    events,
    keySet: await importKeySet([{ publicKey: signer.publicKey, issuer: ISSUER }]),
    tagKeys: importTagKeys([{ key: tagKey }]),
    request: (changes = {}) => ({
      object: random(32),
      expires: seconds() + 3600,
      maxUses: 1,
      purpose: 'direct-care',
      binding: 'bearer',
      permissions: ['view'],
      issuerUser: random(32),
      ...changes,
    }),
    redeemer: () => createRedeemer({ random }),
    redeem: (handle, redeemer, changes = {}) =>
      issuer.redeem(handle, {
        ephemeralKey: redeemer.publicKey,
        context: {},
        authorize: () => ({ permit: true }),
        ...changes,
      }),
  };
}

/** The LinkError that a promise or a call ends in; throws when it ends well or in anything else. */
export async function refusal(act: (() => unknown) | Promise<unknown>): Promise<LinkError> {
  try {
    await (typeof act === 'function' ? act() : act);
  } catch (error) {
    if (error instanceof LinkError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Every substitution by and insertion of a character of the base64url alphabet, every deletion, every swap of neighbours. */
export function* everyEdit(text: string): Generator<string> {
  for (let at = 0; at <= text.length; at++) {
    const [before, here, after] = [text.slice(0, at), text.charAt(at), text.slice(at + 1)];
    for (const char of ALPHABET) {
      yield before + char + here + after;
      if (here !== '' && char !== here) yield before + char + after;
    }
    if (here === '') continue;
    yield before + after;
    const next = text.charAt(at + 1);
    if (next !== '' && next !== here) yield before + next + here + after.slice(1);
  }
}

const WEBCRYPTO = { ES256: { name: 'ECDSA', namedCurve: 'P-256' }, EdDSA: { name: 'Ed25519' } };

/** A recipient's key that cannot be extracted, fresh in every run. */
export async function holder(algorithm: 'ES256' | 'EdDSA' = 'ES256'): Promise<HolderKey> {
  const pair = await crypto.subtle.generateKey(WEBCRYPTO[algorithm], false, ['sign', 'verify']);
  return holderKey(pair as CryptoKeyPair);
}
