import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { join } from 'node:path';
import { loadPolicy } from '@wardseal/policy';
import { activate, approve, newRegister, propose, signApproval, signPack } from '@wardseal/policy/governance';
import { nhs } from '@wardseal/policy/packs/nhs';
import { readJson, readText, writeWhole } from '../custodian/files.js';
import type { TrustConfig } from '../wire/trust-config.js';

type Signatory = TrustConfig['guardians'][number];

/** Makes the key with which a guardian signs policies, unless the file has it. */
async function policyKey(path: string): Promise<{ readonly key: KeyObject; readonly publicKey: string }> {
  const there = (await readJson(path)) as { d: string; x: string } | null;
  const jwk = there ?? generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
  if (there === null) await writeWhole(path, JSON.stringify(jwk));
  return { key: createPrivateKey({ key: jwk, format: 'jwk' }), publicKey: jwk.x as string };
}

/** The two guardians who sign, their keys in their own folder. */
export async function signatories(
  folder: string,
  who: readonly { readonly id: string; readonly policyRole: string }[],
): Promise<readonly (Signatory & { readonly key: KeyObject })[]> {
  return Promise.all(
    who.map(async ({ id, policyRole }) => ({
      id,
      role: policyRole,
      ...(await policyKey(join(folder, `${id}.policy.json`))),
    })),
  );
}

/**
 * The first policy of a trust: proposed by one, approved and signed by two guardians, in force. Proofs and examples run
 * before it is. A file that is there stays, whatever this program would make today.
 */
export async function firstPolicy(
  path: string,
  signing: readonly (Signatory & { readonly key: KeyObject })[],
  by: string,
  now: Date,
): Promise<{ readonly policyId: string }> {
  const there = await readText(path);
  if (there !== null) return { policyId: loadPolicy(JSON.parse(there)).document.id };
  const at = now.toISOString();
  const reviewBy = new Date(now.getTime() + 365 * 86_400_000).toISOString();
  const pack = loadPolicy({ ...nhs(), reviewBy });
  const guardians = signing.map(({ id, role, publicKey }) => ({ id, role, publicKey }));
  let { register } = propose(newRegister(pack.document.id), { pack, by, at, reason: 'First policy of the trust' });
  for (const { id, role, key } of signing) {
    const approval = await signApproval(pack, { by: id, role, at, sign: (message) => sign(null, message, key) });
    ({ register } = await approve(register, { version: 1, approval, guardians }));
  }
  ({ register } = await activate(register, { version: 1, by, at, guardians }));
  await writeWhole(path, await signPack(register, { guardians }), 0o644);
  return { policyId: pack.document.id };
}
