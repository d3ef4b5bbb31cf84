import { expect, test } from 'vitest';
import { createPdp, loadPolicy, type Request } from '../src/index.js';
import { nhs } from '../src/packs/nhs/index.js';
import { asking, nurse, onDuty, registrar, staff, team } from './support/ward.js';

// A night at an invented trust: bedside to record, as the people on the ward meet it.
let now = Date.parse('2026-03-02T03:10:00Z');
const at = (time: string): void => {
  now = Date.parse(time);
};
const pack = loadPolicy(nhs());
const pdp = createPdp(pack, { clock: { now: () => now } });
type Facts = Readonly<Record<string, unknown>>;
const ask = (name: string, subject: Facts, context: Facts = {}, resource: Facts = {}): Request =>
  asking(name, { subject, context, resource });

test('W1: a nurse sends a wound photo from an unmanaged phone on 4G to the on-call team', () => {
  at('2026-03-02T03:10:00Z');
  expect(pdp.evaluate(ask('capture', nurse)).context.outcome).toBe('permitted');
  const sent = pdp.evaluate(ask('send', nurse, { recipients: team }));
  expect(sent.context).toMatchObject({ outcome: 'permitted', basis: 'standing', missing: [] });
  expect(sent.context.obligations.map(({ type }) => type)).toEqual(['delete-after-filing', 'file-in-record']);
});

test('W1.5: whoever holds the duty at view time opens it, marked; the next shift does, the last does not', () => {
  at('2026-03-02T03:12:00Z');
  const seen = pdp.evaluate(ask('view', registrar, onDuty));
  expect(seen.context).toMatchObject({ outcome: 'permitted', basis: 'on-duty' });
  expect(seen.context.obligations).toContainEqual({
    id: 'watermark',
    type: 'watermark',
    properties: { mode: 'border', strength: 'standard' },
  });
  at('2026-03-02T08:00:00Z');
  expect(pdp.evaluate(ask('view', registrar, onDuty)).decision).toBe(false);
  const next = staff('p-rahman', 'consultant', { onDutyTeams: ['plastics'], authenticatedAt: '2026-03-02T07:55:00Z' });
  const morning = { relationship: { kind: 'on-duty', from: '2026-03-02T08:00:00Z', until: '2026-03-02T20:00:00Z' } };
  expect(pdp.evaluate(ask('view', next, morning)).decision).toBe(true);
});

test('W5: after a recall nobody opens it, emergency or not', () => {
  at('2026-03-02T03:20:00Z');
  const emergency = { purpose: 'emergency', justification: 'Bleeding again, need to see the wound edge' };
  for (const context of [onDuty, { ...onDuty, ...emergency }]) {
    const { context: why } = pdp.evaluate(ask('view', registrar, context, { state: 'recalled' }));
    expect(why.reasons.map(({ rule }) => rule)).toEqual(['NO-16']);
  }
});

test('W6: an outsider added by mistake can be sent nothing; an agreed one until the agreed end, for the agreed purpose', () => {
  at('2026-03-02T03:10:00Z');
  const mistake = { id: 'p-outside', org: 'RZZ01', verified: false, teams: [], status: 'active' };
  expect(
    pdp.evaluate(ask('send', nurse, { recipients: [...team, mistake] })).context.reasons.map(({ rule }) => rule),
  ).toEqual(['NO-07', 'NO-26']);
  const agreed = { approvedBy: ['p-a', 'p-b'], purpose: 'direct-care', until: '2026-03-02T06:00:00Z' };
  const outsider = { ...registrar, outsider: agreed };
  expect(pdp.evaluate(ask('view', outsider, onDuty)).decision).toBe(true);
  expect(pdp.evaluate(ask('view', outsider, { ...onDuty, purpose: 'mdt' })).context.reasons[0]?.rule).toBe('NO-03');
  at('2026-03-02T06:00:00Z');
  expect(pdp.evaluate(ask('view', outsider, onDuty)).context.reasons[0]?.rule).toBe('NO-02');
});

test('W7: a leaver is refused at once, whatever else is true', () => {
  at('2026-03-02T03:12:00Z');
  for (const name of ['capture', 'send', 'view', 'release', 'advise', 'file', 'recall'])
    expect(pdp.evaluate(ask(name, { ...registrar, status: 'left' }, onDuty)).context.outcome).toBe('forbidden');
});

test('H8: a refused clinician has a way forward: break-glass, from a personal phone, told and reviewed', () => {
  at('2026-03-02T03:12:00Z');
  const ed = staff('p-adeyemi', 'consultant', { teams: ['ed'] });
  expect(pdp.evaluate(ask('view', ed)).context.outcome).toBe('not-permitted');
  const reason = { purpose: 'emergency', justification: 'Patient in resus, wound from yesterday needed' };
  for (const sensitivity of ['normal', 'sensitive', 'intimate', 'vip']) {
    const { context } = pdp.evaluate(ask('view', ed, reason, { sensitivity }));
    expect(context).toMatchObject({ outcome: 'permitted', basis: 'break-glass' });
    expect(context.obligations).toContainEqual({ id: 'review', type: 'review', properties: { within: 86_400 } });
    expect(context.obligations).toContainEqual({
      id: 'notify',
      type: 'notify',
      properties: { whom: ['caldicott-guardian', 'privacy-officer'] },
    });
  }
});

test('W14: an unread policy stops the first send, never an emergency view', () => {
  at('2026-03-02T03:12:00Z');
  const unread = { ...nurse, acknowledgedVersion: 'none' };
  expect(pdp.evaluate(ask('send', unread, { recipients: team })).context.reasons[0]?.rule).toBe('NO-04');
  const reason = { purpose: 'emergency', justification: 'Patient collapsed, wound photo needed now' };
  expect(pdp.evaluate(ask('view', unread, reason)).context.basis).toBe('break-glass');
});

test('a screen left unlocked cannot send, but a fresh unlock can', () => {
  at('2026-03-02T03:23:00Z');
  expect(pdp.evaluate(ask('send', nurse, { recipients: team })).context.reasons[0]?.rule).toBe('NO-06');
  const unlocked = { ...nurse, unlockedAt: '2026-03-02T03:22:50Z' };
  expect(pdp.evaluate(ask('send', unlocked, { recipients: team })).decision).toBe(true);
});

test('students see ordinary items of their team only, and send nothing', () => {
  at('2026-03-02T03:12:00Z');
  const student = staff('p-quill', 'student', { teams: ['plastics'] });
  const ofTeam = { relationship: { kind: 'team', from: '2026-02-01T00:00:00Z', until: 'none' } };
  expect(pdp.evaluate(ask('view', student, ofTeam)).decision).toBe(true);
  expect(pdp.evaluate(ask('view', { ...student, assurance: 3 }, ofTeam, { sensitivity: 'intimate' })).decision).toBe(
    false,
  );
  expect(pdp.evaluate(ask('send', student, { ...ofTeam, recipients: team })).decision).toBe(false);
});

test('evidence a trust has is used: own record, managed device', () => {
  at('2026-03-02T03:12:00Z');
  const configured = createPdp(loadPolicy(nhs({ configured: ['own-record-feed', 'device-management'] })), {
    clock: { now: () => now },
  });
  const own = configured.evaluate(ask('view', registrar, { ...onDuty, ownRecord: true }));
  expect(own.context.reasons[0]?.rule).toBe('NO-17');
  expect(configured.evaluate(ask('view', registrar, onDuty)).context.missing).toEqual(['context.ownRecord']);
  const strong = { ...registrar, assurance: 3 };
  const asked = (device: string) =>
    ask('view', strong, { ...onDuty, ownRecord: 'none', device }, { sensitivity: 'sensitive' });
  expect(configured.evaluate(asked('personal')).context.reasons[0]?.rule).toBe('NO-20');
  expect(configured.evaluate(asked('managed')).decision).toBe(true);
});
