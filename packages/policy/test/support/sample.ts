import type { PolicyDocument, Rule } from '../../src/index.js';

/** A small policy to take apart in tests. */
export function sample(...rules: Rule[]): PolicyDocument {
  return {
    format: 'policy/0',
    id: 'sample',
    version: 1,
    title: 'Sample',
    status: 'draft',
    actions: ['view', 'send'],
    attributes: {
      'subject.id': { type: 'string', source: 'session' },
      'subject.role': { type: 'enum', values: ['nurse', 'consultant'], source: 'directory' },
      'subject.teams': { type: 'set', source: 'directory' },
      'subject.assurance': { type: 'integer', min: 1, max: 3, changeableBy: 'user', source: 'session' },
      'subject.authenticatedAt': { type: 'time', source: 'session' },
      'resource.team': { type: 'string', source: 'label' },
      'resource.hold': { type: 'enum', values: ['none', 'legal'], source: 'server' },
      'context.purpose': { type: 'enum', values: ['direct-care', 'emergency'], declaredBy: 'user', source: 'request' },
      'context.justification': { type: 'text', none: true, source: 'request' },
      'context.secondApprover': { type: 'string', none: true, source: 'server' },
      'context.shared': { type: 'boolean', source: 'session' },
      'context.address': { type: 'address', none: true, source: 'server' },
      'context.fences': { type: 'fences', values: ['site', 'ward'], none: true, source: 'server' },
      'context.recipients': {
        type: 'list',
        min: 1,
        source: 'directory',
        fields: { org: { type: 'string' }, verified: { type: 'boolean' }, teams: { type: 'set' } },
      },
    },
    parameters: { signInHours: { value: 13, min: 1, max: 24, title: 'Sign-in lasts' } },
    sources: { rota: { title: 'Rota', configured: false } },
    breakGlass: {
      actions: ['view'],
      when: {
        all: [
          { 'context.purpose': 'emergency' },
          { 'subject.assurance': { atLeast: 2 } },
          { 'context.justification': { atLeast: 20 } },
        ],
      },
      obligations: [
        { type: 'notify', properties: { whom: ['privacy-officer'] } },
        { type: 'review', properties: { within: { hours: 24 } } },
      ],
    },
    rules,
    invariants: [],
    tests: [],
  };
}

const words = { title: 'Title', rationale: 'Why', source: 'Test' };

export const permit = (id: string, when: Rule['when'], more: Partial<Rule> = {}): Rule =>
  ({ id, effect: 'permit', basis: 'standing', actions: ['view'], ...words, when, ...more }) as Rule;

export const forbid = (id: string, when: Rule['when'], more: Partial<Rule> = {}): Rule =>
  ({ id, effect: 'forbid', strength: 'absolute', actions: ['view'], ...words, when, ...more }) as Rule;
