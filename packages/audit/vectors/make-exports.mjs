// Writes exports.json from a fixed seed: `pnpm build && node vectors/make-exports.mjs`. A test says when it is out of date.
import { writeFileSync } from 'node:fs';
import { seededRandom } from '@wardseal/testkit';
import { EXPORT_FORMATS, exportLine, readOpened } from '../dist/export.js';
import { generateLogKey, logSigner, memoryKeyStore, openLog } from '../dist/index.js';

const origin = 'audit.demo-trust.example/2026';
const start = Date.parse('2026-03-01T09:00:00.000Z');
const random = seededRandom('audit export vectors');
const { vkey, skey } = await generateLogKey(origin, random);
const entries = [];
let checkpoint = null;
const reader = {
  readCheckpoint: async () => checkpoint,
  readTile: async () => null,
  async *readEntries(from, to) {
    yield* entries.slice(from, to);
  },
};
const store = {
  ...reader,
  open: async () => ({ size: 0 }),
  append: async (batch) => batch.map((entry) => ({ index: entries.push(entry) - 1, added: true })),
  find: async () => null,
  integrate: async (work) => {
    const done = await work({ checkpoint, size: entries.length });
    if (done) checkpoint = new TextEncoder().encode(done.checkpoint);
  },
  close: async () => undefined,
};
const keys = memoryKeyStore();
const clock = { now: () => start + 250, after: () => () => undefined };
const unwitnessed = { reason: 'vectors', acceptedBy: 'vectors', until: '2027-01-01T00:00:00.000Z' };
const log = await openLog({ origin, store, keys, signer: await logSigner(skey), clock, random, unwitnessed });
const event = (i, rest) => ({
  id: `019ca90a-ea80-7000-8000-${String(i).padStart(12, '0')}`,
  occurredAt: new Date(start + i).toISOString(),
  type: 'image.view',
  outcome: 'success',
  actor: { id: `person-${i}`, kind: 'practitioner', role: 'dermatologist', org: 'RX1', authn: { method: 'webauthn', aal: 3 } },
  subject: { handle: Buffer.alloc(32, 7).toString('base64url') },
  object: { kind: 'item', id: `item-${i}`, contentHash: Buffer.alloc(32, i).toString('base64url') },
  purpose: 'TREAT',
  where: { ip: '192.0.2.7', device: 'device-42', geofence: 'inside', site: 'Clinic 4' },
  session: 'session-1',
  request: 'request-1',
  policy: { id: 'nhs-pack', version: '1.0.0', decision: 'permit' },
  ...rest,
});
const cases = [
  ['a view', event(0)],
  ['break-glass with a reason that needs escaping', event(1, { type: 'breakglass.open', purpose: 'BTG', reason: 'a|b=c\\d ]"<&> é \u{1f600}' })],
  ['a denial', event(2, { type: 'access.deny', outcome: 'minor', reason: 'not on call', facts: { 'consent.level': 'none' } })],
  ['an intent of a disclosure', event(3, { type: 'image.share', outcome: 'intent' })],
  ['an entry without a subject, an object or a place', event(4, { type: 'clock.skew', subject: undefined, object: undefined, where: undefined, policy: undefined, purpose: undefined })],
  ['a view whose compartments are closed', event(5), true],
];
for (const [, given] of cases) await log.append(JSON.parse(JSON.stringify(given)));
await log.integrate();
const source = { id: 'wardseal.demo-trust.example', name: 'Wardseal', url: 'https://wardseal.demo-trust.example/', site: 'Demo Trust' };
const patient = { reference: 'Patient/demo-1' };
const options = { origin, source, patientOf: () => patient };
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const vectors = [];
for await (const opened of readOpened({ reader, keys, policy: { logKey: vkey } }, origin, cases.length)) {
  const [name, , closed] = cases[opened.index];
  const entry = closed ? { ...opened, actor: null, opening: null, subject: null } : opened;
  vectors.push({
    name,
    index: entry.index,
    leaf: hex(entry.bytes),
    leafHash: hex(entry.leafHash),
    actorSide: entry.opening && hex(entry.opening.side),
    subject: entry.subject,
    exports: Object.fromEntries(EXPORT_FORMATS.map((format) => [format, exportLine(entry, format, options)])),
  });
}
await log.close();

const hash = 'ab'.repeat(32);
const mustFail = {
  reference: ['', 'Patient/', 'Practitioner/1', 'javascript:Patient/1', 'Patient/1 2', 'Patient/1"', `Patient/${'a'.repeat(65)}`],
  origin: ['', 'two\nlines', 'a\u2028b', 'a\u202eb'],
  sourceId: ['', 'two words', 'é', 'a'.repeat(256)],
  sourceUrl: ['', '/relative', 'https://a b/'],
  cursor: [
    '',
    'null\n',
    `{"v":1,"origin":"a","next":1,"leafHash":"${hash}"}\n`,
    `{"v":0,"origin":"a","next":-1,"leafHash":"${hash}"}\n`,
    '{"v":0,"origin":"a","next":1,"leafHash":null}\n',
    `{"v":0,"origin":"a","next":1,"leafHash":"${hash}"}`,
    `{"v":0,"origin":"a","next":1,"leafHash":"${hash.toUpperCase()}"}\n`,
    `{"v":0,"next":1,"origin":"a","leafHash":"${hash}"}\n`,
  ],
};
const file = { format: 'wardseal audit export v0', options: { origin, source, patient }, vectors, mustFail };
writeFileSync(new URL('exports.json', import.meta.url), `${JSON.stringify(file, null, 2)}\n`);
