import type { EventType } from '../../event-codes.js';
import { failed } from '../access-types.js';
import { entryRule, type FlagRule } from './rule.js';

/** What brings content out of the viewer's reach: from here on nobody can recall it. */
export const TAKEN_OUT_TYPES: readonly EventType[] = [
  'screenshot.detected',
  'image.export',
  'image.download',
  'image.print',
];

/** Somebody photographs, exports, downloads or prints content. */
export function takenOutRule(types: readonly EventType[] = TAKEN_OUT_TYPES): FlagRule {
  return entryRule(
    {
      id: 'taken-out',
      title: 'Screenshot or export',
      why: 'What has left the viewer can no longer be recalled. Trusts where printing is routine leave that type out.',
      parameters: { types },
    },
    ({ outcomeOf, entry: { leaf } }) =>
      types.includes(leaf.type) && !failed(leaf) && outcomeOf === undefined
        ? { reason: `took content out of the viewer, by ${leaf.type}`, what: leaf.type }
        : null,
  );
}
