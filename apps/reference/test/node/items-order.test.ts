import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditLog, verifyMerge, verifyReceipt } from '@wardseal/audit';
import { fileKeyStore, folderReader } from '@wardseal/audit/file-store';
import { sha256 } from '@wardseal/primitives';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Problem } from '../../src/server/http/problem.js';
import { sourcesOf } from '../../src/server/wiring/ig-reading.js';
import { racesAndKills, viewings, viewsIn } from '../suites/items-races.js';
import { type ItemsHouse, itemsHouse, type Member, ORG } from '../support/items-house.js';

const REASON = 'necrotising wound, nobody of the team answers';

let house: ItemsHouse;
let [nurse, registrar, other]: Member[] = [];
beforeAll(async () => {
  house = await itemsHouse();
  [nurse, registrar, other] = ['p-lindqvist', 'p-okafor', 'p-teal'].map(house.member);
}, 120_000);
afterAll(async () => {
  await house?.stop();
});

const states = (item: string) => viewings(house, item);

/** Breaks the disk under the log of this year; gives back what mends it. */
async function breakLog(): Promise<() => Promise<void>> {
  const folder = join(house.dataDir, 'audit', ORG, String(new Date().getUTCFullYear()));
  await rename(folder, `${folder}-away`);
  await writeFile(folder, 'a file where the folder was');
  return async () => {
    await rm(folder);
    await rename(`${folder}-away`, folder);
  };
}

/** Waits until the log takes entries again. */
async function logBack(): Promise<void> {
  const { log } = house.app.trusts.get(ORG)!;
  for (;;) {
    try {
      await log.current();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

racesAndKills({ races: 20, kills: 5 }, () => house);

test('the log is down: nothing is opened but by breaking the glass, through the journal, which is merged once', async () => {
  const { id } = await house.send(nurse!, ['p-okafor']);
  await house.jobs.tick();
  const trust = house.app.trusts.get(ORG)!;
  const mend = await breakLog();
  try {
    const began = Date.now();
    const refused = await house.open(registrar!, id);
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(refused).toMatchObject({ status: 503, body: { error: { code: 'LOG_DOWN' } } });
    expect(refused.body.header).toBeUndefined();
    expect(refused.body.error!.next!.join()).toMatch(/break the glass.*01632 960000/);
    const asked = { purpose: 'direct-care', breakGlass: false };
    expect((await house.release(house.member('p-moss'), id, asked)).body.error!.code).toBe('LOG_DOWN');

    const glass = { purpose: 'emergency', reason: REASON };
    expect(await house.release(other!, id, { ...glass, breakGlass: true })).toMatchObject({ status: 200 });
    const nonce = 'A'.repeat(43);
    const opened = await house.open(other!, id, { ...glass, nonce });
    expect([opened.status, opened.body.emergency]).toEqual([200, true]);
    const receipt = await verifyReceipt(opened.body.receipt, {
      logKey: trust.config.logs.keys[0]!,
      emergencyKey: trust.config.emergencyKey,
      nonce: new Uint8Array(32),
      object: id,
      actor: 'p-teal',
      headerDigest: sha256(Buffer.from(opened.body.header, 'base64url')),
      type: 'breakglass.open',
    });
    expect([receipt.emergency, receipt.leaf.id]).toEqual([true, opened.body.viewing]);
    // A broken glass is told although the log is down.
    const alarms = await house.app.db.query("SELECT 1 FROM alarms WHERE item = $1 AND kind = 'break-glass'", [id]);
    expect(alarms.length).toBeGreaterThan(0);

    // The custodian is down as well: nobody opens anything, and the page says whom to phone.
    await house.custodian.off();
    const answers = [
      await house.open(other!, id, glass),
      await house.release(other!, id, { ...glass, breakGlass: true }),
    ];
    for (const { status, body } of answers) {
      expect([status, body.error!.code]).toEqual([503, 'LOG_DOWN']);
      expect(body.error!.next).toEqual(['If it cannot wait, phone 01632 960000']);
    }
    await house.custodian.on();
  } finally {
    await mend();
  }
  await logBack();
  house.skip(60_000);
  await house.jobs.tick();
  const entries = await house.entries();
  const views = viewsIn(entries, id);
  expect(views.filter(({ leaf: { type } }) => type === 'breakglass.open').map(({ leaf }) => leaf.outcome)).toEqual([
    'intent',
    'success',
  ]);
  expect(entries.filter(({ leaf: { type } }) => type === 'log.merge')).toHaveLength(1);
  expect(await house.app.db.query("SELECT 1 FROM jobs WHERE kind = 'merge'")).toEqual([]);
  // The views that the log that was down could not take are in it as refused.
  expect((await states(id)).map(({ state }) => state).sort()).toEqual(['opened', 'refused', 'refused', 'refused']);
  expect(
    views
      .filter(({ leaf: { type } }) => type === 'image.view')
      .map(({ leaf }) => leaf.outcome)
      .sort(),
  ).toEqual([...['intent', 'intent', 'intent'], ...['serious', 'serious', 'serious']]);
  const folder = join(house.dataDir, 'emergency', ORG);
  const journal = {
    reader: await folderReader(join(folder, 'log')),
    keys: fileKeyStore(join(folder, 'secrets')),
    policy: { logKey: trust.config.emergencyKey },
  };
  const [log] = await sourcesOf(house.app, trust);
  expect((await verifyMerge({ log: log!, journal })).entries).toHaveLength(2);
  expect((await auditLog(log!.reader, log!.policy)).verdict).toBe('good');
  expect((await house.open(registrar!, id)).status).toBe(200);
}, 120_000);

test('a row that a crash left is settled as refused once the log is there, and both entries stand', async () => {
  const { id } = await house.send(nurse!, ['p-okafor']);
  const { log } = house.app.trusts.get(ORG)!;
  const { append } = log;
  log.append = () => Promise.reject(new Problem(503, 'DATABASE_DOWN', 'as if the process were killed here'));
  expect((await house.open(registrar!, id)).status).toBe(503);
  log.append = append;
  expect((await states(id)).map(({ state }) => state)).toEqual(['opening']);
  await house.jobs.tick();
  expect((await states(id)).map(({ state }) => state)).toEqual(['opening']);
  house.skip(60_000);
  const views = viewsIn(await house.entries(), id);
  expect((await states(id)).map(({ state }) => state)).toEqual(['refused']);
  expect(views.map(({ leaf }) => leaf.outcome)).toEqual(['intent', 'serious']);
  expect(views[1]!.leaf.parent).toBe(views[0]!.index);
  // Again: nothing more.
  expect(viewsIn(await house.entries(), id)).toHaveLength(2);
});

test('filed, closed and 72 hours: erased then and not before; what was never filed stays, and somebody is told', async () => {
  await house.record.off();
  const filed = await house.send(nurse!, ['p-okafor']);
  const notAfter = new Date(house.app.clock.now() + 74 * 3_600_000).toISOString();
  const kept = await house.send(nurse!, ['p-okafor'], { notAfter });
  await house.jobs.tick();
  expect(
    await house.app.db.query('SELECT filed_at FROM items WHERE id = ANY($1) AND filed_at IS NOT NULL', [
      [kept.id, filed.id],
    ]),
  ).toEqual([]);
  await house.app.db.query("DELETE FROM jobs WHERE kind = 'file' AND item = $1", [kept.id]);
  for (const one of [kept, filed])
    expect((await house.call(registrar!, 'POST', `/api/cases/${one.case}/close`)).status).toBe(200);
  expect((await house.call(other!, 'POST', `/api/cases/${kept.case}/close`)).status).toBe(404);
  await house.record.on();
  house.skip(10_000);
  await house.jobs.tick();
  const [row] = await house.app.db.query('SELECT reference, let_go_at IS NOT NULL AS let_go FROM items WHERE id = $1', [
    filed.id,
  ]);
  expect(row).toEqual({ reference: expect.stringMatching(/^DocumentReference\/|http/), let_go: true });
  // The custodian took its stanza out; the team still opens it.
  expect((await house.open(registrar!, filed.id)).status).toBe(200);

  house.skip(71 * 3_600_000);
  await house.jobs.tick();
  const headers = () => house.app.erase.older(Number.MAX_SAFE_INTEGER, '', 1000).map(({ item }) => item);
  expect(headers()).toContain(filed.id);
  house.skip(2 * 3_600_000);
  await house.signIn();
  await house.jobs.tick();
  expect(await house.open(house.member('p-okafor'), filed.id)).toMatchObject({
    body: { error: { code: 'ITEM_EXPIRED' } },
  });
  expect(headers()).not.toContain(filed.id);
  expect(await house.app.blobs.get(ORG, filed.id, String(filed.body['payloadDigest']))).toBeNull();

  house.skip(2 * 3_600_000);
  await house.signIn();
  await house.jobs.tick();
  expect(await house.open(house.member('p-okafor'), kept.id)).toMatchObject({
    body: { error: { code: 'ITEM_EXPIRED' } },
  });
  expect(house.app.erase.get(ORG, kept.id, sha256(kept.header))).not.toBeNull();
  expect(await house.app.blobs.get(ORG, kept.id, String(kept.body['payloadDigest']))).not.toBeNull();
  const alarms = await house.app.db.query('SELECT whom FROM alarms WHERE item = $1 AND kind = $2', [
    kept.id,
    'not-filed',
  ]);
  expect(alarms).toEqual([{ whom: ['privacy-officer', 'person:p-lindqvist'] }]);
  const expired = (await house.entries()).filter(({ leaf: { type } }) => type === 'expire');
  expect(expired.map(({ actor }) => actor?.object?.id)).toContain(filed.id);
}, 60_000);
