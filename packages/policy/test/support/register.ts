import type { Register, RegisteredVersion } from '../../src/governance/register.js';
import { loadPolicy, type PolicyDocument } from '../../src/index.js';

/** A policy with nothing in it but what governance reads. */
export const small: PolicyDocument = {
  format: 'policy/0',
  id: 'sample',
  version: 1,
  title: 'Sample',
  status: 'draft',
  actions: ['view'],
  attributes: {},
  parameters: {},
  sources: {},
  rules: [],
  invariants: [],
  tests: [],
};

export const grace = (days: number): Pick<PolicyDocument, 'parameters'> => ({
  parameters: { acknowledgeGraceDays: { value: days, min: 0, max: 60, title: 'Days of grace' } },
});

export interface Life {
  readonly version: number;
  /** When it came into force; absent: a draft. */
  readonly from?: string;
  readonly withdrawn?: string;
  readonly acknowledge?: 'required' | 'informed';
  readonly more?: Partial<PolicyDocument>;
}

/** A register in which each version took the place of the one before it. */
export function registerOf(lives: readonly Life[], base: PolicyDocument = small): Register {
  const versions: RegisteredVersion[] = [];
  for (const [i, { version, from, withdrawn, acknowledge, more }] of lives.entries()) {
    const next = lives.slice(i + 1).find((life) => life.from !== undefined)?.from;
    const text = { ...base, ...more, version, ...(acknowledge && { acknowledge }) };
    const { digest } = loadPolicy(text);
    const superseded = from !== undefined && withdrawn === undefined && next !== undefined;
    const status = withdrawn ? 'withdrawn' : superseded ? 'superseded' : from === undefined ? 'draft' : 'in-force';
    const before = versions.findLast((entry) => entry.activated !== undefined);
    const previous = before?.status === 'superseded' ? { version: before.version, digest: before.digest } : null;
    const proposed = { by: 'p-ig', at: '2026-01-01T00:00:00Z', reason: 'Yearly review' };
    versions.push({
      version,
      digest,
      status,
      document: { ...text, status },
      proposed,
      approvals:
        from === undefined
          ? []
          : ['p-first', 'p-second'].map((by) => ({
              format: 'policy-approval/0',
              policy: base.id,
              version: String(version),
              digest,
              by,
              role: 'siro',
              at: proposed.at,
              signature: 'A'.repeat(86),
            })),
      ...(from !== undefined && {
        activated: {
          by: 'p-ig',
          at: from,
          change: {
            from: previous,
            verdict: previous === null ? 'first' : 'equal',
            changes: [],
            more: false,
            rules: { added: [], removed: [], changed: [] },
            invariants: { added: [], removed: [], changed: [] },
            lines: ['Nothing is told in a test'],
          },
        },
      }),
      ...(superseded && { supersededAt: next }),
      ...(withdrawn && {
        withdrawn: { by: 'p-first', secondApprover: 'p-second', at: withdrawn, reason: 'A rule was wrong' },
      }),
    });
  }
  return { format: 'policy-register/0', id: base.id, versions };
}
