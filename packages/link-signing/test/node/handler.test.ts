import { beforeEach, describe, expect, it } from 'vitest';
import { createHandler, type HandlerOptions } from '../../src/handler.js';
import { type Front, front, PASSCODE } from '../support/front.js';

let door: Front;
beforeEach(async () => {
  door = await front();
});

describe('safe methods', () => {
  it('1,000 GET, HEAD, OPTIONS and prefetch requests take no use, redirect nowhere, set no cookie', async () => {
    const link = await door.here.issuer.grant(door.here.request());
    const paths = [
      '/o',
      '/o/redeem',
      '/o/status',
      `/o/${link.handle}`,
      `/o?door.handle=${link.handle}`,
      '/o/content/x',
      '/',
    ];
    const ways: [string, Record<string, string>][] = [
      ['GET', {}],
      ['HEAD', {}],
      ['OPTIONS', { origin: 'https://evil.example', 'access-control-request-method': 'POST' }],
      ['GET', { purpose: 'prefetch', 'sec-purpose': 'prefetch;prerender' }],
      ['GET', { 'user-agent': 'WhatsApp/2.23', range: 'bytes=0-10' }],
    ];
    for (let i = 0; i < 1_000; i++) {
      const [method, headers] = ways[i % ways.length]!;
      const answer = await door.ask(method, paths[i % paths.length]!, headers);
      expect([200, 204, 404, 405]).toContain(answer.status);
      expect(answer.headers.has('location') || answer.headers.has('set-cookie')).toBe(false);
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
    expect(await door.usedOf(link)).toBe(0);
    expect(door.here.events).toEqual([]);
  });

  it('the page is the same for every link, holds nothing of any, and may load nothing from elsewhere', async () => {
    const answer = await door.ask('GET', '/o');
    const policy = answer.headers.get('content-security-policy')!;
    const text = await answer.text();
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(answer.headers.get('permissions-policy')).toContain('camera=()');
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; /);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(policy).not.toMatch(/unsafe|http|\*/);
    expect(text).not.toMatch(/https?:|<script>|<style| on[a-z]+=/);
    expect(await (await door.ask('GET', '/o')).text()).toBe(text);
    const head = await door.ask('HEAD', '/o');
    expect([...head.headers]).toEqual([...answer.headers]);
    expect(await head.text()).toBe('');
  });

  it('its script and style have the digest of their bytes for a name, and are pinned in the page', async () => {
    const text = await (await door.ask('GET', '/o')).text();
    const assets = [...text.matchAll(/(?:src|href)="(\/o\/[0-9a-f]{32}\.(?:js|css))" integrity="(sha256-[^"]{44})"/g)];
    expect(assets.map(([, path]) => path!.split('.')[1]).sort()).toEqual(['css', 'js']);
    for (const [, path] of assets) {
      const answer = await door.ask('GET', path!);
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
      expect(answer.headers.get('content-type')).toMatch(/^text\/(javascript|css); charset=utf-8$/);
    }
  });

  it('tells which methods there are, and answers no other', async () => {
    for (const [path, allow] of [
      ['/o', 'GET, HEAD, OPTIONS'],
      ['/o/redeem', 'POST, OPTIONS'],
      ['/o/status', 'POST, OPTIONS'],
    ]) {
      const told = await door.ask('OPTIONS', path!);
      expect([told.status, told.headers.get('allow')]).toEqual([204, allow]);
      for (const method of [
        'PUT',
        'PATCH',
        'DELETE',
        'PROPFIND',
        ...(allow!.startsWith('POST') ? ['GET', 'HEAD'] : ['POST']),
      ])
        expect((await door.ask(method, path!)).status).toBe(405);
    }
  });

  it('knows no other address and no query', async () => {
    for (const path of [
      '/o/',
      '/O',
      '/o?',
      '/o?x=1',
      '/%6f',
      '/o/redeem/',
      '/o/../o/x',
      '//o',
      '/',
      '/o;x',
      '/o/content/',
      '/__proto__',
    ])
      expect([path, (await door.ask('GET', path)).status]).toEqual([path, 404]);
    for (const path of ['/o/redeem?x=1', '/o/redeem/', '/o/x']) expect((await door.post(path, {})).status).toBe(404);
  });
});

describe('status', () => {
  it('says of a live link when it dies and what it asks for, and takes nothing', async () => {
    const link = await door.here.issuer.grant(door.here.request({ binding: 'passcode', passcode: PASSCODE }));
    const answer = await door.post('/o/status', { handle: link.handle });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ expires: door.here.seconds() + 3600, binding: 'passcode', withShare: false });
    expect([await door.usedOf(link), door.here.events, door.events]).toEqual([0, [], []]);
  });
});

describe('options', () => {
  it('are checked once', () => {
    const bad: Partial<HandlerOptions>[] = [
      { origins: [] },
      { origins: ['https://x.example/'] },
      { organisation: { name: '' } },
      { organisation: { name: 'x\u202ey' } },
      { organisation: { name: 'x', telephone: 'javascript:alert(1)' } },
      { openerModule: 'https://evil.example/x.js' },
      { openerModule: '//evil.example/x.js' },
      { openerModule: 'x.js' },
      { content: { ...door.options().content!, keys: [] } },
      { content: { ...door.options().content!, keys: [new Uint8Array(31)] } },
    ];
    for (const one of bad) expect(() => createHandler(door.here.issuer, door.options(one))).toThrow(RangeError);
    expect(() => createHandler(door.here.issuer, door.options({ authorize: undefined as never }))).toThrow(TypeError);
  });

  it('cannot bring markup into the page', async () => {
    door.handle = createHandler(door.here.issuer, door.options({ organisation: { name: `"><img/src=x> & O'Neill` } }));
    const text = await (await door.ask('GET', '/o')).text();
    expect(text).not.toContain('<img');
    expect(text).toContain('&amp; O&#39;Neill');
  });
});
