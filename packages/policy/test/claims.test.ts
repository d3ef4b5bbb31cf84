import { HOSTILE_VALUES, hostileJson } from '@wardseal/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CIS2_ASSURANCE,
  CIS2_ISSUERS,
  type Cis2Options,
  type Cis2Tokens,
  type EntraOptions,
  fromCis2,
  fromEntra,
  fromNhsmail,
  fromOidc,
  MAX_CLAIM_MEMBERS,
  type OidcOptions,
  ROLE_CODES,
  type RoleEntry,
} from '../src/claims/index.js';
import { type Condition, createPdp, loadPolicy, PolicyError } from '../src/index.js';
import { ATTRIBUTES } from '../src/packs/nhs/vocabulary.js';
import vectors from '../vectors/claims.json' with { type: 'json' };
import { changed } from './support/change.js';
import { permit, sample } from './support/sample.js';

const NOW = Date.parse(vectors.now);
const clock = { now: () => NOW };
const { cis2, entra } = vectors;
const cis2Options: Cis2Options = { ...cis2.options, clock };
const entraOptions = { ...entra.options, clock } as EntraOptions;
const set = (pointer: string, value: unknown): Cis2Tokens => changed(cis2.tokens, pointer, value) as Cis2Tokens;
const codes = ({ notes }: { notes: readonly { code: string }[] }): string[] => notes.map(({ code }) => code);
const mapped = (role: string): RoleEntry => ({
  name: 'Ward name',
  role,
  source: 'Demo Trust',
  asOf: '2026-02-01',
  confirmed: true,
});

async function failure(sign: () => unknown): Promise<{ code: string; path: string }> {
  try {
    await sign();
  } catch (error) {
    if (error instanceof PolicyError) return { code: error.code, path: error.path };
    throw error;
  }
  throw new Error('was accepted');
}

test('claims of CIS2 and of Entra give the published facts, and every published slip its code and place', async () => {
  expect(fromCis2(cis2.tokens, cis2Options).subject).toEqual(cis2.subject);
  expect((await fromEntra(entra.tokens, entraOptions)).subject).toEqual(entra.subject);
  for (const { name, at, value, code, path } of cis2.mustFail)
    expect([name, await failure(() => fromCis2(set(at, value), cis2Options))]).toEqual([name, { code, path }]);
  for (const { name, at, value, code, path } of entra.mustFail) {
    const tokens = changed(entra.tokens, at, value) as typeof entra.tokens;
    expect([name, await failure(() => fromEntra(tokens, entraOptions))]).toEqual([name, { code, path }]);
  }
});

test('facts are exactly those of the NHS pack that a session knows; the code decides, its name is only shown', () => {
  const { subject, display, identityAssurance, notes } = fromCis2(cis2.tokens, cis2Options);
  expect(Object.keys(subject).sort()).toEqual(['assurance', 'authenticatedAt', 'id', 'org', 'role']);
  expect(display).toEqual({ name: 'Demo Lindqvist', role: 'Nurse Access Role' });
  expect(identityAssurance).toEqual({ level: 3, minimum: 3 });
  expect(codes({ notes })).toEqual(['ASSURANCE_UNCONFIRMED', 'OTHER_ROLES_IGNORED', 'ROLE_UNCONFIRMED']);
  const attributes = Object.fromEntries(
    Object.keys(subject).map((fact) => [`subject.${fact}`, ATTRIBUTES[`subject.${fact}`]!]),
  );
  const reading = Object.entries(subject).map(([fact, value]) => ({
    [`subject.${fact}`]: fact === 'authenticatedAt' ? { notOlderThan: { minutes: 5 } } : value,
  }));
  const document = {
    ...sample(permit('VW-01', { all: reading } as Condition)),
    attributes,
    parameters: {},
    sources: {},
  };
  const { breakGlass: _none, ...plain } = document;
  const decision = createPdp(loadPolicy(plain), { clock }).evaluate({
    subject: { ...subject },
    action: { name: 'view' },
    resource: {},
    context: {},
  });
  expect([decision.decision, decision.context.illTyped]).toEqual([true, []]);
});

test('the roles of a person are never pooled: whatever else is held, only the selected one speaks', () => {
  const held = fc.uniqueArray(
    fc.record({ code: fc.constantFrom(...Object.keys(ROLE_CODES)), id: fc.integer({ min: 1, max: 999 }) }),
    { minLength: 1, maxLength: 12, selector: ({ id }) => id },
  );
  fc.assert(
    fc.property(held, fc.nat(), (roles, at) => {
      const chosen = roles[at % roles.length]!;
      const list = roles.map(({ code, id }) => ({
        person_roleid: `${id}`,
        org_code: `RZ${id}`.padEnd(3, '0'),
        role_code: `S8001:G8005:${code}`,
      }));
      const userinfo = { ...cis2.tokens.userinfo, nhsid_nrbac_roles: list, selected_roleid: `${chosen.id}` };
      const { subject } = fromCis2({ ...cis2.tokens, userinfo }, cis2Options);
      expect(subject.role).toBe(ROLE_CODES[chosen.code]!.role);
      expect(subject.org).toBe(`RZ${chosen.id}`.padEnd(3, '0'));
    }),
    { numRuns: 100 },
  );
});

test('a trust says by code what a role stands for, and takes codes out', async () => {
  const roles = { R8001: mapped('midwife'), R0050: null };
  const mine = fromCis2(cis2.tokens, { ...cis2Options, roles });
  expect([mine.subject.role, mine.display.role]).toEqual(['midwife', 'Ward name']);
  expect(codes(mine)).not.toContain('ROLE_UNCONFIRMED');
  const consultant = set('/userinfo/selected_roleid', '555000001001');
  expect(fromCis2(consultant, cis2Options).subject.role).toBe('consultant');
  expect((await failure(() => fromCis2(consultant, { ...cis2Options, roles }))).code).toBe('ROLE_UNKNOWN');
});

test('the default codes are unconfirmed, of known shape, name roles of the pack, and give no power over policy or directory', () => {
  const known = ATTRIBUTES['subject.role']!.values!;
  for (const [code, entry] of Object.entries(ROLE_CODES)) {
    expect(code).toMatch(/^R\d{4}$/);
    expect(known).toContain(entry.role);
    expect(entry).toMatchObject({ confirmed: false, asOf: '2026-11-22' });
    expect(['administrator', 'guardian', 'siro', 'system']).not.toContain(entry.role);
  }
  expect(Object.keys(ROLE_CODES)).toHaveLength(49);
  expect(ROLE_CODES['R0100']!.name).toBe('Clinical Assistant');
});

test.each([
  ['3', 'AAL3_ANY', ['N3_SMARTCARD'], 3, []],
  ['2', 'AAL3_ANY', ['N3_SMARTCARD'], 2, ['ASSURANCE_DISAGREES']],
  ['3', 'AAL2_ANY', ['N3_SMARTCARD'], 2, ['ASSURANCE_DISAGREES']],
  ['3', 'AAL1_USERPASS', ['N3_SMARTCARD'], 1, ['ASSURANCE_DISAGREES']],
  ['3', 'AAL2_OR_AAL3_ANY', ['N3_SMARTCARD'], 3, []],
  ['3', 'AAL2_OR_AAL3_ANY', null, 3, []],
  ['2', 'AAL2_OR_AAL3_ANY', ['N3_SMARTCARD'], 2, ['ASSURANCE_DISAGREES']],
  ['1', 'AAL2_OR_AAL3_ANY', null, 1, ['ASSURANCE_DISAGREES']],
  [null, 'AAL2_OR_AAL3_ANY', null, 2, []],
  [3, 'AAL3_ANY', null, 3, []],
  ['2', 'AAL9_ANY', ['PIGEON'], 2, ['ASSURANCE_UNMAPPED']],
  [null, 'AAL3_ANY', null, 3, []],
  [null, null, ['N3_SMARTCARD'], 3, []],
  ['1', null, null, 1, []],
])('of the levels %s, %s and %s the lowest counts', (level, acr, amr, assurance, expected) => {
  const stated = {
    ...cis2.tokens.idToken,
    authentication_assurance_level: level ?? undefined,
    acr: acr ?? undefined,
    amr: amr ?? undefined,
  };
  const signIn = fromCis2({ ...cis2.tokens, idToken: stated }, cis2Options);
  expect(signIn.subject.assurance).toBe(assurance);
  expect(codes(signIn).filter((code) => /^ASSURANCE_(DIS|UNM)/.test(code))).toEqual(expected);
});

test('where no claim states a level, nobody is let in', async () => {
  const { authentication_assurance_level: _level, acr: _acr, amr: _amr, ...idToken } = cis2.tokens.idToken;
  const sign = (more: object) => () => fromCis2({ ...cis2.tokens, idToken: { ...idToken, ...more } }, cis2Options);
  expect(await failure(sign({}))).toEqual({ code: 'ASSURANCE_UNKNOWN', path: '/idToken' });
  expect((await failure(sign({ acr: 'AAL9_ANY' }))).code).toBe('ASSURANCE_UNKNOWN');
  expect((await failure(sign({ acr: 'constructor' }))).code).toBe('ASSURANCE_UNKNOWN');
});

test('a lower minimum of identity assurance is possible, down to 2, and always visible', async () => {
  const lower = changed(set('/idToken/id_assurance_level', '2'), '/userinfo/idassurancelevel', null) as Cis2Tokens;
  const signIn = fromCis2(lower, { ...cis2Options, minimumIdentityAssurance: 2 });
  expect(signIn.identityAssurance).toEqual({ level: 2, minimum: 2 });
  expect(codes(signIn)).toContain('IDENTITY_MINIMUM_LOWERED');
  const lowest = changed(lower, '/idToken/id_assurance_level', '1') as Cis2Tokens;
  expect((await failure(() => fromCis2(lowest, { ...cis2Options, minimumIdentityAssurance: 2 }))).code).toBe(
    'ASSURANCE_LOW',
  );
  expect(() => fromCis2(lowest, { ...cis2Options, minimumIdentityAssurance: 1 as 2 })).toThrow(RangeError);
  const none = changed(lower, '/idToken/id_assurance_level', null) as Cis2Tokens;
  expect((await failure(() => fromCis2(none, cis2Options))).code).toBe('CLAIM_MISSING');
});

test('the moment of signing in never lies ahead, and the leeway is exact', async () => {
  const second = Math.floor(NOW / 1_000);
  const at = (claims: object) => () =>
    fromCis2({ ...cis2.tokens, idToken: { ...cis2.tokens.idToken, ...claims } }, cis2Options);
  expect(at({ auth_time: second + 40, iat: second + 40 })().subject.authenticatedAt).toBe(new Date(NOW).toISOString());
  expect(at({ exp: second - 59 })().subject.id).toBe(cis2.subject.id);
  expect((await failure(at({ exp: second - 60 }))).code).toBe('TOKEN_EXPIRED');
  expect(await failure(at({ exp: second - 70, iat: second - 70 }))).toEqual({
    code: 'TOKEN_EXPIRED',
    path: '/idToken/exp',
  });
  expect(await failure(at({ iat: second + 10, exp: second + 10 }))).toEqual({
    code: 'TOKEN_TIME_INVALID',
    path: '/idToken/exp',
  });
  const strict = { ...cis2Options, leewaySeconds: 0 };
  expect((await failure(() => fromCis2(set('/idToken/exp', second), strict))).code).toBe('TOKEN_EXPIRED');
  const stopped = { ...cis2Options, clock: { now: () => Number.NaN } };
  expect((await failure(() => fromCis2(cis2.tokens, stopped))).code).toBe('TOKEN_EXPIRED');
});

test('hostile claims anywhere are refused by code and never carry their value into the message', async () => {
  const places = [
    ...Object.keys(cis2.tokens.idToken).map((name) => `/idToken/${name}`),
    '/userinfo/sub',
    '/userinfo/selected_roleid',
    '/userinfo/nhsid_nrbac_roles',
    '/userinfo/nhsid_nrbac_roles/1',
    '/userinfo/nhsid_nrbac_roles/1/role_code',
    '/userinfo/nhsid_nrbac_roles/1/org_code',
    '/idToken',
    '/userinfo',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...places), hostileJson(), (place, value) => {
      let signIn: unknown;
      try {
        signIn = fromCis2(set(place, value), cis2Options).subject;
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyError);
        if (typeof value === 'string' && value.length > 8) expect((error as Error).message).not.toContain(value);
        return;
      }
      // What may be left out changes nothing or lowers the level; a well-formed organisation code is one.
      const org = place.endsWith('/org_code') ? String(value).toUpperCase() : cis2.subject.org;
      expect({ ...(signIn as object), assurance: 3 }).toEqual({ ...cis2.subject, org });
      expect(org).toMatch(/^[A-Z0-9]{3,9}$/);
    }),
    { numRuns: 400 },
  );
  for (const value of [...HOSTILE_VALUES, undefined, () => 1, new Date(), new Map()])
    for (const tokens of [
      { ...cis2.tokens, idToken: value },
      { ...cis2.tokens, userinfo: value },
    ])
      expect((await failure(() => fromCis2(tokens, cis2Options))).code).toMatch(/^CLAIM_/);
  const many = Array.from({ length: MAX_CLAIM_MEMBERS + 1 }, (_, i) => ({ person_roleid: `${i}` }));
  expect((await failure(() => fromCis2(set('/userinfo/nhsid_nrbac_roles', many), cis2Options))).code).toBe(
    'CLAIM_INVALID',
  );
  let reads = 0;
  const turncoat = {
    ...cis2.tokens.idToken,
    get sub() {
      reads += 1;
      return reads === 1 ? cis2.subject.id : '555000000999';
    },
  };
  expect(fromCis2({ ...cis2.tokens, idToken: turncoat }, cis2Options).subject.id).toBe(cis2.subject.id);
});

test('facts are never inherited', async () => {
  const idToken = Object.create({ sub: cis2.subject.id }) as object;
  const { sub: _sub, ...rest } = cis2.tokens.idToken;
  expect(
    (await failure(() => fromCis2({ ...cis2.tokens, idToken: Object.assign(idToken, rest) }, cis2Options))).code,
  ).toBe('CLAIM_INVALID');
});

test('a name is shown only when it can be read as it stands', () => {
  const shown = (display_name: unknown, name: unknown) =>
    fromCis2({ ...cis2.tokens, userinfo: { ...cis2.tokens.userinfo, display_name, name } }, cis2Options).display.name;
  expect(shown('Demo Ó Súilleabháin', 'x')).toBe('Demo Ó Súilleabháin');
  expect(shown('\u202eemaN', 'LINDQVIST, Demo')).toBe('LINDQVIST, Demo');
  expect(shown('a\u0000b', 7)).toBe('none');
  expect(shown('x'.repeat(201), ' ')).toBe('none');
});

test("a slip in the options is the caller's mistake", () => {
  const wrong: [object, unknown][] = [
    [{ issuers: [] }, TypeError],
    [{ issuers: CIS2_ISSUERS.production }, TypeError],
    [{ issuers: [CIS2_ISSUERS.production, CIS2_ISSUERS.integration] }, RangeError],
    [{ clientId: '' }, TypeError],
    [{ clock: {} }, TypeError],
    [{ leewaySeconds: 301 }, RangeError],
    [{ leewaySeconds: -1 }, RangeError],
    [{ leewaySeconds: Number.NaN }, RangeError],
    [{ assurance: { ...CIS2_ASSURANCE, acr: { AAL3_ANY: 4 } } }, RangeError],
    [{ roles: { r8001: mapped('nurse') } }, TypeError],
    [{ roles: { R8001: mapped('') } }, TypeError],
    [{ assurance: { source: '', asOf: '', confirmed: false } }, TypeError],
  ];
  for (const [change, type] of wrong)
    expect(() => fromCis2(cis2.tokens, { ...cis2Options, ...change } as Cis2Options)).toThrow(type as ErrorConstructor);
});

test('Entra: the person is tenant and object id, whatever the address says; the chosen group speaks alone', async () => {
  const both = changed(entra.tokens, '/idToken/groups', ['plastics', 'ward-nurses']) as typeof entra.tokens;
  const grants = { ...entra.options.grants, selected: 'plastics' };
  const signIn = await fromEntra(both, { ...entraOptions, grants } as EntraOptions);
  expect(signIn.subject).toMatchObject({ id: entra.subject.id, role: 'registrar', org: 'RZZ01' });
  expect(signIn.display).toEqual({ name: 'Demo Okafor', role: 'Plastics registrar' });
  expect(signIn.identityAssurance).toBe('none');
  expect(codes(signIn)).toEqual(['ASSURANCE_UNCONFIRMED', 'OTHER_ROLES_IGNORED']);
  const renamed = changed(entra.tokens, '/idToken/preferred_username', 'another@example.org') as typeof entra.tokens;
  expect((await fromEntra(renamed, entraOptions)).subject).toEqual(entra.subject);
  const other = { ...entraOptions, grants: { ...grants, selected: 'everybody' } } as EntraOptions;
  expect((await failure(() => fromEntra(both, other))).code).toBe('ROLE_NOT_SELECTED');
  const homeless = { ...entraOptions, tenants: [{ tid: entra.options.tenants[0]!.tid }] } as EntraOptions;
  expect((await failure(() => fromEntra(entra.tokens, homeless))).code).toBe('ROLE_UNKNOWN');
});

test('Entra: application roles grant even where the groups are elsewhere, and level 3 is only what the trust maps', async () => {
  const idToken = {
    ...entra.tokens.idToken,
    groups: undefined,
    _claim_names: { groups: 'src1' },
    roles: ['Wardseal.Nurse'],
    amr: ['fido', 'mfa'],
    acrs: ['c1', 'c9'],
  };
  const grants = { claim: 'roles', of: { 'Wardseal.Nurse': { ...mapped('nurse'), org: 'rzz09' } } };
  const { subject } = await fromEntra({ idToken }, { ...entraOptions, grants } as EntraOptions);
  expect(subject).toMatchObject({ role: 'nurse', org: 'RZZ09', assurance: 2 });
  const level = async (assurance: object) => {
    const options = { ...entraOptions, grants, assurance: { ...mapped(''), ...assurance } } as EntraOptions;
    return (await fromEntra({ idToken }, options)).subject.assurance;
  };
  expect(await level({ acrs: { c1: 3 } })).toBe(3);
  expect(await level({ acrs: { c1: 3 }, amr: { mfa: 2, fido: 3 } })).toBe(3);
  expect(await level({ acrs: { c1: 3 }, amr: { mfa: 2 } })).toBe(2);
});

test('a directory of the trust says organisation and role, or that it does not know the person', async () => {
  const asked: unknown[] = [];
  const directory = async (person: unknown) => {
    asked.push(person);
    return { id: 'p-okafor', org: 'rzz01', role: 'registrar' };
  };
  const { grants: _grants, ...options } = entra.options;
  const known = await fromEntra(entra.tokens, { ...options, clock, directory });
  expect(known.subject).toMatchObject({ id: 'p-okafor', org: 'RZZ01', role: 'registrar' });
  const { tid, oid } = entra.tokens.idToken;
  expect(asked).toEqual([{ tid, oid }]);
  const nhsmail = { clientId: options.clientId, clock, tenant: tid, directory };
  expect((await fromNhsmail(entra.tokens, nhsmail)).subject).toEqual(known.subject);
  expect((await failure(() => fromNhsmail(entra.tokens, { ...nhsmail, tenant: oid }))).code).toBe('TENANT_UNKNOWN');
  expect((await failure(() => fromNhsmail(entra.tokens, { ...nhsmail, directory: () => null }))).code).toBe(
    'PERSON_UNKNOWN',
  );
  await expect(
    fromNhsmail(entra.tokens, { ...nhsmail, directory: () => Promise.reject(new Error('down')) }),
  ).rejects.toThrow('down');
  await expect(
    fromNhsmail(entra.tokens, { ...nhsmail, directory: () => ({ org: '?', role: 'nurse' }) }),
  ).rejects.toThrow(TypeError);
  await expect(fromNhsmail(entra.tokens, { ...nhsmail, directory: undefined as never })).rejects.toThrow(TypeError);
});

test("a slip in tenants or grants is the caller's mistake", async () => {
  const [tenant] = entra.options.tenants;
  const { grants } = entra.options;
  for (const change of [
    { tenants: [] },
    { tenants: [{ tid: 'common' }] },
    { tenants: [{ tid: tenant!.tid.toUpperCase() }, { tid: 'A' }] },
    { tenants: [tenant, tenant] },
    { tenants: [{ ...tenant, org: '?' }] },
    { grants: { ...grants, claim: '' } },
    { grants: { claim: 'groups', of: { 'ward-nurses': { ...mapped('nurse'), org: 'R?' } } } },
    { grants: { claim: 'groups', of: { 'ward-nurses': mapped('') } } },
  ])
    await expect(fromEntra(entra.tokens, { ...entraOptions, ...change } as EntraOptions)).rejects.toThrow(TypeError);
});

test('a token refused for its claims never reaches the directory', async () => {
  const { grants: _grants, ...options } = entra.options;
  const directory = () => expect.unreachable();
  for (const { at, value, code } of entra.mustFail.filter(
    ({ code }) => !/^(ROLE|GROUPS)_/.test(code) && code !== 'CLAIM_MISSING',
  )) {
    if (at === '/idToken/groups') continue;
    const tokens = changed(entra.tokens, at, value) as typeof entra.tokens;
    expect((await failure(() => fromEntra(tokens, { ...options, clock, directory }))).code).toBe(code);
  }
});

const oidcToken = {
  ...entra.tokens.idToken,
  iss: 'https://login.example.org',
  aud: ['demo'],
  sub: 'abc',
  acr: 'urn:example:mfa',
  amr: undefined,
};
const oidcOptions = {
  clock,
  clientId: 'demo',
  issuers: ['https://login.example.org'],
  assurance: { ...mapped(''), acr: { 'urn:example:mfa': 2 } },
  grants: { claim: 'groups', of: { 'ward-nurses': { ...mapped('nurse'), org: 'RZZ01' } } },
} as OidcOptions;

test('any provider: all of it is configured, and nothing is assumed', async () => {
  const { subject, notes } = await fromOidc({ idToken: oidcToken }, oidcOptions);
  expect(subject).toMatchObject({ id: 'abc', org: 'RZZ01', role: 'nurse', assurance: 2 });
  expect(notes).toEqual([]);
  const same = { idToken: oidcToken, userinfo: { sub: 'abc' } };
  expect((await fromOidc(same, oidcOptions)).subject).toEqual(subject);
  expect((await failure(() => fromOidc({ ...same, userinfo: { sub: 'abd' } }, oidcOptions))).code).toBe(
    'SUBJECT_MISMATCH',
  );
  await expect(fromOidc({ idToken: oidcToken }, { ...oidcOptions, assurance: undefined } as never)).rejects.toThrow(
    TypeError,
  );
  await expect(fromOidc({ idToken: oidcToken }, { ...oidcOptions, grants: undefined } as never)).rejects.toThrow(
    TypeError,
  );
  await expect(fromOidc({ idToken: oidcToken }, { ...oidcOptions, directory: () => null } as never)).rejects.toThrow(
    TypeError,
  );
});

test('people of two providers who share a `sub` are two people', async () => {
  const issuers = ['https://login.example.org', 'https://login.example.net'];
  await expect(fromOidc({ idToken: oidcToken }, { ...oidcOptions, issuers })).rejects.toThrow(TypeError);
  const { grants: _grants, ...options } = oidcOptions as OidcOptions & { grants: unknown };
  const two = { ...options, issuers, directory: () => ({ org: 'RZZ01', role: 'nurse' }) } as OidcOptions;
  const ids = await Promise.all(
    issuers.map(async (iss) => (await fromOidc({ idToken: { ...oidcToken, iss } }, two)).subject.id),
  );
  expect(new Set(ids).size).toBe(2);
});
