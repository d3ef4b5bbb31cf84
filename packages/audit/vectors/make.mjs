// Writes receipts.json from a fixed seed: `pnpm build && node vectors/make.mjs`. A test says when it is out of date.
import { writeFileSync } from 'node:fs';
import { seededRandom } from '@wardseal/testkit';
import { generateLogKey, logSigner, memoryKeyStore, openLog } from '../dist/index.js';
import { memoryStore } from './memory-store.mjs';

const origin = 'audit.demo-trust.example/2026';
const start = Date.parse('2026-03-01T09:00:00.000Z');
const random = seededRandom('audit vectors');
const { vkey, skey } = await generateLogKey(origin, random);
const clock = { now: () => start, after: () => () => undefined };
const unwitnessed = { acceptedBy: 'demo board', until: '2099-12-31', reason: 'vectors' };
const signer = await logSigner(skey);
const log = await openLog({ origin, store: memoryStore(), keys: memoryKeyStore(), signer, clock, random, unwitnessed });
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const nonce = random(32);
const headerDigest = random(32);
let receipt = '';
for (let i = 0; i < 7; i++) {
  const stamp = (start + i).toString(16).padStart(12, '0');
  const event = {
    id: `${stamp.slice(0, 8)}-${stamp.slice(8)}-7000-8000-${String(i).padStart(12, '0')}`,
    occurredAt: new Date(start + i).toISOString(),
    type: 'image.view',
    outcome: 'success',
    actor: { id: `person-${i}`, kind: 'practitioner', org: 'RX1' },
    subject: { handle: Buffer.alloc(32, i).toString('base64url') },
    object: { kind: 'item', id: `item-${i}`, contentHash: Buffer.from(headerDigest).toString('base64url') },
    purpose: 'TREAT',
  };
  receipt = (await log.append(event, { await: 'integrated', nonce })).receipt;
}
await log.close();

const swap = (from, to) => {
  const changed = receipt.replace(from, to);
  if (changed === receipt) throw new Error(`nothing to change: ${from}`);
  return changed;
};
const base = { nonce: hex(nonce), object: 'item-6', actor: 'person-6', headerDigest: hex(headerDigest), type: 'image.view' };
const other = '00'.repeat(32);
const good = { name: 'a good receipt', receipt, expected: base, result: 'valid', index: 6, size: 7 };
const bad = (name, code, changed, expected = {}) => ({
  name,
  receipt: changed ?? receipt,
  expected: { ...base, ...expected },
  result: 'invalid',
  code,
});
// The last character but two of a 32-byte hash in base64 holds two spare bits.
const spare = (text) => text.replace(/([A-Za-z0-9+/])=\n/, (_, c) => `${c === 'A' ? 'B' : String.fromCharCode(c.charCodeAt(0) + 1)}=\n`);
const vectors = [
  good,
  bad('another nonce', 'NONCE_MISMATCH', null, { nonce: other }),
  bad('another object', 'OBJECT_MISMATCH', null, { object: 'item-5' }),
  bad('another actor', 'ACTOR_MISMATCH', null, { actor: 'person-5' }),
  bad('another header', 'HEADER_MISMATCH', null, { headerDigest: other }),
  bad('another type', 'TYPE_MISMATCH', null, { type: 'image.export' }),
  bad('another index', 'INCLUSION_INVALID', swap('index 6', 'index 5')),
  bad('an index beyond the tree', 'INCLUSION_INVALID', swap('index 6', 'index 7')),
  bad('a leading zero in the index', 'RECEIPT_INVALID', swap('index 6', 'index 06')),
  bad('CR LF', 'RECEIPT_INVALID', receipt.replaceAll('\n', '\r\n')),
  bad('no final newline', 'CHECKPOINT_INVALID', receipt.slice(0, -1)),
  bad('spare bits in a hash of the path', 'RECEIPT_INVALID', spare(receipt)),
  bad('a hash too many', 'INCLUSION_INVALID', swap('index 6\n', `index 6\n${'A'.repeat(43)}=\n`)),
  bad('no extra line', 'RECEIPT_INVALID', swap(/extra .*\n/, '')),
  bad('another version of the format', 'RECEIPT_INVALID', swap('@v1', '@v2')),
  bad('an extension line in the checkpoint', 'CHECKPOINT_INVALID', swap('\n\n\u2014', '\nmore\n\n\u2014')),
  bad('another size in the checkpoint', 'SIGNATURE_INVALID', swap('\n7\n', '\n8\n')),
  bad('another origin in the checkpoint', 'ORIGIN_MISMATCH', swap(`\n${origin}\n`, '\nelsewhere.example\n')),
  bad('the signature of another name only', 'CHECKPOINT_UNSIGNED', swap('\u2014 audit', '\u2014 audix')),
];
const file = { format: 'wardseal audit receipt v0', logKey: vkey, vectors };
writeFileSync(new URL('receipts.json', import.meta.url), `${JSON.stringify(file, null, 2)}\n`);
