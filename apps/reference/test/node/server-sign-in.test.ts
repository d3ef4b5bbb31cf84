import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ABSOLUTE_SECONDS, IDLE_SECONDS } from '../../src/server/http/session.js';
import { tidy } from '../../src/server/jobs/tidy.js';
import type { Me } from '../../src/wire/api.js';
import { makeUserHandle } from '../../src/wire/user-handle.js';
import { type Browser, type ServerWorld, SITE, serverWorld } from '../support/server-world.js';
import { type Flaws, type SoftPasskey, softPasskey } from '../support/soft-passkey.js';

let world: ServerWorld;
beforeAll(async () => {
  world = await serverWorld();
}, 120_000);
afterAll(() => world.stop());

const passkey = (person: string): SoftPasskey => world.passkeys.get(person) as SoftPasskey;
const codeOf = async (answer: Response): Promise<string> =>
  ((await answer.json()) as { error: { code: string } }).error.code;
const handleOf = (over: Partial<Parameters<typeof makeUserHandle>[0]>): Uint8Array => {
  const rootThumbprint = world.app.trusts.get('ZZZ01')?.config.rootThumbprint as string;
  return makeUserHandle({ organisation: 'ZZZ01', person: 'p-okafor', rootThumbprint, ...over });
};

describe('signing in', () => {
  it('says who it is, by the signed directory, and begins a session', async () => {
    const browser = world.browser();
    const answer = await browser.signIn(passkey('p-okafor'));
    expect(answer.status).toBe(200);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^__Host-session=ZZZ01\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    const me = (await answer.json()) as Me;
    expect(me).toMatchObject({ person: 'p-okafor', organisation: 'ZZZ01', name: 'Wren Example', role: 'registrar' });
    expect(me).toMatchObject({ teams: ['plastics-on-call'], wraps: [], idleSeconds: IDLE_SECONDS });
    expect(await (await browser.get('/api/me')).json()).toEqual(me);
    expect((await world.events()).at(-1)).toMatchObject({
      type: 'auth.login',
      actor: { id: 'p-okafor', org: 'ZZZ01' },
    });
  });

  it('keeps no cookie in the database that would open a session', async () => {
    const browser = await world.signedIn('p-okafor');
    const secret = browser.cookie?.split('.')[1] as string;
    const rows = await world.app.db.query('SELECT * FROM sessions');
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  it.each<[string, Flaws | (() => Flaws)]>([
    ['somebody was there, but nobody verified them', { flags: 1 }],
    ['nobody was there', { flags: 4 }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another relying party', { rpId: 'evil.example' }],
    ['a registration', { type: 'webauthn.create' }],
    ['no user handle', { userHandle: null }],
    ['another person’s handle', () => ({ userHandle: handleOf({ person: 'p-admin' }) })],
    ['a person who is not there', () => ({ userHandle: handleOf({ person: 'p-nobody' }) })],
    ['an organisation that is not here', () => ({ userHandle: handleOf({ organisation: 'ZZZ99' }) })],
    ['another trust', () => ({ userHandle: handleOf({ organisation: 'ZZZ02' }) })],
    ['another root', () => ({ userHandle: handleOf({ rootThumbprint: 'A'.repeat(43) }) })],
    ['a handle that is none', { userHandle: new Uint8Array(7) }],
  ])('refuses in the same words: %s', async (_, flaws) => {
    const browser = world.browser();
    const answer = await browser.signIn(passkey('p-okafor'), typeof flaws === 'function' ? flaws() : flaws);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual(await (await world.browser().signIn(stranger())).json());
    expect(browser.cookie).toBeNull();
  });

  it('refuses a key that the directory does not list under that id', async () => {
    const fake = { ...stranger(), id: passkey('p-okafor').id };
    const assert: SoftPasskey['assert'] = (challenge) => ({
      ...stranger().assert(challenge),
      id: fake.id,
      rawId: fake.id,
    });
    expect((await world.browser().signIn({ ...fake, assert })).status).toBe(401);
  });

  it('logs a failure as of the service, about the person named, not as theirs', async () => {
    await world.browser().signIn(passkey('p-okafor'), { flags: 1 });
    const event = (await world.events()).at(-1);
    expect(event).toMatchObject({ type: 'auth.fail', outcome: 'minor', object: { kind: 'person', id: 'p-okafor' } });
    expect(event?.actor.kind).toBe('system');
  });

  it('takes a challenge once, for five minutes, and none that it did not give', async () => {
    const browser = world.browser();
    const asked = await browser.post('/api/sign-in/options');
    const { id, options } = (await asked.json()) as { id: string; options: { challenge: string } };
    const answer = { id, response: passkey('p-okafor').assert(options.challenge) };
    expect((await browser.post('/api/sign-in', answer)).status).toBe(200);
    expect(await codeOf(await browser.post('/api/sign-in', answer))).toBe('SIGN_IN_REFUSED');

    const late = (await (await browser.post('/api/sign-in/options')).json()) as typeof answer &
      typeof asked & { options: { challenge: string } };
    world.advance(5 * 60_000 + 1);
    const old = { id: late.id, response: passkey('p-okafor').assert(late.options.challenge) };
    expect(await codeOf(await browser.post('/api/sign-in', old))).toBe('SIGN_IN_REFUSED');
    const made = { id: crypto.randomUUID(), response: passkey('p-okafor').assert('AAAA') };
    expect(await codeOf(await browser.post('/api/sign-in', made))).toBe('SIGN_IN_REFUSED');
  });

  it('refuses results of extensions: what the passkey evaluates stays in the page', async () => {
    const browser = world.browser();
    const { id, options } = (await (await browser.post('/api/sign-in/options')).json()) as {
      id: string;
      options: { challenge: string };
    };
    const response = {
      ...passkey('p-okafor').assert(options.challenge),
      clientExtensionResults: { prf: { results: {} } },
    };
    expect((await browser.post('/api/sign-in', { id, response })).status).toBe(400);
  });

  it('counts as unlocked only where the keys are wrapped under that very passkey', async () => {
    const unlocked = async (): Promise<boolean> => {
      const browser = await world.signedIn('p-lindqvist');
      const [row] = await world.app.db.query<{ unlocked_at: Date | null }>(
        "SELECT unlocked_at FROM sessions WHERE person = 'p-lindqvist' ORDER BY created_at DESC LIMIT 1",
      );
      await browser.post('/api/sign-out');
      return row?.unlocked_at !== null;
    };
    expect(await unlocked()).toBe(false);
    await world.app.db.query("INSERT INTO wraps VALUES ('ZZZ01', 'p-lindqvist', $1, 'passkey', 'AAAA', now())", [
      passkey('p-lindqvist').id,
    ]);
    expect(await unlocked()).toBe(true);
  });
});

describe('what is over', () => {
  it('is removed, and nothing that still counts', async () => {
    const kept = await world.signedIn('p-admin');
    await kept.post('/api/step-up/options');
    await tidy(world.app);
    expect(await rows()).toEqual({
      sessions: expect.any(Number),
      challenges: expect.any(Number),
      rates: expect.any(Number),
    });
    expect((await kept.get('/api/me')).status).toBe(200);
    expect((await rows())['challenges']).toBeGreaterThan(0);
    world.advance(ABSOLUTE_SECONDS * 1000);
    await tidy(world.app);
    expect(await rows()).toEqual({ sessions: 0, challenges: 0, rates: 0 });
  });

  async function rows(): Promise<Record<string, number>> {
    const count = async (table: string): Promise<[string, number]> => [
      table,
      (await world.app.db.query(`SELECT FROM ${table}`)).length,
    ];
    return Object.fromEntries(await Promise.all(['sessions', 'challenges', 'rates'].map(count)));
  }
});

describe('a session', () => {
  it('ends when the same browser signs in anew', async () => {
    const browser = await world.signedIn('p-okafor');
    const { cookie } = browser;
    await browser.signIn(passkey('p-lindqvist'));
    expect(await alive(browser)).toBe(true);
    browser.cookie = cookie;
    expect(await alive(browser)).toBe(false);
  });

  const alive = async (browser: Browser): Promise<boolean> => (await browser.get('/api/me')).status === 200;

  it('ends when the person signs out', async () => {
    const browser = await world.signedIn('p-okafor');
    const { cookie } = browser;
    expect((await browser.post('/api/sign-out')).status).toBe(200);
    expect(browser.cookie).toBeNull();
    browser.cookie = cookie;
    expect(await codeOf(await browser.get('/api/me'))).toBe('SIGN_IN_REQUIRED');
    expect((await world.events()).at(-1)?.type).toBe('auth.logout');
  });

  it('ends after 15 minutes in which nobody did anything, whatever the page asks by itself', async () => {
    const browser = await world.signedIn('p-okafor');
    world.advance((IDLE_SECONDS - 60) * 1000);
    expect(await alive(browser)).toBe(true);
    world.advance(61_000);
    expect(await alive(browser)).toBe(false);
  });

  it('goes on while somebody does something, for 13 hours', async () => {
    const browser = await world.signedIn('p-okafor');
    const step = IDLE_SECONDS - 60;
    for (let passed = 0; passed + step < ABSOLUTE_SECONDS; passed += step) {
      world.advance(step * 1000);
      expect((await browser.post('/api/stay')).status).toBe(200);
    }
    world.advance(step * 1000);
    expect((await browser.post('/api/stay')).status).toBe(401);
  });

  it('ends when the person is no longer in the directory, or the passkey is not', async () => {
    const [leaver, changed] = [await world.signedIn('p-okafor'), await world.signedIn('p-lindqvist')];
    const now = Math.floor(world.app.clock.now() / 1000);
    await world.publish((entry) => {
      if (entry.person === 'p-okafor') return { ...entry, revokedAt: now };
      return entry;
    });
    expect([await alive(leaver), await alive(changed)]).toEqual([false, true]);
    await world.app.db.query("UPDATE sessions SET credential = 'AAAA' WHERE person = 'p-lindqvist'");
    expect(await alive(changed)).toBe(false);
    expect((await world.browser().signIn(passkey('p-okafor'))).status).toBe(401);
    await world.publish(({ revokedAt: _, ...entry }) => entry);
  });

  it.each(['', 'ZZZ01', 'ZZZ01.', `ZZZ01.${'A'.repeat(43)}`, `ZZZ02.${'A'.repeat(43)}`, `__proto__.${'A'.repeat(43)}`])(
    'is nobody’s with the cookie `%s`',
    async (value) => {
      const browser = world.browser();
      browser.cookie = `__Host-session=${value}`;
      expect(await codeOf(await browser.get('/api/me'))).toBe('SIGN_IN_REQUIRED');
    },
  );
});

describe('a step-up', () => {
  const stepUp = async (browser: Browser, who: SoftPasskey, flaws?: Flaws): Promise<Response> => {
    const { id, options } = (await (await browser.post('/api/step-up/options')).json()) as {
      id: string;
      options: { challenge: string; allowCredentials: { id: string }[] };
    };
    expect(options.allowCredentials.map((one) => one.id)).toEqual([passkey('p-okafor').id]);
    return browser.post('/api/step-up', { id, response: who.assert(options.challenge, flaws) });
  };

  it('renews the time of sign-in, gives another cookie, and lets go of the first one soon', async () => {
    const browser = await world.signedIn('p-okafor');
    const { cookie: first } = browser;
    const before = await times();
    world.advance(60_000);
    const me = (await (await stepUp(browser, passkey('p-okafor'))).json()) as Me;
    expect(browser.cookie).not.toBe(first);
    const after = await times();
    expect(after.authenticated).toBeGreaterThanOrEqual(before.authenticated + 60_000);
    // The shift is not longer for it.
    expect(Date.parse(me.until)).toBe(before.ends);
    const other = world.browser();
    other.cookie = first;
    expect((await other.get('/api/me')).status).toBe(200);
    world.advance(10_001);
    expect((await other.get('/api/me')).status).toBe(401);
    expect((await browser.get('/api/me')).status).toBe(200);
  });

  it('is for the person who is signed in, and for the session that asked', async () => {
    const browser = await world.signedIn('p-okafor');
    expect((await stepUp(browser, passkey('p-lindqvist'))).status).toBe(401);
    expect((await stepUp(browser, passkey('p-okafor'), { flags: 1 })).status).toBe(401);
    const { id, options } = (await (await browser.post('/api/step-up/options')).json()) as {
      id: string;
      options: { challenge: string };
    };
    const response = passkey('p-okafor').assert(options.challenge);
    expect((await (await world.signedIn('p-okafor')).post('/api/step-up', { id, response })).status).toBe(401);
    expect((await world.browser().post('/api/sign-in', { id, response })).status).toBe(401);
  });

  async function times(): Promise<{ authenticated: number; ends: number }> {
    const [row] = await world.app.db.query<{ authenticated_at: Date; ends_at: Date }>(
      "SELECT authenticated_at, ends_at FROM sessions WHERE person = 'p-okafor' ORDER BY authenticated_at DESC LIMIT 1",
    );
    return { authenticated: row?.authenticated_at.getTime() ?? 0, ends: row?.ends_at.getTime() ?? 0 };
  }
});

describe('how often', () => {
  it('an address may try, it is told, and when to come back', async () => {
    await world.app.db.query('DELETE FROM rates');
    world.advance(60_000);
    const browser = world.browser();
    const answers = [];
    for (let i = 0; i < 301; i++) answers.push(browser.post('/api/sign-in/options'));
    const done = await Promise.all(answers);
    expect(done.filter(({ status }) => status === 429)).toHaveLength(1);
    const last = done.find(({ status }) => status === 429) as Response;
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await codeOf(last)).toBe('RATE_LIMITED');
    world.advance(60_000);
    expect((await browser.post('/api/sign-in/options')).status).toBe(200);
  });
});

function stranger(): SoftPasskey {
  return softPasskey(SITE, handleOf({ person: 'p-nobody' }));
}
