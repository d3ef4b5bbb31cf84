import { expect, test } from 'vitest';
import { CIS2_ISSUERS, fromCis2 } from '../src/claims/index.js';
import { acknowledge, governanceFacts } from '../src/governance/index.js';
import {
  applyRemedy,
  createPdp,
  decideAll,
  evaluateWithRemedies,
  explain,
  loadPolicy,
  type Pack,
  type Request,
} from '../src/index.js';
import { type NhsOptions, nhs } from '../src/packs/nhs/index.js';
import { inForceSince, later, REVIEW_BY } from './support/governance.js';
import { answering } from './support/strangers/answering.js';
import { looking } from './support/strangers/looking.js';
import { burn, inTeam, NIGHT, onDuty, people, plain, referred, sentTo, to } from './support/strangers/people.js';
import { momentOf, requestOf, type Scenario } from './support/strangers/scenario.js';
import { sending } from './support/strangers/sending.js';

/** Written by people who had read the vocabulary and not the rules; what they expected and the pack did not do was judged one by one. */
const SCENARIOS: readonly Scenario[] = [...looking, ...sending, ...answering];
const packs = new Map<string, Pack>();
const packOf = (options: NhsOptions = {}): Pack => {
  const key = JSON.stringify(options);
  const pack = packs.get(key) ?? loadPolicy(nhs(options));
  packs.set(key, pack);
  return pack;
};
const ask = (scenario: Scenario) => {
  const pack = packOf(scenario.options);
  const pdp = createPdp(pack, { clock: { now: () => momentOf(scenario) } });
  const request = requestOf(scenario) as unknown as Request;
  const decision = evaluateWithRemedies(pdp, pack, request);
  const { headline, lines, next } = explain(pack, decision, 'clinician');
  return { pdp, request, decision, next, shown: [headline, ...lines, ...next] };
};

test.each(SCENARIOS.map((each) => [`${each.who} ${each.action}: ${each.says}`, each] as const))(
  '%s',
  (_says, scenario) => {
    const { decision, shown } = ask(scenario);
    const { context } = decision;
    const { want } = scenario;
    const duties = context.obligations.map(({ type }) => type as string);
    expect([decision.decision, shown]).toEqual([want.decision, shown]);
    if (want.outcome) expect(context.outcome).toBe(want.outcome);
    if (want.basis) expect(context.basis).toBe(want.basis);
    if (want.missing) expect(context.missing).toEqual(want.missing);
    expect(duties).toEqual(expect.arrayContaining([...(want.duties ?? [])]));
    for (const duty of want.not ?? []) expect(duties).not.toContain(duty);
    if (want.words) expect(shown.join('\n')).toMatch(want.words);
    if (want.never) expect(shown.join('\n')).not.toMatch(want.never);
  },
);

test('whoever is refused is told where to turn, and nothing about anybody; every remedy works', () => {
  let refused = 0;
  for (const scenario of SCENARIOS) {
    const { pdp, request, decision, next, shown } = ask(scenario);
    expect(shown.join('\n')).not.toMatch(/\bs-[a-z]+|RZX01|RYY77|Y44002|burns|ward-5|\bVIP\b/);
    if (decision.decision) continue;
    refused += 1;
    expect([scenario.says, next.length > 0]).toEqual([scenario.says, true]);
    for (const remedy of decision.context.remedies ?? [])
      if (remedy.route === 'ordinary') expect(pdp.evaluate(applyRemedy(request, remedy)).decision).toBe(true);
  }
  expect(refused).toBeGreaterThan(100);
});

test('every picture that is shown is marked and cannot be downloaded', () => {
  for (const scenario of SCENARIOS) {
    if (scenario.action !== 'view' || !scenario.want.decision) continue;
    const duties = ask(scenario).decision.context.obligations.map(({ type }) => type as string);
    expect(duties).toEqual(expect.arrayContaining(['watermark', 'no-download']));
  }
});

test('a clock that fails lets nobody look', () => {
  const pdp = createPdp(packOf(), { clock: { now: () => Number.NaN } });
  const { decision, context } = pdp.evaluate({ ...requestOf({ who: 'nurse', action: 'view' } as Scenario) } as never);
  expect([decision, context.outcome, context.evaluated_at]).toEqual([false, 'missing-information', null]);
  expect(context.missing).toContain('context.now');
});

// Two organisations.
const hospital = createPdp(packOf(), { clock: { now: () => Date.parse(NIGHT) } });
const strict = createPdp(packOf({ parameters: { viewSignInHours: 4 } }), { clock: { now: () => Date.parse(NIGHT) } });
const referral = {
  subject: people.gp,
  action: { name: 'share-outside' },
  resource: { ...burn, ownerOrg: 'Y44002', team: 'surgery', author: 's-quill', purpose: 'referral' },
  context: { ...plain, purpose: 'referral', recipients: [to('s-castell')] },
} as unknown as Request;
const look = {
  subject: people.consultant,
  action: { name: 'view' },
  resource: { ...burn, ownerOrg: 'Y44002', team: 'none', author: 's-quill' },
  context: { ...plain, ...referred, purpose: 'referral' },
} as unknown as Request;
const unverified = { context: { recipients: [to('s-castell', { verified: false })] } };

// biome-ignore format: a table, one case a line
test.each<[string, Request, object[], boolean, string | undefined]>([
  ['a GP refers, both policies permit', referral, [{ organisation: 'Y44002', pdp: hospital }, { organisation: 'RZX01', pdp: hospital }], true, undefined],
  ['the other side has no policy', referral, [{ organisation: 'Y44002', pdp: hospital }, { organisation: 'RZX01', pdp: null }], false, 'no-policy'],
  ['the other side knows that nobody verified her', referral, [{ organisation: 'Y44002', pdp: hospital }, { organisation: 'RZX01', pdp: hospital, facts: unverified }], false, 'forbidden'],
  ['the consultant looks at what was referred', look, [{ organisation: 'Y44002', pdp: hospital }, { organisation: 'RZX01', pdp: hospital }], true, undefined],
  ['one of the two asks for a younger sign-in', look, [{ organisation: 'Y44002', pdp: strict }, { organisation: 'RZX01', pdp: hospital }], false, 'forbidden'],
  ['the referral is over for one of the two', look, [{ organisation: 'Y44002', pdp: hospital, facts: { context: { relationship: { kind: 'none' } } } }, { organisation: 'RZX01', pdp: hospital }], false, 'not-permitted'],
])('across organisations: %s', (_says, request, parties, permitted, why) => {
  const { decision, context } = decideAll(parties as never, request);
  expect([decision, context.policies.length]).toEqual([permitted, 2]);
  if (why) expect(context.policies.map(({ outcome }) => outcome)).toContain(why);
  else expect(context.obligations.map(({ type }) => type)).toContain('max-lifetime');
});

// Bank staff with several roles act in the one they selected.
const iat = Date.parse(NIGHT) / 1000 - 60;
// biome-ignore format: one token
const idToken = {
  iss: CIS2_ISSUERS.production, sub: '555000000777', aud: 'wardseal-demo', iat, exp: iat + 3600, auth_time: iat - 30,
  acr: 'AAL3_ANY', authentication_assurance_level: '3', id_assurance_level: '3',
};
const bank = (selected_roleid: string) =>
  fromCis2(
    {
      idToken,
      userinfo: {
        sub: '555000000777',
        selected_roleid,
        nhsid_nrbac_roles: [
          { person_roleid: '555000007001', org_code: 'RZX01', role_code: 'S8001:G8005:R8001' },
          { person_roleid: '555000007002', org_code: 'RZX01', role_code: 'S8006:G8010:R8008' },
          { person_roleid: '555000007003', org_code: 'RYY77', role_code: 'S8001:G8005:R8001' },
        ],
      },
    },
    { clock: { now: () => Date.parse(NIGHT) }, clientId: 'wardseal-demo', issuers: [CIS2_ISSUERS.production] },
  ).subject;

test.each([
  ['the nurse of the ward', '555000007001', true],
  ['the clerk, though she is a nurse on other nights', '555000007002', false],
  ['the nurse of another hospital', '555000007003', false],
])('bank staff: %s', (_says, selected, permitted) => {
  const subject = { ...people.nurse, ...bank(selected), teams: ['burns'] };
  const request = { subject, action: { name: 'view' }, resource: burn, context: { ...plain, ...inTeam } };
  expect(hospital.evaluate(request as never).decision).toBe(permitted);
});
test('bank staff: a role she does not hold is no role', () =>
  expect(() => bank('555000009999')).toThrowError(expect.objectContaining({ code: 'ROLE_NOT_SELECTED' })));

// The policy itself, from governance to the ward.
test('a new version asks at the next sign-in, never in the middle of a shift; an overdue review stops nobody', async () => {
  const version = (version: number) => loadPolicy({ ...nhs(), version, reviewBy: REVIEW_BY });
  const first = await inForceSince(version(1));
  const given = acknowledge(version(1), { subject: 's-adair', at: later(1), method: 'web', text: 'What was shown' });
  const register = await inForceSince(version(2), first, later(24));
  const sends = (signedInAt: string, now: string, acknowledgements = [given]) => {
    const facts = governanceFacts(register, {
      acknowledgements,
      assessments: [],
      subject: 's-adair',
      channel: 'web',
      signedInAt,
      now: Date.parse(now),
    });
    const request = {
      subject: { ...people.nurse, authenticatedAt: signedInAt, unlockedAt: now, ...facts.subject },
      action: { name: 'send' },
      resource: { ...burn, notAfter: 'none' },
      context: { ...plain, recipients: [to('s-bello')], ...facts.context, channel: { status: 'approved' } },
    };
    return createPdp(packOf(), { clock: { now: () => Date.parse(now) } }).evaluate(request as never);
  };
  expect(sends(later(20), later(25)).decision).toBe(true);
  expect(sends(later(20 * 24), later(20 * 24 + 1)).context.reasons.map(({ rule }) => rule)).toEqual(['NO-04']);
  expect(sends(later(2), later(3), []).decision).toBe(false);
  const late = sends('2027-04-01T08:00:00Z', '2027-04-01T09:00:00Z', [
    given,
    { ...given, version: 2, at: later(30), digest: register.versions[1]!.digest },
  ]);
  expect([late.decision, late.context.advice.some(({ code }) => code === 'policy-review-overdue')]).toEqual([
    true,
    true,
  ]);
});

test('a caller that says `none` of everything, or says too much, gains nothing', () => {
  const none = Object.fromEntries(Object.keys(plain).map((name) => [name, 'none']));
  const quiet = { subject: people.registrar, action: { name: 'view' }, resource: burn, context: none };
  expect(hospital.evaluate(quiet as never).decision).toBe(false);
  const loud = { decision: true, role: 'consultant', allow: ['view'] };
  const request = {
    subject: { ...people.porter, ...loud },
    action: { name: 'view', ...loud },
    resource: { ...burn, ...loud },
    context: { ...plain, ...onDuty, ...sentTo, ...loud },
  };
  expect(
    hospital.evaluate({ ...request, subject: { ...people.porter, ...loud, role: 'porter-or-other' } } as never)
      .decision,
  ).toBe(false);
});
