// Verifying a signed directory, beside the least that anybody could do: checking its proofs' signatures with Node's own code.
// There is no JavaScript peer. Figures are for one entry with a post-quantum key and two passkeys.
import { createPublicKey, randomBytes, verify } from 'node:crypto';
import {
  answerChallenge,
  challengeEnrolment,
  createEnrolment,
  createOrganisation,
  delegateDirectory,
  generateIdentity,
  generateSigningKey,
  signSnapshot,
  verifyEnrolment,
  verifySnapshot,
} from '@wardseal/crypto';
import { compare } from '@wardseal/testkit/node';

const PEOPLE = 1_000;
const organisation = 'demo-trust';
const now = Math.floor(Date.now() / 1000);
const { root, thumbprint: rootThumbprint } = await createOrganisation();
const directoryKey = await generateSigningKey();
const delegation = await delegateDirectory(root, directoryKey.publicKey, { organisation, until: now + 86_400 });
const passkey = () => ({
  id: randomBytes(32).toString('base64url'),
  publicKey: randomBytes(77).toString('base64url'),
});

async function enrol(i: number) {
  const link = { secret: new Uint8Array(randomBytes(32)), person: `p-${i}`, organisation, rootThumbprint };
  const { identity } = await generateIdentity();
  const keys = await generateSigningKey();
  const request = await createEnrolment({ ...link, identity, keys, credentials: [passkey(), passkey()] });
  const challenge = await challengeEnrolment(request, link);
  const answer = await answerChallenge(challenge.message, { secret: link.secret, identity, request });
  const proven = await verifyEnrolment(request, answer, { ...link, challenge });
  return { ...proven, roles: ['registrar'], teams: ['eyes', 'on-call'], validFrom: now, validTo: now + 86_400 };
}

const entries = await Promise.all(Array.from({ length: PEOPLE }, (_, i) => enrol(i)));
const signing = { directoryKey, delegation, organisation };
const snapshot = await signSnapshot(entries, { ...signing, epoch: 1 });
const since = await verifySnapshot(snapshot, { rootThumbprint });
const next = await signSnapshot(entries, { ...signing, epoch: 2, previous: since.digest });

/** The signatures of all proofs, and nothing else. */
function signaturesAlone(): void {
  for (const { signingKey, possession } of entries) {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signingKey }, format: 'jwk' });
    const end = possession.lastIndexOf('.');
    const signature = Buffer.from(possession.slice(end + 1), 'base64url');
    if (!verify(null, Buffer.from(possession.slice(0, end)), key, signature)) throw new Error('a proof is wrong');
  }
}

await compare(
  'verify a signed directory',
  {
    'every entry new': () => verifySnapshot(snapshot, { rootThumbprint }),
    'every entry seen before': () => verifySnapshot(next, { rootThumbprint, since }),
    'node:crypto, the signatures alone': signaturesAlone,
  },
  {
    unit: 'entry',
    perCall: PEOPLE,
    baseline: 'node:crypto, the signatures alone',
    out: 'directory',
    notes: `${PEOPLE} entries, ${Math.round(snapshot.length / PEOPLE)} bytes each`,
  },
);
