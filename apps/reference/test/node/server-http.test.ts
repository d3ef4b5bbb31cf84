import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Hono } from 'hono';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { loadAssets } from '../../src/server/http/assets.js';
import type { Env } from '../../src/server/http/env.js';
import { body, MAX_JSON_BYTES } from '../../src/server/http/parse.js';
import { errorBody, Problem, problemOf } from '../../src/server/http/problem.js';
import { securityHeaders } from '../../src/server/http/security-headers.js';
import { parserOf } from '../../src/wire/parse.js';
import { type ServerWorld, SITE, serverWorld } from '../support/server-world.js';

let world: ServerWorld;
beforeAll(async () => {
  world = await serverWorld();
}, 120_000);
afterAll(() => world.stop());

const codeOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { error: { code: string } }).error.code;

describe('every answer', () => {
  it.each(['/', '/enrol', '/recover', '/deployment', '/people', '/api/me', '/nothing', '/api/nothing', '/assets/x.js'])(
    'has every security header: %s',
    async (path) => {
      const { headers } = await world.browser().get(path, { accept: 'text/html' });
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy.split('; ').sort()).toEqual(
        [
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "worker-src 'self'",
          "connect-src 'self'",
          "img-src 'self' blob: data:",
          "media-src 'self' blob:",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "require-trusted-types-for 'script'",
          'trusted-types wardseal',
        ].sort(),
      );
      expect(Object.fromEntries(headers)).toMatchObject({
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-embedder-policy': 'require-corp',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cache-control': 'no-store',
      });
      expect(headers.get('permissions-policy')).toMatch(/camera=\(self\).*geolocation=\(\).*microphone=\(\)/);
      // On loopback it would bind every other service of this machine.
      expect(headers.get('strict-transport-security')).toBeNull();
    },
  );

  it('tells browsers to stay with https where the origin is https', async () => {
    const app = new Hono<Env>().use(securityHeaders(true)).get('/', (c) => c.text(''));
    const answer = await app.request('https://pictures.example/');
    expect(answer.headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains');
  });

  it.each(['/', '/enrol', '/recover', '/deployment', '/nothing'])(
    'is a page without inline script or style: %s',
    async (path) => {
      const html = await (await world.browser().get(path, { accept: 'text/html' })).text();
      expect(html).toContain('<html lang="en-GB">');
      expect(html).not.toMatch(/<script(?![^>]* src="\/assets\/)|<style|\son\w+=|\sstyle=|javascript:/i);
      // Nothing but the empty picture in the tab comes from elsewhere than here.
      expect(html.match(/(?:src|href)="(?!\/|#|data:,")[^"]*"/g)).toBeNull();
    },
  );
});

describe('what another site makes a browser send', () => {
  const ours = { 'x-wardseal': '1', origin: SITE.origin, 'sec-fetch-site': 'same-origin' };
  it.each<[string, Record<string, string>, number]>([
    ['ours', ours, 200],
    ['a browser without Sec-Fetch-Site', { 'x-wardseal': '1', origin: SITE.origin }, 200],
    ['no header', { origin: SITE.origin, 'sec-fetch-site': 'same-origin' }, 403],
    ['another origin', { ...ours, origin: 'https://evil.example' }, 403],
    ['origin null', { ...ours, origin: 'null' }, 403],
    ['no origin', { 'x-wardseal': '1' }, 403],
    ['a sibling site', { ...ours, 'sec-fetch-site': 'same-site' }, 403],
    ['another site', { ...ours, 'sec-fetch-site': 'cross-site' }, 403],
    [
      'a form',
      { origin: SITE.origin, 'sec-fetch-site': 'same-origin', 'content-type': 'application/x-www-form-urlencoded' },
      403,
    ],
  ])('%s', async (_, headers, status) => {
    const sent = { 'content-type': 'application/json', ...headers };
    const request = new Request(`${SITE.origin}/api/sign-in/options`, { method: 'POST', body: '{}', headers: sent });
    const answer = await world.hono.fetch(request, {} as Env['Bindings']);
    expect(answer.status).toBe(status);
    if (status !== 200) expect(await codeOf(answer)).toBe('CROSS_SITE');
  });

  it('believes a form without script on the desk only where the browser says that the page was ours', async () => {
    const status = async (site: string | null, origin: string): Promise<number> => {
      const headers = {
        origin,
        'content-type': 'application/x-www-form-urlencoded',
        ...(site !== null && { 'sec-fetch-site': site }),
      };
      const request = new Request(`${SITE.origin}/ig/break-glass`, { method: 'POST', body: 'a=b', headers });
      return (await world.hono.fetch(request, {} as Env['Bindings'])).status;
    };
    expect(await status('same-origin', SITE.origin)).toBe(401);
    expect(await status(null, SITE.origin)).toBe(403);
    expect(await status('same-site', SITE.origin)).toBe(403);
    expect(await status('same-origin', 'https://evil.example')).toBe(403);
  });

  it('refuses another host name, as a rebound one would be, and methods that nothing takes', async () => {
    const other = await world.hono.fetch(new Request('http://127.0.0.1:4000/'), {} as Env['Bindings']);
    expect([other.status, await codeOf(other)]).toEqual([421, 'CROSS_SITE']);
    for (const method of ['DELETE', 'PATCH', 'OPTIONS', 'PROPFIND']) {
      const answer = await world.hono.fetch(new Request(`${SITE.origin}/api/me`, { method }), {} as Env['Bindings']);
      expect([answer.status, await codeOf(answer)]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    }
  });
});

describe('a body', () => {
  const parser = parserOf(z.strictObject({ word: z.string() }), 'body');
  const app = new Hono<Env>()
    .post('/', async (c) => c.json(await body(c, parser)))
    .onError((error, c) => {
      const problem = problemOf(error);
      return c.json(errorBody(problem), problem.status);
    });
  const post = async (text: BodyInit, type = 'application/json'): Promise<[number, string]> => {
    const init = { method: 'POST', body: text, headers: { 'content-type': type }, duplex: 'half' };
    const answer = await app.request('http://localhost/', init as RequestInit);
    return [answer.status, await answer.text()];
  };
  const refused = async (text: BodyInit, type?: string): Promise<[number, string]> => {
    const [status, answer] = await post(text, type);
    return [status, (JSON.parse(answer) as { error: { code: string } }).error.code];
  };

  it('is strict JSON in UTF-8 with the members that are known', async () => {
    expect(await post('{"word":"é"}')).toEqual([200, '{"word":"é"}']);
    expect(await post('{"word":"a"}', 'application/json; charset=utf-8')).toEqual([200, '{"word":"a"}']);
    for (const text of [
      '',
      'null',
      '[]',
      '{',
      '{"word":1}',
      '{"word":"a","more":1}',
      '\ufeff{"word":"a"}',
      "{'word':'a'}",
    ])
      expect(await refused(text)).toEqual([400, 'BAD_REQUEST']);
    expect(await refused(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d))).toEqual([400, 'BAD_REQUEST']);
    expect(await refused('['.repeat(1_000_000))).toEqual([400, 'BAD_REQUEST']);
    for (const type of ['text/plain', 'application/json-seq', 'multipart/form-data'])
      expect(await refused('{"word":"a"}', type)).toEqual([415, 'UNSUPPORTED']);
  });

  it('is cut off at its limit, also when nobody says how long it is', async () => {
    expect(await refused(`{"word":"${'x'.repeat(MAX_JSON_BYTES)}"}`)).toEqual([413, 'TOO_LARGE']);
    let given = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        given += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(0x20));
      },
    });
    expect(await refused(endless)).toEqual([413, 'TOO_LARGE']);
    expect(given).toBeLessThan(MAX_JSON_BYTES + 10 * 65_536);
  });
});

describe('what went wrong', () => {
  it('is told by its code, and what nobody planned for by nothing but INTERNAL', () => {
    const planned = new Problem(403, 'POLICY_REFUSED', 'No', {
      lines: ['why'],
      next: ['what'],
      cause: new Error('secret'),
    });
    expect(errorBody(problemOf(planned))).toEqual({
      error: { code: 'POLICY_REFUSED', message: 'No', lines: ['why'], next: ['what'] },
    });
    const unplanned = errorBody(problemOf(new TypeError('9990000018 is wrong')));
    expect(unplanned.error.code).toBe('INTERNAL');
    expect(JSON.stringify(unplanned)).not.toContain('999');
  });

  it('is a page to a person and JSON to a program', async () => {
    const browser = world.browser();
    const page = await browser.get('/people', { accept: 'text/html,*/*' });
    expect([page.status, page.headers.get('content-type')]).toEqual([401, 'text/html; charset=UTF-8']);
    expect(await page.text()).toContain('<a href="/">Sign in</a>');
    expect(await codeOf(await browser.get('/people'))).toBe('SIGN_IN_REQUIRED');
    expect(await codeOf(await browser.get('/api/nothing', { accept: 'text/html' }))).toBe('NOT_FOUND');
  });
});

describe('the directory', () => {
  it('goes out as it was signed, and not twice', async () => {
    const browser = await world.signedIn('p-okafor');
    const answer = await browser.get('/api/directory');
    const { snapshot, directory } = (await world.app.trusts.get('ZZZ01')?.directory()) ?? {};
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(snapshot);
    const etag = answer.headers.get('etag') ?? '';
    expect(etag).toBe(`"${directory?.digest}"`);
    expect((await browser.get('/api/directory', { 'if-none-match': etag })).status).toBe(304);
    expect((await world.browser().get('/api/directory')).status).toBe(401);
  });
});

describe('what pages load', () => {
  it('comes from memory by its name, compressed where it may be, for ever', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'wardseal-assets-'));
    await writeFile(
      join(folder, 'assets.json'),
      '{"names":{"app.js":"app-AB.js"},"preload":{"app.js":["part-CD.js"]}}',
    );
    await writeFile(join(folder, 'app-AB.js'), 'plain');
    await writeFile(join(folder, 'app-AB.js.br'), 'small');
    const assets = await loadAssets(null, folder);
    assets.routes.onError((_, c) => c.text('', 404));
    await rm(folder, { recursive: true });
    expect([assets.address('app.js'), assets.address('toString'), assets.preload('app.js')]).toEqual([
      '/assets/app-AB.js',
      null,
      ['/assets/part-CD.js'],
    ]);
    const get = (name: string, encoding = '') =>
      assets.routes.request(`http://localhost/assets/${name}`, { headers: { 'accept-encoding': encoding } });
    const [plain, small] = [await get('app-AB.js'), await get('app-AB.js', 'gzip, br')];
    expect([await plain.text(), await small.text()]).toEqual(['plain', 'small']);
    expect(small.headers.get('content-encoding')).toBe('br');
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    for (const name of ['assets.json', 'app-AB.js.br', '..%2f..%2fpackage.json', 'toString'])
      expect((await get(name)).status).not.toBe(200);
  });
});

describe('the page of what is enforced', () => {
  it('says what this deployment lacks, as it finds it', async () => {
    const html = await (await world.browser().get('/deployment')).text();
    const [, lacks = '', has = ''] = html.split('<h2');
    expect(lacks).toContain('plain http');
    expect(lacks).toContain('No standby follows');
    expect(lacks).toContain('None: whoever runs the log could rewrite it unseen');
    expect(has).toContain('A passkey that verified its user');
    expect(has).toContain('signed by two guardians');
  });
});
