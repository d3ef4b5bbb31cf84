import { seededRandom } from '@wardseal/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler, LOCATION_SECONDS } from '../../src/handler.js';
import { FILE, type Front, front } from '../support/front.js';

let door: Front;
beforeEach(async () => {
  door = await front();
});

describe('locations', () => {
  let place: string;
  beforeEach(async () => {
    const link = await door.here.issuer.grant(door.here.request());
    place = (await (await door.post('/o/redeem', door.redeemBody(link))).json()).location;
  });

  const rangeOf = async (
    range: string,
    more: Record<string, string> = {},
  ): Promise<[number, string | null, number]> => {
    const answer = await door.ask('GET', place, { range, ...more });
    return [answer.status, answer.headers.get('content-range'), (await answer.arrayBuffer()).byteLength];
  };

  it('give the file or one range of it', async () => {
    const all = await door.ask('GET', place);
    expect([all.status, all.headers.get('content-length'), all.headers.get('accept-ranges')]).toEqual([
      200,
      '1000',
      'bytes',
    ]);
    expect(all.headers.get('content-type')).toBe('application/octet-stream');
    expect(all.headers.get('content-disposition')).toBe('attachment');
    const some = await door.ask('GET', place, { range: 'bytes=10-19' });
    expect(new Uint8Array(await some.arrayBuffer())).toEqual(FILE.slice(10, 20));
    expect(await rangeOf('bytes=10-19')).toEqual([206, 'bytes 10-19/1000', 10]);
    expect(await rangeOf('bytes=990-')).toEqual([206, 'bytes 990-999/1000', 10]);
    expect(await rangeOf('bytes=-5')).toEqual([206, 'bytes 995-999/1000', 5]);
    expect(await rangeOf('bytes=-5000')).toEqual([206, 'bytes 0-999/1000', 1000]);
    expect(await rangeOf('bytes=0-99999')).toEqual([206, 'bytes 0-999/1000', 1000]);
    expect(await rangeOf('bytes=1000-')).toEqual([416, 'bytes */1000', 0]);
    expect(await rangeOf('bytes=-0')).toEqual([416, 'bytes */1000', 0]);
    for (const ignored of [
      'bytes=5-1',
      'bytes=-',
      'bytes=0-1,5-6',
      'lines=0-1',
      'bytes=a-b',
      'bytes= 0-1',
      'bytes=99999999999999999999-',
    ])
      expect([ignored, await rangeOf(ignored)]).toEqual([ignored, [200, null, 1000]]);
    const etag = all.headers.get('etag')!;
    expect(await rangeOf('bytes=0-1', { 'if-range': etag })).toEqual([206, 'bytes 0-1/1000', 2]);
    expect(await rangeOf('bytes=0-1', { 'if-range': '"other"' })).toEqual([200, null, 1000]);
    const head = await door.ask('HEAD', place, { range: 'bytes=0-1' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '1000', '']);
  });

  it('die after five minutes, need no database, and are of one spelling', async () => {
    const token = place.split('/').at(-1)!;
    door.handle = createHandler({ redeem: () => Promise.reject(), inspect: () => Promise.reject() }, door.options());
    expect((await door.ask('GET', place)).status).toBe(200);
    let accepted = 0;
    for (let at = 0; at < token.length; at++)
      for (const other of ['A', 'B', '_', '-', '=', '%41', '']) {
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        if (changed !== token && (await door.ask('GET', `/o/content/${changed}`)).status !== 404) accepted++;
      }
    expect(accepted).toBe(0);
    for (const longer of [`${token}AAAA`, `AAAA${token}`, token.slice(0, -4), `${token}${'A'.repeat(9_000)}`])
      expect((await door.ask('GET', `/o/content/${longer}`)).status).toBe(404);
    expect((await door.ask('GET', place, { 'sec-fetch-site': 'cross-site' })).status).toBe(404);
    door.here.clock.advance((LOCATION_SECONDS - 1) * 1000);
    expect((await door.ask('GET', place)).status).toBe(200);
    door.here.clock.advance(1000);
    expect((await door.ask('GET', place)).status).toBe(404);
  });

  it('of another key do not pass, of an older key that is still listed they do', async () => {
    const keys = [seededRandom('newer')(32), seededRandom('location')(32)];
    const content = door.options().content!;
    door.handle = createHandler(door.here.issuer, door.options({ content: { ...content, keys } }));
    expect((await door.ask('GET', place)).status).toBe(200);
    door.handle = createHandler(door.here.issuer, door.options({ content: { ...content, keys: keys.slice(0, 1) } }));
    expect((await door.ask('GET', place)).status).toBe(404);
  });

  it('of a file that is gone, or that cannot be read, say no more than that', async () => {
    door.missing = true;
    expect((await door.ask('GET', place)).status).toBe(404);
    const failing = { ...door.options().content!, size: () => Promise.reject(new Error('disk')) };
    door.handle = createHandler(door.here.issuer, door.options({ content: failing }));
    expect((await door.ask('GET', place)).status).toBe(503);
    expect(door.events.at(-1)).toMatchObject({ type: 'link.failed', route: 'content', code: 'FAILED' });
  });
});
