import { ACTIONS } from './vocabulary.js';

/** What is done with an item for the patient’s care. */
export const USE: readonly string[] = [
  'send',
  'share-outside',
  'view',
  'advise',
  'annotate',
  'release',
  'download',
  'link-create',
];
export const SENDING: readonly string[] = ['send', 'share-outside', 'link-create'];
export const SECONDARY: readonly string[] = ['teach', 'research'];

/** Everything somebody does who is signed in: all but opening a link. */
export const SIGNED_IN: readonly string[] = ACTIONS.filter((action) => action !== 'link-open');

/** All that an outsider can be let do. */
export const FOR_OUTSIDERS: readonly string[] = ['capture', 'send', 'view', 'advise', 'annotate', 'recall'];
export const NOT_FOR_OUTSIDERS: readonly string[] = SIGNED_IN.filter((action) => !FOR_OUTSIDERS.includes(action));

/** Acts that always take two people; `hold` does only where a hold is lifted. */
export const BY_TWO: readonly string[] = ['erase', 'export', 'investigate', 'policy-change'];
