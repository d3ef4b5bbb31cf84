import { rows } from './rows.js';
import type { RetentionClock, RetentionRule } from './rule.js';

const BELIEVED = 'general knowledge of the schedule, whose row was not read';
const SECTION_G = 'Good Management, Good Records, disposal schedule, section G';

const from = (fact: RetentionClock['from'], years: number): readonly RetentionClock[] => [{ from: fact, years }];

/** No row for photographs, subject access or audit trails was read. */
export const NORTHERN_IRELAND: readonly RetentionRule[] = rows('ni', [
  [
    'ae.record',
    'Emergency department record held apart (G2): as for that kind of patient',
    'as-the-record',
    'read',
    SECTION_G,
  ],
  [
    'ae.register',
    'Emergency register (G2), from the end of the year it covers',
    from('endOfYear', 8),
    'read',
    SECTION_G,
  ],
  ['admission', 'Admission book (G3)', from('lastEntry', 8), 'read', SECTION_G],
  ['ambulance', 'Ambulance clinical record (G4)', from('createdOn', 10), 'read', SECTION_G],
  ['angio', 'Angiography tape or disk (G5)', from('createdOn', 8), 'read', SECTION_G],
  ['hai', 'Hospital-acquired infection record (G54)', from('createdOn', 6), 'read', SECTION_G],
  [
    'cctv',
    'Surveillance recording (J10): 28, believed to be days',
    [{ from: 'createdOn', days: 28 }],
    'believed',
    'Good Management, Good Records, disposal schedule, section J; the unit was cut off',
  ],
  ['adult', 'Adult', [...from('endOfTreatment', 8), ...from('dateOfDeath', 8)], 'believed', BELIEVED],
  [
    'child',
    'Child (G19): to the 25th birthday, the 26th if 17 at the end, or 8 years after death',
    [{ from: 'dateOfBirth', age: 25, lastTreated: 'endOfTreatment' }, ...from('dateOfDeath', 8)],
    'believed',
    BELIEVED,
  ],
  [
    'maternity',
    'Maternity: 25 years from the birth of the last child, and as long as the record of the child',
    [...from('childDateOfBirth', 25), { from: 'childDateOfBirth', age: 25, lastTreated: 'childEndOfTreatment' }],
    'believed',
    BELIEVED,
  ],
  [
    'mh',
    'Mentally disordered person (G68): 20 years, or 8 years after death',
    [...from('lastContact', 20), ...from('dateOfDeath', 8)],
    'believed',
    BELIEVED,
  ],
  ['inquiry', 'Wanted by a public or statutory inquiry', 'hold', 'believed', BELIEVED],
]);
