import type { Assessment, DecidedAssessment } from '../../src/governance/assessment.js';

/** A complete assessment that is approved. */
export const approved: DecidedAssessment = {
  format: 'app-assessment/0',
  id: 'wardseal-web',
  version: 1,
  channel: { id: 'web', title: 'Picture transfer in the browser', owner: 'Information governance' },
  purpose: 'Sending clinical pictures to colleagues for care',
  dataFlows: [
    { from: 'Phone', to: 'Trust server', data: ['Pictures', 'Messages'], means: 'Sealed on the phone, over TLS' },
  ],
  risks: [
    {
      id: 'R-1',
      title: 'A picture reaches the wrong person',
      likelihood: 3,
      severity: 5,
      mitigations: ['Recipients come from a signed directory', 'A sender can recall'],
      residual: { likelihood: 1, severity: 5 },
    },
  ],
  dpoAdvice: { by: 'p-dpo', at: '2026-02-10T09:00:00Z', text: 'Go ahead, review in a year.', followed: true },
  assessedBy: 'p-analyst',
  assessedAt: '2026-02-01T09:00:00Z',
  conditions: [],
  decision: 'approve',
  approvedBy: 'p-siro',
  at: '2026-02-20T09:00:00Z',
  reviewBy: '2027-02-20T09:00:00Z',
};

/** The same without a decision. */
export function draft(version: number): Assessment {
  const { decision: _decision, approvedBy: _by, at: _at, reviewBy: _review, ...open } = approved;
  return { ...open, version };
}
