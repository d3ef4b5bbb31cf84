import { seededNumbers } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { Cosigners, compareCheckpoints, parsePolicy, type TileId, tilePath, verifyEvidence } from '../src/index.js';
import { TileTree } from '../src/tile-tree.js';
import { codeOf, demoSigner, ORIGIN } from './support/events.js';
import { checkpointOver, consistency, demoWitness, leavesOf } from './support/witnesses.js';

const { signer, vkey: logKey } = await demoSigner();
const policy = { logKey };

/** The tiles of a tree over those leaves. */
function tilesOver(leaves: readonly Uint8Array[]): { readTile: (id: TileId) => Promise<Uint8Array | null> } {
  const tree = new TileTree();
  const files = new Map<string, Uint8Array>();
  for (const leaf of leaves) {
    tree.append(new Uint8Array(leaf));
    if (tree.size % 256 === 0) for (const tile of tree.takeTiles()) files.set(tilePath(tile), tile.data);
  }
  for (const tile of tree.takeTiles()) files.set(tilePath(tile), tile.data);
  return { readTile: async (id) => files.get(tilePath(id)) ?? null };
}

const at = (leaves: readonly Uint8Array[]): Promise<string> => checkpointOver(leaves, [signer]);

describe('compareCheckpoints', () => {
  it('finds every split view, and proves it', async () => {
    const next = seededNumbers('split views');
    for (let i = 0; i < 60; i++) {
      const size = 1 + (next() % 300);
      const other = 1 + (next() % 300);
      const from = next() % Math.min(size, other);
      const [mine, theirs] = [leavesOf(size), leavesOf(other, 'fork', from)];
      const [a, b] = [await at(mine), await at(theirs)];
      const reader = tilesOver(size > other ? mine : theirs);
      for (const [left, right] of [
        [a, b],
        [b, a],
      ] as const) {
        const { verdict, evidence } = await compareCheckpoints(left, right, policy, reader);
        expect([size, other, from, verdict]).toEqual([size, other, from, 'split']);
        const proven = await verifyEvidence(evidence!, policy);
        expect(proven.kind).toBe(size === other ? 'same-size' : 'other-beginning');
        expect([proven.older.size, proven.newer.size]).toEqual([Math.min(size, other), Math.max(size, other)]);
      }
    }
  }, 60_000);

  it('calls nothing a split that is none', async () => {
    for (const [older, newer] of [
      [0, 0],
      [0, 5],
      [1, 300],
      [255, 256],
      [256, 257],
      [7, 7],
    ] as const) {
      const reader = tilesOver(leavesOf(newer));
      const verdict = await compareCheckpoints(await at(leavesOf(newer)), await at(leavesOf(older)), policy, reader);
      expect(verdict).toEqual({ verdict: older === newer ? 'same' : 'consistent', evidence: null });
    }
  });

  it('cannot tell without the tiles of the newer tree, and says so', async () => {
    const [older, newer] = [await at(leavesOf(5)), await at(leavesOf(9))];
    const unknown = { verdict: 'unknown', evidence: null };
    expect(await compareCheckpoints(older, newer, policy)).toEqual(unknown);
    expect(await compareCheckpoints(older, newer, policy, tilesOver(leavesOf(9, 'fork', 2)))).toEqual(unknown);
    expect(await compareCheckpoints(older, newer, policy, { readTile: async () => null })).toEqual(unknown);
    // A witness does not make up evidence from tiles of its own choice.
    expect(await compareCheckpoints(older, newer, policy, tilesOver(leavesOf(9, 'fork', 8)))).toEqual(unknown);
  });

  it('an old root of an empty tree that is none is a split', async () => {
    const { signCheckpoint } = await import('../src/cosignature.js');
    const wrong = await signCheckpoint({ origin: ORIGIN, size: 0, root: new Uint8Array(32) }, [signer], 0);
    const { verdict, evidence } = await compareCheckpoints(
      wrong,
      await at(leavesOf(9)),
      policy,
      tilesOver(leavesOf(9)),
    );
    expect(verdict).toBe('split');
    expect((await verifyEvidence(evidence!, policy)).kind).toBe('other-beginning');
  });

  it('compares only what the log signed', async () => {
    const stranger = (await demoSigner('stranger')).signer;
    const theirs = await checkpointOver(leavesOf(5), [stranger]);
    expect(await codeOf(compareCheckpoints(await at(leavesOf(5)), theirs, policy))).toBe('CHECKPOINT_UNSIGNED');
    const other = await demoSigner('signer', 'other.example');
    const foreign = await checkpointOver(leavesOf(5), [other.signer], { origin: 'other.example' });
    expect(await codeOf(compareCheckpoints(foreign, await at(leavesOf(5)), policy))).toBe('ORIGIN_MISMATCH');
  });
});

describe('verifyEvidence', () => {
  it('names the witnesses that signed each', async () => {
    const [a, b] = [await demoWitness('a.example'), await demoWitness('b.example')];
    const prove = async () => [];
    const left = (await new Cosigners([a.client]).cosign(await at(leavesOf(6)), prove)).checkpoint;
    const right = (await new Cosigners([b.client]).cosign(await at(leavesOf(6, 'fork')), prove)).checkpoint;
    const { evidence } = await compareCheckpoints(left, right, policy);
    const witnesses = parsePolicy(`witness a ${a.vkey}\nwitness b ${b.vkey}\ngroup all all a b\nquorum all\n`);
    const { older, newer } = await verifyEvidence(new TextEncoder().encode(evidence!), { ...policy, witnesses });
    expect(older.cosignatures.map(({ witness }) => witness)).toEqual(['a']);
    expect(newer.cosignatures.map(({ witness }) => witness)).toEqual(['b']);
  });

  it('refuses what both can be true, and what was changed anywhere', async () => {
    const { formatEvidence } = await import('../src/evidence.js');
    const [five, nine] = [await at(leavesOf(5)), await at(leavesOf(9))];
    const fork = await at(leavesOf(9, 'fork', 2));
    const path = consistency(5, leavesOf(9));
    const root = new Uint8Array(32);
    const { mth } = await import('./support/model.js');
    for (const [name, bundle] of Object.entries({
      same: formatEvidence({ older: five, newer: five, beginning: null }),
      sizes: formatEvidence({ older: five, newer: nine, beginning: null }),
      honest: formatEvidence({ older: five, newer: nine, beginning: { root: mth(leavesOf(5)), path } }),
      made: formatEvidence({ older: five, newer: nine, beginning: { root, path } }),
      short: formatEvidence({ older: five, newer: nine, beginning: { root, path: [] } }),
      turned: formatEvidence({ older: nine, newer: five, beginning: { root, path } }),
      twice: formatEvidence({ older: nine, newer: fork, beginning: { root: mth(leavesOf(9, 'fork', 2)), path: [] } }),
      long: formatEvidence({
        older: five,
        newer: fork,
        beginning: { root, path: Array.from({ length: 64 }, () => root) },
      }),
      equal: formatEvidence({ older: nine, newer: fork, beginning: { root, path: [] } }),
    }))
      expect(await codeOf(verifyEvidence(bundle, policy)), name).toBe('EVIDENCE_INVALID');
    const good = (await compareCheckpoints(five, fork, policy, tilesOver(leavesOf(9, 'fork', 2)))).evidence!;
    expect(await codeOf(verifyEvidence(good, policy))).toBe('none');
    for (const bad of [
      ...[
        '',
        '{}',
        'null',
        '[]',
        good.trim(),
        ` ${good}`,
        `${good}\n`,
        good.replace('v0', 'v1'),
        good.replace(/\//, '\\/'),
      ],
      ...[
        good.replace('{', '{"a":1,'),
        good.replace('"beginning":{', '"beginning":{"x":0,'),
        good.replace(/"path":\[.*\]/, '"path":{}'),
      ],
      ...[
        '{"format":"wardseal.org/split-view@v0","older":1,"newer":2,"beginning":null}\n',
        `${' '.repeat(600_000)}${good}`,
      ],
    ])
      expect(await codeOf(verifyEvidence(bad, policy))).toBe('EVIDENCE_INVALID');
    let refused = 0;
    const next = seededNumbers('evidence');
    for (let i = 0; i < 400; i++) {
      const bytes = new TextEncoder().encode(good);
      bytes[next() % bytes.length]! ^= 1 + (next() % 255);
      if ((await codeOf(verifyEvidence(bytes, policy))) !== 'none') refused++;
    }
    expect(refused).toBe(400);
  });
});
