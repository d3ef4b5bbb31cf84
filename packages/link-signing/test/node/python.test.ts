import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { hex } from '@wardseal/primitives';
import { everyBitFlip } from '@wardseal/testkit';
import { beforeAll, expect, it } from 'vitest';
import { thumbprintOf } from '../../src/codec/cose-key.js';
import {
  createSigner,
  delegate,
  type HolderKey,
  holderKey,
  importKeySet,
  type KeySet,
  verifyChain,
  verifyGrant,
} from '../../src/index.js';
import { type World, world } from '../world.js';

// Debian's own python, whose packages those of a virtual environment on PATH would hide.
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('./python/verify_grants.py', import.meta.url));

interface Answer {
  readonly refused?: string;
  readonly claims?: Record<string, unknown>;
}

let here: World;
let publicKey: string;
let keySet: KeySet;

/** What a verifier says that shares neither code nor language with ours. */
function ask(chains: readonly (readonly Uint8Array[])[]): Answer[] {
  const input = JSON.stringify({ publicKey, chains: chains.map((chain) => chain.map(hex)) });
  const { stdout, stderr, status } = spawnSync(PYTHON, [SCRIPT], { input, encoding: 'utf8', maxBuffer: 1e8 });
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Answer[];
}

beforeAll(async () => {
  const found = spawnSync(PYTHON, ['-c', 'import cbor2, cryptography']);
  if (found.status !== 0)
    throw new Error('missing: sudo apt-get install -y --no-install-recommends python3-cbor2 python3-cryptography');
  const signer = await createSigner(new Uint8Array(32).fill(7));
  publicKey = hex(signer.publicKey);
  keySet = await importKeySet([{ publicKey: signer.publicKey, issuer: 'img.trust.example' }]);
  here = await world({ signer });
});

it('cbor2 and cryptography read what we sign, and read the same', async () => {
  const { issuer, request, random } = here;
  const requests = [
    request(),
    request({ binding: 'passcode', passcode: '483920', maxUses: 100, purpose: 'complaint' }),
    request({ notBefore: here.seconds() + 60, recipient: random(32) }),
    request({ binding: 'passkey', recipientKey: random(32), policy: { digest: random(32), revision: 70_000 } }),
  ];
  const grants = [];
  for (const one of requests) grants.push((await issuer.grant(one)).grant);
  const answers = ask(grants.map((grant) => [grant]));
  for (const [i, { claims }] of answers.entries()) {
    const own = claims!['-65537'] as Record<string, unknown>;
    const { object, issuerUser, expires, maxUses } = requests[i]!;
    expect([own['10'], own['9'], claims!['4'], own['1']]).toEqual([hex(object), hex(issuerUser), expires, maxUses]);
    expect([claims!['1'], claims!['3']]).toEqual(['img.trust.example', 'https://img.trust.example']);
  }
});

it('refuses what we refuse: every changed bit, and another signer', async () => {
  const { grant } = await here.issuer.grant(here.request());
  expect((await verifyGrant(grant, keySet, here.seconds())).claims.maxUses).toBe(1);
  const changed = [...everyBitFlip(grant)].map((one) => [new Uint8Array(one)]);
  const answers = ask([[grant], ...changed]);
  expect(answers.shift()).toHaveProperty('claims');
  expect(answers.filter(({ refused }) => refused === undefined)).toEqual([]);
  expect(answers.filter(({ refused }) => refused === 'signature').length).toBeGreaterThan(500);
  const other = await world({ seed: 'another issuer' });
  expect(ask([[(await other.issuer.grant(other.request())).grant]])).toEqual([{ refused: 'ValueError' }]);
});

it.each(['P-256', 'Ed25519'] as const)('follows a grant that the holder of a key of %s delegated', async (kind) => {
  const algorithm = kind === 'P-256' ? { name: 'ECDSA', namedCurve: kind } : { name: kind };
  const pair = (): Promise<HolderKey> =>
    crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']).then((keys) => holderKey(keys as CryptoKeyPair));
  const [holder, next] = [await pair(), await pair()];
  const { issuer, request, random } = here;
  const { grant: parent } = await issuer.grant(
    request({
      binding: 'holder-of-key',
      recipientKey: thumbprintOf(holder.publicKey),
      recipient: random(32),
      permissions: ['view', 'delegate'],
      delegationDepth: 1,
    }),
  );
  const narrowing = { recipientKey: thumbprintOf(next.publicKey), recipient: random(32) };
  const child = await delegate(parent, narrowing, holder, { now: here.seconds(), random });
  expect((await verifyChain([child, parent], keySet, here.seconds())).ancestors).toHaveLength(1);
  const forged = await delegate(parent, narrowing, holder, { now: here.seconds(), random });
  forged[forged.length - 1]! ^= 1;
  const [good, ...bad] = ask([
    [child, parent],
    [forged, parent],
    [child, child],
    [parent, child],
  ]);
  expect((good!.claims!['-65537'] as Record<string, unknown>)['8']).toBe(hex(narrowing.recipient));
  expect(bad.every(({ refused }) => refused !== undefined)).toBe(true);
});
