import { seededNumbers, seededRandom } from '@wardseal/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Bytes,
  concat,
  consistencyPath,
  consistent,
  emptyRoot,
  equal,
  fromHex,
  hex,
  inclusionPath,
  leafHash,
  MerkleBuilder,
  nodeHash,
  rangeHash,
  rootFromInclusion,
  sha256,
  treeRoot,
  utf8,
} from '../src/index.js';
import vectors from '../vectors/merkle.json' with { type: 'json' };
import { onAll } from './back-ends.js';

const leaves = Array.from({ length: 300 }, (_, i) => leafHash(utf8(`leaf ${i}`)));

// The definitions of RFC 6962 section 2.1 as they stand there, over a plain list.
function MTH(d: readonly Uint8Array[]): Uint8Array {
  if (d.length === 0) return sha256(new Uint8Array(0));
  if (d.length === 1) return d[0]!;
  const k = 2 ** Math.ceil(Math.log2(d.length) - 1);
  return sha256(concat(Uint8Array.of(1), MTH(d.slice(0, k)), MTH(d.slice(k))));
}
function PATH(m: number, d: readonly Uint8Array[]): Uint8Array[] {
  if (d.length === 1) return [];
  const k = 2 ** Math.ceil(Math.log2(d.length) - 1);
  return m < k ? [...PATH(m, d.slice(0, k)), MTH(d.slice(k))] : [...PATH(m - k, d.slice(k)), MTH(d.slice(0, k))];
}
function SUBPROOF(m: number, d: readonly Uint8Array[], whole: boolean): Uint8Array[] {
  if (m === d.length) return whole ? [] : [MTH(d)];
  const k = 2 ** Math.ceil(Math.log2(d.length) - 1);
  return m <= k
    ? [...SUBPROOF(m, d.slice(0, k), whole), MTH(d.slice(k))]
    : [...SUBPROOF(m - k, d.slice(k), false), MTH(d.slice(0, k))];
}

/** Complete subtrees, computed anew from the leaves: slow, and plainly right. */
const read = (level: number, index: number): Uint8Array =>
  MTH(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level));

test(vectors.source, async () => {
  const roots = await onAll(() => {
    const tree = new MerkleBuilder();
    return [
      hex(tree.root()),
      ...vectors.leaves.map((leaf) => {
        tree.append(leafHash(fromHex(leaf)!));
        return hex(tree.root());
      }),
    ];
  });
  for (const found of roots) expect(found).toEqual([vectors.empty, ...vectors.roots]);
});

describe('against the definitions, for every size up to 70', () => {
  test('roots, however they are made', async () => {
    const tree = new MerkleBuilder();
    for (let size = 0; size <= 70; size++) {
      const expected = MTH(leaves.slice(0, size));
      expect(tree.root()).toEqual(expected);
      expect(await treeRoot(size, read)).toEqual(expected);
      expect(tree.size).toBe(size);
      tree.append(leaves[size]!);
    }
    expect(emptyRoot()).toEqual(MTH([]));
    expect(await rangeHash(64, 70, read)).toEqual(MTH(leaves.slice(64, 70)));
  });

  test('inclusion paths of every leaf', async () => {
    for (let size = 1; size <= 70; size++) {
      const root = MTH(leaves.slice(0, size));
      for (let index = 0; index < size; index++) {
        const path = await inclusionPath(index, size, read);
        expect(path).toEqual(PATH(index, leaves.slice(0, size)));
        expect(rootFromInclusion(index, size, leaves[index]!, path)).toEqual(root);
      }
    }
  });

  test('consistency paths of every pair of sizes', async () => {
    const roots = Array.from({ length: 71 }, (_, size) => MTH(leaves.slice(0, size)));
    for (let newer = 0; newer <= 70; newer++) {
      for (let older = 0; older <= newer; older++) {
        const path = await consistencyPath(older, newer, read);
        if (older > 0) expect(path).toEqual(SUBPROOF(older, leaves.slice(0, newer), true));
        expect(consistent(older, newer, roots[older]!, roots[newer]!, path)).toBe(true);
      }
    }
  });
});

test('random sizes up to 300 agree with the definitions', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(), async (size, a, b) => {
      const part = leaves.slice(0, size);
      expect(await treeRoot(size, read)).toEqual(MTH(part));
      expect(await inclusionPath(a % size, size, read)).toEqual(PATH(a % size, part));
      const older = (b % size) + 1;
      expect(await consistencyPath(older, size, read)).toEqual(SUBPROOF(older, part, true));
    }),
    { numRuns: 60 },
  );
});

test('sizes beyond 32 bits and up to 2^53 - 1 stay exact', async () => {
  // A tree whose complete subtrees are named, not computed: node hashes still bind the shape.
  const named = (level: number, index: number): Bytes => {
    if (level === 0) return leafHash(utf8(String(index)));
    return sha256(utf8(`${level}/${index}`));
  };
  for (const size of [2 ** 32 - 1, 2 ** 32 + 1, 2 ** 48 + 12_345, Number.MAX_SAFE_INTEGER]) {
    const index = size - 1;
    const path = await inclusionPath(index, size, named);
    expect(rootFromInclusion(index, size, named(0, index), path)).toEqual(await treeRoot(size, named));
    expect(rootFromInclusion(index - 1, size, named(0, index), path)).not.toEqual(await treeRoot(size, named));
  }
});

describe('wrong proofs are refused', () => {
  /** All the ways to spoil a proof's list of hashes by one step. */
  function* spoilt(path: readonly Uint8Array[]): Generator<Uint8Array[]> {
    for (let at = 0; at < path.length; at++) {
      const bit = new Uint8Array(path[at]!);
      bit[at % 32]! ^= 1 << (at % 8);
      yield path.with(at, bit) as Uint8Array[];
      yield path.with(at, path[at]!.subarray(1)) as Uint8Array[];
      yield path.toSpliced(at, 1);
      yield path.toSpliced(at, 0, path[at]!);
    }
    yield [...path, new Uint8Array(32)];
    yield [new Uint8Array(32), ...path];
    if (path.length > 1) yield [...path].reverse();
  }
  const same = (a: Uint8Array | null, b: Uint8Array): boolean => a !== null && equal(a, b);

  test('inclusion', async () => {
    for (const size of [1, 2, 3, 7, 8, 33, 70]) {
      const root = MTH(leaves.slice(0, size));
      for (let index = 0; index < size; index++) {
        const leaf = leaves[index]!;
        const path = await inclusionPath(index, size, read);
        for (const bad of spoilt(path)) {
          if (bad.length === path.length && bad.every((step, i) => equal(step, path[i]!))) continue;
          expect(same(rootFromInclusion(index, size, leaf, bad), root)).toBe(false);
        }
        for (let other = 0; other < size; other++) {
          if (other !== index) expect(same(rootFromInclusion(other, size, leaf, path), root)).toBe(false);
        }
        expect(same(rootFromInclusion(index, size, leaves[299]!, path), root)).toBe(false);
        expect(rootFromInclusion(index, size, leaf.subarray(1), path)).toBeNull();
      }
    }
    for (const [index, size] of [
      [-1, 3],
      [3, 3],
      [0, 0],
      [0.5, 3],
      [0, 2 ** 53],
      [Number.NaN, 3],
    ] as const) {
      expect(rootFromInclusion(index, size, leaves[0]!, [])).toBeNull();
    }
  });

  test('consistency', async () => {
    for (const newer of [2, 3, 7, 8, 33, 70]) {
      for (let older = 1; older < newer; older++) {
        const [oldRoot, newRoot] = [MTH(leaves.slice(0, older)), MTH(leaves.slice(0, newer))];
        const path = await consistencyPath(older, newer, read);
        for (const bad of spoilt(path)) {
          if (bad.length === path.length && bad.every((step, i) => equal(step, path[i]!))) continue;
          expect(consistent(older, newer, oldRoot, newRoot, bad)).toBe(false);
        }
        expect(consistent(older, newer, newRoot, oldRoot, path)).toBe(false);
        expect(consistent(older, newer, oldRoot, oldRoot, path)).toBe(false);
        expect(consistent(older + 1, newer, oldRoot, newRoot, path)).toBe(false);
        expect(consistent(newer, older, newRoot, oldRoot, path)).toBe(false);
      }
    }
    const root = MTH(leaves.slice(0, 3));
    expect(consistent(3, 3, root, root, [root])).toBe(false);
    expect(consistent(0, 3, emptyRoot(), root, [root])).toBe(false);
    expect(consistent(0, 3, root, root, [])).toBe(false);
    expect(consistent(-1, 3, root, root, [])).toBe(false);
    expect(consistent(0.5, 3, root, root, [])).toBe(false);
  });

  test('asking for what cannot be is the caller’s mistake', async () => {
    for (const [index, size] of [
      [3, 3],
      [-1, 3],
      [0.5, 3],
      [0, 2 ** 53],
    ] as const)
      await expect(inclusionPath(index, size, read)).rejects.toThrow(RangeError);
    for (const [older, newer] of [
      [4, 3],
      [-1, 3],
      [0.5, 3],
    ] as const)
      await expect(consistencyPath(older, newer, read)).rejects.toThrow(RangeError);
    await expect(treeRoot(-1, read)).rejects.toThrow(RangeError);
  });
});

test('a builder resumed from complete subtrees goes on as if it had seen every leaf', () => {
  const next = seededNumbers('resume');
  for (let run = 0; run < 30; run++) {
    const size = next() % 300;
    const told: string[] = [];
    const tree = new MerkleBuilder((level, hash) => told.push(`${level} ${hex(hash)}`));
    let at = 0;
    for (let level = 8; level >= 0; level--) {
      if (Math.floor(size / 2 ** level) % 2 === 0) continue;
      tree.appendSubtree(level, read(level, at / 2 ** level));
      at += 2 ** level;
    }
    expect(tree.size).toBe(size);
    for (; at < 300; at++) tree.append(leaves[at]!);
    expect(tree.root()).toEqual(MTH(leaves));
    expect(told).toContain(`8 ${hex(MTH(leaves.slice(0, 256)))}`);
  }
  const tree = new MerkleBuilder();
  tree.append(leaves[0]!);
  expect(() => tree.appendSubtree(1, leaves[1]!)).toThrow(RangeError);
  expect(nodeHash(leaves[0]!, leaves[1]!)).toEqual(MTH(leaves.slice(0, 2)));
  expect(() => nodeHash(leaves[0]!.subarray(1), leaves[1]!)).toThrow(RangeError);
  expect(() => nodeHash(leaves[0]!, new Uint8Array(33))).toThrow(RangeError);
  expect(leafHash(seededRandom(1)(3))).toEqual(sha256(concat(Uint8Array.of(0), seededRandom(1)(3))));
});
