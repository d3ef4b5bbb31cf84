import { expect } from 'vitest';
import { loadPolicy, PolicyError } from '../../src/index.js';
import { changed } from './change.js';
import { forbid, permit, sample } from './sample.js';

const source = 'session';
const base = sample();
/** Every kind of fact, every field that may be there. */
export const full = {
  ...base,
  status: 'in-force',
  effectiveFrom: '2026-01-01T00:00:00Z',
  reviewBy: '2027-01-01T00:00:00Z',
  owner: { role: 'caldicott-guardian' },
  approvals: [{ by: 'p-1', at: '' }],
  supersedes: { version: 6, digest: `sha256-${'A-_z0'.repeat(9).slice(0, 43)}` },
  attributes: {
    ...base.attributes,
    'context.now': { type: 'time', source: 'clock' },
    'subject.joined': { type: 'time', none: true, source },
    'subject.left': { type: 'time', source },
    'subject.version': { type: 'integer', source },
    'context.version': { type: 'integer', min: 2, source: 'configuration' },
    'context.most': { type: 'integer', max: 2, source: 'custodian' },
    'context.agreed': { type: 'boolean', source },
    'subject.badges': { type: 'set', values: ['red', 'blue'], source },
    'context.place.kind': { type: 'enum', values: ['ward'], source },
    'context.copies': {
      type: 'list',
      fields: {
        org: { type: 'enum', values: ['a', 'b'] },
        checked: { type: 'boolean' },
        teams: { type: 'set', values: ['x'] },
      },
      source,
    },
  },
  rules: [permit('P-1', { all: [] }), forbid('F-1', { all: [] }, { requires: ['rota'] })],
  invariants: [
    { id: 'I-1', title: 'T', requires: ['rota'], never: { actions: ['view'], when: { all: [] } } },
    { id: 'I-2', title: 'T', carries: { actions: ['view'], when: { all: [] }, obligations: [{ type: 'redact' }] } },
  ],
  tests: [
    {
      name: 'T',
      now: '2026-01-01T00:00:00Z',
      request: { '': 1 },
      expect: {
        decision: true,
        outcome: 'permitted',
        basis: 'break-glass',
        rules: ['P-1'],
        missing: [''],
        obligations: ['redact'],
      },
    },
  ],
};

export interface Refusal {
  readonly code: string;
  readonly path: string;
  readonly message: string;
}
/** How a document is refused, or null. */
export function refusal(document: unknown): Refusal | null {
  try {
    loadPolicy(document);
    return null;
  } catch (error) {
    expect(error).toBeInstanceOf(PolicyError);
    const { code, path, message } = error as PolicyError;
    return { code, path, message: message.replace(/ at `[^`]*`$/, '') };
  }
}
/** How the full document is refused with one value changed. */
export const refusalAt = (pointer: string, value: unknown): Refusal | null => refusal(changed(full, pointer, value));
