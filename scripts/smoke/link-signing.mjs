import { notSecret } from './random.mjs';

const NOW = 1_772_355_600;

/** Mints a link and verifies its grant; the same grant under another key is refused. */
export async function smoke(api) {
  const { createIssuer, createSigner, importKeySet, memoryEraseStore, memoryStore, verifyGrant } = api;
  const issuer = 'img.trust.example';
  const signer = await createSigner(new Uint8Array(32).fill(1));
  const other = await createSigner(new Uint8Array(32).fill(2));
  const links = await createIssuer({
    issuer,
    origins: [`https://${issuer}`],
    signer,
    tagKeys: [{ key: new Uint8Array(32).fill(3) }],
    store: memoryStore(),
    shares: memoryEraseStore(),
    audit: () => {},
    clock: () => NOW,
    random: notSecret,
  });
  const { grant } = await links.grant({
    object: notSecret(32),
    expires: NOW + 3600,
    maxUses: 1,
    purpose: 'direct-care',
    binding: 'bearer',
    permissions: ['view'],
    issuerUser: notSecret(16),
  });
  const keySet = ({ publicKey }) => importKeySet([{ publicKey, issuer }]);
  const { claims } = await verifyGrant(grant, await keySet(signer), NOW);
  const refused = await verifyGrant(grant, await keySet(other), NOW).then(
    () => false,
    ({ code }) => code === 'GRANT_UNTRUSTED',
  );
  return refused && claims.maxUses === 1;
}
