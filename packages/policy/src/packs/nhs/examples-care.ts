import type { PolicyTest } from '../../document.js';
import { type Example, emergency, NOW, named, onDuty, registrar, stranger } from './example.js';

/** Examples of care and emergencies that must come out as written. */
export const careExamples = (example: Example): readonly PolicyTest[] => [
  example(
    'A nurse records a wound on her own phone',
    'capture',
    {},
    {
      decision: true,
      basis: 'standing',
      obligations: ['file-in-record', 'delete-after-filing'],
    },
  ),
  example(
    'A nurse sends it over 4G to the on-call team',
    'send',
    {},
    {
      decision: true,
      basis: 'standing',
      rules: ['SD-01'],
      obligations: ['file-in-record'],
    },
  ),
  example(
    'The on-call registrar opens it',
    'view',
    { subject: registrar, context: onDuty },
    {
      decision: true,
      basis: 'on-duty',
      rules: ['VW-02'],
      obligations: ['watermark', 'no-download'],
    },
  ),
  example(
    'The duty has ended: the end of a duty belongs to the next person',
    'view',
    {
      subject: registrar,
      context: { relationship: { kind: 'on-duty', from: '2026-03-01T20:00:00Z', until: NOW } },
    },
    { decision: false, outcome: 'not-permitted' },
  ),
  example(
    'A named recipient opens it',
    'view',
    { subject: registrar, context: named },
    {
      decision: true,
      basis: 'standing',
      obligations: ['watermark'],
    },
  ),
  example('The nurse looks at what she sent', 'view', {}, { decision: true, rules: ['VW-04'] }),
  example('A stranger may not look', 'view', { subject: stranger }, { decision: false, outcome: 'not-permitted' }),
  example(
    'A stranger breaks the glass in an emergency',
    'view',
    { subject: stranger, context: emergency },
    {
      decision: true,
      basis: 'break-glass',
      obligations: ['notify', 'review', 'watermark', 'max-lifetime'],
    },
  ),
  example(
    'A reason that says nothing does not break the glass',
    'view',
    { subject: stranger, context: { ...emergency, justification: 'x'.repeat(60) } },
    { decision: false, outcome: 'not-permitted' },
  ),
  example(
    'One factor does not break the glass',
    'view',
    { subject: { ...stranger, assurance: 1 }, context: emergency },
    { decision: false },
  ),
  example(
    'Breaking the glass opens an intimate item',
    'view',
    { subject: stranger, resource: { sensitivity: 'intimate' }, context: emergency },
    { decision: true, basis: 'break-glass', obligations: ['notify', 'review'] },
  ),
  example(
    'Breaking the glass never opens an expired item',
    'view',
    { subject: stranger, resource: { state: 'expired' }, context: emergency },
    { decision: false, outcome: 'forbidden', rules: ['NO-14'] },
  ),
  example(
    'Breaking the glass never opens an erased item',
    'view',
    { subject: stranger, resource: { state: 'erased' }, context: emergency },
    { decision: false, outcome: 'forbidden', rules: ['NO-15'] },
  ),
  example(
    'Breaking the glass is not for leavers',
    'view',
    { subject: { ...stranger, status: 'left' }, context: emergency },
    { decision: false, outcome: 'forbidden', rules: ['NO-01'] },
  ),
  example(
    'A VIP’s item is not opened on duty alone',
    'view',
    {
      subject: { ...registrar, assurance: 3 },
      resource: { sensitivity: 'vip' },
      context: { ...onDuty, device: 'managed' },
    },
    { decision: false, outcome: 'forbidden', rules: ['NO-11'] },
  ),
  example(
    'The policy is acknowledged first',
    'capture',
    { subject: { acknowledgedVersion: 'none' } },
    {
      decision: false,
      outcome: 'forbidden',
      rules: ['NO-04'],
    },
  ),
  example(
    'Withdrawn consent stops a view',
    'view',
    { subject: registrar, resource: { withdrawnLevels: ['record'] }, context: named },
    { decision: false, outcome: 'forbidden', rules: ['NO-13'] },
  ),
  example(
    'Whoever took over the duty is given the key',
    'release',
    { subject: registrar, context: onDuty },
    {
      decision: true,
      basis: 'on-duty',
      obligations: ['notify'],
    },
  ),
  example(
    'A recipient who lost the key is given it again',
    'release',
    { subject: registrar, context: named },
    {
      decision: true,
      rules: ['RL-02'],
      obligations: ['notify'],
    },
  ),
  example(
    'A sign-in of two days ago',
    'view',
    { subject: { authenticatedAt: '2026-02-28T03:00:00Z' } },
    {
      decision: false,
      outcome: 'forbidden',
      rules: ['NO-05'],
    },
  ),
  example(
    'A sensitive item at an ordinary sign-in',
    'view',
    { resource: { sensitivity: 'sensitive' } },
    {
      decision: false,
      outcome: 'forbidden',
      rules: ['NO-10'],
    },
  ),
  example(
    'No consent, no shutter',
    'capture',
    { resource: { consentLevel: [] } },
    { decision: false, outcome: 'forbidden', rules: ['NO-33'] },
  ),
  example(
    'Somebody who moved to another team sees nothing of the old one',
    'view',
    {
      subject: { ...registrar, teams: ['hand-surgery'], onDutyTeams: [] },
      context: { relationship: { kind: 'team', from: '2026-02-01T00:00:00Z', until: 'none' } },
    },
    { decision: false, outcome: 'not-permitted' },
  ),
  example('The registrar on duty advises', 'advise', { subject: registrar, context: onDuty }, { decision: true }),
  example('The registrar on duty draws on it', 'annotate', { subject: registrar, context: onDuty }, { decision: true }),
  example('The author calls back a mistake', 'recall', {}, { decision: true, obligations: ['notify'] }),
  example(
    'A student of the team sees an ordinary item',
    'view',
    {
      subject: { ...registrar, id: 'p-quill', role: 'student' },
      context: { relationship: { kind: 'team', from: '2026-02-01T00:00:00Z', until: 'none' } },
    },
    { decision: true, rules: ['VW-05'] },
  ),
];
