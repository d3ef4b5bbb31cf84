import { readdir, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createApp } from '../../src/server/http/app.js';
import { type ItemsHouse, itemsHouse, type Member, ORG } from '../support/items-house.js';

const DAY = 86_400_000;

let house: ItemsHouse;
let [nurse, registrar, onDuty, other]: Member[] = [];
beforeAll(async () => {
  house = await itemsHouse();
  [nurse, registrar, onDuty, other] = ['p-lindqvist', 'p-okafor', 'p-moss', 'p-teal'].map(house.member);
}, 120_000);
afterAll(async () => {
  await house?.stop();
});

/** How many files of a folder this process holds open. */
async function openUnder(folder: string): Promise<number> {
  const names = await readdir('/proc/self/fd');
  const paths = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return paths.filter((path) => path.startsWith(folder)).length;
}

test('asking for the head of a payload, however often, leaves no file open', async () => {
  const { id, body } = await house.send(nurse!, ['p-okafor']);
  const folder = join(house.dataDir, 'blobs');
  // More than a stream reads ahead.
  const path = join(folder, ORG, id.slice(0, 2), `${id}.${body['payloadDigest']}`);
  await writeFile(path, new Uint8Array(1_000_000));
  const http = createApp(house.app);
  const headers = { cookie: registrar!.cookie };
  for (let i = 0; i < 5; i++) {
    const answer = await http.request(`http://localhost:4000/api/items/${id}/payload`, { method: 'HEAD', headers });
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '1000000']);
  }
  await expect.poll(() => openUnder(folder)).toBe(0);
});

test('whoever knows the number of a case puts nothing into it and does not open it again', async () => {
  const first = await house.send(nurse!, ['p-okafor']);
  const closedAt = async () => {
    const [row] = await house.app.db.query<{ closed_at: Date | null }>('SELECT closed_at FROM cases WHERE id = $1', [
      first.case,
    ]);
    return row!.closed_at;
  };
  expect((await house.call(nurse!, 'POST', `/api/cases/${first.case}/close`, {})).status).toBe(200);
  const into = async (who: Member) => {
    const item = await house.sealed(who, ['p-okafor'], { case: first.case } as object);
    await house.upload(who, item.id, item.payload);
    return house.call(who, 'POST', '/api/items', item.body);
  };
  expect(await into(other!)).toMatchObject({ status: 400, body: { error: { code: 'BAD_REQUEST' } } });
  expect(await closedAt()).not.toBeNull();
  expect(await into(nurse!)).toMatchObject({ status: 201 });
  expect(await closedAt()).toBeNull();
});

test('nothing is sent that could be viewed for longer than thirty days', async () => {
  const sent = async (days: number) => {
    const notAfter = new Date(Date.now() + days * DAY).toISOString();
    const item = await house.sealed(nurse!, ['p-okafor'], { notAfter });
    await house.upload(nurse!, item.id, item.payload);
    return (await house.call(nurse!, 'POST', '/api/items', item.body)).status;
  };
  expect([await sent(30), await sent(31), await sent(365_000)]).toEqual([201, 400, 400]);
});

test('an answer to a release that is a heap of brackets costs nothing', async () => {
  const { id } = await house.send(nurse!, ['p-okafor']);
  await house.jobs.tick();
  const asked = { purpose: 'direct-care', breakGlass: false };
  const { body } = await house.call(onDuty!, 'POST', `/api/items/${id}/release/options`, asked);
  const { logEntry, nonce } = body;
  let deep: unknown = 0;
  for (let i = 0; i < 500; i++) deep = [deep];
  const path = `/api/items/${id}/release`;
  const refused = await house.call(onDuty!, 'POST', path, { logEntry, nonce, response: { deep } });
  expect(refused).toMatchObject({
    status: 400,
    body: { error: { message: expect.stringMatching(/^release\.response/) } },
  });
});

test('what somebody may not read does not fill the log, however often they ask', async () => {
  const { id } = await house.send(nurse!, ['p-okafor']);
  const asked = await Promise.all(
    Array.from({ length: 300 }, async () => (await house.call(other!, 'GET', `/api/items/${id}/who`)).status),
  );
  expect(asked.filter((status) => status === 403).length).toBeLessThanOrEqual(240);
  expect(asked).toContain(429);
  // Another person is not kept from anything.
  expect((await house.open(registrar!, id)).status).toBe(200);
});

test('one network of IPv6 is one asker, however many addresses it has', async () => {
  const http = createApp(house.app);
  const from = (remoteAddress: string) =>
    http.request(
      'http://localhost:4000/api/enrol/request',
      {
        method: 'POST',
        headers: { origin: 'http://localhost:4000', 'x-wardseal': '1', 'content-type': 'application/json' },
        body: '{}',
      },
      { incoming: { socket: { remoteAddress } } },
    );
  const asked = Array.from({ length: 130 }, async (_, i) => (await from(`2001:db8:7:7::${i.toString(16)}`)).status);
  expect(await Promise.all(asked)).toContain(429);
  expect((await from('2001:db8:7:8::1')).status).toBe(400);
  expect((await from('192.0.2.9')).status).toBe(400);
});
