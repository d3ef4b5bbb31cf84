import { describe, expect, it } from 'vitest';
import {
  auditLog,
  decodeLeaf,
  erasuresIn,
  holdsOn,
  type KeyStore,
  memoryKeyStore,
  mergeEmergency,
  parseEvent,
  verifyInclusion,
  verifyReceipt,
} from '../src/index.js';
import { subjectAccess } from '../src/report.js';
import { type DemoLog, demoLog, patient } from './support/demo-log.js';
import { approval, erase, request } from './support/erasure.js';
import { b64url, codeOf, hexOf } from './support/events.js';

const audit = (log: DemoLog, erasures?: ReadonlySet<string>) =>
  auditLog(log.reader, log.policy, { keys: log.keys, ...(erasures && { erasures }) });

async function twoPatients(options = {}): Promise<DemoLog> {
  const demo = await demoLog(options);
  for (let i = 0; i < 6; i++) await demo.add({ subject: { handle: patient(i % 2) }, facts: { ward: 'a fact' } });
  return demo;
}

function codes(result: Awaited<ReturnType<typeof erase>>): string[] {
  return result.erased ? [] : result.reasons.map(({ code }) => code);
}

describe('eraseSubject', () => {
  it('takes the patient out, keeps staff evidence, tree and proofs', async () => {
    const demo = await twoPatients();
    const before = await demo.log.integrate();
    const proof = await demo.log.inclusionProof(0);
    const result = await erase(demo, 0);
    expect(result).toMatchObject({
      erased: true,
      certificate: {
        irrecoverableAfter: '2026-03-08',
        ground: { law: 'UK GDPR Article 5(1)(e)' },
        approvers: [{ id: 'person-caldicott-elm' }, { id: 'person-dpo-fir' }],
      },
    });
    await verifyInclusion(demo.store.entries[0]!.leaf, proof, demo.policy);
    expect(before).toContain('\n6\n');
    expect(await audit(demo)).toMatchObject({ verdict: 'good', sidesErased: 3, sidesMissing: 0 });
    const other = await subjectAccess({ sources: demo, subject: patient(1), clock: demo.clock });
    expect(other.rows).toHaveLength(3);
    const gone = await subjectAccess({ sources: demo, subject: patient(0), clock: demo.clock });
    expect(gone.rows).toEqual([]);
    expect(gone.notes[0]).toMatch(/nothing that can be linked/);
  });

  it('says in the certificate what is true and no more, with proofs that hold', async () => {
    const demo = await twoPatients();
    const result = await erase(demo, 0);
    if (!result.erased) throw new Error('refused');
    const { text, logs } = result.certificate;
    expect(text).toContain('irrecoverable from our backups after 8 March 2026');
    expect(text).not.toMatch(/every copy|all copies/i);
    expect(text).toContain("under the person's name, it would say whom");
    const facts = {
      logKey: demo.vkey,
      nonce: null,
      headerDigest: null,
      actor: 'person-ig-birch',
      type: 'erase',
    } as const;
    for (const proof of [logs[0]!.intent, logs[0]!.outcome])
      expect(await verifyReceipt(proof, { ...facts, object: logs[0]!.handle })).toBeTruthy();
  });

  it('leaves no trace of the patient in what is stored from then on', async () => {
    const demo = await twoPatients();
    const result = await erase(demo, 0);
    const stored = hexOf(
      concat([
        ...demo.store.files.values(),
        ...demo.store.entries.flatMap(({ leaf, actor, subject }) => [leaf, actor, subject]),
      ]),
    );
    const handle = Uint8Array.from(atob(patient(0).replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    expect(result.erased).toBe(true);
    expect(stored).not.toContain(hexOf(handle));
    expect(JSON.stringify(result)).not.toContain(patient(0));
  });

  it('gives the same patient a new secret afterwards, and erases that one only when asked again', async () => {
    const demo = await twoPatients();
    await erase(demo, 0);
    const index = await demo.add({ subject: { handle: patient(0) } });
    const [old, fresh] = [0, index].map((at) => hexOf(demo.store.entries[at]!.leaf));
    expect(old).not.toEqual(fresh);
    await demo.log.integrate();
    const report = await subjectAccess({ sources: demo, subject: patient(0), clock: demo.clock });
    expect(report.rows.map((row) => row.index)).toEqual([index]);
    // The same request once more finishes nothing new: the fresh secret is not meant.
    expect((await erase(demo, 0)).erased).toBe(true);
    expect((await subjectAccess({ sources: demo, subject: patient(0), clock: demo.clock })).rows).toHaveLength(1);
    expect(await audit(demo)).toMatchObject({ verdict: 'good', sidesErased: 3 });
  });

  it('still recognises an event of the erased patient that comes a second time', async () => {
    const demo = await demoLog();
    const event = parseEvent({
      id: '019ca8b5-2d00-7000-a000-000000000001',
      occurredAt: '2026-03-01T09:00:00.000Z',
      type: 'image.view',
      outcome: 'success',
      actor: { id: 'person-doctor-moss', kind: 'practitioner', org: 'RX1' },
      subject: { handle: patient(0) },
    });
    await demo.log.append(event, { source: 'outbox' });
    await erase(demo, 0);
    const again = await (await demo.reopen()).append(event, { source: 'outbox' });
    expect(again).toMatchObject({ index: 0, duplicate: true });
    const other = { ...event, subject: { handle: patient(1) } };
    expect(await codeOf(demo.log.append({ ...other, outcome: 'minor' }, { source: 'outbox' }))).toBe('EVENT_CONFLICT');
  });
});

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

describe('refusal', () => {
  it.each<[string, string[], Parameters<typeof request>[0]]>([
    ['a ground that is not on the list', ['GROUND_UNKNOWN'], { ground: 'because' as 'legal-obligation' }],
    ['a name that every object has', ['GROUND_UNKNOWN'], { ground: 'toString' as 'legal-obligation' }],
    ['an exemption', ['EXEMPT'], { exemption: '17(3)(b)' }],
    ['no word on exemptions', ['EXEMPT'], { exemption: undefined as unknown as 'none' }],
    ['retention that runs', ['RETENTION_NOT_ELAPSED'], { retention: [rule('2026-03-01')] }],
    ['one of two rules that runs', ['RETENTION_NOT_ELAPSED'], { retention: [rule('2026-02-01'), rule('2034-01-01')] }],
    ['no rule', ['RETENTION_UNSETTLED'], { retention: [] }],
    ['an open rule', ['RETENTION_UNSETTLED'], { retention: [rule('2020-01-01'), rule(null)] }],
    ['an unconfirmed rule', ['RETENTION_UNSETTLED'], { retention: [{ ...rule('2020-01-01'), confirmed: false }] }],
    ['a day that is none', ['RETENTION_UNSETTLED'], { retention: [rule('2020-02-30')] }],
    ['no end of the backups', ['BACKUPS_UNKNOWN'], { backupsUntil: '' }],
    ['backups that are over already', ['BACKUPS_UNKNOWN'], { backupsUntil: '2026-02-28' }],
    ['backups for a century', ['BACKUPS_UNKNOWN'], { backupsUntil: '2126-01-01' }],
    [
      'several things at once, told together',
      ['EXEMPT', 'RETENTION_UNSETTLED', 'APPROVER_NOT_INDEPENDENT', 'APPROVALS_MISSING'],
      { exemption: '17(3)(e)', retention: [], requestedBy: 'Person-DPO-Fir' },
    ],
  ])('for %s', async (_, expected, change) => {
    const demo = await twoPatients();
    expect(codes(await erase(demo, 0, request(change)))).toEqual(expected);
    expect(await audit(demo)).toMatchObject({
      verdict: 'good',
      sidesErased: 0,
      checked: { entries: 7, sidesOpened: 13 },
    });
  });

  it.each<[string, string[], (digest: string) => ReturnType<typeof approval>[]]>([
    ['no approval', ['APPROVALS_MISSING'], () => []],
    [
      'one approval twice',
      ['APPROVALS_MISSING'],
      (digest) => [approval('person-elm', digest), approval('PERSON-ELM', digest)],
    ],
    [
      'one person under names that look the same',
      ['APPROVAL_INVALID', 'APPROVALS_MISSING'],
      (digest) => [
        approval('person-elm', digest),
        approval('person-elm ', digest),
        approval('pers\u043en-elm', digest),
      ],
    ],
    [
      'approval of another digest',
      ['APPROVAL_INVALID', 'APPROVALS_MISSING'],
      (digest) => [approval('a', digest), approval('b', 'other')],
    ],
    [
      'a bad approval beside two good ones',
      ['APPROVAL_INVALID'],
      (digest) => [approval('a', digest), approval('b', digest), approval('c', 'other')],
    ],
    [
      'approval by who carries it out',
      ['APPROVER_NOT_INDEPENDENT'],
      (digest) => [approval('a', digest), approval('b', digest), approval('person-ig-birch', digest)],
    ],
    [
      'approval by who is concerned',
      ['APPROVER_NOT_INDEPENDENT', 'APPROVALS_MISSING'],
      (digest) => [approval('a', digest), approval('person-patient-nurse', digest)],
    ],
    [
      'an old approval',
      ['APPROVAL_STALE', 'APPROVALS_MISSING'],
      (digest) => [approval('a', digest), approval('b', digest, '2026-01-01T00:00:00.000Z')],
    ],
    [
      'an approval from the future',
      ['APPROVAL_STALE', 'APPROVALS_MISSING'],
      (digest) => [approval('a', digest), approval('b', digest, '2026-03-02T00:00:00.000Z')],
    ],
  ])('for %s', async (_, expected, sign) => {
    const demo = await twoPatients();
    const ask = request({ notApprovers: ['person-patient-nurse'] });
    expect(codes(await erase(demo, 0, ask, sign))).toEqual(expected);
    expect(await audit(demo)).toMatchObject({ verdict: 'good', sidesErased: 0 });
  });

  it('for a patient whom no log knows, and for one who is erased already under another request', async () => {
    const demo = await twoPatients();
    expect(codes(await erase(demo, 9))).toEqual(['SUBJECT_UNKNOWN']);
    await erase(demo, 0);
    const other = request({ id: '019ca8b5-2d00-7000-a000-000000000009' });
    expect(codes(await erase(demo, 0, other))).toEqual(['SUBJECT_UNKNOWN']);
  });

  it('of a malformed request is the log that refuses it, before anything is destroyed', async () => {
    const demo = await twoPatients();
    expect(await codeOf(erase(demo, 0, request({ reference: 'NHS 999 000 0018' })))).toBe('EVENT_INVALID');
    for (const requestedBy of ['', undefined as never])
      expect(await codeOf(erase(demo, 0, request({ requestedBy })))).toBe('EVENT_INVALID');
    expect(await codeOf(erase(demo, 0, request({ reference: `erase-${patient(0)}` })))).toBe('RangeError');
    expect(await audit(demo)).toMatchObject({ sidesErased: 0 });
  });
});

function rule(keepUntil: string | null) {
  return { rule: 'demo', keepUntil, source: 'a rule of the demo trust', confirmed: true };
}

describe('holds', () => {
  const hold = (id: string, change = {}) => ({
    type: 'hold' as const,
    subject: { handle: patient(0) },
    object: { kind: 'hold', id },
    ...change,
  });
  const release = (id: string, change = {}) => ({ ...hold(id, change), object: { kind: 'hold-release', id } });

  it('stop an erasure until each is released', async () => {
    const demo = await twoPatients();
    await demo.add(hold('claim-1'));
    await demo.add(hold('inquiry-2'));
    expect(await erase(demo, 0)).toMatchObject({
      erased: false,
      reasons: [{ code: 'HELD', words: 'a hold stands: claim-1, inquiry-2' }],
    });
    await demo.add(release('claim-1'));
    expect(codes(await erase(demo, 0))).toEqual(['HELD']);
    await demo.add(release('inquiry-2', { outcome: 'intent' }));
    expect(codes(await erase(demo, 0))).toEqual(['HELD']);
    await demo.add(release('inquiry-2'));
    expect((await erase(demo, 0)).erased).toBe(true);
  });

  it('without a name bear that of their event; one that came to nothing holds nothing; other patients are free', async () => {
    const demo = await twoPatients();
    const id = '019ca8b5-2d00-7000-a000-000000000007';
    await demo.add({ ...hold('x'), object: { kind: 'item', id: 'item-1' }, id });
    const intent = await demo.add(hold('y', { outcome: 'intent' }));
    await demo.add(hold('y', { outcome: 'serious', links: { parentIndex: intent } }));
    await demo.log.integrate();
    expect(await holdsOn({ sources: demo, subject: patient(0) })).toMatchObject([{ id, index: 6 }]);
    expect(await holdsOn({ sources: demo, subject: patient(1) })).toEqual([]);
    await demo.add(release(id));
    await demo.log.integrate();
    expect(await holdsOn({ sources: demo, subject: patient(0) })).toEqual([]);
  });

  it('placed before it was known whose item it is hold, and so does one that nobody can read', async () => {
    const demo = await twoPatients();
    const object = { kind: 'item', id: 'item-9' };
    const { subject: _, ...early } = hold('z');
    await demo.add({ ...early, subject: undefined as never, object });
    await demo.add({ type: 'item.handled', subject: { handle: patient(0) }, object });
    await demo.log.integrate();
    expect(await holdsOn({ sources: demo, subject: patient(0) })).toHaveLength(1);
    await demo.add(hold('claim-1', { actor: { id: 'person-legal', kind: 'practitioner', org: 'RZZ' } }));
    await demo.add(release('claim-1', { actor: { id: 'person-legal', kind: 'practitioner', org: 'RZZ' } }));
    await demo.log.integrate();
    const blind: KeyStore = {
      ...demo.keys,
      get: async (name) => (name.endsWith('-actor-RZZ') ? null : demo.keys.get(name)),
    };
    expect(await holdsOn({ sources: { ...demo, keys: blind }, subject: patient(0) })).toHaveLength(3);
  });

  it('of last year are released this year', async () => {
    const [old, now] = await years();
    await old.add(hold('claim-1'));
    expect(codes(await erase([old, now], 0))).toEqual(['HELD']);
    await now.add(release('claim-1'));
    expect((await erase([old, now], 0)).erased).toBe(true);
  });

  it('of a log that only takes the entries of a closed one stop an erasure', async () => {
    const [old, now] = await years();
    await old.log.close();
    await now.add(hold('claim-1'));
    const closed = { ...old, log: now.log, ledger: now };
    expect(codes(await erase(closed, 0))).toEqual(['HELD']);
  });

  it('outlast a release from before them, in whatever order the years come', async () => {
    const [old, now] = await years();
    await old.add(hold('claim-1'));
    await old.add(release('claim-1'));
    now.clock.advance(60_000);
    await now.add(hold('claim-1'));
    for (const log of [old, now]) await log.log.integrate();
    for (const sources of [
      [old, now],
      [now, old],
    ])
      expect(await holdsOn({ sources, subject: patient(0) })).toMatchObject([{ origin: now.log.origin }]);
  });

  it('of the same name in two years stand until the last is released', async () => {
    const [old, now] = await years();
    await old.add(hold('claim-1'));
    const intent = await now.add(hold('claim-1', { outcome: 'intent' }));
    await now.add(hold('claim-1', { outcome: 'serious', links: { parentIndex: intent } }));
    for (const log of [old, now]) await log.log.integrate();
    expect(await holdsOn({ sources: [old, now], subject: patient(0) })).toHaveLength(1);
  });

  it('that come between the look and the intent stop it still', async () => {
    const demo = await twoPatients();
    const log: DemoLog['log'] = new Proxy(demo.log, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== 'append') return typeof value === 'function' ? value.bind(target) : value;
        return async (...args: Parameters<DemoLog['log']['append']>) => {
          if (args[0].type === 'erase' && args[0].outcome === 'intent') await demo.add(hold('late'));
          return target.append(...args);
        };
      },
    });
    expect(codes(await erase({ ...demo, log }, 0))).toEqual(['HELD']);
    expect(await audit(demo)).toMatchObject({ verdict: 'good', sidesErased: 0 });
  });
});

async function years(): Promise<[DemoLog, DemoLog]> {
  const keys = memoryKeyStore();
  const old = await demoLog({ origin: 'audit.demo-trust.example/2025', keys });
  const now = await demoLog({ keys });
  for (const log of [old, now]) for (const n of [0, 1, 0]) await log.add({ subject: { handle: patient(n) } });
  return [old, now];
}

describe('several years', () => {
  it('are erased together, each with its own entries', async () => {
    const [old, now] = await years();
    const result = await erase([old, now], 0);
    expect(result).toMatchObject({
      erased: true,
      certificate: { logs: [{ origin: old.log.origin }, { origin: now.log.origin }] },
    });
    for (const log of [old, now]) expect(await audit(log)).toMatchObject({ verdict: 'good', sidesErased: 2 });
  });

  it('of which the old one takes no more entries are told by the new one', async () => {
    const [old, now] = await years();
    await old.log.close();
    const closed = { ...old, log: now.log, ledger: now };
    expect((await erase([closed, now], 0)).erased).toBe(true);
    expect(await audit(old)).toMatchObject({ verdict: 'unknown', sidesMissing: 2 });
    expect(await audit(old, await erasuresIn(now))).toMatchObject({ verdict: 'good', sidesErased: 2 });
  });
});

describe('an emergency journal', () => {
  it('that was merged is erased with the log that took its entries', async () => {
    const keys = memoryKeyStore();
    const journal = await demoLog({ origin: 'emergency.demo-trust.example/2026', keys });
    await journal.add({ type: 'breakglass.open', purpose: 'BTG', reason: 'log down', subject: { handle: patient(0) } });
    await journal.log.close();
    const main = await demoLog({ keys });
    await mergeEmergency({ log: main.log, journal, actor: request().actor, clock: main.clock });
    const closed = { ...journal, log: main.log, ledger: main };
    const logs = [closed, main];
    expect(await erase(logs, 0)).toMatchObject({ erased: true, certificate: { logs: { length: 2 } } });
    expect(await audit(main)).toMatchObject({ verdict: 'good', sidesErased: 1 });
    expect(await audit(journal, await erasuresIn(main))).toMatchObject({ verdict: 'good', sidesErased: 1 });
    const left = await subjectAccess({ sources: [journal, main], subject: patient(0), clock: main.clock });
    expect(left.rows).toEqual([]);
  });
});

describe('a crash', () => {
  /** A key store and a log that die at their n-th act. */
  function dying(demo: DemoLog, acts: number): DemoLog {
    let left = acts;
    const step = (): void => {
      if (left-- <= 0) throw new Error('the process died');
    };
    const keys: KeyStore = {
      ...demo.keys,
      async delete(name) {
        step();
        await demo.keys.delete(name);
      },
    };
    const log = new Proxy(demo.log, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name !== 'append') return typeof value === 'function' ? value.bind(target) : value;
        return async (...args: Parameters<DemoLog['log']['append']>) => {
          step();
          const result = await target.append(...args);
          step();
          return result;
        };
      },
    });
    return { ...demo, keys, log };
  }

  it('anywhere in between is made good by the same call', async () => {
    let survived = 0;
    for (let acts = 0; survived === 0; acts++) {
      const [old, now] = await years();
      const target = [dying(old, acts), dying(now, acts)];
      const died = await erase(target, 0).then(
        () => false,
        () => true,
      );
      if (!died) survived = acts;
      // Somebody is treated meanwhile.
      await now.add({ subject: { handle: patient(0) } });
      const result = await erase(
        [
          { ...old, log: await old.reopen() },
          { ...now, log: await now.reopen() },
        ],
        0,
      );
      expect([acts, result.erased]).toEqual([acts, true]);
      for (const log of [old, now]) {
        const report = await audit(log);
        expect([acts, report.verdict, report.findings]).toEqual([acts, 'good', []]);
        expect(report.sidesErased).toBeGreaterThanOrEqual(2);
      }
    }
    // Two appends with a step before and after each, and two deletes.
    expect(survived).toBe(6);
  });
});

describe('a second try', () => {
  it('says what was decided the first time, whatever approvals it brings', async () => {
    const demo = await twoPatients();
    let deletes = 0;
    const keys: KeyStore = {
      ...demo.keys,
      async delete(name) {
        await demo.keys.delete(name);
        // Everything is destroyed, and the outcome is not logged yet.
        if (++deletes === 2) throw new Error('the process died');
      },
    };
    expect(await codeOf(erase({ ...demo, keys }, 0))).toBe('KEY_STORE_FAILED');
    const result = await erase({ ...demo, log: await demo.reopen() }, 0, request(), () => []);
    if (!result.erased) throw new Error('refused');
    expect(result.certificate.approvers.map(({ id }) => id)).toEqual(['person-caldicott-elm', 'person-dpo-fir']);
    const { intent, outcome, handle } = result.certificate.logs[0]!;
    const facts = {
      logKey: demo.vkey,
      nonce: null,
      headerDigest: null,
      actor: 'person-ig-birch',
      type: 'erase',
    } as const;
    const [first, second] = await Promise.all(
      [intent, outcome].map((proof) => verifyReceipt(proof, { ...facts, object: handle })),
    );
    expect(second!.entry.evidence).toBeDefined();
    expect(second!.entry.evidence).toEqual(first!.entry.evidence);
  });
});

describe('a second try that is not the first one', () => {
  /** An erasure of patient 0 that dies before the n-th delete. */
  async function begun(deletes: number): Promise<DemoLog> {
    const demo = await twoPatients();
    let left = deletes;
    const keys: KeyStore = {
      ...demo.keys,
      async delete(name) {
        if (left-- <= 0) throw new Error('the process died');
        await demo.keys.delete(name);
      },
    };
    expect(await codeOf(erase({ ...demo, keys }, 0))).toBe('KEY_STORE_FAILED');
    return { ...demo, log: await demo.reopen() };
  }

  it.each([[0], [1]])('of another patient certifies nothing, after %i deletes', async (deletes) => {
    const demo = await begun(deletes);
    const secrets = JSON.stringify(await subjectAccess({ sources: demo, subject: patient(1), clock: demo.clock }));
    expect(await codeOf(erase(demo, 1))).toBe('RangeError');
    expect(JSON.stringify(await subjectAccess({ sources: demo, subject: patient(1), clock: demo.clock }))).toBe(
      secrets,
    );
    expect((await erase(demo, 0)).erased).toBe(true);
    expect(await audit(demo)).toMatchObject({ verdict: 'good', sidesErased: 3, sidesMissing: 0 });
  });

  it('of another ground, reference or last day of backups certifies nothing', async () => {
    for (const change of [
      { ground: 'legal-obligation' },
      { reference: 'IG-2026-0118' },
      { backupsUntil: '2026-03-02' },
      { actor: { id: 'person-it-oak', kind: 'practitioner', org: 'RX1' } },
    ] as const)
      expect(await codeOf(erase(await begun(1), 0, request(change)))).toBe('RangeError');
  });

  it('leaves out no log that was approved, and takes in none that came since', async () => {
    const keys = memoryKeyStore();
    const logs: DemoLog[] = [];
    for (const year of [2024, 2025, 2026])
      logs.push(await demoLog({ origin: `audit.demo-trust.example/${year}`, keys }));
    const [first, second, third] = logs as [DemoLog, DemoLog, DemoLog];
    for (const log of [first, second]) await log.add({ subject: { handle: patient(0) } });
    const failing = new Proxy(second.log, {
      get(target, name) {
        const value = Reflect.get(target, name) as unknown;
        if (name === 'append') return () => Promise.reject(new Error('the process died'));
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    expect(await codeOf(erase([first, { ...second, log: failing }, third], 0))).not.toBe('none');
    await third.add({ subject: { handle: patient(0) } });
    expect(await erase(logs, 0)).toMatchObject({
      erased: true,
      certificate: { logs: [{ origin: first.log.origin }, { origin: second.log.origin }] },
    });
    const report = await subjectAccess({ sources: logs, subject: patient(0), clock: first.clock });
    expect(report.rows.map(({ origin }) => origin)).toEqual([third.log.origin]);
    expect(await codeOf(erase([first, third], 0))).toBe('RangeError');
  });
});

describe('auditLog', () => {
  it('finds an erased secret that a backup brought back', async () => {
    const demo = await twoPatients();
    const copy = new Map<string, Uint8Array>();
    const copying: KeyStore = {
      ...demo.keys,
      async delete(name) {
        const secret = await demo.keys.get(name);
        if (secret) copy.set(name, secret);
        await demo.keys.delete(name);
      },
    };
    await erase({ ...demo, keys: copying }, 0);
    for (const [name, secret] of copy) await demo.keys.put(name, secret);
    expect(copy.size).toBe(2);
    expect(await audit(demo)).toMatchObject({ verdict: 'unknown', findings: [{ code: 'ERASURE_UNDONE', index: 7 }] });
  });

  it('believes no entry that says that an erasure failed', async () => {
    for (const outcome of ['major', 'success'] as const) {
      const demo = await twoPatients();
      const { subjectHandle } = decodeLeaf(demo.store.entries[0]!.leaf);
      const object = { kind: 'subject', id: b64url(subjectHandle!) };
      await demo.add({ type: 'erase', outcome, object, subject: undefined as never });
      await demo.log.integrate();
      const own = `-handle-${hexOf(subjectHandle!.subarray(0, 16))}`;
      const broken: KeyStore = { ...demo.keys, get: async (name) => (name.endsWith(own) ? null : demo.keys.get(name)) };
      expect((await audit({ ...demo, keys: broken })).verdict).toBe(outcome === 'success' ? 'good' : 'unknown');
    }
  });

  it('believes no refused erasure, and none of another subject', async () => {
    const demo = await twoPatients();
    await erase(demo, 0, request({ exemption: '17(3)(b)' }));
    await erase(demo, 1);
    const broken: KeyStore = {
      ...demo.keys,
      get: async (name) => (name.includes('-handle-') ? null : demo.keys.get(name)),
    };
    expect(await audit({ ...demo, keys: broken })).toMatchObject({
      verdict: 'unknown',
      findings: [{ code: 'SECRET_MISSING', index: 0 }],
      sidesErased: 3,
      sidesMissing: 3,
    });
  });
});
