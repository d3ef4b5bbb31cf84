import { type VectorSet, vectorSet } from '@wardseal/testkit/node';
import { afterAll, describe, expect, test } from 'vitest';
import {
  aeadOpen,
  aeadSeal,
  consistent,
  equal,
  forceBackend,
  fromBase64,
  fromHex,
  hex,
  hkdfSha256,
  hmacSha256,
  injectRandom,
  mldsaVerifier,
  rootFromInclusion,
  x25519Shared,
} from '../../src/index.js';
import { mlkemDecapsulate, mlkemEncapsulate, mlkemPublicKey } from '../../src/mlkem.js';
import { BACKENDS } from '../back-ends.js';

interface Case {
  tcId: number;
  comment?: string;
  result: 'valid' | 'invalid' | 'acceptable';
  flags?: string[];
}
interface Wycheproof<Group, C> {
  numberOfTests: number;
  testGroups: (Group & { tests: (Case & C)[] })[];
}
const bytes = (text: string): Uint8Array<ArrayBuffer> => fromHex(text)!;

afterAll(() => forceBackend());

/** Runs every case of a Wycheproof file on each back end. `check` says whether the case's own claim holds. */
function wycheproof<Group, C>(
  file: string,
  cases: number,
  check: (one: Case & C, group: Group) => Promise<boolean> | boolean,
): void {
  const set = vectorSet(`wycheproof/testvectors_v1/${file}`, cases);
  describe.each(BACKENDS)('on %s', (name) => {
    test.skipIf(!set.available)(set.title, async () => {
      forceBackend(name);
      const data = set.json() as Wycheproof<Group, C>;
      const wrong: string[] = [];
      let run = 0;
      for (const group of data.testGroups) {
        for (const one of group.tests) {
          run++;
          const holds = await check(one, group);
          // "acceptable" cases state what a library that takes them must compute: ours takes or refuses by its own rule,
          // which `check` knows.
          if (holds !== (one.result !== 'invalid')) wrong.push(`${one.tcId} ${one.result} ${one.comment ?? ''}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(run).toBe(cases);
    });
  });
}

wycheproof<{ ivSize: number }, { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }>(
  'chacha20_poly1305_test.json',
  325,
  async ({ key, iv, aad, msg, ct, tag, result }) => {
    const sealed = bytes(ct + tag);
    if (iv.length !== 24) {
      expect(() => aeadOpen(bytes(key), bytes(iv), sealed, bytes(aad))).toThrow(RangeError);
      return false;
    }
    const opened = await aeadOpen(bytes(key), bytes(iv), sealed, bytes(aad));
    if (result === 'valid') expect(hex(await aeadSeal(bytes(key), bytes(iv), bytes(msg), bytes(aad)))).toBe(ct + tag);
    return opened !== null && hex(opened) === msg;
  },
);

wycheproof<object, { public: string; private: string; shared: string; flags: string[] }>(
  'x25519_test.json',
  518,
  async ({ public: theirs, private: mine, shared, flags }) => {
    const found = await x25519Shared(bytes(mine), bytes(theirs));
    // The one class we refuse: a zero shared secret (RFC 7748 section 6.1). Non-canonical and twist points are computed.
    return flags.includes('ZeroSharedSecret') ? found === null : found !== null && hex(found) === shared;
  },
);

wycheproof<object, { ikm: string; salt: string; info: string; size: number; okm: string }>(
  'hkdf_sha256_test.json',
  86,
  ({ ikm, salt, info, size, okm }) => {
    if (size > 8160) {
      expect(() => hkdfSha256(bytes(ikm), bytes(salt), bytes(info), size)).toThrow(RangeError);
      return false;
    }
    return hex(hkdfSha256(bytes(ikm), bytes(salt), bytes(info), size)) === okm;
  },
);

wycheproof<{ tagSize: number }, { key: string; msg: string; tag: string }>(
  'hmac_sha256_test.json',
  174,
  ({ key, msg, tag }, { tagSize }) => equal(hmacSha256(bytes(key), bytes(msg)).subarray(0, tagSize / 8), bytes(tag)),
);

wycheproof<{ publicKey: string }, { msg: string; sig: string; ctx?: string }>(
  'mldsa_44_verify_test.json',
  180,
  async ({ msg, sig, ctx, result }, { publicKey }) => {
    // A context is not among what ours can be asked for: such a signature is one on another message.
    if (ctx) return result !== 'invalid';
    if (publicKey.length !== 2624) {
      await expect(mldsaVerifier(bytes(publicKey))).rejects.toThrow(RangeError);
      return false;
    }
    return (await mldsaVerifier(bytes(publicKey)))(bytes(msg), bytes(sig));
  },
);

wycheproof<object, { seed: string; ek: string; c: string; K: string }>(
  'mlkem_768_test.json',
  193,
  async ({ seed, ek, c, K }) => {
    if (seed.length !== 128) {
      await expect(mlkemDecapsulate(bytes(seed), bytes(c))).rejects.toThrow(RangeError);
      return false;
    }
    const shared = await mlkemDecapsulate(bytes(seed), bytes(c));
    return shared !== null && hex(shared) === K && (ek === undefined || hex(await mlkemPublicKey(bytes(seed))) === ek);
  },
);

wycheproof<object, { seed: string; ek: string }>(
  'mlkem_768_keygen_seed_test.json',
  100,
  async ({ seed, ek }) => hex(await mlkemPublicKey(bytes(seed))) === ek,
);

wycheproof<object, { m: string; ek: string; c: string; K: string }>(
  'mlkem_768_encaps_test.json',
  265,
  async ({ m, ek, c, K, result }) => {
    // A native back end draws its own message, so what it makes cannot be compared: whether it takes the key can.
    const taken = (await mlkemEncapsulate(bytes(ek))) !== null;
    if (result === 'invalid') return taken;
    injectRandom(() => bytes(m));
    try {
      const made = await mlkemEncapsulate(bytes(ek));
      return taken && made !== null && hex(made.ciphertext) === c && hex(made.shared) === K;
    } finally {
      injectRandom();
    }
  },
);

interface Inclusion {
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
}
interface Consistency {
  size1: number;
  size2: number;
  root1: string | null;
  root2: string | null;
  proof: string[] | null;
  wantErr: boolean;
}
const hashes = (list: string[] | null): Uint8Array[] => (list ?? []).map((text) => fromBase64(text)!);
const hash = (text: string | null): Uint8Array => fromBase64(text ?? '')!;

function merkle<T extends { wantErr: boolean }>(set: VectorSet, holds: (one: T) => boolean): void {
  describe.each(BACKENDS)('on %s', (name) => {
    test.skipIf(!set.available)(set.title, () => {
      forceBackend(name);
      const files = set.files();
      const wrong = files.filter((file) => {
        const one = set.json(file) as T;
        return holds(one) === one.wantErr;
      });
      expect(wrong).toEqual([]);
      expect(files.length).toBe(set.cases);
    });
  });
}

merkle<Inclusion>(vectorSet('merkle/testdata/inclusion', 86), ({ leafIdx, treeSize, root, leafHash, proof }) => {
  const found = rootFromInclusion(leafIdx, treeSize, hash(leafHash), hashes(proof));
  return found !== null && equal(found, hash(root));
});

merkle<Consistency>(vectorSet('merkle/testdata/consistency', 84), ({ size1, size2, root1, root2, proof }) =>
  consistent(size1, size2, hash(root1), hash(root2), hashes(proof)),
);
