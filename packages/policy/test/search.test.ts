import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPdp, loadPolicy, MAX_SCANNED, PolicyError, type Search, search } from '../src/index.js';
import { completeFacts, NOW, partialFacts, policy, request } from './support/random.js';
import { forbid, permit, sample } from './support/sample.js';

const pdpOf = (...rules: Parameters<typeof sample>) =>
  createPdp(loadPolicy(sample(...rules)), { clock: { now: () => NOW } });
const pdp = pdpOf(permit('P-01', { 'resource.team': 'a' }), forbid('F-01', { 'resource.hold': 'legal' }));
const pictures = Array.from({ length: 25 }, (_, i) => ({
  n: i,
  team: i % 3 === 0 ? 'a' : 'b',
  hold: i === 6 ? 'legal' : 'none',
}));
const asked = { subject: {}, action: { name: 'view' }, context: { purpose: 'direct-care' } };
const mine = [0, 3, 9, 12, 15, 18, 21, 24];

async function pages<T>(query: Search<T>): Promise<T[][]> {
  const out: T[][] = [];
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof search<T>>> = await search(
      pdp,
      cursor === null ? query : { ...query, cursor },
    );
    out.push([...page.results]);
    cursor = page.next;
  } while (cursor !== null);
  return out;
}

async function* later<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

test.each([
  ['a list', pictures],
  ['a function of the position', (from: number) => pictures.slice(from)],
  ['a stream from a position', (from: number) => later(pictures.slice(from))],
])('finds those that are permitted, in order and in pages: %s', async (_name, candidates) => {
  const found = await pages({ kind: 'resource', request: asked, candidates, limit: 3 });
  expect(found.map((page) => page.map(({ n }) => n))).toEqual([mine.slice(0, 3), mine.slice(3, 6), mine.slice(6)]);
});

test('a page that is full at the last permitted candidate does not promise more than there is', async () => {
  const { results, next } = await search(pdp, {
    kind: 'resource',
    request: asked,
    candidates: pictures.slice(0, 4),
    limit: 2,
  });
  expect([results.length, next]).toEqual([2, null]);
});

test('subjects and actions', async () => {
  const roles = pdpOf(
    permit('P-01', { 'subject.role': 'nurse' }),
    permit('P-02', { 'subject.role': 'nurse' }, { actions: ['send'] }),
  );
  const rest = { resource: {}, context: { purpose: 'direct-care' } };
  const people = [{ id: 'a', role: 'nurse' }, { id: 'b', role: 'consultant' }, { id: 'c' }, null];
  const who = await search(roles, {
    kind: 'subject',
    request: { ...rest, action: { name: 'view' } },
    candidates: people,
  });
  expect(who).toEqual({ results: [people[0]], next: null });
  const actions = [{ name: 'send' }, { name: 'fly' }, { name: 'view' }];
  const what = await search(roles, { kind: 'action', request: { ...rest, subject: people[0]! }, candidates: actions });
  expect(what.results).toEqual([actions[0], actions[2]]);
});

test('stops after a bounded amount of work, closes the source, and goes on from there', async () => {
  let closed = 0;
  function* endless(from: number): Generator<{ team: string; hold: string }> {
    try {
      for (let i = from; ; i += 1) yield { team: i === MAX_SCANNED + 5 ? 'a' : 'b', hold: 'none' };
    } finally {
      closed += 1;
    }
  }
  const query = { kind: 'resource' as const, request: asked, candidates: endless, limit: 1 };
  const first = await search(pdp, query);
  expect(atob(first.next!.split('.')[0]!)).toBe(String(MAX_SCANNED));
  expect(first.results).toEqual([]);
  expect(closed).toBe(1);
  const second = await search(pdp, { ...query, cursor: first.next! });
  expect(second.results).toHaveLength(1);
});

test('a cursor of another question, another policy or nobody’s making is refused', async () => {
  const query = { kind: 'resource' as const, request: asked, candidates: pictures, limit: 2 };
  const { next } = await search(pdp, query);
  const other = pdpOf(permit('P-01', { 'resource.team': 'b' }));
  const invalid = (error: unknown): boolean => error instanceof PolicyError && error.code === 'CURSOR_INVALID';
  const refused = async (...args: Parameters<typeof search>): Promise<boolean> =>
    search(...args).then(() => false, invalid);
  const [at, tag] = next!.split('.') as [string, string];
  expect(await refused(other, { ...query, cursor: next! })).toBe(true);
  expect(await refused(pdp, { ...query, request: { ...asked, context: {} }, cursor: next! })).toBe(true);
  for (const cursor of [
    '',
    '.',
    at,
    `${at}.`,
    `.${tag}`,
    `${next}=`,
    `${next}.x`,
    `MDQ.${tag}`,
    `LTE.${tag}`,
    `MQo.${tag}`,
    'x'.repeat(65),
    7,
  ])
    expect(await refused(pdp, { ...query, cursor: cursor as string })).toBe(true);
  // A member that is undefined is none.
  const same = { ...query, request: { ...asked, context: { ...asked.context, device: undefined } } };
  expect((await search(pdp, { ...same, cursor: next! })).results).toHaveLength(2);
});

test('a mistake of the caller is thrown, and so is what the candidates throw', async () => {
  const query = { kind: 'resource' as const, request: asked, candidates: pictures };
  for (const limit of [0, 1.5, Number.NaN, 1_001])
    await expect(search(pdp, { ...query, limit })).rejects.toThrow(RangeError);
  await expect(search(pdp, { ...query, kind: 'context' as never })).rejects.toThrow(RangeError);
  const failing = (): never => {
    throw new Error('store is down');
  };
  await expect(search(pdp, { ...query, candidates: failing })).rejects.toThrow('store is down');
});

test('the pages of any size hold exactly those permitted one by one', async () => {
  await fc.assert(
    fc.asyncProperty(
      policy,
      fc.array(fc.oneof(completeFacts, partialFacts), { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      async (document, facts, limit) => {
        const one = createPdp(loadPolicy(document), { clock: { now: () => NOW } });
        const base = request(facts[0]!, 'view');
        const candidates = facts.map((each) => request(each, 'view').resource);
        const expected = candidates.filter((resource) => one.evaluate({ ...base, resource }).decision);
        const found: unknown[] = [];
        let cursor: string | null = null;
        do {
          const query: Search<unknown> = {
            kind: 'resource',
            request: base,
            candidates,
            limit,
            ...(cursor === null ? {} : { cursor }),
          };
          const page: { results: readonly unknown[]; next: string | null } = await search(one, query);
          found.push(...page.results);
          cursor = page.next;
        } while (cursor !== null);
        expect(found).toEqual(expected);
      },
    ),
    { numRuns: 60, seed: 3 },
  );
});
