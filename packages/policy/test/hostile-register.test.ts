import { describe, expect, test } from 'vitest';
import {
  activate,
  approve,
  checkRegister,
  inForce,
  newRegister,
  propose,
  type Register,
  signPack,
  withdraw,
} from '../src/governance/index.js';
import { PolicyError } from '../src/index.js';
import { changed } from './support/change.js';
import {
  approved,
  GUARDIANS,
  inForceSince,
  later,
  okoro,
  packOf,
  proposed,
  seat,
  signedBy,
} from './support/governance.js';

// One version of every kind: superseded, withdrawn after it was in force, in force, approved, draft.
const gone = withdraw(await inForceSince(packOf(2), await inForceSince(packOf(1)), later(1)), {
  version: 2,
  by: 'p-a',
  secondApprover: 'p-b',
  at: later(2),
  reason: 'Wrong',
});
const whole: Register = proposed(
  packOf(6),
  await approved(
    packOf(5),
    await inForceSince(packOf(4), await inForceSince(packOf(3), gone.register, later(3)), later(4)),
    later(5),
  ),
  later(5),
);
const approval = await signedBy(packOf(6), okoro);
const supersedeNow = { version: 5, by: 'p-admin', at: later(6), guardians: GUARDIANS };

const acts: readonly ((register: Register) => unknown)[] = [
  (register) => inForce(register, Date.parse(later(6))),
  (register) => propose(register, { pack: packOf(7), by: 'p-a', at: later(6), reason: 'Why' }),
  (register) => withdraw(register, { version: 4, by: 'p-a', secondApprover: 'p-b', at: later(6), reason: 'Why' }),
  (register) => approve(register, { version: 6, approval, guardians: GUARDIANS }),
  (register) => activate(register, supersedeNow),
  (register) => signPack(register, { guardians: GUARDIANS }),
];

const refusalOf = (register: unknown): string => {
  try {
    checkRegister(register);
  } catch (error) {
    if (error instanceof PolicyError) return `${error.code} ${error.path}`;
    throw error;
  }
  return 'accepted';
};

/** Every place in the register but the inside of documents and witnesses. */
function places(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null || /\/(document\/.*|witness)$/.test(path)) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => places(part, `${path}/${key}`))];
}

test('the register the tests begin with is in order, and every step but one is open to it', async () => {
  expect(whole.versions.map(({ status }) => status)).toEqual([
    'superseded',
    'withdrawn',
    'superseded',
    'in-force',
    'approved',
    'draft',
  ]);
  expect(refusalOf(whole)).toBe('accepted');
  for (const act of acts) await act(whole);
});

test('whatever stands at whatever place, a step refuses with a code or gives a register that is in order', async () => {
  const values = [null, 0, -1, 1.5, '', 'x', true, [], {}, [null], later(9), { __proto__: null }, 'a'.repeat(2_000)];
  let refused = 0;
  for (const [i, place] of places(whole).entries()) {
    if (place === '') continue;
    for (const value of values) {
      const register = changed(whole, place, value) as Register;
      const verdict = refusalOf(register);
      if (verdict !== 'accepted') {
        expect(verdict).toMatch(/^REGISTER_INVALID /);
        refused += 1;
      }
    }
    const register = changed(whole, place, values[i % values.length]) as Register;
    for (const act of acts) {
      try {
        const done = (await act(register)) as { register?: unknown } | null;
        if (done?.register !== undefined) expect(refusalOf(done.register)).toBe('accepted');
      } catch (error) {
        expect(error, `${place}: ${String(error)}`).toBeInstanceOf(PolicyError);
      }
    }
  }
  expect(refused).toBeGreaterThan(2_000);
}, 60_000);

describe('a register that cannot have come about', () => {
  const [one] = whole.versions;
  const cases: readonly (readonly [string, string, unknown, string])[] = [
    ['a second version in force', '/versions/4/status', 'in-force', '/versions/4/document/status'],
    [
      'a draft that says it is in force',
      '/versions/5',
      { ...whole.versions[5], status: 'in-force', document: { ...whole.versions[5]!.document, status: 'in-force' } },
      '/versions/5/activated',
    ],
    [
      'an activation without its status',
      '/versions/4/activated',
      whole.versions[3]!.activated,
      '/versions/4/activated',
    ],
    [
      'one in force with one approval',
      '/versions/3/approvals',
      whole.versions[3]!.approvals.slice(1),
      '/versions/3/approvals',
    ],
    ['one approved by one twice', '/versions/4/approvals/1', whole.versions[4]!.approvals[0], '/versions/4/approvals'],
    ['one approved by who proposed it', '/versions/4/proposed/by', 'P-Reid', '/versions/4/approvals/0/by'],
    [
      'an approval of another version',
      '/versions/4/approvals/0',
      whole.versions[3]!.approvals[0],
      '/versions/4/approvals/0/version',
    ],
    ['versions out of order', '/versions/1', one, '/versions/1/version'],
    ['another policy’s document', '/versions/0/document/id', 'other', '/versions/0/document/id'],
    ['approvals within the document', '/versions/0/document/approvals', [], '/versions/0/document/approvals'],
    ['superseded by none', '/versions/3/status', 'superseded', '/versions/3/document/status'],
    ['an end before the beginning', '/versions/0/supersededAt', '2020-01-01T00:00:00Z', '/versions/0/supersededAt'],
    ['a gap between two', '/versions/0/supersededAt', later(2), '/versions/1/activated/at'],
    [
      'a first version that followed another',
      '/versions/0/activated/change/from',
      { version: 1, digest: one!.digest },
      '/versions/0/activated/change/from',
    ],
    [
      'a withdrawal by one person',
      '/versions/1/withdrawn/secondApprover',
      'P-A',
      '/versions/1/withdrawn/secondApprover',
    ],
    ['an unknown field', '/versions/0/note', 'x', '/versions/0/note'],
    ['another format', '/format', 'policy-register/1', '/format'],
    ['a day that does not exist', '/versions/0/proposed/at', '2026-02-30T00:00:00Z', '/versions/0/proposed/at'],
    [
      'a signature with spare bits set',
      '/versions/0/approvals/0/signature',
      `${'A'.repeat(85)}B`,
      '/versions/0/approvals/0/signature',
    ],
    ['a text of another version', '/versions/5/document/version', 7, '/versions/5/document/version'],
    [
      'a change against another version',
      '/versions/3/activated/change/from/version',
      9,
      '/versions/3/activated/change/from',
    ],
    [
      'a first version that was not the first',
      '/versions/3/activated/change/verdict',
      'first',
      '/versions/3/activated/change/from',
    ],
  ];
  test.each(cases)('%s', (_name, place, value, path) => {
    expect(refusalOf(changed(whole, place, value))).toBe(`REGISTER_INVALID ${path}`);
  });

  test('two in force, or one that begins before the one before it has ended', () => {
    const [first, second] = whole.versions.slice(2) as [Register['versions'][0], Register['versions'][0]];
    const { supersededAt: _end, ...running } = first;
    const both = { ...running, status: 'in-force', document: { ...first.document, status: 'in-force' } };
    expect(refusalOf({ ...whole, versions: [both, second] })).toBe('REGISTER_INVALID /versions/1/activated');
    const lone = { ...whole, versions: [first] };
    expect(refusalOf(lone)).toBe('REGISTER_INVALID /versions');
    const early = changed(whole, '/versions/2/activated/at', later(1)) as Register;
    expect(refusalOf(changed(early, '/versions/2/proposed/at', later(1)))).toBe(
      'REGISTER_INVALID /versions/2/activated/at',
    );
  });

  test('what is no register at all', () => {
    for (const value of [
      null,
      undefined,
      7,
      'register',
      [],
      {},
      { ...newRegister('x'), versions: {} },
      Object.create(null),
    ])
      expect(refusalOf(value)).toMatch(/^REGISTER_INVALID /);
  });
});

describe('a store that changed a text', () => {
  const [version] = [3];
  test.each([
    ['its words', `/versions/${version}/document/title`, 'Other', `/versions/${version}/digest`],
    ['its rules, into none', `/versions/${version}/document/rules`, 'x', `/versions/${version}/document/rules`],
    ['its digest', `/versions/${version}/digest`, packOf(9).digest, `/versions/${version}/approvals/0/digest`],
  ])('is found out by whoever rests on it: %s', async (_name, place, value, path) => {
    const register = changed(whole, place, value) as Register;
    const refused = { code: 'REGISTER_INVALID', path };
    // As the version that is replaced, and as the one that travels.
    await expect(activate(register, supersedeNow)).rejects.toMatchObject(refused);
    await expect(signPack(register, { guardians: GUARDIANS })).rejects.toMatchObject(refused);
  });

  test('and so is one whose approvals were made up', async () => {
    const forged = `${'A'.repeat(86)}`;
    const register = changed(whole, '/versions/4/approvals/0/signature', forged) as Register;
    await expect(activate(register, supersedeNow)).rejects.toMatchObject({
      code: 'APPROVALS_MISSING',
      cause: { code: 'APPROVAL_INVALID', path: '/versions/4/approvals/0/signature' },
    });
  });

  test('and so is one in which one guardian signed twice', async () => {
    const register = proposed(packOf(1));
    const approvals = [await signedBy(packOf(1), okoro), await signedBy(packOf(1), okoro, later(1))];
    const stuffed = changed(register, '/versions/0/approvals', approvals) as Register;
    await expect(activate(stuffed, { ...supersedeNow, version: 1 })).rejects.toMatchObject({
      code: 'APPROVALS_MISSING',
    });
  });

  test('also by a guardian who is to approve it', async () => {
    const register = changed(whole, '/versions/5/document/title', 'Other') as Register;
    await expect(approve(register, { version: 6, approval, guardians: GUARDIANS })).rejects.toMatchObject({
      code: 'REGISTER_INVALID',
      path: '/versions/5/digest',
    });
  });

  test('a version stuffed with approvals takes no more', async () => {
    const nobody = await signedBy(packOf(6), await seat('p-nobody', 'siro', 7));
    const register = changed(
      whole,
      '/versions/5/approvals',
      Array.from({ length: 20 }, () => nobody),
    ) as Register;
    await expect(approve(register, { version: 6, approval, guardians: GUARDIANS })).rejects.toMatchObject({
      code: 'TRANSITION_INVALID',
      path: '/versions/5/approvals',
    });
  });
});
