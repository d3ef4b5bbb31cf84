import { base64url, ed25519PublicKey, ed25519Sign } from '@wardseal/primitives';
import {
  type Approval,
  activate,
  approve,
  type Guardian,
  newRegister,
  propose,
  type Register,
  signApproval,
} from '../../src/governance/index.js';
import { loadPolicy, type Pack, type PolicyDocument } from '../../src/index.js';
import { forbid, permit, sample } from './sample.js';

export const AT = '2026-03-02T09:00:00Z';
export const REVIEW_BY = '2027-03-01T00:00:00Z';

/** So many hours after `AT`. */
export const later = (hours: number): string => new Date(Date.parse(AT) + hours * 3_600_000).toISOString();

/** An invented guardian whose key is the same in every run. */
export interface Seat extends Guardian {
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
}

export async function seat(id: string, role: string, fill: number): Promise<Seat> {
  const secretKey = new Uint8Array(32).fill(fill);
  return {
    id,
    role,
    publicKey: base64url(await ed25519PublicKey(secretKey)),
    sign: async (message) => ed25519Sign(secretKey, message),
  };
}

export const [reid, shah, okoro] = await Promise.all([
  seat('p-reid', 'siro', 1),
  seat('p-shah', 'caldicott-guardian', 2),
  seat('p-okoro', 'guardian', 3),
]);

export const guardiansOf = (...seats: readonly Seat[]): Guardian[] =>
  seats.map(({ id, role, publicKey }) => ({ id, role, publicKey }));

export const GUARDIANS: readonly Guardian[] = guardiansOf(reid, shah, okoro);

/** A small policy with a promise and an example, ready to be brought into force. */
export function draft(version: number, changes: Partial<PolicyDocument> = {}): PolicyDocument {
  return {
    ...sample(
      permit('VW-01', { 'subject.role': version % 2 === 0 ? 'nurse' : 'consultant' }),
      forbid('NO-01', { 'resource.hold': 'legal' }),
    ),
    version,
    reviewBy: REVIEW_BY,
    invariants: [
      {
        id: 'INV-01',
        title: 'What is held is not seen',
        never: { actions: ['view'], when: { 'resource.hold': 'legal' } },
      },
    ],
    tests: [
      {
        name: 'held',
        now: AT,
        request: { subject: {}, action: { name: 'view' }, resource: { hold: 'legal' }, context: {} },
        expect: { decision: false, outcome: 'forbidden' },
      },
    ],
    ...changes,
  };
}

export const packOf = (version: number, changes: Partial<PolicyDocument> = {}): Pack =>
  loadPolicy(draft(version, changes));

export const signedBy = (pack: Pack, { id, role, sign }: Seat, at: string = AT): Promise<Approval> =>
  signApproval(pack, { by: id, role, at, sign });

/** A register in which the pack is a draft. */
export function proposed(pack: Pack, register: Register = newRegister(pack.document.id), at: string = AT): Register {
  return propose(register, { pack, by: 'p-lindqvist', at, reason: 'Yearly review' }).register;
}

/** A register in which the pack is approved by two. */
export async function approved(pack: Pack, before?: Register, at: string = AT): Promise<Register> {
  let register = proposed(pack, before, at);
  for (const each of [reid, shah]) {
    const approval = await signedBy(pack, each, at);
    ({ register } = await approve(register, { version: pack.document.version, approval, guardians: GUARDIANS }));
  }
  return register;
}

/** A register in which the pack is in force. */
export async function inForceSince(pack: Pack, before?: Register, at: string = AT): Promise<Register> {
  const { version } = pack.document;
  return (await activate(await approved(pack, before, at), { version, by: 'p-admin', at, guardians: GUARDIANS }))
    .register;
}
