// Writes life.json from a fixed seed: `pnpm build && node vectors/make-life.mjs`. Ids that follow, successions, emergency receipts.
import { writeFileSync } from 'node:fs';
import { seededRandom } from '@wardseal/testkit';
import {
  decodeLeaf,
  generateLogKey,
  logSigner,
  memoryKeyStore,
  mergeEmergency,
  openEmergencyJournal,
  openLog,
  proveEntry,
  readProof,
  succeed,
} from '../dist/index.js';
import { memoryStore } from './memory-store.mjs';

const start = Date.parse('2026-03-01T09:00:00.000Z');
const clock = { now: () => start, after: () => () => undefined };
const random = seededRandom('audit life');
const unwitnessed = { acceptedBy: 'demo board', until: '2099-12-31', reason: 'vectors' };
const actor = { id: 'service-audit', kind: 'system', org: 'RX1' };
const hex = (bytes) => Buffer.from(bytes).toString('hex');

async function place(origin) {
  const { vkey, skey } = await generateLogKey(origin, random);
  const [store, keys] = [memoryStore(), memoryKeyStore()];
  const options = { origin, store, keys, signer: await logSigner(skey), clock, random, unwitnessed };
  return { origin, vkey, store, keys, options, prove: (index, opened = keys) => proveEntry(store, index, { logKey: vkey }, opened ?? undefined) };
}

let count = 0;
const event = (rest) => ({
  id: `019ca8a0-3e80-7000-8000-${String(count++).padStart(12, '0')}`,
  occurredAt: new Date(start).toISOString(),
  type: 'image.view',
  actor: { id: 'person-1', kind: 'practitioner', org: 'RX1' },
  object: { kind: 'item', id: 'item-1' },
  ...rest,
});

const year = await place('audit.demo-trust.example/2026');
const log = await openLog(year.options);
const ids = [];
const intended = event();
const idTime = Number.parseInt(intended.id.replace('-', '').slice(0, 12), 16);
const outcomeId = async (work, options, parts) => {
  const result = await log.withAudit(intended, work, options).catch(() => null);
  const leaf = result ? result.outcome.leaf : await lastLeaf(year.store);
  ids.push({ entry: 'outcome', time: idTime, parts: ['outcome', intended.id, ...parts], id: decodeLeaf(leaf).id });
};
const lastLeaf = async (store) => {
  let last;
  for await (const { leaf } of store.readEntries(0)) last = leaf;
  return last;
};
await outcomeId(() => 1, {}, ['success', '']);
const fail = () => Promise.reject(new Error('no'));
await outcomeId(fail, { onFailure: () => ({ outcome: 'minor', reason: 'not found' }) }, ['minor', 'not found']);
const early = await log.integrate();
await log.append(event({ outcome: 'success' }));

// The emergency journal, and its merge.
const journal = await place('emergency.demo-trust.example');
const open = await openEmergencyJournal(journal.options);
const glass = event({ type: 'breakglass.open', outcome: 'success', purpose: 'BTG', reason: 'cardiac arrest' });
const { receipt: emergencyReceipt } = await open.append(glass, { await: 'integrated' });
await open.close();
const strange = await openLog(journal.options);
const { receipt: viewReceipt } = await strange.append(event({ outcome: 'success' }), { await: 'integrated' });
const emergencies = [
  { name: 'breaking the glass', receipt: emergencyReceipt, type: 'breakglass.open', result: 'valid' },
  { name: 'an ordinary view', receipt: viewReceipt, type: 'image.view', result: 'invalid', code: 'TYPE_MISMATCH' },
  { name: 'no pinned emergency key', receipt: emergencyReceipt, type: null, pinned: false, result: 'invalid', code: 'ORIGIN_MISMATCH' },
];
const again = await place('emergency.demo-trust.example/merged');
const reopened = await openEmergencyJournal(again.options);
await reopened.append(glass);
await reopened.close();
const root = reopened.checkpoint().split('\n')[2];
const { index } = await mergeEmergency({
  log,
  journal: { reader: again.store, keys: again.keys, policy: { logKey: again.vkey } },
  actor,
  clock,
});
const mergedProof = readProof(await proveAt(log, year, index - 1));
ids.push({ entry: 'log.merge', time: start, parts: ['merge', again.origin, '1', root], id: readProof(await proveAt(log, year, index)).leaf.id });
const evidence = [
  { name: 'where a merged entry stood', kind: mergedProof.entry.evidence.kind, data: hex(mergedProof.entry.evidence.data), origin: again.origin, index: 0 },
];

async function proveAt(open, where, at) {
  await open.integrate();
  return where.prove(at);
}

await log.close();
const predecessor = { checkpoint: log.checkpoint(), policy: { logKey: year.vkey } };
const next = await place('audit.demo-trust.example/2027');
const following = await succeed({ log: next.options, predecessor, reason: 'the year 2027', actor });
const data = Buffer.from(early).toString('base64url');
await following.append(event({ type: 'log.succeed', outcome: 'success', evidence: { kind: 'checkpoint', data } }));
await following.close();
const receipt = await next.prove(0);
ids.push({ entry: 'log.succeed', time: 0, parts: ['succeed', next.origin], id: readProof(receipt).leaf.id });
const odd = await place('audit.demo-trust.example/odd');
const plain = await openLog(odd.options);
await plain.append(event({ type: 'log.succeed', outcome: 'success', evidence: { kind: 'hash', data } }));
await plain.close();
const step = (name, rest) => ({ name, receipt, logKey: next.vkey, predecessorKey: year.vkey, ...rest });
const size = Number(predecessor.checkpoint.split('\n')[1]);
const bad = (name, code, rest) => step(name, { result: 'invalid', code, ...rest });
const successions = [
  step('a log that follows', { result: 'valid', size }),
  step('with the whole checkpoint brought along', { checkpoint: predecessor.checkpoint, result: 'valid', size }),
  bad('another checkpoint brought along', 'SUCCESSION_INVALID', { checkpoint: early }),
  bad('entry 1', 'SUCCESSION_INVALID', { receipt: await next.prove(1) }),
  bad('without its opening', 'SUCCESSION_INVALID', { receipt: await next.prove(0, null) }),
  bad('evidence of another kind', 'SUCCESSION_INVALID', { receipt: await odd.prove(0), logKey: odd.vkey }),
  bad('an entry of another type', 'SUCCESSION_INVALID', { receipt: await year.prove(0), logKey: year.vkey }),
  bad('another predecessor', 'ORIGIN_MISMATCH', { predecessorKey: odd.vkey }),
  bad('a predecessor under another key', 'CHECKPOINT_UNSIGNED', { predecessorKey: (await place(year.origin)).vkey }),
  bad('another successor', 'ORIGIN_MISMATCH', { logKey: odd.vkey }),
];
const file = {
  format: 'wardseal audit life v0',
  ids,
  evidence,
  successions,
  emergencies: { logKey: year.vkey, emergencyKey: journal.vkey, object: 'item-1', vectors: emergencies },
};
writeFileSync(new URL('life.json', import.meta.url), `${JSON.stringify(file, null, 2)}\n`);
