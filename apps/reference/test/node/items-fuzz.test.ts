import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CODES } from '../../src/wire/index.js';
import { type ItemsHouse, itemsHouse } from '../support/items-house.js';

let house: ItemsHouse;
beforeAll(async () => {
  house = await itemsHouse();
}, 120_000);
afterAll(async () => {
  await house?.stop();
});

const TABLES = ['items', 'item_recipients', 'openings', 'releases', 'cases', 'alarms'];
const rows = async (): Promise<number[]> =>
  Promise.all(
    TABLES.map(
      async (table) => (await house.app.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n,
    ),
  );

/** Values that no field takes everywhere: hostile texts, other types, deep and large things. */
const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom<unknown>(
    '',
    '../../x',
    "'; DROP TABLE items; --",
    '\u0000',
    '\ud800',
    'A'.repeat(5000),
    -1,
    1e308,
    null,
  ),
  fc.constantFrom<unknown>([], {}, [[[[]]]], { __proto__: null, constructor: 1 }, 'none', '2026-02-30T00:00:00.000Z'),
);

/** A body in which one member, at any depth, is another, missing or one too many. */
function broken(good: Record<string, unknown>): fc.Arbitrary<unknown> {
  const paths = Object.entries(good).flatMap(([name, value]) =>
    value !== null && typeof value === 'object' && !Array.isArray(value)
      ? [[name], ...Object.keys(value).map((inner) => [name, inner])]
      : [[name]],
  );
  return fc
    .tuple(fc.constantFrom(...paths), fc.constantFrom('replace', 'drop', 'add'), junk)
    .map(([path, how, value]) => {
      const body = structuredClone(good);
      const [last, ...above] = [...path].reverse() as [string, ...string[]];
      const holder = above.reverse().reduce<Record<string, unknown>>((at, name) => at[name] as never, body);
      if (how === 'drop') delete holder[last];
      else if (how === 'add') holder[`${last}2`] = value;
      else holder[last] = value;
      return body;
    })
    .filter((body) => JSON.stringify(body) !== JSON.stringify(good));
}

test('whatever is sent in place of a member of a body, the answer is a code that is known, and nothing is stored', async () => {
  const [nurse, onDuty] = [house.member('p-lindqvist'), house.member('p-moss')];
  const { id } = await house.send(nurse, ['p-okafor']);
  const item = await house.sealed(nurse, ['p-okafor']);
  await house.jobs.tick();
  const nonce = 'A'.repeat(43);
  const asks: [string, Record<string, unknown>][] = [
    ['/api/items', item.body],
    [`/api/items/${id}/open`, { nonce, purpose: 'direct-care', reason: 'a reason' }],
    [`/api/items/${id}/release/options`, { purpose: 'emergency', reason: 'a reason', breakGlass: true }],
    [`/api/items/${id}/release`, { logEntry: randomUUID(), nonce, response: {} }],
  ];
  const before = await rows();
  for (const [path, good] of asks)
    await fc.assert(
      fc.asyncProperty(broken(good), async (body) => {
        // Whoever is on duty has no stanza: also a request that makes sense ends in a refusal here.
        const who = path === '/api/items' ? nurse : onDuty;
        const answer = await house.call<{ error?: { code: string } }>(who, 'POST', path, body);
        const asked = path.endsWith('/options') && answer.status === 200;
        if (asked) return;
        expect([answer.status, JSON.stringify(body)]).toEqual([
          expect.toSatisfy((s) => s >= 400 && s < 500),
          expect.anything(),
        ]);
        expect(CODES).toContain(answer.body.error!.code);
      }),
      { numRuns: 120, seed: 8 },
    );
  const after = await rows();
  // A release may be asked for in other words than ours; it is then logged as asked for.
  const releases = TABLES.indexOf('releases');
  expect(after.toSpliced(releases, 1)).toEqual(before.toSpliced(releases, 1));
}, 120_000);

test('whatever stands in a path or a query, it names nothing', async () => {
  const nurse = house.member('p-lindqvist');
  const strange = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.constantFrom('..', '%2e%2e', '%00', '%', 'ZZZ02', 'A'.repeat(2000), randomUUID().toUpperCase()),
  );
  const paths = (text: string): [string, string][] => {
    const part = encodeURIComponent(Buffer.from(text).toString());
    return [
      ['GET', `/api/items/${part}/payload`],
      ['PUT', `/api/items/${part}/payload`],
      ['GET', `/api/items/${part}/who`],
      ['POST', `/api/items/${part}/recall`],
      ['POST', `/api/cases/${part}/close`],
      ['GET', `/api/items?case=${part}`],
      ['GET', `/api/log/checkpoint?from=${part}`],
      ['GET', `/log/${part}/2026/checkpoint`],
      ['GET', `/log/ZZZ01/${part}`],
    ];
  };
  await fc.assert(
    fc.asyncProperty(strange, async (text) => {
      if (/^\d+$/.test(text)) return;
      for (const [method, path] of paths(text)) {
        const { status, body } = await house.call<{ error?: { code: string } }>(nurse, method, path);
        expect([path, status >= 400 && status < 500]).toEqual([path, true]);
        expect(CODES).toContain(body.error!.code);
      }
    }),
    { numRuns: 40, seed: 8 },
  );
});
