import { word } from './names.js';

const ACTIONS: Readonly<Record<string, string>> = {
  advise: 'give advice',
  annotate: 'add notes',
  'audit-read': 'read the access log',
  capture: 'record a picture or video',
  'directory-change': 'change the staff directory',
  download: 'download a copy',
  erase: 'erase an item',
  export: 'export for a request',
  file: 'file in the patient’s record',
  hold: 'put on hold, or take a hold off',
  investigate: 'investigate',
  'link-create': 'make a link',
  'link-open': 'open a link',
  'policy-change': 'change this policy',
  recall: 'take back what was sent',
  release: 'be given the key to an item',
  research: 'use for research',
  send: 'send to colleagues',
  'share-outside': 'share with another organisation',
  teach: 'use for teaching',
  'team-change': 'change a team',
  view: 'look at an item',
};

/**
 * What an action is called in plain English.
 *
 * @param action - as the document names it, such as `share-outside`.
 * @returns such as "share with another organisation"; the name as words for one this package does not know.
 * @example
 * ```ts
 * actionInWords('link-create'); // 'make a link'
 * ```
 */
export function actionInWords(action: string): string {
  return Object.hasOwn(ACTIONS, action) ? ACTIONS[action]! : word(action);
}
