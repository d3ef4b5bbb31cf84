// Who has looked at a record, over a million entries: 1,000 accesses of one patient among everybody else's, fifty of them
// from before it was known whose item it is. Asked by the store's index, and without one, by a replay that also shows that
// nothing is hidden. WARDSEAL_BENCH_ENTRIES makes a smaller log.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEvent, createEventId, generateLogKey, type LogSource, logSigner, openLog } from '@wardseal/audit';
import { fileKeyStore, fileStore, folderReader } from '@wardseal/audit/file-store';
import { render, subjectAccess } from '@wardseal/audit/report';
import { compare } from '@wardseal/testkit/node';
import { diskWithSync, preparedEntry, UNWITNESSED } from './prepared.ts';

const ENTRIES = Number(process.env['WARDSEAL_BENCH_ENTRIES'] ?? 1_000_000);
const MATCHING = 1000;
const ITEMS = 50;
const BATCH = 256;
// A patient is treated now and then over the year.
const PLACES = 20;

const root = mkdtempSync(join(tmpdir(), 'wardseal-bench-'));
const folder = join(root, 'log');
const origin = 'bench.example/2026';
const { vkey, skey } = await generateLogKey(origin);
const fs = diskWithSync(async () => undefined);
const keys = fileKeyStore(join(root, 'keys'), { fs });
const patient = randomBytes(32).toString('base64url');
const open = async () =>
  openLog({ origin, store: fileStore(folder, { fs }), keys, signer: await logSigner(skey), unwitnessed: UNWITNESSED });

/** Of each item: seen, then handled, then seen by eighteen more. */
function view(n: number): AuditEvent {
  const [item, turn] = [Math.floor(n / 20), n % 20];
  return {
    id: createEventId(),
    occurredAt: new Date().toISOString(),
    type: turn === 1 ? 'item.handled' : 'image.view',
    outcome: 'success',
    actor: { id: `person-${n % 300}`, kind: 'practitioner', role: 'ward nurse', org: 'RX1' },
    ...(turn > 0 && { subject: { handle: patient } }),
    object: { kind: 'item', id: `item-${item % ITEMS}` },
    purpose: 'TREAT',
  };
}

const started = performance.now();
await (await open()).close();
const others = Array.from({ length: 20_000 }, () => new Uint8Array(randomBytes(32)));
for (let place = 0; place < PLACES; place++) {
  const store = fileStore(folder, { fs });
  await store.open(origin, vkey);
  for (let left = (ENTRIES - MATCHING) / PLACES; left > 0; left -= BATCH)
    await store.append(
      Array.from({ length: Math.min(BATCH, left) }, (_, i) => preparedEntry(others[(left + i) % others.length]!)),
    );
  await store.close();
  const log = await open();
  const part = MATCHING / PLACES;
  for (let i = 0; i < part; i++) await log.append(view(place * part + i));
  await log.close();
}
console.log(`made ${ENTRIES} entries in ${((performance.now() - started) / 1000).toFixed(1)} s`);

const reader = await folderReader(folder);
const { select: _, ...unindexed } = reader;
const report = async (source: LogSource['reader']) => {
  const found = await subjectAccess({
    sources: { reader: source, keys, policy: { logKey: vkey } },
    subject: patient,
    disclose: () => ({ name: 'a name' }),
  });
  if (found.rows.length !== MATCHING - ITEMS || found.completeness.entries !== ENTRIES)
    throw new Error(`${found.rows.length} rows of ${found.completeness.entries} entries`);
  return found;
};

await compare(
  'subject access',
  { 'by the index': () => report(reader), 'by a replay': () => report(unindexed) },
  {
    rounds: 3,
    unit: 'report',
    out: 'subject-access',
    notes: `${ENTRIES} entries, ${MATCHING} of one patient and ${ITEMS} items, each row with its proof, secrets in local files`,
  },
);
const found = await report(reader);
await compare(
  'write a report of 950 rows',
  {
    html: () => render(found, 'html'),
    csv: () => render(found, 'csv'),
    json: () => render(found, 'json'),
    fhir: () => render(found, 'fhir', { fhir: { source: { id: 'bench.example', url: 'https://bench.example' } } }),
  },
  { rounds: 3, unit: 'report', out: 'render-report' },
);
rmSync(root, { recursive: true });
