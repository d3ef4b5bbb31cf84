import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/server/http/problem.js';
import { type ServerWorld, serverWorld } from '../support/server-world.js';

let world: ServerWorld;
beforeAll(async () => {
  world = await serverWorld();
}, 120_000);
afterAll(() => world.stop());
beforeEach(async () => {
  for (const table of ['people', 'wraps', 'audit_outbox']) await world.app.db.query(`DELETE FROM ${table}`);
});

const who = { organisation: 'ZZZ01', person: 'p-moss' };
const wraps = [
  { credential: 'AAAA', method: 'passkey', wrapped: 'AAAA' },
  { credential: 'code-1', method: 'recovery-code', wrapped: 'BBBB' },
];
const answer = { ...who, answer: 'AAAA', wraps, acknowledgedVersion: 1 };
const stranger = () => new Problem(403, 'ENROLMENT_REFUSED', 'no such link', { lines: ['p-moss has none'] });
const stored = () => world.app.db.query('SELECT credential, method, wrapped FROM wraps ORDER BY credential');

describe('enrolling', () => {
  it('carries what browser and custodian say to each other', async () => {
    const heard: unknown[] = [];
    world.custodian.enrolRequest = async (call) => {
      heard.push(call);
      return { challenge: 'CCCC' };
    };
    const answered = await world.browser().post('/api/enrol/request', { ...who, request: 'AAAA' });
    expect(await answered.json()).toEqual({ challenge: 'CCCC' });
    expect(heard).toEqual([{ person: 'p-moss', request: 'AAAA' }]);
  });

  it('keeps the wrapped keys and which policy was read, once the custodian believes the answer', async () => {
    world.custodian.enrolAnswer = async () => ({ epoch: 2 });
    const answered = await world.browser().post('/api/enrol/answer', answer);
    expect(await answered.json()).toEqual({ epoch: 2 });
    expect(await stored()).toEqual(wraps);
    expect(await world.app.db.query('SELECT person, acknowledged_version FROM people')).toEqual([
      { person: 'p-moss', acknowledged_version: 1 },
    ]);
    expect((await world.events()).map(({ type, onBehalfOf }) => [type, onBehalfOf])).toEqual([
      ['policy.acknowledge', 'p-moss'],
    ]);
  });

  it('keeps nothing when the custodian refuses, and what was kept before', async () => {
    world.custodian.enrolAnswer = async () => ({ epoch: 2 });
    await world.browser().post('/api/enrol/answer', answer);
    world.custodian.enrolAnswer = async () => {
      throw stranger();
    };
    const theirs = { ...answer, wraps: [{ credential: 'EVIL', method: 'passkey', wrapped: 'EEEE' }] };
    expect((await world.browser().post('/api/enrol/answer', theirs)).status).toBe(403);
    expect(await stored()).toEqual(wraps);
  });

  it('takes no more than one connection from everybody else while the custodian takes its time', async () => {
    let go = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      go = resolve;
    });
    world.custodian.enrolAnswer = () => slow.then(() => Promise.reject(stranger()));
    const knocks = Array.from({ length: 30 }, (_, i) =>
      world.browser().post('/api/enrol/answer', { ...answer, person: `p-${i}` }),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    const others = Promise.all(Array.from({ length: 5 }, () => world.browser().get('/health')));
    const late = new Promise((resolve) => setTimeout(() => resolve('late'), 2_000));
    const found = await Promise.race([others.then((all) => all.map(({ status }) => status)), late]);
    go();
    expect(found).toEqual([200, 200, 200, 200, 200]);
    expect(new Set((await Promise.all(knocks)).map(({ status }) => status))).toEqual(new Set([403]));
  });

  it('answers alike about a stranger and about an organisation that is not here', async () => {
    world.custodian.enrolRequest = async () => {
      throw stranger();
    };
    const ask = async (organisation: string): Promise<[number, unknown]> => {
      const one = await world.browser().post('/api/enrol/request', { organisation, person: 'p-moss', request: 'AAAA' });
      return [one.status, await one.json()];
    };
    expect(await ask('ZZZ99')).toEqual(await ask('ZZZ01'));
  });

  it('needs the policy in force to have been read', async () => {
    const answered = await world.browser().post('/api/enrol/answer', { ...answer, acknowledgedVersion: 2 });
    expect([answered.status, await answered.json()]).toMatchObject([
      409,
      { error: { code: 'ACKNOWLEDGEMENT_REQUIRED' } },
    ]);
    expect(await stored()).toEqual([]);
  });

  it.each([
    ['no wraps', { wraps: [] }],
    ['too many', { wraps: Array.from({ length: 9 }, () => wraps[0]) }],
    ['another method', { wraps: [{ ...wraps[0], method: 'password' }] }],
    ['a long wrap', { wraps: [{ ...wraps[0], wrapped: 'A'.repeat(6000) }] }],
    ['the same credential twice', { wraps: [wraps[0], wraps[0]] }],
    ['an organisation in small letters', { organisation: 'zzz01' }],
    ['something unknown', { role: 'administrator' }],
  ])('refuses %s', async (_, over) => {
    world.custodian.enrolAnswer = async () => ({ epoch: 2 });
    const answered = await world.browser().post('/api/enrol/answer', { ...answer, ...over });
    expect([answered.status, await answered.json()]).toMatchObject([400, { error: { code: 'BAD_REQUEST' } }]);
    expect(await stored()).toEqual([]);
  });
});
