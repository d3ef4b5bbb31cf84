import { everyJsonMutation, HOSTILE_JSON_TEXTS, hostileJson, seededNumbers } from '@wardseal/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Problem } from '../../src/server/http/problem.js';
import type { CustodianClient } from '../../src/server/wiring/custodian-client.js';
import { CODES } from '../../src/wire/errors.js';
import { type Browser, type ServerWorld, SITE, serverWorld } from '../support/server-world.js';

let world: ServerWorld;
let routes: (readonly [method: string, path: string])[];
beforeAll(async () => {
  world = await serverWorld();
  const refuse = async (): Promise<never> => {
    throw new Problem(403, 'RELEASE_REFUSED', 'the custodian refuses');
  };
  const calls: (keyof CustodianClient)[] = [
    'enrolRequest',
    'enrolAnswer',
    'arrive',
    'file',
    'releaseOptions',
    'release',
  ];
  for (const call of [...calls, 'emergencyView', 'letGo', 'turnJournal'] as const) world.custodian[call] = refuse;
  routes = world.hono.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => [method, path]);
}, 120_000);
afterAll(() => world.stop());

// Nobody and nothing that these name is there, so that even what is well-formed changes nothing.
const ITEM = '0198c0de-0000-4000-8000-000000000000';
const B32 = 'A'.repeat(43);
const LABELS = {
  ...{ kind: 'photo', sensitivity: 'normal', purpose: 'direct-care', consentLevel: ['record'], identifiable: true },
  ...{ author: 'p-lindqvist', ownerOrg: 'ZZZ01', team: 'plastics-on-call', notAfter: '2099-01-01T00:00:00.000Z' },
  about: 'none',
};
const ASSERTION = {
  ...{ id: 'AAAA', rawId: 'AAAA', type: 'public-key', clientExtensionResults: {} },
  response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA', userHandle: 'AAAA' },
};
const WHO = { organisation: 'ZZZ01', person: 'p-nobody' };
const REASON = { reason: 'a reason of some words' };

/** A body of the right shape for every route that takes one. A route that is not here fails the first test. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /api/sign-in/options': {},
  'POST /api/sign-in': { id: ITEM, response: ASSERTION },
  'POST /api/step-up/options': {},
  'POST /api/step-up': { id: ITEM, response: ASSERTION },
  'POST /api/unlocked': {},
  'POST /api/stay': {},
  'POST /api/sign-out': {},
  'POST /api/enrol/request': { ...WHO, request: 'AAAA' },
  'POST /api/enrol/answer': {
    ...WHO,
    answer: 'AAAA',
    wraps: [{ credential: 'AAAA', method: 'passkey', wrapped: 'AAAA' }],
    acknowledgedVersion: 1,
  },
  'POST /api/people/:person/suspend': REASON,
  'POST /api/people/:person/restore': REASON,
  'PUT /api/items/:id/payload': null,
  'POST /api/items': {
    id: ITEM,
    case: ITEM,
    labels: LABELS,
    header: 'AAAA',
    payloadDigest: B32,
    recipients: ['p-okafor'],
  },
  'POST /api/items/:id/open': { nonce: B32, purpose: 'direct-care', ...REASON },
  'POST /api/items/:id/release/options': { purpose: 'direct-care', ...REASON, breakGlass: false },
  'POST /api/items/:id/release': { logEntry: ITEM, nonce: B32, response: ASSERTION },
  'POST /api/items/:id/recall': {},
  'POST /api/cases/:case/close': {},
  'POST /api/ig/trace': { item: ITEM, ...REASON },
  'POST /api/ig/review': { index: 0, origin: 'audit.zzz01.invalid/2026', outcome: 'justified', ...REASON },
  'POST /ig/break-glass': null,
};
const NAMED: Readonly<Record<string, string>> = { id: ITEM, case: ITEM, person: 'p-nobody', org: 'ZZZ01', name: 'x' };
/** Each change of a body is one of some hundreds: as many as this in each run, others each time; all of them in the long one. */
const CHANGES = process.env['WARDSEAL_FULL'] === '1' ? Number.POSITIVE_INFINITY : 80;
const HOSTILE_TEXTS = [
  ...['..', '%2e%2e%2f%2e%2e%2fetc%2fpasswd', '%00', '%ff', '%E0%A4%A', 'a'.repeat(5000), '__proto__', 'constructor'],
  ...[
    "';DROP TABLE people;--",
    '%3Cscript%3E',
    '-1',
    '1e999',
    'NaN',
    '%0d%0aset-cookie:%20a=b',
    '9990000018',
    '%F0%9F%92%A9',
  ],
];

const pathOf = (path: string, over: Readonly<Record<string, string>> = {}): string =>
  path
    .replaceAll(/:(\w+)/g, (_, name: string) => over[name] ?? NAMED[name] ?? 'x')
    .replace('*', over['*'] ?? 'checkpoint');

/** What a hostile client may get: no 5xx, and a refusal by a code that pages know. */
async function expectAnswer(answer: Response, what: string): Promise<void> {
  const text = await answer.text();
  if (answer.status < 400) return;
  expect(answer.status, `${what}: ${text.slice(0, 200)}`).toBeLessThan(500);
  if (answer.headers.get('content-type')?.startsWith('application/json') !== true) return;
  expect(CODES, what).toContain((JSON.parse(text) as { error: { code: string } }).error.code);
}

const TABLES = ['people', 'wraps', 'items', 'item_recipients', 'openings', 'releases', 'jobs', 'payloads'];
async function stored(): Promise<Record<string, number>> {
  const counts = TABLES.map(async (table) => {
    const [row] = await world.app.db.query<{ rows: number }>(`SELECT count(*)::int AS rows FROM ${table}`);
    return [table, row?.rows ?? 0] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

/** By turns a clinician and who reads the log; how often they ask is not what this is about. */
async function attacker(): Promise<Browser> {
  await world.app.db.query('DELETE FROM rates');
  turn += 1;
  return world.signedIn(turn % 2 === 0 ? 'p-lead' : 'p-lindqvist');
}
let turn = 0;

describe('whatever a hostile client sends', () => {
  it('goes to a route that this test knows', () => {
    const changing = routes.filter(([method]) => method !== 'GET').map(([method, path]) => `${method} ${path}`);
    expect([...new Set(changing)].sort()).toEqual(Object.keys(BODIES).sort());
  });

  it.each(Object.entries(BODIES).filter(([, body]) => body !== null))(
    'as the body of %s',
    async (route, body) => {
      const path = pathOf(route.split(' ')[1] as string);
      const before = await stored();
      const pick = seededNumbers(Date.now() % 1000);
      const all = [...everyJsonMutation(body)];
      const some =
        all.length <= CHANGES ? all : Array.from({ length: CHANGES }, () => all[Math.floor(pick() * all.length)]);
      let browser = await attacker();
      for (const [i, change] of some.entries()) {
        // Long before anybody is told to come back later.
        if (browser.cookie === null || i % 200 === 199) browser = await attacker();
        await expectAnswer(await browser.post(path, change?.value), `${route} ${change?.path} ${change?.what}`);
      }
      await world.app.db.query('DELETE FROM rates');
      for (const text of HOSTILE_JSON_TEXTS)
        await expectAnswer(await send(browser, path, text), `${route} ${text.slice(0, 40)}`);
      await fc.assert(
        fc.asyncProperty(hostileJson(), async (value) => {
          await expectAnswer(await browser.post(path, value), route);
        }),
        { numRuns: 15 },
      );
      expect(await stored()).toEqual(before);
    },
    60_000,
  );

  it('as a part of a path, or a query', async () => {
    let browser = await attacker();
    const before = await stored();
    const queries = ['case', 'from', 'purpose', 'organisation', 'item', 'person', 'as', 'x'];
    for (const [method, path] of routes) {
      if (path.startsWith('/assets')) continue;
      await world.app.db.query('DELETE FROM rates');
      for (const hostile of HOSTILE_TEXTS) {
        if (browser.cookie === null) browser = await attacker();
        const over = Object.fromEntries([...Object.keys(NAMED), '*'].map((name) => [name, hostile]));
        const query = queries.map((name) => `${name}=${hostile}`).join('&');
        const body = BODIES[`${method} ${path}`];
        for (const at of [pathOf(path, over), `${pathOf(path)}?${query}`]) {
          if (method === 'PUT' && !at.includes('?')) continue;
          const answer = method === 'POST' ? await browser.post(at, body ?? {}) : await browser.get(at);
          await expectAnswer(answer, `${method} ${at.slice(0, 100)}`);
        }
      }
    }
    expect(await stored()).toEqual(before);
  }, 120_000);

  it('as a form, a payload, a header or a cookie', async () => {
    const browser = await attacker();
    const before = await stored();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const text of [
      ...HOSTILE_JSON_TEXTS,
      'index=0&origin=x',
      'index=NaN',
      'index=1&origin=%ff&outcome-1=justified',
      '%',
    ])
      await expectAnswer(await send(browser, '/ig/break-glass', text, 'POST', form), `form ${text.slice(0, 40)}`);
    const octets = { 'content-type': 'application/octet-stream' };
    for (const id of HOSTILE_TEXTS)
      await expectAnswer(
        await send(browser, `/api/items/${id}/payload`, 'x', 'PUT', octets),
        `payload of ${id.slice(0, 40)}`,
      );
    await expectAnswer(await send(browser, `/api/items/${ITEM}/payload`, 'x', 'PUT'), 'payload as JSON');
    const huge = { ...octets, 'content-length': '99999999999' };
    await expectAnswer(
      await send(browser, `/api/items/${ITEM}/payload`, 'x', 'PUT', huge),
      'payload that says it is huge',
    );
    for (const value of HOSTILE_TEXTS) {
      const other = world.browser();
      other.cookie = `__Host-session=${value}`;
      await expectAnswer(await other.get('/api/me'), `cookie ${value.slice(0, 40)}`);
      const headers = { accept: value, 'if-none-match': value, 'x-forwarded-for': value, 'accept-encoding': value };
      await expectAnswer(await browser.get('/api/directory', headers), `headers ${value.slice(0, 40)}`);
      await expectAnswer(await browser.get('/people', { ...headers, accept: `text/html${value}` }), 'accept');
    }
    expect(await stored()).toEqual(before);
  }, 60_000);
});

/** A body as it is, also one that is no JSON. */
function send(
  { cookie }: Browser,
  path: string,
  text: string,
  method = 'POST',
  headers: Record<string, string> = {},
): Promise<Response> {
  const ours = { 'x-wardseal': '1', origin: SITE.origin, 'sec-fetch-site': 'same-origin' };
  const all = { 'content-type': 'application/json', ...ours, ...(cookie !== null && { cookie }), ...headers };
  const request = new Request(new URL(path, SITE.origin), { method, body: text, headers: all });
  return Promise.resolve(world.hono.fetch(request, {} as never));
}
