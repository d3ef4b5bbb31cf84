import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, type ServerWorld, serverWorld } from '../support/server-world.js';
import type { SoftPasskey } from '../support/soft-passkey.js';

let world: ServerWorld;
beforeAll(async () => {
  world = await serverWorld();
}, 120_000);
afterAll(() => world.stop());
beforeEach(async () => {
  for (const table of ['people', 'sessions', 'alarms', 'audit_outbox'])
    await world.app.db.query(`DELETE FROM ${table}`);
});

const reason = 'phone lost on the train';
const act = async (browser: Browser, verb: 'suspend' | 'restore', person: string): Promise<[number, unknown]> => {
  const answer = await browser.post(`/api/people/${person}/${verb}`, { reason });
  const { state, error } = (await answer.json()) as { state?: string; error?: { code: string } };
  return [answer.status, state ?? error?.code];
};
const types = async (): Promise<string[]> => (await world.events()).map(({ type }) => type);

describe('suspending somebody', () => {
  it('ends every session of theirs at once, is logged with who and why, and is told', async () => {
    const [one, two, admin] = [
      await world.signedIn('p-okafor'),
      await world.signedIn('p-okafor'),
      await world.signedIn('p-admin'),
    ];
    expect(await act(admin, 'suspend', 'p-okafor')).toEqual([200, 'suspended']);
    expect(await world.app.db.query("SELECT FROM sessions WHERE person = 'p-okafor'")).toEqual([]);
    expect((await one.get('/api/me')).status).toBe(401);
    expect((await two.post('/api/stay')).status).toBe(401);
    expect((await world.events()).at(-1)).toMatchObject({
      type: 'suspend',
      actor: { id: 'p-admin', role: 'administrator' },
      object: { kind: 'person', id: 'p-okafor' },
      reason,
      policy: { decision: 'permit' },
    });
    const alarms = await world.app.db.query('SELECT kind, item, whom, person FROM alarms');
    expect(alarms).toEqual([{ kind: 'suspended', item: 'p-okafor', whom: ['privacy-officer'], person: 'p-admin' }]);
  });

  it('counts also for a session that began while it was being written', async () => {
    const late = await world.signedIn('p-okafor');
    await world.app.db.query("INSERT INTO people (org, person, suspended_at) VALUES ('ZZZ01', 'p-okafor', now())");
    expect((await late.get('/api/me')).status).toBe(401);
  });

  it('lets them in no more, and tells them alone why', async () => {
    const lead = await world.signedIn('p-lead');
    expect(await act(lead, 'suspend', 'p-okafor')).toEqual([200, 'suspended']);
    const answer = await world.browser().signIn(world.passkeys.get('p-okafor') as SoftPasskey);
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      403,
      'SUSPENDED',
    ]);
    const unproven = await world.browser().signIn(world.passkeys.get('p-okafor') as SoftPasskey, { flags: 1 });
    expect(unproven.status).toBe(401);
  });

  it('is not for clinicians, not for oneself, and of nobody who is not there', async () => {
    const [nurse, admin] = [await world.signedIn('p-lindqvist'), await world.signedIn('p-admin')];
    expect(await act(nurse, 'suspend', 'p-okafor')).toEqual([403, 'POLICY_REFUSED']);
    expect((await types()).at(-1)).toBe('access.deny');
    expect(await act(admin, 'suspend', 'p-admin')).toEqual([403, 'POLICY_REFUSED']);
    expect(await act(admin, 'suspend', 'p-nobody')).toEqual([404, 'NOT_FOUND']);
    expect(await act(admin, 'suspend', 'P%20X')).toEqual([404, 'NOT_FOUND']);
    expect(await act(world.browser(), 'suspend', 'p-okafor')).toEqual([401, 'SIGN_IN_REQUIRED']);
    expect(await world.app.db.query('SELECT FROM people WHERE suspended_at IS NOT NULL')).toEqual([]);
  });

  it('takes no reason that the log would not take', async () => {
    const admin = await world.signedIn('p-admin');
    const answer = await admin.post('/api/people/p-okafor/suspend', { reason: 'about 999 000 0018 again' });
    expect([answer.status, ((await answer.json()) as { error: { code: string } }).error.code]).toEqual([
      400,
      'REASON_REFUSED',
    ]);
    expect(await world.app.db.query('SELECT FROM people WHERE suspended_at IS NOT NULL')).toEqual([]);
  });
});

describe('taking it back', () => {
  it('takes two people, of whom the second may change the directory', async () => {
    const [lead, admin] = [await world.signedIn('p-lead'), await world.signedIn('p-admin')];
    await act(admin, 'suspend', 'p-okafor');
    expect(await act(admin, 'restore', 'p-okafor')).toEqual([200, 'waiting']);
    // The same person twice is one person.
    expect(await act(admin, 'restore', 'p-okafor')).toEqual([200, 'waiting']);
    expect((await world.browser().signIn(world.passkeys.get('p-okafor') as SoftPasskey)).status).toBe(403);
    // A privacy officer agrees and does not do it.
    expect(await act(lead, 'restore', 'p-okafor')).toEqual([200, 'waiting']);
    expect(await act(admin, 'restore', 'p-okafor')).toEqual([200, 'active']);
    expect((await world.browser().signIn(world.passkeys.get('p-okafor') as SoftPasskey)).status).toBe(200);
    expect((await types()).filter((type) => ['approval', 'restore'].includes(type))).toEqual([
      'approval',
      'approval',
      'approval',
      'restore',
    ]);
  });

  it('waits a day for the second, not for ever', async () => {
    const lead = await world.signedIn('p-lead');
    await act(lead, 'suspend', 'p-okafor');
    await act(lead, 'restore', 'p-okafor');
    await world.app.db.query("UPDATE people SET restore_agreed_at = restore_agreed_at - interval '1 day'");
    expect(await act(await world.signedIn('p-admin'), 'restore', 'p-okafor')).toEqual([200, 'waiting']);
  });

  it('is nobody’s who could not suspend, and nothing where nobody is suspended', async () => {
    const [nurse, lead] = [await world.signedIn('p-lindqvist'), await world.signedIn('p-lead')];
    expect(await act(lead, 'restore', 'p-okafor')).toEqual([404, 'NOT_FOUND']);
    await act(lead, 'suspend', 'p-okafor');
    expect(await act(nurse, 'restore', 'p-okafor')).toEqual([403, 'POLICY_REFUSED']);
    expect(await world.app.db.query('SELECT FROM people WHERE restore_agreed_by IS NOT NULL')).toEqual([]);
  });
});

describe('the page', () => {
  it('lists people to those who may suspend them', async () => {
    const page = await (await (await world.signedIn('p-admin')).get('/people')).text();
    expect(page).toContain('Wren Example');
    expect(page).toContain('Plastics on call');
    expect(page).not.toContain('Kit Notional</th>');
    expect((await (await world.signedIn('p-okafor')).get('/people')).status).toBe(403);
    expect((await world.browser().get('/people')).status).toBe(401);
  });
});
