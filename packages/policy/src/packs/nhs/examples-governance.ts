import type { PolicyTest } from '../../document.js';
import { type Change, colleague, type Example, stranger } from './example.js';

const as = (role: string): Change => ({ subject: { ...stranger, id: `p-${role}`, role } });
const second = { secondApprover: 'p-marsh' };
const erasing = { purpose: 'erasure-request', ...second };
const access = { purpose: 'subject-access', ...second };
const incident = { purpose: 'investigation', ...second };
const taught = { consentLevel: ['record', 'teaching'] };
const oneself = (role: string) => ({ secondApprover: `p-${role}` });

/** Examples of records, rights, teaching, research and administration that must come out as written. */
export const governanceExamples = (example: Example): readonly PolicyTest[] => [
  example(
    'The custodian files',
    'file',
    { subject: { id: 'custodian', role: 'system' } },
    {
      decision: true,
      rules: ['FL-01'],
      obligations: ['delete-after-filing'],
    },
  ),
  example(
    'What is on hold is filed and kept',
    'file',
    { subject: { id: 'custodian', role: 'system' }, resource: { hold: 'inquiry' } },
    { decision: true, rules: ['FL-02'] },
  ),
  example(
    'A hold stops erasure',
    'erase',
    { ...as('records-officer'), resource: { hold: 'legal' }, context: erasing },
    {
      decision: false,
      outcome: 'forbidden',
      rules: ['NO-18'],
    },
  ),
  example(
    'Two people erase',
    'erase',
    { ...as('records-officer'), context: erasing },
    {
      decision: true,
      obligations: ['second-approver'],
    },
  ),
  example(
    'One person does not erase',
    'erase',
    { ...as('records-officer'), context: { ...erasing, ...oneself('records-officer') } },
    { decision: false, outcome: 'forbidden', rules: ['NO-19'] },
  ),
  example(
    'A patient’s copy is made by two people, and redacted',
    'export',
    { ...as('records-officer'), context: access },
    {
      decision: true,
      rules: ['EX-01'],
      obligations: ['second-approver', 'redact', 'justify', 'notify'],
    },
  ),
  example(
    'A patient who withdrew consent still gets a copy, of what was recalled too',
    'export',
    { ...as('privacy-officer'), resource: { withdrawnLevels: ['record'], state: 'recalled' }, context: access },
    { decision: true },
  ),
  example(
    'A clinician does not copy a record out',
    'export',
    { context: access },
    {
      decision: false,
      outcome: 'not-permitted',
    },
  ),
  example('One person puts evidence on hold', 'hold', as('records-officer'), {
    decision: true,
    rules: ['HD-01'],
    obligations: ['notify'],
  }),
  example(
    'One person does not lift a hold',
    'hold',
    { ...as('records-officer'), resource: { hold: 'legal' } },
    {
      decision: false,
      outcome: 'not-permitted',
    },
  ),
  example(
    'Two people lift a hold',
    'hold',
    { ...as('records-officer'), resource: { hold: 'legal' }, context: second },
    {
      decision: true,
      rules: ['HD-02'],
      obligations: ['second-approver'],
    },
  ),
  example(
    'A teacher teaches with consent',
    'teach',
    { ...as('educator'), resource: taught, context: { purpose: 'teaching' } },
    {
      decision: true,
      rules: ['TE-01'],
      obligations: ['watermark', 'no-download'],
    },
  ),
  example(
    'Consent to care is no consent to teaching',
    'teach',
    { ...as('educator'), context: { purpose: 'teaching' } },
    { decision: false, outcome: 'not-permitted' },
  ),
  example(
    'Consent to teaching can be withdrawn',
    'teach',
    { ...as('educator'), resource: { ...taught, withdrawnLevels: ['teaching'] }, context: { purpose: 'teaching' } },
    { decision: false, outcome: 'forbidden', rules: ['NO-31'] },
  ),
  example(
    'A researcher names the study',
    'research',
    { ...as('researcher'), resource: taught, context: { purpose: 'research' } },
    { decision: true, obligations: ['justify', 'notify'] },
  ),
  example(
    'The privacy officer reads the log',
    'audit-read',
    { ...as('privacy-officer'), context: { purpose: 'audit' } },
    {
      decision: true,
      rules: ['AR-01'],
    },
  ),
  example(
    'An administrator does not read the log',
    'audit-read',
    { ...as('administrator'), context: { purpose: 'audit' } },
    {
      decision: false,
      outcome: 'not-permitted',
    },
  ),
  example(
    'Two people look into a recalled item',
    'investigate',
    { ...as('privacy-officer'), resource: { state: 'recalled' }, context: incident },
    { decision: true, obligations: ['notify', 'review', 'second-approver', 'watermark'] },
  ),
  example(
    'Two guardians change the policy',
    'policy-change',
    { ...as('guardian'), context: second },
    {
      decision: true,
      obligations: ['second-approver', 'notify'],
    },
  ),
  example(
    'Two people change the directory',
    'directory-change',
    { ...as('administrator'), context: second },
    {
      decision: true,
      rules: ['DC-01'],
    },
  ),
  example(
    'One person cuts a leaver off',
    'directory-change',
    { ...as('administrator'), context: { recipients: [{ ...colleague, status: 'left' }] } },
    { decision: true, rules: ['DC-02'], obligations: ['notify'] },
  ),
  example('A colleague joins a team', 'team-change', as('administrator'), { decision: true, rules: ['TC-01'] }),
  example(
    'An administrator does not join a team by her own hand',
    'team-change',
    { ...as('administrator'), context: { recipients: [{ ...colleague, id: 'p-administrator' }] } },
    { decision: false, outcome: 'forbidden', rules: ['NO-32'] },
  ),
  example(
    'Nobody is the second person for their own new key',
    'directory-change',
    { ...as('administrator'), context: { ...second, recipients: [{ ...colleague, id: second.secondApprover }] } },
    { decision: false, outcome: 'forbidden', rules: ['NO-32'] },
  ),
  example(
    'One person does not let an outsider in',
    'team-change',
    {
      ...as('administrator'),
      action: { lifetimeSeconds: 86_400 },
      context: { recipients: [{ ...colleague, org: 'Y99901' }] },
    },
    { decision: false, outcome: 'not-permitted' },
  ),
  example(
    'Two people let an outsider in for a day',
    'team-change',
    {
      ...as('administrator'),
      action: { lifetimeSeconds: 86_400 },
      context: { ...second, recipients: [{ ...colleague, org: 'Y99901' }] },
    },
    { decision: true, rules: ['TC-02'], obligations: ['max-lifetime', 'second-approver'] },
  ),
];
