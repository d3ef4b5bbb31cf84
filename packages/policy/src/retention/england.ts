import { type Row, rows } from './rows.js';
import type { RetentionPeriod, RetentionRule } from './rule.js';

const BELIEVED = 'general knowledge of the schedule (Appendix II), which was not read';
const MDU = 'The MDU, guidance on records management after the 2021 code';
const PRACTITIONER = 'Independent Practitioner Today, April 2023, on the 2021 code';
const INQUIRY = 'Records Management Code of Practice, Appendix I';

const from = (fact: 'lastContact' | 'closedOn' | 'dateOfDeath', years: number): RetentionPeriod => [
  { from: fact, years },
];

/** The rows of England; Wales has the same, less well known. */
export const ENGLISH: readonly Row[] = [
  ['adult', 'Adult, not covered elsewhere', from('lastContact', 8), 'read-second-hand', MDU],
  [
    'dead.general',
    'Adult who died, no special type: death shortens nothing',
    from('lastContact', 8),
    'believed',
    BELIEVED,
  ],
  [
    'child',
    'Child or young person: to the 25th birthday, the 26th if 17 when treatment ended',
    [{ from: 'dateOfBirth', age: 25, lastTreated: 'endOfTreatment' }],
    'read-second-hand',
    MDU,
  ],
  [
    'maternity',
    'Maternity: 25 years, and as long as the record of the child',
    [
      { from: 'endOfMaternityCare', years: 25 },
      { from: 'childDateOfBirth', age: 25, lastTreated: 'childEndOfTreatment' },
    ],
    'read-second-hand',
    `${MDU}; ${PRACTITIONER}`,
  ],
  [
    'mh',
    'Mental health and psychology: 20 years, or 10 years after death',
    [
      { from: 'endOfTreatment', years: 20 },
      { from: 'dateOfDeath', years: 10 },
    ],
    'read-second-hand',
    MDU,
  ],
  ['gp.dead', 'General practice, patient died', from('dateOfDeath', 10), 'read-second-hand', MDU],
  [
    'gp.dereg',
    'General practice, deregistered for an unknown reason: under review',
    [{ from: 'deregisteredOn', years: 100 }],
    'read-second-hand',
    MDU,
  ],
  ['inquiry', 'Wanted by a public or statutory inquiry', 'hold', 'read-second-hand', `${PRACTITIONER}; ${INQUIRY}`],
  ['complaint', 'Complaint, kept apart from the record', from('closedOn', 10), 'believed', BELIEVED],
  [
    'cancer',
    'Cancer: 30 years, or 8 years after death',
    [
      { from: 'diagnosedOn', years: 30 },
      { from: 'dateOfDeath', years: 8 },
    ],
    'believed',
    BELIEVED,
  ],
  ['photo', 'Photograph, sound or video that is part of a record', 'as-the-record', 'believed', BELIEVED],
  ['trial', 'Trial: the sponsor decides, at least 25 years', [{ from: 'endOfTrial', years: 25 }], 'believed', BELIEVED],
  ['litigation', 'Claim', from('closedOn', 10), 'believed', BELIEVED],
  ['sar', 'Subject access', from('closedOn', 3), 'believed', BELIEVED],
  ['sar.appealed', 'Subject access with an appeal', from('closedOn', 6), 'believed', BELIEVED],
  ['audit', 'Audit trail of a record', 'as-the-record', 'believed', BELIEVED],
  ['email', 'E-mail and chat: the content decides', 'as-the-record', 'believed', BELIEVED],
  ['cctv', 'Surveillance recording: about 31 days are common', 'local', 'believed', BELIEVED],
];

export const ENGLAND: readonly RetentionRule[] = rows('en', ENGLISH);
