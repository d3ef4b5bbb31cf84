import {
  createProof,
  type HolderKey,
  keyThumbprint,
  openingToken,
  type Redeemed,
  type Redeemer,
  type RedeemRequest,
} from '../src/index.js';
import { holder, ORIGIN, type World } from './world.js';

export const REDEEM_URL: string = `${ORIGIN}/o/redeem`;

/** A recipient with a key of their own. */
export interface Person {
  key: HolderKey;
  recipientKey: Uint8Array<ArrayBuffer>;
  recipient: Uint8Array<ArrayBuffer>;
}

export async function person(of: World, algorithm: 'ES256' | 'EdDSA' = 'ES256'): Promise<Person> {
  const key = await holder(algorithm);
  return { key, recipientKey: keyThumbprint(key.publicKey), recipient: of.random(32) };
}

/** The fields of a grant bound to a person's key. */
export const forPerson = ({ recipientKey, recipient }: Person) => ({ binding: 'holder-of-key', recipientKey, recipient }) as const; // biome-ignore format: one line
export const passedOn = { permissions: ['view', 'delegate'], delegationDepth: 3 } as const;

/** What a request needs for a link bound to a key. */
export async function proven(
  of: World,
  handle: string,
  redeemer: Redeemer,
  by: Person,
  url = REDEEM_URL,
): Promise<Partial<RedeemRequest>> {
  const token = openingToken(handle, redeemer.publicKey);
  const jwt = await createProof({
    key: by.key,
    method: 'POST',
    url,
    token,
    nonce: of.issuer.proofNonce(),
    now: of.seconds(),
  });
  return { proof: { jwt, method: 'POST', url } };
}
/** Opens a link with a proof of a person's key. */
export async function open(of: World, handle: string, by: Person): Promise<{ mine: Redeemer; redeemed: Redeemed }> {
  const mine = await of.redeemer();
  return { mine, redeemed: await of.redeem(handle, mine, await proven(of, handle, mine, by)) };
}
