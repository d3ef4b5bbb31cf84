import { type AuthzenOptions, requestFromAuthzen } from '../../src/authzen/index.js';
import { createPdp, loadPolicy, type PolicyDocument, type Rule } from '../../src/index.js';
import { NOW } from './random.js';
import { permit, sample } from './sample.js';

export const IDENTIFIER = 'https://pdp.example.org';
const clock = { now: () => NOW };

function policyOf(
  actions: readonly string[],
  attributes: PolicyDocument['attributes'],
  ...rules: Rule[]
): PolicyDocument {
  const { breakGlass: _none, ...rest } = sample(...rules);
  return { ...rest, actions, attributes, parameters: {}, sources: {} };
}

/** Two people, two records, three actions: the world of the AuthZEN certification scenario. */
const records = policyOf(
  ['read', 'write', 'delete'],
  {
    'subject.id': { type: 'string', source: 'session' },
    'subject.role': { type: 'string', source: 'directory' },
    'action.soft': { type: 'boolean', source: 'request' },
    'resource.type': { type: 'string', source: 'label' },
    'resource.id': { type: 'string', source: 'label' },
    'resource.status': { type: 'string', source: 'label' },
    'context.supportedObligations': { type: 'set', source: 'request' },
  },
  permit(
    'P-01',
    { all: [{ 'subject.id': { in: ['alice', 'bob'] } }, { 'resource.id': { in: ['record-1', 'record-2'] } }] },
    { actions: ['read'] },
  ),
  permit('P-02', { all: [{ 'subject.id': 'alice' }, { 'resource.status': 'active' }] }, { actions: ['write'] }),
  permit(
    'P-03',
    { all: [{ 'subject.role': 'admin' }, { 'resource.status': 'archived' }] },
    {
      actions: ['write'],
      obligations: [
        { type: 'watermark' },
        { type: 'step-up', properties: { level: 3 } },
        { type: 'notify', properties: { whom: ['owner', 'siro'] } },
      ],
    },
  ),
  permit('P-04', { all: [{ 'subject.id': 'alice' }, { 'action.soft': true }] }, { actions: ['delete'] }),
);

const STATUS: ReadonlyMap<string, string> = new Map([
  ['record-1', 'active'],
  ['record-2', 'archived'],
]);

/** The certification scenario's decision point; what it knows by itself is the state of the two records. */
export function recordOptions(): AuthzenOptions {
  const pack = loadPolicy(records);
  return {
    pdp: createPdp(pack, { clock }),
    pack,
    identifier: IDENTIFIER,
    facts: (question) => {
      const request = requestFromAuthzen(question);
      return { ...request, resource: { status: STATUS.get(question.resource.id), ...request.resource } };
    },
    candidates: {
      subject: () => [
        { type: 'user', id: 'alice' },
        { type: 'device', id: 'alice' },
        { type: 'user', id: 'bob', properties: { role: 'admin' } },
      ],
      resource: async function* () {
        yield { type: 'record', id: 'record-1' };
        yield { type: 'record', id: 'record-2' };
      },
    },
  };
}

const member = (role: string) => ({ 'subject.roles': { includes: role } });
const ownersAnd = (role: string) => ({
  any: [member(role), { all: [member('editor'), { 'resource.ownerID': { sameAs: 'subject.email' } }] }],
});

/** The shared list of things to do of the AuthZEN interoperability scenario. */
const todos = policyOf(
  ['can-read-user', 'can-read-todos', 'can-create-todo', 'can-update-todo', 'can-delete-todo'],
  {
    'subject.email': { type: 'string', source: 'directory' },
    'subject.roles': { type: 'set', source: 'directory' },
    'resource.ownerID': { type: 'string', source: 'request' },
  },
  permit(
    'P-01',
    { 'subject.roles': { overlaps: ['viewer', 'editor', 'admin', 'evil_genius'] } },
    { actions: ['can-read-user', 'can-read-todos'] },
  ),
  permit('P-02', { 'subject.roles': { overlaps: ['admin', 'editor'] } }, { actions: ['can-create-todo'] }),
  permit('P-03', ownersAnd('evil_genius'), { actions: ['can-update-todo'] }),
  permit('P-04', ownersAnd('admin'), { actions: ['can-delete-todo'] }),
);

/** People of the scenario by the id that a session has for them. */
const person = (digit: string): string => btoa(`\n$fd${digit}614d3-c39a-4781-b7bd-8b96f5a5100d\u0012\u0005local`);
const PEOPLE: ReadonlyMap<string, { email: string; roles: readonly string[] }> = new Map(
  [
    ['0', { email: 'rick@the-citadel.com', roles: ['admin', 'evil_genius'] }],
    ['1', { email: 'morty@the-citadel.com', roles: ['editor'] }],
    ['2', { email: 'summer@the-smiths.com', roles: ['editor'] }],
    ['3', { email: 'beth@the-smiths.com', roles: ['viewer'] }],
    ['4', { email: 'jerry@the-smiths.com', roles: ['viewer'] }],
  ].map(([digit, known]) => [person(digit as string), known as { email: string; roles: string[] }]),
);

export { person };

/** The interoperability scenario's decision point. Action names of ours have hyphens. */
export function todoOptions(): AuthzenOptions {
  const pack = loadPolicy(todos);
  return {
    pdp: createPdp(pack, { clock }),
    pack,
    identifier: IDENTIFIER,
    facts: (question) => {
      const { action, subject, ...rest } = requestFromAuthzen(question);
      return {
        ...rest,
        action: { ...action, name: action.name.replaceAll('_', '-') },
        subject: { ...subject, ...PEOPLE.get(question.subject.id) },
      };
    },
  };
}
