import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { auditLog, readProof, verifyProof } from '@wardseal/audit';
import { readOpened } from '@wardseal/audit/export';
import { fileKeyStore, folderReader } from '@wardseal/audit/file-store';
import { deriveImageKey } from '@wardseal/watermark';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../src/server/wiring/app.js';
import { LogDown } from '../../src/server/wiring/log.js';
import type { Trust } from '../../src/server/wiring/trust.js';
import { asPerson, type IgDesk, ORG, PEOPLE, startIgDesk } from '../support/ig-desk.js';

let desk: IgDesk;
let { app, db, log, logKey, folder, secret, item, other, caseId, viewing, useIndex } = {} as IgDesk;

beforeAll(async () => {
  desk = await startIgDesk();
  ({ app, db, log, logKey, folder, secret, item, other, caseId, viewing, useIndex } = desk);
}, 60_000);
afterAll(async () => desk?.stop());

function as(person: string | null, asked: App = app) {
  const hono = asPerson(asked, person);
  return {
    get: async (path: string) => hono.request(path),
    text: async (path: string) => (await hono.request(path)).text(),
    post: async (path: string, body: unknown) =>
      hono.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    form: async (path: string, fields: Record<string, string>) =>
      hono.request(path, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields).toString(),
      }),
  };
}
const lead = () => as('p-lead');

/** What the log holds of readings: who, of what, how it was decided. */
async function readings() {
  const { origin } = await log.current();
  const source = {
    reader: await folderReader(join(folder, 'audit', ORG, origin.slice(-4))),
    keys: fileKeyStore(join(folder, 'audit-secrets', ORG, origin.slice(-4))),
    policy: { logKey },
  };
  const found = [];
  for await (const { leaf, actor } of readOpened(source, origin, Number.MAX_SAFE_INTEGER))
    if (leaf.type === 'audit.read' || leaf.type === 'access.deny')
      found.push({
        type: leaf.type,
        purpose: leaf.purpose,
        who: actor?.actor.id,
        object: actor?.object?.id,
        reason: actor?.reason,
        hash: actor?.object?.contentHash,
      });
  return found;
}

describe('reading the log', () => {
  it('asks for a purpose first, and reads nothing before', async () => {
    const before = await readings();
    for (const path of [
      '/ig',
      '/ig/opened',
      '/ig/break-glass',
      '/ig/trace',
      '/ig/log',
      '/ig?purpose=curiosity',
      '/ig?purpose=__proto__',
    ])
      expect(await lead().text(path)).toContain('Why are you reading the access log?');
    expect(await readings()).toEqual(before);
  });

  it('is for those who answer for information, and a refusal is logged', async () => {
    for (const [path, object] of [
      ['/ig?purpose=audit', 'audit.zzz01.invalid'],
      [`/ig/opened?purpose=audit&item=${item}`, item],
    ] as const) {
      const answer = await as('p-admin').get(path);
      expect(answer.status).toBe(403);
      const { error } = (await answer.json()) as { error: { code: string; lines: string[] } };
      expect(error.code).toBe('POLICY_REFUSED');
      expect((await readings()).at(-1)).toMatchObject({ type: 'access.deny', who: 'p-admin', object });
    }
    expect((await as(null).get('/ig?purpose=audit')).status).toBe(401);
    expect((await as('p-okafor').post('/api/ig/trace', { item, reason: 'to see' })).status).toBe(403);
  });

  it('is itself logged, with its purpose, before it is shown', async () => {
    await lead().text(`/ig/opened?purpose=complaint&item=${item}`);
    expect((await readings()).at(-1)).toMatchObject({
      type: 'audit.read',
      who: 'p-lead',
      object: item,
      purpose: 'HCOMPL',
      reason: 'Answering a complaint',
    });
  });
});

describe('who opened it', () => {
  it('names everybody who did, and counts what has no outcome as opened', async () => {
    const page = await lead().text(`/ig/opened?purpose=audit&item=${item}`);
    for (const words of [
      'Opened 3 times by 2 people',
      'One of these has no recorded outcome, and counts as opened',
      'Wren Example',
      'Sky Pretend',
      'Emergency access',
      'collapsed on ward four',
    ])
      expect(page.replaceAll(/\s+/g, ' ')).toContain(words);
    // The glass was broken, and nobody is on record as having let them in.
    expect(page).toContain('Nobody is on record as having allowed this');
    const ofCase = await lead().text(`/ig/opened?purpose=audit&item=${caseId}`);
    expect(ofCase).toContain('Opened 3 times');
    const ofPerson = await lead().text('/ig/opened?purpose=audit&person=p-teal');
    expect(ofPerson).toContain('Opened 1 time by 1 person');
    expect(ofPerson).not.toContain('Answering');
  });

  it('knows nothing of other trusts, and says so as of what is not there', async () => {
    const unknown = [
      `item=${randomUUID()}`,
      'item=another-trusts-item',
      'person=p-brook',
      'item=%3Cscript%3E',
      'nonsense=1',
    ];
    const [{ id }] = (await db.query<{ id: string }>("SELECT id FROM items WHERE org = 'ZZZ02'")) as [{ id: string }];
    for (const query of [...unknown, `item=${id}`]) {
      const answer = await lead().get(`/ig/opened?purpose=audit&${query}`);
      expect([400, 404]).toContain(answer.status);
      expect(await answer.text()).not.toContain('<script>');
    }
  });

  it('is handed out as CSV and for printing, and the log holds the digest of what was', async () => {
    const csv = await lead().get(`/ig/opened?purpose=audit&item=${item}&as=csv`);
    expect(csv.headers.get('content-type')).toContain('text/csv');
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="access-log-\d{4}-\d\d-\d\d\.csv"$/);
    const bytes = new TextEncoder().encode(await csv.text());
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    expect((await readings()).at(-1)?.hash).toEqual(hash);
    const print = await lead().get(`/ig/opened?purpose=audit&item=${item}&as=html`);
    await fitsItsPolicy(print);
  });
});

/** A whole page lets in its own style sheet and nothing else. */
async function fitsItsPolicy(answer: Response): Promise<void> {
  const [policy = '', page] = [answer.headers.get('content-security-policy') ?? '', await answer.text()];
  expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; /);
  expect(policy).not.toContain('unsafe');
  const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? '';
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(style));
  expect(policy).toContain(`'sha256-${Buffer.from(digest).toString('base64')}'`);
  expect(page).not.toMatch(/<script|\sstyle="|\son\w+="/);
}

describe('the desk', () => {
  it('shows alarms of this trust, reviews that wait, the policy and its review', async () => {
    const page = await lead().text('/ig?purpose=audit');
    for (const words of [
      'Not filed in the record',
      'The glass was broken',
      'Sky Pretend',
      item,
      'Version 1',
      'Policy review due',
    ])
      expect(page).toContain(words);
    expect(page).not.toContain('another-trusts-item');
    expect(page).toMatch(/Break-glass to review[\s\S]*?>1</);
  });

  it('says that the log is down to those who may read it, and nothing to others', async () => {
    const append = () => Promise.reject(new LogDown('no room'));
    const down = { ...app.trusts.get(ORG), log: { append } } as unknown as Trust;
    const without: App = { ...app, trusts: new Map([[ORG, down]]) };
    const page = await as('p-lead', without).text('/ig?purpose=audit');
    expect(page).toContain('It takes no entry');
    expect(page).toContain('Not filed in the record');
    expect((await as('p-admin', without).get('/ig?purpose=audit')).status).toBe(403);
    expect((await as('p-lead', without).get(`/ig/opened?purpose=audit&item=${item}`)).status).toBe(503);
  });
});

describe('a leaked picture', () => {
  it('gets the key of one picture and everybody who saw it, each with an entry that anybody can check', async () => {
    const answer = await lead().post('/api/ig/trace', { item, reason: 'seen in a chat group' });
    const { imageKey, candidates } = (await answer.json()) as {
      imageKey: string;
      candidates: { id: string; name: string; proof: string }[];
    };
    expect(imageKey).toBe(Buffer.from(deriveImageKey(secret, item)).toString('base64url'));
    expect(candidates.map(({ name }) => name)).toEqual([...Array(4).fill('Wren Example'), 'Sky Pretend']);
    expect(candidates[0]?.id).toBe(viewing);
    for (const { id, proof } of candidates) {
      await verifyProof(proof, { logKey });
      expect(readProof(proof).leaf.id).toBe(id);
    }
    expect((await readings()).at(-1)).toMatchObject({
      object: item,
      reason: 'Looking into an incident: leak of a picture: seen in a chat group',
    });
  });

  it('looks among the pictures of some days when its number is not known', async () => {
    const [from, until] = [new Date(Date.now() - 86_400_000), new Date()].map((date) =>
      date.toISOString().slice(0, 10),
    );
    const answer = await lead().post('/api/ig/trace', { from, until, reason: 'seen in a chat group' });
    const { pictures } = (await answer.json()) as { pictures: { item: string; candidates: unknown[] }[] };
    expect(pictures.map((one) => [one.item, one.candidates.length]).sort()).toEqual(
      [
        [item, 5],
        [other, 0],
      ].sort(),
    );
    expect((await readings()).at(-1)?.reason).toContain(`sent ${from} to ${until}`);
  });

  it('refuses what makes no sense, a number of a patient in the reason, and the items of others', async () => {
    const codeOf = async (body: unknown) => {
      const answer = await lead().post('/api/ig/trace', body);
      return [answer.status, ((await answer.json()) as { error: { code: string } }).error.code];
    };
    const reason = 'seen in a chat group';
    for (const body of [
      {},
      { item, reason: '' },
      { item: 'x', reason },
      { item, reason, more: 1 },
      { from: '2026-02-30', until: '2026-03-01', reason },
      [],
      null,
    ])
      expect(await codeOf(body)).toEqual([400, 'BAD_REQUEST']);
    expect(await codeOf({ item, reason: 'patient 999 000 0018' })).toEqual([400, 'REASON_REFUSED']);
    expect(await codeOf({ item: caseId, reason })).toEqual([404, 'NOT_FOUND']);
    expect(await codeOf({ item: randomUUID(), reason })).toEqual([404, 'NOT_FOUND']);
  });
});

describe('review of break-glass', () => {
  const fields = (origin: string) => ({
    purpose: 'audit',
    origin,
    index: String(useIndex),
    [`outcome-${useIndex}`]: 'justified',
    [`reason-${useIndex}`]: 'the notes\r\nagree',
  });

  it('is by somebody else, once, and without a script', async () => {
    const { origin } = await log.current();
    expect(await lead().text('/ig/break-glass?purpose=audit')).toContain('23 h left');
    // p-teal has become a privacy officer since.
    const self = PEOPLE.find(({ person }) => person === 'p-teal')!;
    self.role = 'privacy-officer';
    const own = await as('p-teal').form('/ig/break-glass', fields(origin));
    expect([own.status, await own.text()]).toEqual([
      403,
      expect.stringContaining('You used break-glass here yourself'),
    ]);
    self.role = 'registrar';
    const empty = await lead().form('/ig/break-glass', { ...fields(origin), [`reason-${useIndex}`]: ' ' });
    expect(empty.status).toBe(400);
    // Pressed twice, or by two people at once: the first one is the review.
    const both = await Promise.all([1, 2].map(() => lead().form('/ig/break-glass', fields(origin))));
    expect(both.map(({ status }) => status).sort()).toEqual([303, 409]);
    const done = both.find(({ status }) => status === 303);
    expect(done?.headers.get('location')).toBe('/ig/break-glass?purpose=audit');
    const page = await lead().text('/ig/break-glass?purpose=audit');
    expect(page).toContain('Justified: the notes agree');
    expect(page).toContain('Nothing waits');
    expect(await lead().text('/ig?purpose=audit')).not.toContain('The glass was broken');
    const again = await as('p-lead-two').post('/api/ig/review', {
      index: useIndex,
      origin,
      outcome: 'justified',
      reason: 'me too',
    });
    expect([again.status, ((await again.json()) as { error: { code: string } }).error.code]).toEqual([
      409,
      'REVIEWED_BEFORE',
    ]);
    expect((await lead().form('/ig/break-glass', { ...fields(origin), index: '9999' })).status).toBe(400);
    expect((await as('p-okafor').form('/ig/break-glass', fields(origin))).status).toBe(403);
  });
});

describe('the policy in force', () => {
  it('is one page under its own policy, for whoever is signed in or about to enrol', async () => {
    await fitsItsPolicy(await as('p-okafor').get('/policy'));
    await fitsItsPolicy(await as(null).get(`/policy?organisation=${ORG}`));
    expect((await as(null).get('/policy')).status).toBe(401);
    expect((await as(null).get('/policy?organisation=NOPE1')).status).toBe(401);
  });
});

it('leaves a log that is whole', async () => {
  const { origin } = await log.current();
  const report = await auditLog(await folderReader(join(folder, 'audit', ORG, origin.slice(-4))), { logKey });
  expect(report.findings).toEqual([]);
});
