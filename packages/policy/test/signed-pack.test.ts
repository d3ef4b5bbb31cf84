import { base64url, canonicalJson } from '@wardseal/primitives';
import { describe, expect, test } from 'vitest';
import {
  approve,
  newRegister,
  type Register,
  signPack,
  type Verification,
  verifyPack,
  withdraw,
} from '../src/governance/index.js';
import { createPdp, loadPolicy, PolicyError } from '../src/index.js';
import { flipped } from './support/flipped.js';
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
  reid,
  seat,
  shah,
  signedBy,
} from './support/governance.js';

const known: Verification = { id: 'sample', guardians: GUARDIANS, notBelow: null };

const refusal = (json: unknown, more: Partial<Verification> = {}) =>
  verifyPack(json, { ...known, ...more }).then(
    () => 'accepted',
    (error: unknown) => {
      if (!(error instanceof PolicyError)) throw error;
      return `${error.code} ${error.path}`;
    },
  );

const register: Register = await inForceSince(packOf(2), await inForceSince(packOf(1)), later(1));
const file = await signPack(register, { guardians: GUARDIANS });
const parsed = JSON.parse(file);

describe('the file that travels', () => {
  test('what is in force arrives as it was approved, and decides', async () => {
    const pack = await verifyPack(file, known);
    expect(pack.digest).toBe(packOf(2).digest);
    expect(pack.document.status).toBe('in-force');
    expect(await verifyPack(parsed, known)).toEqual(pack);
    expect(loadPolicy(file)).toEqual(pack);
    expect(file).toBe(canonicalJson(parsed));
    const request = { subject: { role: 'nurse' }, action: { name: 'view' }, resource: { hold: 'none' }, context: {} };
    expect(createPdp(pack, { clock: { now: () => Date.parse(AT) } }).evaluate(request).decision).toBe(true);
  });

  test('no character of it can be changed', async () => {
    for (let i = 0; i < file.length; i++)
      expect(await refusal(flipped(file, i, i % 7)), `character ${i}`).not.toBe('accepted');
  });

  test('nothing travels that is not in force', async () => {
    const none = { code: 'NOT_IN_FORCE', path: '/versions' };
    await expect(signPack(newRegister('sample'), { guardians: GUARDIANS })).rejects.toMatchObject(none);
    await expect(signPack(await approved(packOf(1)), { guardians: GUARDIANS })).rejects.toMatchObject(none);
    const gone = withdraw(register, { version: 2, by: 'p-a', secondApprover: 'p-b', at: later(2), reason: 'Wrong' });
    await expect(signPack(gone.register, { guardians: GUARDIANS })).rejects.toMatchObject(none);
    for (const status of ['draft', 'approved', 'superseded', 'withdrawn'])
      expect(await refusal({ ...parsed, status })).toBe('NOT_IN_FORCE /status');
  });

  test('the order of the approvals in it does not matter', async () => {
    const approvals = [...parsed.approvals].reverse();
    expect((await verifyPack({ ...parsed, approvals }, known)).digest).toBe(packOf(2).digest);
  });

  test('it is made with the approvals that count today, and not at all with too few', async () => {
    const guardians = guardiansOf(shah, okoro);
    await expect(signPack(register, { guardians })).rejects.toMatchObject({
      code: 'APPROVALS_MISSING',
      cause: { code: 'APPROVER_UNKNOWN' },
    });
    const approval = await signedBy(packOf(2), okoro);
    const next = await approve(register, { version: 2, approval, guardians });
    const again = await signPack(next.register, { guardians });
    expect(JSON.parse(again).approvals.map(({ by }: { by: string }) => by)).toEqual(['p-shah', 'p-okoro']);
    expect((await verifyPack(again, { ...known, guardians })).digest).toBe(packOf(2).digest);
    expect(await refusal(file, { guardians })).toBe('APPROVER_UNKNOWN /approvals/0/by');
  });
});

describe('what a reader insists on', () => {
  test('two guardians', async () => {
    const [one, two] = parsed.approvals;
    expect(await refusal(draft(2, { status: 'in-force' }))).toBe('APPROVALS_MISSING /approvals');
    expect(await refusal({ ...parsed, approvals: [one] })).toBe('APPROVALS_MISSING /approvals');
    expect(await refusal({ ...parsed, approvals: [one, one] })).toBe('APPROVER_REPEATED /approvals/1/by');
    const again = await signedBy(packOf(2), reid, later(5));
    expect(await refusal({ ...parsed, approvals: [one, again] })).toBe('APPROVER_REPEATED /approvals/1/by');
    const nobody = await signedBy(packOf(2), await seat('p-nobody', 'siro', 7));
    expect(await refusal({ ...parsed, approvals: [one, two, nobody] })).toBe('APPROVER_UNKNOWN /approvals/2/by');
    expect(await refusal(file, { approverRoles: ['siro'] })).toBe('APPROVER_UNKNOWN /approvals/1/role');
  });

  test('one name cannot sign with the key of another', async () => {
    const [one, two] = parsed.approvals;
    const forged = { ...one, by: 'p-shah', role: 'caldicott-guardian' };
    expect(await refusal({ ...parsed, approvals: [one, forged] })).toBe('APPROVAL_INVALID /approvals/1/signature');
    const theirs = await signedBy(packOf(2), { ...reid, id: two.by, role: two.role });
    expect(await refusal({ ...parsed, approvals: [one, theirs] })).toBe('APPROVAL_INVALID /approvals/1/signature');
  });

  test('approvals of this text and no other', async () => {
    const other = await Promise.all([reid, shah].map((each) => signedBy(packOf(2, { title: 'Other' }), each)));
    expect(await refusal({ ...parsed, approvals: other })).toBe('APPROVAL_INVALID /approvals/0/digest');
    const { approvals: _approvals, ...text } = parsed;
    expect(await refusal({ ...text, title: 'Other', approvals: parsed.approvals })).toBe(
      'APPROVAL_INVALID /approvals/0/digest',
    );
  });

  test('the policy it goes by, not another one of the same guardians', async () => {
    expect(await refusal(file, { id: 'teaching' })).toBe('DOCUMENT_INVALID /id');
  });

  test('never an earlier version, nor another text of the same', async () => {
    const { digest } = packOf(2);
    expect(await refusal(file, { notBelow: { version: 3, digest } })).toBe('VERSION_INVALID /version');
    expect(await refusal(file, { notBelow: { version: 2, digest: packOf(1).digest } })).toBe(
      'VERSION_INVALID /version',
    );
    expect(await refusal(file, { notBelow: { version: 2, digest } })).toBe('accepted');
    expect(await refusal(file, { notBelow: { version: 1, digest: packOf(1).digest } })).toBe('accepted');
    for (const notBelow of [undefined, {}, { version: Number.NaN, digest }, { version: '3', digest }, { version: 3 }])
      await expect(verifyPack(file, { ...known, notBelow: notBelow as never })).rejects.toThrow(TypeError);
  });

  test('its time, when a reader has a clock', async () => {
    const future = await inForceSince(packOf(1, { effectiveFrom: later(1) }), undefined, later(1));
    const text = await signPack(future, { guardians: GUARDIANS });
    expect(await refusal(text, { now: Date.parse(later(1)) - 1 })).toBe('NOT_YET_EFFECTIVE /effectiveFrom');
    expect(await refusal(text, { now: Date.parse(later(1)) })).toBe('accepted');
    expect(await refusal(text)).toBe('accepted');
    await expect(verifyPack(text, { ...known, now: Number.NaN })).rejects.toThrow(RangeError);
  });

  test('guardians that are fit to be believed', async () => {
    const [one] = GUARDIANS;
    const wrong = [
      [[one, one], '/guardians/1/id'],
      [[one, { ...one, id: 'p-twin' }], '/guardians/1/publicKey'],
      [[{ ...one, publicKey: `${one!.publicKey.slice(0, -1)}_` }], '/guardians/0/publicKey'],
      [[{ ...one, id: 'p reid' }], '/guardians/0/id'],
      [[{ ...one, role: '' }], '/guardians/0/role'],
      [[{ id: 'p-x', role: 'siro' }], '/guardians/0/publicKey'],
      [Array.from({ length: 101 }, () => one), '/guardians'],
      ['p-reid', '/guardians'],
    ] as const;
    for (const [guardians, path] of wrong)
      expect(await refusal(file, { guardians: guardians as never })).toBe(`GUARDIANS_INVALID ${path}`);
    expect(await refusal(file, { approverRoles: [] })).toBe('GUARDIANS_INVALID /approverRoles');
  });

  test('a key of small order signs nothing', async () => {
    // With the neutral element as key and as R, and S = 0, a lax check takes the signature for one of any message.
    const neutral = new Uint8Array(32).fill(1, 0, 1);
    const weak = { id: 'p-weak', role: 'siro', publicKey: base64url(neutral) };
    const signature = base64url(new Uint8Array([...neutral, ...new Uint8Array(32)]));
    const approval = { ...parsed.approvals[0], by: weak.id, role: weak.role, signature };
    const guardians = [...GUARDIANS, weak];
    expect(await refusal({ ...parsed, approvals: [parsed.approvals[1], approval] }, { guardians })).toBe(
      'APPROVAL_INVALID /approvals/1/signature',
    );
  });
});
