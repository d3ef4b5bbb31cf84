import type { Article33 } from './article-33.js';

/** What a breach pack does not show, in plain words. */
export function breachNotes({ erasedSubjects, unknownSubjects }: Article33, leftOut: number): string[] {
  return [
    'The numbers are those of the log. They are approximate, as Article 33 allows: a person or item that stands in the logs of two years under a handle that was erased counts in each.',
    'Patients stand here by handle only. The custodian turns handles into names; sealed details only guardians can open.',
    ...(erasedSubjects > 0 ? ['People who were erased are counted and cannot be named from the log any more.'] : []),
    ...(unknownSubjects > 0
      ? ['Some items were never linked to a patient: whose they are must be asked elsewhere.']
      : []),
    ...(leftOut > 0 ? [`${leftOut} further entries are counted and not listed.`] : []),
    'Made available means that somebody could see it: the log cannot tell what was read, copied, photographed or passed on outside the system.',
    'An entry that was written more than 24 hours after it happened is found by person, item or place, but not by its time alone, unless it is a break-glass opening.',
    'Whether to notify and whom to tell are the controller’s decisions. Information may follow in phases (Article 33(4)).',
  ];
}
