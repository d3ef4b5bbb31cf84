/** A moment at which the request is permitted. */
export const AT = '2026-03-02T03:12:00Z';
/** Somebody on duty looks at a picture of the team's. */
export const REQUEST = {
  subject: {
    id: 'p-okafor',
    org: 'RZZ01',
    role: 'registrar',
    status: 'active',
    teams: ['plastics'],
    onDutyTeams: ['plastics'],
    assurance: 2,
    authenticatedAt: '2026-03-01T20:00:00Z',
    acknowledgedVersion: 1,
    outsider: 'none',
  },
  action: { name: 'view' },
  resource: {
    kind: 'photo',
    ownerOrg: 'RZZ01',
    team: 'plastics',
    author: 'p-lindqvist',
    sensitivity: 'normal',
    consentLevel: ['record'],
    withdrawnLevels: [],
    state: 'active',
    hold: 'none',
    notAfter: '2026-03-09T03:00:00Z',
  },
  context: {
    purpose: 'direct-care',
    justification: 'none',
    policyVersion: 1,
    relationship: { kind: 'on-duty', from: '2026-03-01T20:00:00Z', until: '2026-03-02T08:00:00Z' },
  },
};
/** The same on a sign-in that is too old. */
export const LATE = { ...REQUEST, subject: { ...REQUEST.subject, authenticatedAt: '2026-03-01T09:00:00Z' } };
