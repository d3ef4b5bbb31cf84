import type { PermitRule } from '../../document.js';
import { ADMINISTRATION_PERMITS } from './administration.js';
import { CARE_PERMITS } from './care.js';
import { RECORDS_PERMITS } from './records.js';
import { SECONDARY_USE_PERMITS } from './secondary-use.js';
import { SHARING_PERMITS } from './sharing.js';

/** Who may do what, and on what conditions. */
export const PERMITS: readonly PermitRule[] = [
  ...CARE_PERMITS,
  ...SHARING_PERMITS,
  ...RECORDS_PERMITS,
  ...SECONDARY_USE_PERMITS,
  ...ADMINISTRATION_PERMITS,
];
