import { rows } from './rows.js';
import type { RetentionRule } from './rule.js';

const BELIEVED = 'general knowledge of the schedule (Annex B), which was not read';

/** No row for photographs, trials, subject access, complaints or audit trails was found. */
export const SCOTLAND: readonly RetentionRule[] = rows('sc', [
  [
    'adult',
    'Adult (hospital record of a person over 16): 6 years, or 3 years after death',
    [
      { from: 'lastContact', years: 6 },
      { from: 'dateOfDeath', years: 3 },
    ],
    'believed',
    BELIEVED,
  ],
  [
    'child',
    'Child or young person: to the 25th birthday, the 26th if 17 at the last entry, or 3 years after death',
    [
      { from: 'dateOfBirth', age: 25, lastTreated: 'lastContact' },
      { from: 'dateOfDeath', years: 3 },
    ],
    'believed',
    BELIEVED,
  ],
  [
    'maternity',
    'Maternity: 25 years from the birth of the last child, and as long as the record of the child',
    [
      { from: 'childDateOfBirth', years: 25 },
      { from: 'childDateOfBirth', age: 25, lastTreated: 'childEndOfTreatment' },
    ],
    'believed',
    BELIEVED,
  ],
  [
    'mh',
    'Mental disorder: 20 years, or 3 years after death',
    [
      { from: 'lastContact', years: 20 },
      { from: 'dateOfDeath', years: 3 },
    ],
    'believed',
    BELIEVED,
  ],
  ['cancer', 'Oncology', [{ from: 'endOfTreatment', years: 30 }], 'believed', BELIEVED],
  ['gp.dead', 'General practice, patient died', [{ from: 'dateOfDeath', years: 3 }], 'believed', BELIEVED],
  ['inquiry', 'Wanted by a public or statutory inquiry', 'hold', 'believed', BELIEVED],
]);
