// The breach pack over a million entries: one person's 5,000 views of 2,000 patients among everybody else's, with the
// secrets in local files. Asked by the store's index, and without one, by a replay that also shows that nothing is hidden.
// WARDSEAL_BENCH_ENTRIES makes a smaller log.
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEvent, createEventId, generateLogKey, type LogSource, logSigner, openLog } from '@wardseal/audit';
import { fileKeyStore, fileStore, folderReader } from '@wardseal/audit/file-store';
import { breachPack } from '@wardseal/audit/report';
import { compare } from '@wardseal/testkit/node';
import { diskWithSync, preparedEntry, UNWITNESSED } from './prepared.ts';

const ENTRIES = Number(process.env['WARDSEAL_BENCH_ENTRIES'] ?? 1_000_000);
const MATCHING = 5000;
const PATIENTS = 2000;
// Callers that shared a sync when the entries were written.
const BATCH = 16;
const root = mkdtempSync(join(tmpdir(), 'wardseal-bench-'));
const folder = join(root, 'log');
const origin = 'bench.example/2026';
const { vkey, skey } = await generateLogKey(origin);
const fs = diskWithSync(async () => undefined);
const keys = fileKeyStore(join(root, 'keys'), { fs });
const open = async (path: string) =>
  openLog({ origin, store: fileStore(path, { fs }), keys, signer: await logSigner(skey), unwitnessed: UNWITNESSED });

function view(n: number): AuditEvent {
  const patient = createHash('sha256')
    .update(`patient ${n % PATIENTS}`)
    .digest('base64url');
  return {
    id: createEventId(),
    occurredAt: new Date().toISOString(),
    // Every 127th of them was recalled afterwards.
    type: n % 127 === 126 ? 'recall' : 'image.view',
    outcome: 'success',
    actor: { id: 'person-moss', kind: 'practitioner', role: 'ward nurse', org: 'RX1' },
    subject: { handle: patient },
    object: { kind: 'item', id: `item-${n % 3000}` },
    purpose: 'TREAT',
  };
}

const started = performance.now();
// Their real entries come from a small log of the same origin and secrets, and are strewn over the large one.
const small = await open(join(root, 'small'));
await Promise.all(Array.from({ length: MATCHING }, (_, n) => small.append(view(n))));
await small.close();
await (await open(folder)).close();
const others = Array.from({ length: 20_000 }, () => new Uint8Array(randomBytes(32)));
let at = 0;
const prepared = (count: number) => Array.from({ length: count }, () => preparedEntry(others[at++ % others.length]!));
const store = fileStore(folder, { fs });
await store.open(origin, vkey);
for await (const real of (await folderReader(join(root, 'small'))).readEntries!(0)) {
  let left = ENTRIES / MATCHING - 1;
  for (; left >= BATCH; left -= BATCH) await store.append(prepared(BATCH));
  await store.append([...prepared(left), real]);
}
await store.close();
await (await open(folder)).close();
console.log(`made ${ENTRIES} entries in ${((performance.now() - started) / 1000).toFixed(1)} s`);

const reader = await folderReader(folder);
const { select: _, ...unindexed } = reader;
const pack = async (source: LogSource['reader']): Promise<void> => {
  const { subjects, completeness } = await breachPack({
    sources: { reader: source, keys, policy: { logKey: vkey } },
    about: { actor: { id: 'person-moss', org: 'RX1' } },
    awareAt: Date.now(),
  });
  if (subjects.length !== PATIENTS || completeness.matching !== MATCHING || completeness.entries !== ENTRIES)
    throw new Error(`${subjects.length} subjects, ${completeness.matching} of ${completeness.entries} entries`);
};

await compare(
  'breach pack',
  { 'by the index': () => pack(reader), 'by a replay': () => pack(unindexed) },
  {
    rounds: 3,
    unit: 'pack',
    out: 'breach',
    notes: `${ENTRIES} entries, ${MATCHING} of one person about ${PATIENTS} patients, secrets in local files, each row with its proof`,
  },
);
rmSync(root, { recursive: true });
