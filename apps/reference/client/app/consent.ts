import type { Clinical } from '../../src/wire/clinical.js';

/** How consent was given. */
export type ConsentForm = NonNullable<Clinical['consent']>['form'];
export const CONSENT: Readonly<Record<ConsentForm, string>> = {
  oral: 'Patient, spoken',
  written: 'Patient, in writing',
  parental: 'Parent or guardian',
  'best-interests': 'Best interests',
  emergency: 'Emergency',
};

/** "Skin of hand, left side". */
export function placeOf(site: string, side: string): string {
  const words: Readonly<Record<string, string>> = { left: ', left side', right: ', right side', both: ', both sides' };
  return site === '' ? '' : `${site}${words[side] ?? ''}`;
}
