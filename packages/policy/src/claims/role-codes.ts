import type { Provenance } from './sign-in.js';

/** What a national role code stands for here. */
export interface RoleEntry extends Provenance {
  /** The code's name, to be shown. */
  readonly name: string;
  /** A role of the policy. */
  readonly role: string;
}

/** By code, `R` and four digits. */
export type RoleMapping = Readonly<Record<string, RoleEntry>>;

// The names are read; which role of ours each stands for is our own proposal. Where a code covers several jobs it gets the
// one that may least, and no code gives a role that rules over policy, directory or team: those a trust grants itself.
const PROPOSAL = {
  source: 'UK Core code system UKCore-SDSJobRoleName 2.0.0 (retired there; the list is kept elsewhere)',
  asOf: '2026-11-22',
  confirmed: false,
} as const;

const NAMES: Readonly<Record<string, readonly (readonly [code: string, name: string])[]>> = {
  consultant: [['R0050', 'Consultant']],
  registrar: [
    ['R0110', 'Specialist Registrar'],
    ['R8000', 'Clinical Practitioner Access Role'],
  ],
  gp: [
    ['R0260', 'General Medical Practitioner'],
    ['R0270', 'Salaried General Practitioner'],
    ['R6200', 'GP Registrar'],
  ],
  nurse: [
    ['R0570', 'Nurse Consultant'],
    ['R0600', 'Specialist Nurse Practitioner'],
    ['R0610', 'Sister/Charge Nurse'],
    ['R0620', 'Staff Nurse'],
    ['R8001', 'Nurse Access Role'],
    ['R8002', 'Nurse Manager Access Role'],
  ],
  midwife: [
    ['R0680', 'Midwife'],
    ['R8016', 'Midwife Access Role'],
    ['R8017', 'Midwife Manager Access Role'],
  ],
  'allied-professional': [
    ['R0250', 'General Dental Practitioner'],
    ['R0750', 'Chiropodist/Podiatrist'],
    ['R1070', 'Paramedic'],
    ['R1110', 'Physiotherapist'],
    ['R1190', 'Radiographer - Diagnostic'],
    ['R8003', 'Health Professional Access Role'],
  ],
  student: [
    ['R6400', 'Medical Student'],
    ['R8004', 'Healthcare Student Access Role'],
  ],
  'medical-secretary': [
    ['R1760', 'Medical Secretary'],
    ['R8006', 'Medical Secretary Access Role'],
  ],
  'records-officer': [['R8013', 'Health Records Manager Access Role']],
  'privacy-officer': [['R0001', 'Privacy Officer']],
  'caldicott-guardian': [['R5105', 'Caldicott Guardian']],
  'porter-or-other': [
    ['R0100', 'Clinical Assistant'],
    ['R1450', 'Health Care Support Worker'],
    ['R1480', 'Healthcare Assistant'],
    ['R1984', 'Health Records Administrator'],
    ['R1989', 'Complaints Coordinator'],
    ['R1990', 'Complaints Investigator'],
    ['R5007', 'System Administrator'],
    ['R5080', 'Registration Authority Manager'],
    ['R5090', 'Registration Authority Agent'],
    ['R5100', 'Audit Manager'],
    ['R6030', 'Ward Clerk'],
    ['R8005', 'Biomedical Scientist Access Role'],
    ['R8007', 'Clinical Coder Access Role'],
    ['R8008', 'Admin/Clinical Support Access Role'],
    ['R8009', 'Receptionist Access Role'],
    ['R8010', 'Clerical Access Role'],
    ['R8011', 'Clerical Manager Access Role'],
    ['R8012', 'Information Officer Access Role'],
    ['R8014', 'Social Worker Access Role'],
    ['R8015', 'Systems Support Access Role'],
    ['R8024', 'Bank Access Role'],
  ],
};

/** The default mapping: to be confirmed, code by code, by the trust. No code for a medical photographer exists in the list. */
export const ROLE_CODES: RoleMapping = Object.freeze(
  Object.fromEntries(
    Object.entries(NAMES).flatMap(([role, codes]) =>
      codes.map(([code, name]) => [code, Object.freeze({ name, role, ...PROPOSAL })]),
    ),
  ),
);

/** Ensures that a trust's own mapping is one: a slip in a code must not leave the default in force. TypeError otherwise. */
export function checkRoleMapping(mapping: Readonly<Record<string, RoleEntry | null>>): void {
  for (const [code, entry] of Object.entries(mapping)) {
    const fits = entry === null || [entry.name, entry.role].every((word) => typeof word === 'string' && word !== '');
    if (!/^R[0-9]{4}$/.test(code) || !fits)
      throw new TypeError('`roles` maps codes such as `R8001` to { name, role, source, asOf, confirmed }, or to null');
  }
}
