import { describe, expect, test } from 'vitest';
import {
  activate,
  approve,
  inForce,
  newRegister,
  propose,
  type Register,
  signApproval,
  summariseChange,
  toAuditFields,
  withdraw,
} from '../src/governance/index.js';
import { createPdp, loadPolicy, PolicyError } from '../src/index.js';
import {
  AT,
  approved,
  draft,
  GUARDIANS,
  guardiansOf,
  inForceSince,
  later,
  okoro,
  packOf,
  proposed,
  reid,
  seat,
  shah,
  signedBy,
} from './support/governance.js';
import { forbid, permit } from './support/sample.js';

const by = 'p-lindqvist';
const reason = 'Yearly review';
const act = { by: 'p-admin', at: AT, guardians: GUARDIANS };

/** The refusal of an act, as code and place. */
async function refusal(run: () => unknown): Promise<readonly [string, string]> {
  try {
    await run();
  } catch (error) {
    if (error instanceof PolicyError) return [error.code, error.path];
    throw error;
  }
  throw new Error('was not refused');
}

const version = (register: Register, wanted: number) => register.versions.find((each) => each.version === wanted)!;

describe('from draft to in force', () => {
  test('two guardians and an activation bring the first version into force, and say that there was none', async () => {
    const pack = packOf(1);
    const first = propose(newRegister('sample'), { pack, by, at: AT, reason });
    expect(first.events).toEqual([
      {
        type: 'policy.propose',
        at: AT,
        by,
        policy: { id: 'sample', version: 1, digest: pack.digest },
        detail: { reason, supersedes: null },
      },
    ]);
    expect(version(first.register, 1).status).toBe('draft');

    const one = await approve(first.register, {
      version: 1,
      approval: await signedBy(pack, reid),
      guardians: GUARDIANS,
    });
    expect(version(one.register, 1).status).toBe('draft');
    expect(one.events[0]).toMatchObject({ type: 'policy.approve', by: 'p-reid', detail: { approvals: 1 } });
    const two = await approve(one.register, { version: 1, approval: await signedBy(pack, shah), guardians: GUARDIANS });
    expect(version(two.register, 1).status).toBe('approved');
    expect(two.events[0]).toMatchObject({ type: 'policy.approve', by: 'p-shah', detail: { approvals: 2 } });

    const { register, events } = await activate(two.register, { version: 1, ...act });
    expect(version(register, 1)).toMatchObject({ status: 'in-force', document: { status: 'in-force' } });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      type: 'policy.activate',
      by: 'p-admin',
      detail: { approvedBy: ['p-reid', 'p-shah'], change: { from: null, verdict: 'first', changes: [] } },
    });
    expect(version(register, 1).activated?.change.lines[0]).toBe(
      'No version was in force before, so everything was refused.',
    );
    expect(inForce(register, Date.parse(AT))?.version).toBe(1);
    expect(inForce(register, Date.parse(AT) - 1)).toBeNull();
  });

  test('a document comes in as a draft, whatever it says of itself, and only into the register of its policy', async () => {
    const approvals = [{ by: 'p-reid' }];
    const pack = packOf(1, { status: 'in-force', approvals });
    const { document, status } = version(proposed(pack), 1);
    expect(status).toBe('draft');
    expect(document).toEqual(draft(1));
    expect(await refusal(() => proposed(pack, newRegister('teaching')))).toEqual(['DOCUMENT_INVALID', '/id']);
  });

  test('no step changes the register it is given, and every register goes through JSON unchanged', async () => {
    const pack = packOf(1);
    let register = newRegister('sample');
    const steps = [
      (given: Register) => propose(given, { pack, by, at: AT, reason }),
      async (given: Register) =>
        approve(given, { version: 1, approval: await signedBy(pack, reid), guardians: GUARDIANS }),
      async (given: Register) =>
        approve(given, { version: 1, approval: await signedBy(pack, shah), guardians: GUARDIANS }),
      (given: Register) => activate(given, { version: 1, ...act }),
      (given: Register) => withdraw(given, { version: 1, by, secondApprover: 'p-reid', at: AT, reason }),
    ];
    for (const step of steps) {
      const before = JSON.stringify(register);
      const after = await step(register);
      expect(JSON.stringify(register)).toBe(before);
      expect(JSON.parse(JSON.stringify(after))).toEqual(after);
      register = JSON.parse(JSON.stringify(after.register)) as Register;
    }
    expect(version(register, 1).status).toBe('withdrawn');
  });

  test('the next version supersedes the one in force, with what changes in plain English and a witness that really differs', async () => {
    const before = await inForceSince(packOf(1));
    const ready = await approved(packOf(2), before, later(1));
    const { register, events } = await activate(ready, { version: 2, ...act, at: later(2) });
    expect(events.map(({ type, policy }) => [type, policy.version])).toEqual([
      ['policy.supersede', 1],
      ['policy.activate', 2],
    ]);
    expect(version(register, 1)).toMatchObject({
      status: 'superseded',
      supersededAt: later(2),
      document: { status: 'superseded' },
    });
    const { change } = version(register, 2).activated!;
    expect(change.from).toEqual({ version: 1, digest: packOf(1).digest });
    expect(change.verdict).toBe('different');
    expect(change.changes.map((each) => each.change)).toEqual(['newly-allowed', 'newly-refused']);
    expect(change.lines).toContain('Newly allowed: view.');
    expect(change.rules).toEqual({ added: [], removed: [], changed: ['VW-01'] });
    for (const { witness, before: was, after: is } of change.changes) {
      const outcomes = [1, 2].map((each) =>
        createPdp(packOf(each), { clock: { now: () => Date.parse(witness!.now!) } }).evaluate(witness!.request),
      );
      expect(outcomes.map(({ context }) => context.outcome)).toEqual([was, is]);
      expect(was).not.toBe(is);
    }
    expect(inForce(register, Date.parse(later(2)) - 1)?.version).toBe(1);
    expect(inForce(register, Date.parse(later(2)))?.version).toBe(2);
  });

  test('the order of approvals does not matter', async () => {
    const pack = packOf(1);
    const ends = new Set<string>();
    for (const order of [
      [reid, shah, okoro],
      [okoro, reid, shah],
      [shah, okoro, reid],
    ]) {
      let register = proposed(pack);
      const statuses: string[] = [];
      for (const each of order) {
        ({ register } = await approve(register, {
          version: 1,
          approval: await signedBy(pack, each),
          guardians: GUARDIANS,
        }));
        statuses.push(version(register, 1).status);
      }
      expect(statuses).toEqual(['draft', 'approved', 'approved']);
      const { status, approvals } = version((await activate(register, { version: 1, ...act })).register, 1);
      ends.add(JSON.stringify([status, approvals.map(({ signature }) => signature).sort()]));
    }
    expect(ends.size).toBe(1);
  });
});

describe('four eyes', () => {
  test('who proposes does not approve, capitals or not', async () => {
    const pack = packOf(1);
    for (const proposer of ['p-reid', 'P-Reid']) {
      const { register } = propose(newRegister('sample'), { pack, by: proposer, at: AT, reason });
      const approval = await signedBy(pack, reid);
      expect(await refusal(() => approve(register, { version: 1, approval, guardians: GUARDIANS }))).toEqual([
        'SELF_APPROVAL',
        '/approval/by',
      ]);
    }
  });

  test('one guardian counts once, also with another signature', async () => {
    const pack = packOf(1);
    const { register } = await approve(proposed(pack), {
      version: 1,
      approval: await signedBy(pack, reid),
      guardians: GUARDIANS,
    });
    const again = await signedBy(pack, reid, later(1));
    expect(await refusal(() => approve(register, { version: 1, approval: again, guardians: GUARDIANS }))).toEqual([
      'APPROVER_REPEATED',
      '/approval/by',
    ]);
    expect(await refusal(() => activate(register, { version: 1, ...act }))).toEqual([
      'APPROVALS_MISSING',
      '/versions/0/approvals',
    ]);
  });

  test('no two guardians share an id or a key', async () => {
    const [first] = GUARDIANS;
    const run = (extra: object) => () =>
      activate(newRegister('sample'), {
        version: 1,
        ...act,
        guardians: [...GUARDIANS, { ...GUARDIANS[2], ...extra }] as never,
      });
    const spare = (await seat('p-spare', 'siro', 9)).publicKey;
    expect(await refusal(run({ id: 'P-REID', publicKey: spare }))).toEqual(['GUARDIANS_INVALID', '/guardians/3/id']);
    const capitals = [
      { ...GUARDIANS[0]!, id: 'P-REID' },
      { ...GUARDIANS[1]!, id: 'p-reid' },
    ];
    expect(await refusal(() => activate(newRegister('sample'), { version: 1, ...act, guardians: capitals }))).toEqual([
      'GUARDIANS_INVALID',
      '/guardians/1/id',
    ]);
    expect(await refusal(run({ id: 'p-other', publicKey: first!.publicKey }))).toEqual([
      'GUARDIANS_INVALID',
      '/guardians/3/publicKey',
    ]);
  });

  test('nobody who is no guardian approves, nor in another role, nor in one that may not', async () => {
    const pack = packOf(1);
    const register = proposed(pack);
    const nobody = await seat('p-nobody', 'siro', 7);
    const run =
      (approval: unknown, more: object = {}) =>
      () =>
        approve(register, { version: 1, approval: approval as never, guardians: GUARDIANS, ...more });
    expect(await refusal(run(await signedBy(pack, nobody)))).toEqual(['APPROVER_UNKNOWN', '/approval/by']);
    expect(await refusal(run(await signedBy(pack, { ...reid, role: 'caldicott-guardian' })))).toEqual([
      'APPROVER_UNKNOWN',
      '/approval/role',
    ]);
    expect(await refusal(run(await signedBy(pack, reid), { approverRoles: ['guardian'] }))).toEqual([
      'APPROVER_UNKNOWN',
      '/approval/role',
    ]);
    const nurse = await seat('p-nurse', 'nurse', 8);
    const among = { guardians: guardiansOf(reid, nurse) };
    expect(await refusal(run(await signedBy(pack, nurse), among))).toEqual(['APPROVER_UNKNOWN', '/approval/role']);
    const { events } = await approve(register, {
      version: 1,
      approval: await signedBy(pack, nurse),
      ...among,
      approverRoles: ['nurse'],
    });
    expect(events).toHaveLength(1);
  });

  test('a withdrawal needs two people', async () => {
    const register = await inForceSince(packOf(1));
    const run = (secondApprover: string) => () =>
      withdraw(register, { version: 1, by, secondApprover, at: later(1), reason });
    expect(await refusal(run(by))).toEqual(['SELF_APPROVAL', '/secondApprover']);
    expect(await refusal(run('P-LINDQVIST'))).toEqual(['SELF_APPROVAL', '/secondApprover']);
  });
});

describe('approvals are signatures over one text', () => {
  test('an approval of another policy, version or text is refused', async () => {
    const register = proposed(packOf(1));
    const run = async (changes: Parameters<typeof packOf>[1], number = 1) => {
      const approval = await signedBy(packOf(number, changes), reid);
      return refusal(() => approve(register, { version: 1, approval, guardians: GUARDIANS }));
    };
    expect(await run({ id: 'other' })).toEqual(['APPROVAL_INVALID', '/approval/policy']);
    expect(await run({}, 2)).toEqual(['APPROVAL_INVALID', '/approval/version']);
    expect(await run({ title: 'Sample.' })).toEqual(['APPROVAL_INVALID', '/approval/digest']);
  });

  test('changing any word of an approval breaks its signature', async () => {
    const pack = packOf(1);
    const register = proposed(pack);
    const approval = await signedBy(pack, reid);
    for (const change of [
      { at: later(1) },
      { by: 'p-shah', role: 'caldicott-guardian' },
      { signature: (await signedBy(pack, shah)).signature },
    ])
      expect(
        await refusal(() =>
          approve(register, { version: 1, approval: { ...approval, ...change }, guardians: GUARDIANS }),
        ),
      ).toEqual(['APPROVAL_INVALID', '/approval/signature']);
    const extra = { ...approval, note: 'x' };
    expect(await refusal(() => approve(register, { version: 1, approval: extra, guardians: GUARDIANS }))).toEqual([
      'APPROVAL_INVALID',
      '/approval/note',
    ]);
  });

  test('a pack whose digest is not its document’s is neither proposed nor signed', async () => {
    const pack = { document: packOf(1).document, digest: packOf(2).digest };
    expect(await refusal(() => proposed(pack))).toEqual(['DIGEST_MISMATCH', '/digest']);
    expect(await refusal(() => signedBy(pack, reid))).toEqual(['DIGEST_MISMATCH', '/digest']);
  });

  test('a signer that gives no 64 bytes is the program’s mistake', async () => {
    const sign = () => new Uint8Array(63);
    await expect(signApproval(packOf(1), { by: 'p-reid', role: 'siro', at: AT, sign })).rejects.toThrow(TypeError);
  });

  test('a guardian who left no longer counts; another signs the text in force', async () => {
    const pack = packOf(1);
    const register = await approved(pack);
    const guardians = guardiansOf(shah, okoro);
    const error = await activate(register, { version: 1, ...act, guardians }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'APPROVALS_MISSING',
      cause: { code: 'APPROVER_UNKNOWN', path: '/versions/0/approvals/0/by' },
    });
    const more = await approve(register, { version: 1, approval: await signedBy(pack, okoro), guardians });
    expect(more.events[0]).toMatchObject({ detail: { approvals: 2 } });
    const { events } = await activate(more.register, { version: 1, ...act, guardians });
    expect(events[0]).toMatchObject({ detail: { approvedBy: ['p-shah', 'p-okoro'] } });
    const running = await inForceSince(pack);
    const kept = await approve(running, { version: 1, approval: await signedBy(pack, okoro), guardians });
    expect(version(kept.register, 1)).toMatchObject({ status: 'in-force', approvals: { length: 3 } });
  });

  test('a guardian with a new key signs anew, and counts once', async () => {
    const pack = packOf(1);
    const renewed = { ...(await seat('p-reid', 'siro', 11)) };
    const guardians = guardiansOf(renewed, shah);
    const register = await approved(pack);
    expect(await refusal(() => activate(register, { version: 1, ...act, guardians }))).toEqual([
      'APPROVALS_MISSING',
      '/versions/0/approvals',
    ]);
    const next = await approve(register, { version: 1, approval: await signedBy(pack, renewed), guardians });
    const { events } = await activate(next.register, { version: 1, ...act, guardians });
    expect(events[0]).toMatchObject({ detail: { approvedBy: ['p-shah', 'p-reid'] } });
  });

  test('an approval dated after the activation does not count yet', async () => {
    const pack = packOf(1);
    let register = proposed(pack);
    for (const each of [reid, shah])
      ({ register } = await approve(register, {
        version: 1,
        approval: await signedBy(pack, each, later(2)),
        guardians: GUARDIANS,
      }));
    const early = await activate(register, { version: 1, ...act, at: later(1) }).catch((thrown: unknown) => thrown);
    expect(early).toMatchObject({ code: 'APPROVALS_MISSING', cause: { path: '/versions/0/approvals/0/at' } });
    // Two honest clocks may be two minutes apart.
    const justBefore = (ms: number) => new Date(Date.parse(later(2)) - ms).toISOString();
    expect(await refusal(() => activate(register, { version: 1, ...act, at: justBefore(120_001) }))).toEqual([
      'APPROVALS_MISSING',
      '/versions/0/approvals',
    ]);
    await activate(register, { version: 1, ...act, at: justBefore(120_000) });
  });
});

describe('versions only go up', () => {
  test('a version that is not above every earlier one is not proposed, whatever became of those', async () => {
    const register = proposed(packOf(3));
    const back = withdraw(register, { version: 3, by, secondApprover: 'p-reid', at: AT, reason }).register;
    for (const given of [register, back])
      for (const pack of [packOf(2), packOf(3), packOf(3, { title: 'Another' })])
        expect(await refusal(() => proposed(pack, given))).toEqual(['VERSION_INVALID', '/version']);
    expect(version(proposed(packOf(7), back), 7).status).toBe('draft');
  });

  test('a lower version is not brought into force after a higher one, also when that was withdrawn', async () => {
    let register = await approved(packOf(2), await approved(packOf(1)));
    ({ register } = await activate(register, { version: 2, ...act }));
    expect(await refusal(() => activate(register, { version: 1, ...act }))).toEqual(['VERSION_INVALID', '/version']);
    ({ register } = withdraw(register, { version: 2, by, secondApprover: 'p-reid', at: later(1), reason }));
    expect(await refusal(() => activate(register, { version: 1, ...act, at: later(2) }))).toEqual([
      'VERSION_INVALID',
      '/version',
    ]);
  });

  test('superseded and withdrawn are final', async () => {
    const first = await inForceSince(packOf(2), await inForceSince(packOf(1)), later(1));
    const { register } = withdraw(first, { version: 2, by, secondApprover: 'p-reid', at: later(2), reason });
    for (const [number, place] of [
      [1, '/versions/0/status'],
      [2, '/versions/1/status'],
    ] as const) {
      const approval = await signedBy(packOf(number), okoro);
      expect(await refusal(() => approve(register, { version: number, approval, guardians: GUARDIANS }))).toEqual([
        'TRANSITION_INVALID',
        place,
      ]);
      expect(await refusal(() => activate(register, { version: number, ...act, at: later(3) }))).toEqual([
        'TRANSITION_INVALID',
        place,
      ]);
      expect(
        await refusal(() =>
          withdraw(register, { version: number, by, secondApprover: 'p-reid', at: later(3), reason }),
        ),
      ).toEqual(['TRANSITION_INVALID', place]);
    }
    expect(await refusal(() => activate(register, { version: 9, ...act }))).toEqual(['VERSION_INVALID', '/version']);
  });

  test('withdrawing leaves nothing in force; the next version then begins from nothing', async () => {
    const { register, events } = withdraw(await inForceSince(packOf(1)), {
      version: 1,
      by,
      secondApprover: 'p-reid',
      at: later(1),
      reason,
    });
    expect(events).toEqual([
      {
        type: 'policy.withdraw',
        at: later(1),
        by,
        policy: { id: 'sample', version: 1, digest: packOf(1).digest },
        detail: { secondApprover: 'p-reid', reason, was: 'in-force' },
      },
    ]);
    expect(inForce(register, Date.parse(later(1)))).toBeNull();
    expect(inForce(register, Date.parse(AT))?.version).toBe(1);
    const next = await inForceSince(packOf(2), register, later(2));
    expect(version(next, 2).activated?.change.verdict).toBe('first');
  });

  test('what a version says it supersedes is what it supersedes', async () => {
    const register = await inForceSince(packOf(1));
    const wrong = packOf(2, { supersedes: { version: 1, digest: packOf(2).digest } });
    expect(await refusal(() => proposed(wrong, register))).toEqual(['VERSION_INVALID', '/supersedes']);
    const supersedes = { version: 1, digest: packOf(1).digest };
    const right = packOf(2, { supersedes });
    const done = propose(register, { pack: right, by, at: AT, reason });
    expect(done.events[0]).toMatchObject({ detail: { supersedes } });
    await inForceSince(right, register, later(1));
    // Somebody else was faster: what the guardians read about the change is no longer what would change.
    const late = await approved(packOf(3, { supersedes }), await inForceSince(packOf(2), register, later(1)), later(1));
    expect(await refusal(() => activate(late, { version: 3, ...act, at: later(2) }))).toEqual([
      'TRANSITION_INVALID',
      '/versions/2/document/supersedes',
    ]);
  });

  test('nothing happens before what happened already', async () => {
    const register = await inForceSince(packOf(1), undefined, later(2));
    const ready = await approved(packOf(2), register, AT);
    expect(await refusal(() => activate(ready, { version: 2, ...act, at: later(1) }))).toEqual([
      'TRANSITION_INVALID',
      '/at',
    ]);
    expect(
      await refusal(() => withdraw(ready, { version: 1, by, secondApprover: 'p-reid', at: later(1), reason })),
    ).toEqual(['TRANSITION_INVALID', '/at']);
    const running = (await activate(await approved(packOf(1)), { version: 1, ...act, at: later(2) })).register;
    expect(
      await refusal(() => withdraw(running, { version: 1, by, secondApprover: 'p-reid', at: later(1), reason })),
    ).toEqual(['TRANSITION_INVALID', '/at']);
    const future = await approved(packOf(1), undefined, later(2));
    const early = { ...act, at: later(1) };
    expect(await refusal(() => activate(future, { version: 1, ...early }))).toEqual(['TRANSITION_INVALID', '/at']);
    const gone = withdraw(ready, { version: 1, by, secondApprover: 'p-reid', at: later(3), reason }).register;
    expect(await refusal(() => activate(gone, { version: 2, ...act, at: later(2) }))).toEqual([
      'TRANSITION_INVALID',
      '/at',
    ]);
    await activate(gone, { version: 2, ...act, at: later(3) });
  });
});

describe('ready to come into force', () => {
  const activation = async (changes: Parameters<typeof packOf>[1], at: string = AT) => {
    const register = await approved(packOf(1, changes));
    return refusal(() => activate(register, { version: 1, ...act, at }));
  };

  test('its time has come', async () => {
    expect(await activation({ effectiveFrom: later(1) })).toEqual(['NOT_YET_EFFECTIVE', '/effectiveFrom']);
    const register = await approved(packOf(1, { effectiveFrom: later(1) }));
    await activate(register, { version: 1, ...act, at: later(1) });
  });

  test('it says by when it is looked at again, and that is to come', async () => {
    const { reviewBy: _reviewBy, ...without } = draft(1);
    expect(await refusal(() => proposed(loadPolicy(without)))).toEqual(['REVIEW_DATE_INVALID', '/reviewBy']);
    expect(await refusal(() => proposed(packOf(1, { reviewBy: AT })))).toEqual(['REVIEW_DATE_INVALID', '/reviewBy']);
    expect(await activation({ reviewBy: later(1) }, later(1))).toEqual(['REVIEW_DATE_INVALID', '/reviewBy']);
  });

  test('its examples come out as they say, and there are some', async () => {
    const [example] = draft(1).tests;
    const wrong = { ...example!, name: 'wrong', expect: { decision: true } };
    expect(await activation({ tests: [example!, wrong] })).toEqual(['TESTS_FAILED', '/tests/1']);
    expect(await activation({ tests: [] })).toEqual(['TESTS_FAILED', '/tests']);
  });

  test('it keeps its own promises', async () => {
    const rules = [permit('VW-01', { 'subject.role': 'nurse' })];
    expect(await activation({ rules, tests: [{ ...draft(1).tests[0]!, expect: { decision: false } }] })).toEqual([
      'INVARIANT_BROKEN',
      '/invariants/0',
    ]);
  });
});

describe('what is recorded of a change', () => {
  test('an equal text is proved equal, and what was dropped is named', () => {
    const before = packOf(1);
    const after = packOf(3, {
      invariants: [],
      rules: [...draft(1).rules, forbid('NO-02', { 'resource.hold': 'legal' })],
    });
    const change = summariseChange(before, after);
    expect(change).toMatchObject({
      verdict: 'equal',
      changes: [],
      more: false,
      rules: { added: ['NO-02'], removed: [], changed: [] },
      invariants: { added: [], removed: ['INV-01'], changed: [] },
    });
    expect(change.lines).toEqual([
      'Every request is answered as before.',
      'Rules added: NO-02.',
      'Invariants removed: INV-01.',
    ]);
  });

  test('what cannot be decided is said to be undecided, and does not pass for equal', async () => {
    const odd = { 'context.supportedObligations': { type: 'set', source: 'request' } } as const;
    const document = draft(1);
    const after = packOf(2, {
      attributes: { ...document.attributes, ...odd },
      rules: [...document.rules, forbid('NO-02', { 'context.supportedObligations': { includes: 'watermark' } })],
      invariants: [],
    });
    const register = await inForceSince(after, await inForceSince(packOf(1)), later(1));
    const { change } = version(register, 2).activated!;
    expect(change.verdict).toBe('not-decided');
    expect(change.reason).toMatch(/supportedObligations/);
    expect(change.lines[0]).toMatch(/^Whether requests are answered differently could not be decided/);
  });

  test('what would take too much to compare is undecided, too', () => {
    // Which of 24 pairs of sets meet, asked in the order that keeps the pairs apart.
    const names = Array.from({ length: 24 }, (_, i) => `subject.set${String.fromCharCode(97 + i)}`);
    const attributes = Object.fromEntries(names.map((name) => [name, { type: 'set', source: 'session' } as const]));
    const values = Array.from({ length: 12 }, (_, i) => `v${i}`);
    const any = names.slice(0, 12).flatMap((name, i) =>
      values.map((value) => ({
        all: [
          { [name]: { includes: value } },
          { [names[12 + ((i * 5) % 12)]!]: { includes: value } },
          { [names[(i * 7 + 3) % 24]!]: { not: { includes: value } } },
        ],
      })),
    );
    const costly = packOf(2, {
      attributes: { ...draft(2).attributes, ...attributes },
      rules: [permit('VW-01', { any })],
    });
    const change = summariseChange(packOf(1), costly);
    expect(change).toMatchObject({ verdict: 'not-decided', changes: [], more: true });
    expect(change.lines[0]).toContain('(the comparison would take too much)');
  });

  test('what is newly allowed is told first, over all actions', () => {
    const both = (role: string) => [permit('VW-01', { 'subject.role': role }, { actions: ['view', 'send'] })];
    const { changes } = summariseChange(packOf(1, { rules: both('nurse') }), packOf(2, { rules: both('consultant') }));
    expect(changes.map(({ change, action }) => [change, action])).toEqual([
      ['newly-allowed', 'view'],
      ['newly-allowed', 'send'],
      ['newly-refused', 'view'],
      ['newly-refused', 'send'],
    ]);
  });

  test('a witness too large to keep is left out', () => {
    const when = {
      all: Array.from({ length: 200 }, (_, i) => ({ 'subject.teams': { includes: `${'x'.repeat(60)}${i}` } })),
    };
    const { changes } = summariseChange(packOf(1, { rules: [] }), packOf(2, { rules: [permit('VW-01', when)] }));
    expect(changes).toMatchObject([
      { change: 'newly-allowed', witness: null, before: 'not-permitted', after: 'permitted' },
    ]);
  });

  test('a sentence is not cut in the middle of a character', () => {
    const change = (shift: string) => {
      const values = Array.from({ length: 80 }, (_, i) => `${shift}${'\u{1f9e1}'.repeat(14)}${i}`);
      const attributes = {
        ...draft(1).attributes,
        'subject.kind': { type: 'enum', values, source: 'session' },
      } as const;
      const make = (number: number, few: readonly string[]) =>
        packOf(number, { attributes, rules: [permit('VW-01', { 'subject.kind': { in: few } })], invariants: [] });
      return summariseChange(make(1, values.slice(0, 1)), make(2, values.slice(0, 39))).changes[0]!.sentence;
    };
    for (const shift of ['a', 'ab', 'abc', 'abcd']) {
      expect(change(shift)).toMatch(/…$/);
      expect(change(shift)).not.toMatch(/\p{Cs}/u);
    }
  });

  test('it stays small: long sentences are cut, many differences are counted as more', () => {
    const actions = Array.from({ length: 80 }, (_, i) => `act-${i}`);
    const values = Array.from({ length: 60 }, (_, i) => `value-${i}-${'x'.repeat(30)}`);
    const base = draft(1);
    const attributes = { ...base.attributes, 'subject.kind': { type: 'enum', values, source: 'session' } } as const;
    const make = (number: number, few: readonly string[]) =>
      packOf(number, {
        actions: [...base.actions, ...actions],
        attributes,
        rules: [permit('VW-01', { 'subject.kind': { in: few } }, { actions })],
      });
    const change = summariseChange(make(1, values.slice(0, 1)), make(2, values.slice(0, 31)));
    expect(change.changes).toHaveLength(60);
    expect(change.more).toBe(true);
    expect(change.lines).toContain('There are more differences than are told here.');
    expect(Math.max(...change.changes.map(({ sentence }) => sentence.length))).toBe(1_000);
    expect(change.changes[0]!.sentence.endsWith('…')).toBe(true);
    expect(JSON.stringify(change).length).toBeLessThan(200_000);
  });
});

describe('for the audit log', () => {
  test('every event becomes fields that an audit event can carry', async () => {
    const first = propose(newRegister('sample'), { pack: packOf(1), by, at: AT, reason });
    const signed = await approve(first.register, {
      version: 1,
      approval: await signedBy(packOf(1), reid),
      guardians: GUARDIANS,
    });
    const next = await activate(await approved(packOf(2), await inForceSince(packOf(1))), { version: 2, ...act });
    const gone = withdraw(next.register, { version: 2, by, secondApprover: 'p-reid', at: AT, reason });
    const fields = [first, signed, next, gone].flatMap(({ events }) => events).map(toAuditFields);
    expect(fields.map(({ type, evidence }) => [type, evidence.kind])).toEqual([
      ['policy.change', 'policy.propose'],
      ['approval', 'policy.approve'],
      ['policy.change', 'policy.supersede'],
      ['policy.change', 'policy.activate'],
      ['policy.change', 'policy.withdraw'],
    ]);
    expect(fields[0]).toMatchObject({
      occurredAt: '2026-03-02T09:00:00.000Z',
      reason,
      object: { kind: 'policy', id: 'sample/1', contentHash: packOf(1).digest.slice(7) },
    });
    for (const { evidence } of fields) expect(evidence.data.length).toBeLessThan(4_096);
  });
});

describe('what the calling program says', () => {
  const pack = packOf(1);
  const ids = ['', 'p reid', 'p-réid', 'x'.repeat(129), 7, undefined];
  const moments = ['', '2026-03-02', '2026-03-02T09:00:00+01:00', 0, undefined];
  const reasons = ['', 'x'.repeat(1_001), 'a\nb', '\ud800', undefined];
  const steps: Readonly<Record<string, (more: object) => unknown>> = {
    propose: (more) => propose(newRegister('sample'), { pack, by, at: AT, reason, ...more }),
    signApproval: (more) => signApproval(pack, { by, role: 'siro', at: AT, sign: reid.sign, ...more }),
    activate: (more) => activate(newRegister('sample'), { version: 1, ...act, ...more }),
    withdraw: (more) =>
      withdraw(newRegister('sample'), { version: 1, by, secondApprover: 'p-reid', at: AT, reason, ...more }),
  };
  const run = async (step: string, more: object) => steps[step]!(more);

  test.each([
    ['by', ids, ['propose', 'signApproval', 'activate', 'withdraw']],
    ['at', moments, ['propose', 'signApproval', 'activate', 'withdraw']],
    ['reason', reasons, ['propose', 'withdraw']],
    ['secondApprover', ids, ['withdraw']],
    ['role', ['', 'a role', 7], ['signApproval']],
  ] as const)('is refused as its own mistake when it is no `%s`', async (name, values, names) => {
    for (const step of names)
      for (const value of values)
        await expect(run(step, { [name]: value }), `${step} ${String(value)}`).rejects.toThrow(TypeError);
  });

  test('a register needs a name, and a question a moment', () => {
    for (const id of ['', '9', 'a b', undefined]) expect(() => newRegister(id as string)).toThrow(TypeError);
    for (const now of [Number.NaN, Number.POSITIVE_INFINITY, '2026-03-02T09:00:00Z'])
      expect(() => inForce(newRegister('sample'), now as number)).toThrow(RangeError);
  });
});
