import { readFileSync, writeFileSync } from 'node:fs';
import { base64url, fromBase64url, hex } from '@wardseal/primitives';
import { expect, test } from 'vitest';
import { type Approval, newRegister, type Register, signPack } from '../../src/governance/index.js';
import {
  AT,
  GUARDIANS,
  inForceSince,
  later,
  okoro,
  packOf,
  reid,
  seat,
  shah,
  signedBy,
} from '../support/governance.js';

const FILE = new URL('../../vectors/approvals.json', import.meta.url);

/** The same signature with S plus the order of the group: the equation still holds, the spelling is another. */
function withLargerS(signature: string): string {
  const bytes = fromBase64url(signature)!;
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  let s = order + BigInt(`0x${hex(bytes.slice(32).reverse())}`);
  for (let i = 32; i < 64; i++, s >>= 8n) bytes[i] = Number(s & 255n);
  return base64url(bytes);
}

/** The second spelling of the last character: its spare bits set. */
function withSpareBits(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return `${text.slice(0, -1)}${alphabet[alphabet.indexOf(text.at(-1)!) | 1]}`;
}

async function vectors(): Promise<unknown> {
  const one = await inForceSince(packOf(1));
  const register: Register = await inForceSince(packOf(2, { effectiveFrom: later(1) }), one, later(1));
  const pack = packOf(2, { effectiveFrom: later(1) });
  const file = JSON.parse(await signPack(register, { guardians: GUARDIANS }));
  const [first, second] = file.approvals as [Approval, Approval];
  const { signature, ...statement } = first;
  const neutral = new Uint8Array(32).fill(1, 0, 1);
  const weakKey = { id: 'p-weak', role: 'siro', publicKey: base64url(neutral) };
  const weak = {
    ...second,
    by: 'p-weak',
    role: 'siro',
    signature: base64url(new Uint8Array([...neutral, ...new Uint8Array(32)])),
  };
  const nobody = await signedBy(pack, await seat('p-nobody', 'siro', 7));
  const asShah = await signedBy(pack, { ...reid, id: shah.id, role: shah.role });
  const otherText = await signedBy(packOf(2), okoro);
  const otherVersion = await signedBy(packOf(3, { effectiveFrom: later(1) }), okoro);
  const otherPolicy = await signedBy(packOf(2, { id: 'teaching' }), okoro);
  const plain = await okoro.sign(
    new TextEncoder().encode(JSON.stringify({ ...statement, by: okoro.id, role: okoro.role })),
  );
  const undomained = { ...statement, by: okoro.id, role: okoro.role, signature: base64url(plain) };
  const notBelow = (version: number, digest = pack.digest) => ({ notBelow: { version, digest } });
  const at = (i: number, name: string) => `/approvals/${i}/${name}`;
  const refusedFile = [
    ['no approvals', '/approvals', null, 'APPROVALS_MISSING', '/approvals'],
    ['one approval', '/approvals', [first], 'APPROVALS_MISSING', '/approvals'],
    ['one guardian twice', '/approvals/1', first, 'APPROVER_REPEATED', at(1, 'by')],
    [
      'one guardian twice, at two times',
      '/approvals/1',
      await signedBy(pack, reid, later(1)),
      'APPROVER_REPEATED',
      at(1, 'by'),
    ],
    ['nobody known, signed well', '/approvals/1', nobody, 'APPROVER_UNKNOWN', at(1, 'by')],
    ['a third approval, of nobody known', '/approvals/2', nobody, 'APPROVER_UNKNOWN', at(2, 'by')],
    [
      'another role than the guardian has',
      '/approvals/1',
      await signedBy(pack, { ...shah, role: 'siro' }),
      'APPROVER_UNKNOWN',
      at(1, 'role'),
    ],
    ['signed for somebody else', '/approvals/1', asShah, 'APPROVAL_INVALID', at(1, 'signature')],
    [
      'the name of somebody else',
      '/approvals/1',
      { ...first, by: shah.id, role: shah.role },
      'APPROVAL_INVALID',
      at(1, 'signature'),
    ],
    ['another text of the same version', '/approvals/1', otherText, 'APPROVAL_INVALID', at(1, 'digest')],
    ['another version', '/approvals/1', otherVersion, 'APPROVAL_INVALID', at(1, 'version')],
    ['another policy', '/approvals/1', otherPolicy, 'APPROVAL_INVALID', at(1, 'policy')],
    ['signed without the first line', '/approvals/1', undomained, 'APPROVAL_INVALID', at(1, 'signature')],
    ['another time than was signed', at(0, 'at'), later(2), 'APPROVAL_INVALID', at(0, 'signature')],
    ['a time zone', at(0, 'at'), '2026-03-02T09:00:00+00:00', 'APPROVAL_INVALID', at(0, 'at')],
    ['another format', at(0, 'format'), 'policy-approval/1', 'APPROVAL_INVALID', at(0, 'format')],
    ['a version with a leading zero', at(0, 'version'), '02', 'APPROVAL_INVALID', at(0, 'version')],
    ['a member too many', at(0, 'note'), 'x', 'APPROVAL_INVALID', at(0, 'note')],
    ['no role', at(0, 'role'), null, 'APPROVAL_INVALID', at(0, 'role')],
    ['a signature cut short', at(0, 'signature'), signature.slice(0, -1), 'APPROVAL_INVALID', at(0, 'signature')],
    ['a signature with padding', at(0, 'signature'), `${signature}==`, 'APPROVAL_INVALID', at(0, 'signature')],
    [
      'a signature with spare bits set',
      at(0, 'signature'),
      withSpareBits(signature),
      'APPROVAL_INVALID',
      at(0, 'signature'),
    ],
    [
      'a signature whose S is not below the order',
      at(0, 'signature'),
      withLargerS(signature),
      'APPROVAL_INVALID',
      at(0, 'signature'),
    ],
    ['another title', '/title', 'Another', 'APPROVAL_INVALID', at(0, 'digest')],
    [
      'a rule less',
      '/rules/1',
      { ...file.rules[1], when: { 'resource.hold': 'none' } },
      'APPROVAL_INVALID',
      at(0, 'digest'),
    ],
    ['a later review', '/reviewBy', '2037-03-01T00:00:00Z', 'APPROVAL_INVALID', at(0, 'digest')],
    ['a higher version', '/version', 3, 'APPROVAL_INVALID', at(0, 'version')],
    ['another status', '/status', 'approved', 'NOT_IN_FORCE', '/status'],
    ['an unknown field', '/note', 'x', 'UNKNOWN_FIELD', '/note'],
  ].map(([name, place, value, code, path]) => ({ name, at: place, value, options: {}, code, path }));
  const refusedOptions = [
    ['another policy than the reader goes by', { id: 'teaching' }, 'DOCUMENT_INVALID', '/id'],
    ['an earlier version than the reader went by', notBelow(3), 'VERSION_INVALID', '/version'],
    ['another text of the version the reader went by', notBelow(2, packOf(2).digest), 'VERSION_INVALID', '/version'],
    ['before its time', { now: Date.parse(later(1)) - 1 }, 'NOT_YET_EFFECTIVE', '/effectiveFrom'],
    ['a role that may not approve', { approverRoles: ['siro'] }, 'APPROVER_UNKNOWN', at(1, 'role')],
    ['a guardian who left', { guardians: GUARDIANS.slice(1) }, 'APPROVER_UNKNOWN', at(0, 'by')],
    [
      'two guardians with one key',
      { guardians: [...GUARDIANS, { ...GUARDIANS[0], id: 'p-twin' }] },
      'GUARDIANS_INVALID',
      '/guardians/3/publicKey',
    ],
    [
      'two guardians with one id but for capitals',
      { guardians: [...GUARDIANS, { ...nobodyKey(), id: 'P-REID' }] },
      'GUARDIANS_INVALID',
      '/guardians/3/id',
    ],
    [
      'a key that is no canonical base64url',
      { guardians: [{ ...GUARDIANS[0], publicKey: withSpareBits(GUARDIANS[0]!.publicKey) }] },
      'GUARDIANS_INVALID',
      '/guardians/0/publicKey',
    ],
  ].map(([name, options, code, path]) => ({ name, at: '/status', value: 'in-force', options, code, path }));
  const smallOrder = {
    name: 'a key and a signature of small order',
    at: '/approvals/1',
    value: weak,
    options: { guardians: [...GUARDIANS, weakKey] },
    code: 'APPROVAL_INVALID',
    path: at(1, 'signature'),
  };
  const refusedRegister = [
    ['another format', '/format', 'policy-register/1', '/format'],
    ['an unknown field', '/versions/0/note', 'x', '/versions/0/note'],
    ['versions that do not rise', '/versions/1', register.versions[0], '/versions/1/version'],
    ['another policy', '/id', 'teaching', '/versions/0/document/id'],
    ['a status that the document does not say', '/versions/1/status', 'approved', '/versions/1/document/status'],
    ['in force without an activation', '/versions/1/activated', null, '/versions/1/activated'],
    [
      'in force with one approval',
      '/versions/1/approvals',
      register.versions[1]!.approvals.slice(1),
      '/versions/1/approvals',
    ],
    ['approved by who proposed it', '/versions/1/proposed/by', 'p-reid', '/versions/1/approvals/0/by'],
    ['superseded at another moment than the next began', '/versions/0/supersededAt', AT, '/versions/1/activated/at'],
    ['superseded before it began', '/versions/0/supersededAt', '2026-03-01T00:00:00Z', '/versions/0/supersededAt'],
    ['superseded by none', '/versions', register.versions.slice(0, 1), '/versions'],
    [
      'a change against another version',
      '/versions/1/activated/change/from',
      { version: 1, digest: pack.digest },
      '/versions/1/activated/change/from',
    ],
  ].map(([name, place, value, path]) => ({ name, at: place, value, code: 'REGISTER_INVALID', path }));
  return {
    description:
      '`message` is what the first guardian signs. `file` is read with `options`, and so is each change to it (the value at a JSON pointer set, or removed where it is null) with the options of the case over them, and MUST be refused with the code and place given. `register` is in order; each change to it MUST be refused. The secret keys are 32 times the byte given: for tests only.',
    secretKeyBytes: { 'p-reid': 1, 'p-shah': 2, 'p-okoro': 3 },
    message: new TextDecoder().decode(await spied(statement)),
    digest: pack.digest,
    options: {
      id: 'sample',
      guardians: GUARDIANS,
      notBelow: { version: 1, digest: packOf(1).digest },
      now: Date.parse(later(1)),
    },
    file,
    mustFail: [...refusedFile, ...refusedOptions, smallOrder],
    empty: newRegister('sample'),
    register,
    registerMustFail: refusedRegister,
  };

  function nobodyKey(): object {
    return { role: 'siro', publicKey: base64url(new Uint8Array(32).fill(9)) };
  }

  /** The bytes that a guardian's signer is given. */
  async function spied({ at: when }: { at: string }): Promise<Uint8Array> {
    let seen = new Uint8Array(0);
    const sign = async (message: Uint8Array) => {
      seen = new Uint8Array(message);
      return reid.sign(message);
    };
    expect((await signedBy(pack, { ...reid, sign }, when)).signature).toBe(signature);
    return seen;
  }
}

test('the published approvals are what the package makes', async () => {
  const ours = `${JSON.stringify(await vectors())}\n`;
  if (process.env['WARDSEAL_WRITE_VECTORS'] === '1') writeFileSync(FILE, ours);
  expect(readFileSync(FILE, 'utf8')).toBe(ours);
});
