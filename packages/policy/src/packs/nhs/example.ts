import type { PolicyTest } from '../../document.js';

type Section = Readonly<Record<string, unknown>>;
/** What differs from the nurse on her night shift. */
export type Change = { subject?: Section; action?: Section; resource?: Section; context?: Section };
/** Makes an example: what it is called, the action, what differs, what must come out. */
export type Example = (name: string, action: string, change: Change, expect: PolicyTest['expect']) => PolicyTest;

export const NOW = '2026-03-02T03:10:00Z';
export const colleague: Section = {
  id: 'p-okafor',
  org: 'RZZ01',
  verified: true,
  teams: ['plastics-on-call'],
  status: 'active',
};

/**
 * A nurse on a night shift at an invented trust, with her own phone on 4G in `country`. Signed in and unlocked so lately,
 * and with such evidence, that the examples come out alike whatever a trust configures.
 */
export function exampleFrom(country: string): Example {
  const base: Required<Change> = {
    subject: {
      id: 'p-lindqvist',
      org: 'RZZ01',
      role: 'nurse',
      status: 'active',
      teams: ['ward-7'],
      onDutyTeams: [],
      assurance: 2,
      authenticatedAt: '2026-03-02T03:00:00Z',
      unlockedAt: '2026-03-02T03:09:30Z',
      acknowledgedVersion: 1,
      trainedUntil: '2026-12-31T00:00:00Z',
      outsider: 'none',
    },
    action: { lifetimeSeconds: 'none', maxViews: 'none' },
    resource: {
      kind: 'photo',
      ownerOrg: 'RZZ01',
      team: 'plastics-on-call',
      author: 'p-lindqvist',
      sensitivity: 'normal',
      consentLevel: ['record'],
      withdrawnLevels: [],
      identifiable: false,
      purpose: 'direct-care',
      state: 'active',
      hold: 'none',
      notAfter: '2026-03-09T03:00:00Z',
      sentAt: '2026-03-02T03:06:00Z',
    },
    context: {
      purpose: 'direct-care',
      relationship: { kind: 'none', from: 'none', until: 'none' },
      justification: 'none',
      secondApprover: 'none',
      recipients: [colleague],
      device: 'personal',
      network: 'internet',
      place: 'none',
      country: { network: country, device: country },
      channel: { status: 'approved' },
      policyVersion: 1,
      policyOverdue: false,
      ownRecord: 'none',
    },
  };
  return (name, action, change, expect) => ({
    name,
    now: NOW,
    request: {
      subject: { ...base.subject, ...change.subject },
      action: { ...base.action, name: action, ...change.action },
      resource: { ...base.resource, ...change.resource },
      context: { ...base.context, ...change.context },
    },
    expect,
  });
}

export const registrar: Section = {
  id: 'p-okafor',
  role: 'registrar',
  teams: ['plastics-on-call'],
  onDutyTeams: ['plastics-on-call'],
};
export const stranger: Section = {
  id: 'p-adeyemi',
  role: 'consultant',
  teams: ['ed'],
  onDutyTeams: ['ed'],
  assurance: 3,
};
export const named: { readonly relationship: Section } = {
  relationship: { kind: 'recipient', from: '2026-03-02T03:06:00Z', until: 'none' },
};
export const onDuty: Section = {
  relationship: { kind: 'on-duty', from: '2026-03-01T20:00:00Z', until: '2026-03-02T08:00:00Z' },
};
export const emergency: Section = { purpose: 'emergency', justification: 'Airway swelling, theatre now, photo needed' };
