import { createPdp, type Decision, loadPolicy, type Request } from '../../src/index.js';
import { type NhsOptions, nhs } from '../../src/packs/nhs/index.js';

/** The moment on the night shift at which a scenario plays, unless it says otherwise. */
export const NIGHT = '2026-03-02T03:12:00Z';
export const ACTIONS = nhs().actions;

export type Facts = Readonly<Record<string, unknown>>;
/** What differs from an ordinary request, by section. */
export type Case = { subject?: Facts; action?: Facts; resource?: Facts; context?: Facts };

/** A member of staff at an invented trust. */
export const staff = (id: string, role: string, more: Facts = {}): Facts => ({
  id,
  org: 'RZZ01',
  role,
  status: 'active',
  teams: [],
  onDutyTeams: [],
  assurance: 2,
  authenticatedAt: '2026-03-01T19:45:00Z',
  unlockedAt: '2026-03-02T03:08:00Z',
  acknowledgedVersion: 1,
  outsider: 'none',
  ...more,
});
export const nurse = staff('p-lindqvist', 'nurse', { teams: ['ward-7'] });
export const registrar = staff('p-okafor', 'registrar', { teams: ['plastics'], onDutyTeams: ['plastics'] });
export const records = staff('p-brandt', 'records-officer');
export const privacy = staff('p-ncube', 'privacy-officer');

export const person = (id: string, more: Facts = {}): Facts => ({
  id,
  org: 'RZZ01',
  verified: true,
  teams: ['plastics'],
  status: 'active',
  ...more,
});
export const team = [person('p-okafor'), person('p-rahman')];

const related = (kind: string, from: string, until: string): Facts => ({ relationship: { kind, from, until } });
export const onDuty = related('on-duty', '2026-03-01T20:00:00Z', '2026-03-02T08:00:00Z');
export const named = related('recipient', '2026-03-02T03:09:00Z', 'none');
export const ofTeam = related('team', '2026-02-01T00:00:00Z', 'none');
export const referred = related('referral', '2026-03-01T12:00:00Z', '2026-03-08T12:00:00Z');
export const emergency = { purpose: 'emergency', justification: 'Patient in resus, wound from yesterday needed' };

const wound: Facts = {
  kind: 'photo',
  ownerOrg: 'RZZ01',
  team: 'plastics',
  author: 'p-lindqvist',
  sensitivity: 'normal',
  consentLevel: ['record'],
  withdrawnLevels: [],
  identifiable: false,
  purpose: 'direct-care',
  state: 'active',
  hold: 'none',
  notAfter: '2026-03-09T03:00:00Z',
  sentAt: '2026-03-02T03:09:00Z',
};
// Her own phone on 4G: not managed, on the internet, no position, no country.
const phone: Facts = {
  purpose: 'direct-care',
  relationship: { kind: 'none', from: 'none', until: 'none' },
  justification: 'none',
  secondApprover: 'none',
  recipients: 'none',
  device: 'personal',
  network: 'internet',
  channel: { status: 'approved' },
  policyVersion: 1,
};

/** A request about a photo of a wound that a nurse took on her ward and sent to plastic surgery. */
export const asking = (name: string, { subject = nurse, action, resource, context }: Case = {}): Request =>
  ({
    subject,
    action: { name, ...action },
    resource: { ...wound, ...resource },
    context: { ...phone, ...context },
  }) as Request;

/** Asks the pack, configured in some way, at a moment. */
export function ward(options: NhsOptions = {}, at: string = NIGHT): (name: string, change?: Case) => Decision {
  const pdp = createPdp(loadPolicy(nhs(options)), { clock: { now: () => Date.parse(at) } });
  return (name, change) => pdp.evaluate(asking(name, change));
}

export const rules = ({ context }: Decision): readonly string[] => context.reasons.map(({ rule }) => rule);
export const duties = ({ context }: Decision): readonly string[] => context.obligations.map(({ type }) => type);
