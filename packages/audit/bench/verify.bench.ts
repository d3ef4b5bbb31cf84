// Growing a tree leaf by leaf and checking one path in a tree of 4,096, beside merkletreejs. Its addLeaf builds the
// whole tree again; its path check hashes as often as ours but checks no signature and no place.
import { createHash } from 'node:crypto';
import { generateLogKey, type LogStore, logSigner, memoryKeyStore, openLog, verifyInclusion } from '@wardseal/audit';
import { compare } from '@wardseal/testkit/node';
import { MerkleTree } from 'merkletreejs';

const LEAVES = 4096;
const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest();

/** A store in memory: this bench is about hashing. */
function memory(): LogStore {
  const files = new Map<string, Uint8Array>();
  let size = 0;
  let checkpoint: string | null = null;
  const name = (tile: { level: unknown; index: number; width: number }): string =>
    `${tile.level}/${tile.index}/${tile.width}`;
  return {
    open: async () => ({ size: 0 }),
    async append(batch) {
      size += batch.length;
      return batch.map((_, i) => ({ index: size - batch.length + i, added: true }));
    },
    find: async () => null,
    async *readEntries() {},
    readTile: async (tile) => files.get(name(tile)) ?? null,
    readCheckpoint: async () => (checkpoint === null ? null : new Uint8Array(Buffer.from(checkpoint))),
    async integrate(work) {
      const done = await work({
        checkpoint: checkpoint === null ? null : new Uint8Array(Buffer.from(checkpoint)),
        size,
      });
      for (const tile of done?.tiles ?? []) files.set(name(tile), tile.data);
      checkpoint = done?.checkpoint ?? checkpoint;
    },
    close: async () => undefined,
  };
}

function id(n: number): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${n.toString(16).padStart(12, '0')}`;
}

const origin = 'bench.example/2026';
const { vkey, skey } = await generateLogKey(origin);
const unwitnessed = { acceptedBy: 'bench', until: '2099-12-31', reason: 'a bench' };
const signer = await logSigner(skey);
const log = await openLog({ origin, store: memory(), keys: memoryKeyStore(), signer, unwitnessed });
const leaves: Uint8Array[] = [];
let made = 0;
const append = async (count: number): Promise<void> => {
  const results = await Promise.all(
    Array.from({ length: count }, () =>
      log.append({
        id: id(made++),
        occurredAt: new Date().toISOString(),
        type: 'image.view',
        outcome: 'success',
        actor: { id: 'person-doctor-moss', kind: 'practitioner', org: 'RX1' },
      }),
    ),
  );
  for (const { leaf } of results) leaves.push(leaf);
};
await append(LEAVES);
await log.integrate();
const proof = await log.inclusionProof(1234);
const leaf = leaves[1234]!;

const tree = new MerkleTree(leaves.map(sha256), sha256);
const theirRoot = tree.getRoot();
const theirLeaf = sha256(leaf);
const theirProof = tree.getProof(theirLeaf);

await compare(
  'check one path in a tree of 4,096',
  {
    'wardseal, signature included': () => verifyInclusion(leaf, proof, { logKey: vkey }),
    'merkletreejs, path only': () => {
      if (!tree.verify(theirProof, theirLeaf, theirRoot)) throw new Error('refused');
    },
  },
  {
    rounds: 7,
    unit: 'check',
    out: 'verify-path',
    notes: 'ours checks the Ed25519 signature of the checkpoint each time',
  },
);

await compare(
  'grow a tree of 4,096 by one leaf',
  {
    'wardseal, whole append without disk': () => append(1),
    'merkletreejs addLeaf': () => tree.addLeaf(sha256(leaf)),
  },
  { rounds: 7, unit: 'leaf', out: 'grow', notes: 'ours parses, seals and checkpoints as well' },
);
await log.close();
