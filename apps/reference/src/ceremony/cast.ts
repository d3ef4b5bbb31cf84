import type { StaffMember } from '../custodian/custody.js';

/** What makes one demo trust. */
export interface TrustPlan {
  readonly organisation: string;
  readonly name: string;
  readonly teams: Readonly<Record<string, string>>;
  readonly staff: readonly StaffMember[];
  /** Who is on call: person and team. */
  readonly onCall: readonly { readonly person: string; readonly team: string }[];
}

const person = (id: string, name: string, role: string, ...teams: string[]): StaffMember => ({ id, name, role, teams });

/** The two trusts of the demo. Their codes are no organisation's. */
export const TRUSTS: readonly TrustPlan[] = [
  {
    organisation: 'ZZZ01',
    name: 'Example NHS Trust (invented)',
    teams: { 'plastics-on-call': 'Plastics on call' },
    staff: [
      person('p-lindqvist', 'Robin Sample', 'nurse'),
      person('p-okafor', 'Wren Example', 'registrar', 'plastics-on-call'),
      person('p-moss', 'Ash Invented', 'consultant'),
      person('p-teal', 'Sky Pretend', 'registrar'),
      person('p-lead', 'Jules Invented', 'privacy-officer'),
      person('p-admin', 'Kit Notional', 'administrator'),
    ],
    // One who is a member of the team, and one who only took over its duty.
    onCall: [
      { person: 'p-okafor', team: 'plastics-on-call' },
      { person: 'p-moss', team: 'plastics-on-call' },
    ],
  },
  {
    organisation: 'ZZZ02',
    name: 'Sample Health Board (invented)',
    teams: { 'surgery-on-call': 'Surgery on call' },
    staff: [
      person('p-brook', 'Lee Sample', 'registrar', 'surgery-on-call'),
      person('p-lead2', 'Pat Invented', 'privacy-officer'),
    ],
    onCall: [{ person: 'p-brook', team: 'surgery-on-call' }],
  },
];

/** Who keeps a seat, and who of them may sign a policy. */
export const GUARDIANS: readonly (StaffMember & { readonly policyRole?: 'siro' | 'caldicott-guardian' })[] = [
  { ...person('p-guardian-1', 'Guardian One (invented)', 'guardian'), policyRole: 'siro' },
  { ...person('p-guardian-2', 'Guardian Two (invented)', 'guardian'), policyRole: 'caldicott-guardian' },
  person('p-guardian-3', 'Guardian Three (invented)', 'guardian'),
];
