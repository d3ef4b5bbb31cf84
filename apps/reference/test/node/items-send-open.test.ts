import { randomBytes, randomUUID } from 'node:crypto';
import { type OpenedEntry, verifyReceipt } from '@wardseal/audit';
import { listRecipients, open } from '@wardseal/crypto';
import { base64url, sha256 } from '@wardseal/primitives';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Inbox, OpenAnswer } from '../../src/wire/index.js';
import { type ItemsHouse, itemsHouse, JPEG_HEAD, type Member, ORG } from '../support/items-house.js';

let house: ItemsHouse;
let [nurse, registrar, onDuty, other, lead, elsewhere]: Member[] = [];
beforeAll(async () => {
  house = await itemsHouse();
  [nurse, registrar, onDuty, other, lead, elsewhere] = [
    'p-lindqvist',
    'p-okafor',
    'p-moss',
    'p-teal',
    'p-lead',
    'p-brook',
  ].map(house.member);
}, 120_000);
afterAll(async () => {
  await house?.stop();
});

const REASON = 'necrotising wound, nobody of the team answers';
/** Words that stand in every sealed item here and must stand in no answer that is a refusal. */
const OF_THE_PATIENT = /Test Patient|9990000018|1985-03-27|hand|a picture/;

async function entriesOf(item: string): Promise<OpenedEntry[]> {
  return (await house.entries()).filter(({ actor }) => actor?.object?.id === item);
}
const inWords = (entries: readonly OpenedEntry[]): string[] =>
  entries.map(({ leaf }) => `${leaf.type} ${leaf.outcome}${leaf.purpose === 'BTG' ? ' BTG' : ''}`);

async function opens(who: Member, answer: OpenAnswer, payload: Uint8Array): Promise<string> {
  const { directory } = await house.app.trusts.get(ORG)!.directory();
  const { plaintext } = await open(
    { header: Buffer.from(answer.header, 'base64url'), payload },
    {
      identities: [who.keys.identity],
      resolveSender: (iss) => directory.resolveSender(iss),
      authorizeGrant: ({ by }) => by.person === 'custodian',
    },
  );
  expect(plaintext.subarray(0, JPEG_HEAD.length)).toEqual(JPEG_HEAD);
  return Buffer.from(plaintext.subarray(JPEG_HEAD.length)).toString();
}

test('the team opens what was sent to it, and the receipt is of this very view and header', async () => {
  const { id, payload } = await house.send(nurse!, ['p-okafor']);
  const nonce = randomBytes(32);
  const { status, body } = await house.open(registrar!, id, { nonce: base64url(nonce) });
  expect(status).toBe(200);
  const header = Buffer.from(body.header, 'base64url');
  const { leaf, entry, emergency } = await verifyReceipt(body.receipt, {
    logKey: house.app.trusts.get(ORG)!.config.logs.keys[0]!,
    nonce,
    object: id,
    actor: 'p-okafor',
    headerDigest: sha256(header),
    type: 'image.view',
    organisation: ORG,
    outcome: 'intent',
    recordedWithin: 60_000,
  });
  expect([leaf.id, entry.actor.role, emergency]).toEqual([body.viewing, 'registrar', false]);
  expect(body.chips).toMatchObject({ layer: 'view', tile: expect.stringMatching(/^[\w-]{683}$/) });
  expect(body.who).toMatchObject({ name: 'Wren Example', role: 'registrar' });
  expect(await opens(registrar!, body, payload)).toBe('a picture');

  const entries = await entriesOf(id);
  // What the outbox brings, filing too, may come after what somebody waited for.
  expect(
    inWords(entries)
      .filter((words) => !/^(?:item\.handled|file) /.test(words))
      .sort(),
  ).toEqual(['image.view intent', 'image.view success', 'send success']);
  const [intent, outcome] = entries.filter(({ leaf: { type } }) => type === 'image.view');
  expect(outcome!.leaf.parent).toBe(intent!.index);
});

test('the same sent again is the same answer; anything else under the id is a conflict', async () => {
  const item = await house.sealed(nurse!, ['p-okafor']);
  expect((await house.call(nurse!, 'POST', '/api/items', item.body)).body).toMatchObject({
    error: { code: 'PAYLOAD_MISSING' },
  });
  const first = await house.upload(nurse!, item.id, item.payload);
  expect(first.body).toEqual({ bytes: item.payload.length, digest: base64url(sha256(item.payload)) });
  expect(await house.upload(nurse!, item.id, item.payload)).toEqual(first);
  expect(await house.upload(nurse!, item.id, Buffer.from('other'))).toMatchObject({
    status: 409,
    body: { error: { code: 'ITEM_CONFLICT' } },
  });
  expect((await house.upload(other!, item.id, item.payload)).status).toBe(409);

  const answers = await Promise.all([1, 2, 3].map(() => house.call(nurse!, 'POST', '/api/items', item.body)));
  expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);

  const again = await house.sealed(nurse!, ['p-okafor'], {}, 'another picture', item.id);
  expect((await house.call(nurse!, 'POST', '/api/items', again.body)).status).toBe(409);
  const foreign = { ...item.body, labels: { ...(item.body['labels'] as object), author: 'p-teal' } };
  expect((await house.call(other!, 'POST', '/api/items', foreign)).status).toBe(409);
  expect(inWords(await entriesOf(item.id)).filter((words) => words.startsWith('send'))).toEqual(['send success']);
});

test('what is not an item is refused and leaves nothing', async () => {
  const good = await house.sealed(nurse!, ['p-okafor']);
  await house.upload(nurse!, good.id, good.payload);
  const labels = good.body['labels'] as object;
  const bad: [object, number, string][] = [
    [{ ...good.body, surplus: 1 }, 400, 'BAD_REQUEST'],
    [{ ...good.body, id: '../../etc/passwd' }, 400, 'BAD_REQUEST'],
    [{ ...good.body, header: base64url(Buffer.from('no header')) }, 400, 'BAD_REQUEST'],
    [{ ...good.body, labels: { ...labels, author: 'p-okafor' } }, 400, 'BAD_REQUEST'],
    [{ ...good.body, labels: { ...labels, ownerOrg: 'ZZZ02' } }, 400, 'BAD_REQUEST'],
    [{ ...good.body, labels: { ...labels, notAfter: '2020-01-01T00:00:00.000Z' } }, 400, 'BAD_REQUEST'],
    [{ ...good.body, labels: { ...labels, kind: 'video' } }, 400, 'BAD_REQUEST'],
    [{ ...good.body, payloadDigest: base64url(sha256(Buffer.from('x'))) }, 409, 'PAYLOAD_MISMATCH'],
    [{ ...good.body, recipients: ['p-nobody', 'p-lindqvist'] }, 403, 'POLICY_REFUSED'],
    // Not of the team it is addressed to; and nobody at all but oneself.
    [{ ...good.body, recipients: ['p-teal', 'p-lindqvist'] }, 403, 'POLICY_REFUSED'],
    [{ ...good.body, recipients: ['p-lindqvist'] }, 403, 'POLICY_REFUSED'],
  ];
  for (const [body, status, code] of bad)
    expect([await house.call(nurse!, 'POST', '/api/items', body)]).toMatchObject([
      { status, body: { error: { code } } },
    ]);
  expect((await house.call(registrar!, 'GET', `/api/items/${good.id}/payload`)).status).toBe(404);
  expect(await house.app.db.query('SELECT 1 FROM items WHERE id = $1', [good.id])).toEqual([]);
  expect(house.app.erase.get(ORG, good.id, sha256(good.header))).toBeNull();
  expect(inWords(await entriesOf(good.id))).toEqual(['access.deny minor', 'access.deny minor', 'access.deny minor']);
});

test('who may, who needs a release, who does not: each is told what to do, nothing of the patient', async () => {
  const { id } = await house.send(nurse!, ['p-okafor']);
  await house.jobs.tick();
  expect((await house.open(nurse!, id)).status).toBe(200);
  expect(await house.open(onDuty!, id)).toMatchObject({ status: 409, body: { error: { code: 'RELEASE_NEEDED' } } });
  const refused = await house.open(other!, id);
  expect(refused).toMatchObject({ status: 403, body: { error: { code: 'POLICY_REFUSED' } } });
  expect(refused.body.error!.lines!.length).toBeGreaterThan(0);
  expect(JSON.stringify(refused.body)).not.toMatch(OF_THE_PATIENT);
  expect((await house.open(lead!, id)).status).toBe(403);
  const there = [elsewhere!, registrar!].map((who, i) => house.open(who, i === 0 ? id : randomUUID()));
  const [foreign, nowhere] = await Promise.all(there);
  expect(foreign).toMatchObject({ status: 404 });
  expect(foreign).toEqual(nowhere);
  expect((await house.call(elsewhere!, 'GET', `/api/items/${id}/who`)).status).toBe(404);
  expect((await house.call(elsewhere!, 'POST', `/api/items/${id}/recall`)).status).toBe(404);
  expect(inWords(await entriesOf(id)).filter((words) => words.startsWith('access'))).toHaveLength(2);

  const rows = async (who: Member) => (await house.call<Inbox>(who, 'GET', '/api/inbox')).body.items;
  const canOpen = async (who: Member) => (await rows(who)).find((row) => row.id === id)?.canOpen;
  expect(await Promise.all([nurse!, registrar!, onDuty!, other!].map(canOpen))).toEqual([
    'open',
    'open',
    'release',
    undefined,
  ]);
  const mine = (await rows(nurse!)).find((row) => row.id === id)!;
  expect(mine.openedBy!.map(({ name }) => name)).toEqual(['Robin Sample']);
  expect((await rows(registrar!)).find((row) => row.id === id)!.openedBy).toBeUndefined();
});

test('whoever took over the duty is released to, opens it, and the sender is told', async () => {
  const { id, payload } = await house.send(nurse!, ['p-okafor']);
  await house.jobs.tick();
  const released = await house.release(onDuty!, id, { purpose: 'direct-care', breakGlass: false });
  expect(released).toEqual({ status: 200, body: { epoch: 1 } });
  const { status, body } = await house.open(onDuty!, id);
  expect([status, body.epoch]).toEqual([200, 1]);
  expect(await opens(onDuty!, body, payload)).toBe('a picture');
  // The first reader's header was replaced, not spoiled.
  expect(await opens(registrar!, (await house.open(registrar!, id)).body, payload)).toBe('a picture');
  const alarms = await house.app.db.query('SELECT kind, whom, person FROM alarms WHERE item = $1', [id]);
  expect(alarms).toEqual([{ kind: 'release', whom: ['person:p-lindqvist'], person: 'p-moss' }]);
  const releases = (await entriesOf(id)).filter(({ leaf }) => leaf.type === 'key.release');
  expect(inWords(releases)).toEqual(['key.release intent', 'key.release success']);
  expect(releases[1]!.leaf.parent).toBe(releases[0]!.index);
});

/** Of an assertion's shape, and nobody's. */
const UNSIGNED = {
  ...{ id: 'AAAA', rawId: 'AAAA', type: 'public-key', clientExtensionResults: {} },
  response: { authenticatorData: 'AAAA', clientDataJSON: 'AAAA', signature: 'AAAA' },
};

test('an assertion for another item, and a request of somebody else, release nothing', async () => {
  const [one, two] = await Promise.all([house.send(nurse!, ['p-okafor']), house.send(nurse!, ['p-okafor'])]);
  await house.jobs.tick();
  const asked = { purpose: 'direct-care', breakGlass: false };
  const options = await house.call<{ logEntry: string; nonce: string }>(
    onDuty!,
    'POST',
    `/api/items/${one.id}/release/options`,
    asked,
  );
  const forged = { ...options.body, credentials: undefined, emergency: undefined, response: UNSIGNED };
  const path = (id: string) => `/api/items/${id}/release`;
  expect((await house.call(onDuty!, 'POST', path(two.id), forged)).status).toBe(404);
  expect((await house.call(other!, 'POST', path(one.id), forged)).status).toBe(404);
  expect(await house.call(onDuty!, 'POST', path(one.id), forged)).toMatchObject({
    body: { error: { code: 'ASSERTION_REFUSED' } },
  });
  expect((await house.open(onDuty!, one.id)).status).toBe(409);
});

test('breaking the glass: with a reason, told at once, in the queue, and the sender’s list names it', async () => {
  const { id, payload } = await house.send(nurse!, ['p-okafor']);
  await house.jobs.tick();
  const glass = { purpose: 'emergency', reason: REASON };
  expect((await house.open(other!, id, { purpose: 'emergency', reason: 'short' })).status).toBe(403);
  expect(await house.open(other!, id, glass)).toMatchObject({
    status: 409,
    body: { error: { code: 'RELEASE_NEEDED' } },
  });
  expect(await house.release(other!, id, { ...glass, breakGlass: true })).toMatchObject({ status: 200 });
  const { status, body } = await house.open(other!, id, glass);
  expect([status, body.emergency]).toEqual([200, false]);
  expect(await opens(other!, body, payload)).toBe('a picture');
  // The stanza is there, and no licence: without the reason the policy still refuses.
  expect((await house.open(other!, id)).status).toBe(403);
  const alarms = await house.app.db.query<{ kind: string; whom: string[] }>('SELECT * FROM alarms WHERE item = $1', [
    id,
  ]);
  expect(alarms.map(({ kind }) => kind)).toEqual(['break-glass', 'break-glass']);
  expect(alarms[0]!.whom).toEqual(expect.arrayContaining(['privacy-officer', 'caldicott-guardian']));
  const entries = await entriesOf(id);
  expect(
    inWords(entries)
      .filter((words) => words.endsWith('BTG'))
      .sort(),
  ).toEqual(['image.view intent BTG', 'image.view success BTG', 'key.release intent BTG', 'key.release success BTG']);
  const who = await house.call<{ openings: object[] }>(nurse!, 'GET', `/api/items/${id}/who`);
  expect(who.body.openings).toMatchObject([{ name: 'Sky Pretend', outcome: 'opened', breakGlass: true }]);
  expect((await house.call(other!, 'GET', `/api/items/${id}/who`)).status).toBe(403);
  expect((await house.call(lead!, 'GET', `/api/items/${id}/who`)).status).toBe(200);
});

test('a reason that looks like a patient’s number is refused and logged nowhere', async () => {
  const { id } = await house.send(nurse!, ['p-okafor']);
  const reason = 'the patient 999 000 0018 is bleeding badly';
  expect(await house.open(registrar!, id, { purpose: 'emergency', reason })).toMatchObject({
    status: 400,
    body: { error: { code: 'REASON_REFUSED' } },
  });
});

test('labels that differ from what was signed are held, the sender is told, and nobody opens it', async () => {
  const item = await house.sealed(nurse!, ['p-okafor'], { sensitivity: 'intimate' });
  await house.upload(nurse!, item.id, item.payload);
  const changed = { ...item.body, labels: { ...(item.body['labels'] as object), sensitivity: 'normal' } };
  expect((await house.call(nurse!, 'POST', '/api/items', changed)).status).toBe(201);
  await house.jobs.tick();
  expect(await house.open(registrar!, item.id)).toMatchObject({ status: 409, body: { error: { code: 'ITEM_HELD' } } });
  const alarms = await house.app.db.query('SELECT kind, whom FROM alarms WHERE item = $1', [item.id]);
  expect(alarms).toEqual([{ kind: 'held', whom: ['person:p-lindqvist', 'privacy-officer'] }]);
  expect(await house.app.db.query('SELECT kind FROM jobs WHERE item = $1', [item.id])).toEqual([]);
});

test('advice goes to the same people and is only given by who may', async () => {
  const original = await house.send(nurse!, ['p-okafor']);
  const about = { kind: 'message', consentLevel: [], team: 'none', about: original.id } as const;
  const inCase = { ...about, case: original.case } as object;
  const advice = await house.send(registrar!, ['p-lindqvist'], inCase, 'wash it and cover it');
  const row = (await house.call<Inbox>(nurse!, 'GET', '/api/inbox')).body.items.find(({ id }) => id === original.id);
  expect(row!.advice).toEqual([advice.id]);
  expect((await house.open(nurse!, advice.id)).status).toBe(200);
  const strange = await house.sealed(other!, ['p-lindqvist'], inCase, 'do nothing');
  await house.upload(other!, strange.id, strange.payload);
  expect((await house.call(other!, 'POST', '/api/items', strange.body)).status).toBe(403);
  const elsewhereCase = await house.sealed(registrar!, ['p-lindqvist'], about, 'in another case');
  await house.upload(registrar!, elsewhereCase.id, elsewhereCase.payload);
  expect((await house.call(registrar!, 'POST', '/api/items', elsewhereCase.body)).status).toBe(400);
});

test('recalled: gone for everybody, the header destroyed, and the answer says who had opened it', async () => {
  const { id, header } = await house.send(nurse!, ['p-okafor']);
  await house.open(registrar!, id);
  expect((await house.call(registrar!, 'POST', `/api/items/${id}/recall`)).status).toBe(403);
  const recalled = await house.call(nurse!, 'POST', `/api/items/${id}/recall`);
  expect(recalled).toMatchObject({ status: 200, body: { state: 'recalled', openedBy: [{ name: 'Wren Example' }] } });
  expect(await house.call(nurse!, 'POST', `/api/items/${id}/recall`)).toEqual(recalled);
  for (const who of [nurse!, registrar!])
    expect(await house.open(who, id)).toMatchObject({ status: 410, body: { error: { code: 'ITEM_RECALLED' } } });
  expect(house.app.erase.get(ORG, id, sha256(header))).toBeNull();
  expect((await house.call(registrar!, 'GET', `/api/items/${id}/payload`)).status).toBe(410);
  expect(inWords(await entriesOf(id)).filter((words) => words.startsWith('recall'))).toEqual(['recall success']);
});

test('somebody whom this server suspended opens nothing, also with a view on its way', async () => {
  const { id } = await house.send(nurse!, ['p-okafor']);
  const { log } = house.app.trusts.get(ORG)!;
  const append = log.append.bind(log);
  log.append = async (event, options) => {
    log.append = append;
    await house.app.db.query("UPDATE people SET suspended_at = now() WHERE person = 'p-okafor'");
    return append(event, options);
  };
  expect(await house.open(registrar!, id)).toMatchObject({ status: 403, body: { error: { code: 'SUSPENDED' } } });
  expect((await house.open(registrar!, id)).status).toBe(401);
  await house.app.db.query("UPDATE people SET suspended_at = NULL WHERE person = 'p-okafor'");
  expect(inWords(await entriesOf(id)).filter((words) => words.startsWith('image'))).toEqual([
    'image.view intent',
    'image.view serious',
  ]);
});

test('the header that is kept is the sender’s, whole', async () => {
  const { id, header } = await house.send(nurse!, ['p-okafor']);
  const kept = house.app.erase.get(ORG, id, sha256(header))!;
  const { directory } = await house.app.trusts.get(ORG)!.directory();
  const list = await listRecipients(kept, {
    identities: [registrar!.keys.identity],
    resolveSender: (iss) => directory.resolveSender(iss),
  });
  expect(list.file.recipients.filter(({ role }) => role === 'member')).toHaveLength(2);
});

test('a viewing that the policy limits says until when, to whoever shows it', async () => {
  const { id } = await house.send(nurse!, ['p-okafor']);
  await house.jobs.tick();
  const daily = (await house.open(registrar!, id)).body;
  expect([daily.until, daily.watermark]).toEqual([null, { mode: 'border', strength: 'standard' }]);
  const asked = { purpose: 'emergency', reason: REASON };
  expect((await house.release(other!, id, { ...asked, breakGlass: true })).status).toBe(200);
  const { until, watermark, who } = (await house.open(other!, id, asked)).body;
  // The pack wants an emergency's viewing marked strongly, with the viewer's name over the picture.
  expect(watermark).toEqual({ mode: 'tile', strength: 'strong' });
  expect(Date.parse(until!) - Date.parse(who.at)).toBeGreaterThan(0);
  expect(Date.parse(until!) - Date.parse(who.at)).toBeLessThanOrEqual(3_600_000);
});
