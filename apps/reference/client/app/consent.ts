import type { Clinical } from '../../src/wire/clinical.js';
import { entered, radios, section, selectField, setError, textField } from './forms.js';
import { SITES } from './sites.js';

/** How consent was given. */
export type ConsentForm = NonNullable<Clinical['consent']>['form'];
export const CONSENT: Readonly<Record<ConsentForm, string>> = {
  oral: 'Patient, spoken',
  written: 'Patient, in writing',
  parental: 'Parent or guardian',
  'best-interests': 'Best interests',
  emergency: 'Emergency',
};

/**
 * How consent was given, by whom, and what the picture shows.
 *
 * @param me - who stands in where the patient cannot consent
 * @param chosen - called when the giver was filled in, too: what is written by script makes no event
 */
export function consentFields(me: string, chosen: () => void): HTMLElement {
  const given: Partial<Record<ConsentForm, string>> = {
    oral: 'The patient',
    written: 'The patient',
    'best-interests': `${me}, in the patient’s best interests`,
    emergency: `${me}, in an emergency`,
  };
  const formChosen = (): void => {
    const field = fields.querySelector<HTMLInputElement>('#givenBy');
    const usual = [...Object.values(given), ''];
    // Only what this form wrote itself is written over.
    if (field !== null && usual.includes(field.value.trim())) {
      field.value = given[entered(fields, 'consent') as ConsentForm] ?? '';
      setError(fields, 'givenBy', null);
    }
    chosen();
  };
  const fields = section(
    'Consent and place',
    '',
    radios(
      {
        id: 'consent',
        label: 'How was consent given?',
        hint: 'To a picture for care, kept in the record. Nothing else is allowed by it.',
      },
      (Object.keys(CONSENT) as ConsentForm[]).map((form) => [form, CONSENT[form]]),
      formChosen,
    ),
    textField({ id: 'givenBy', label: 'Consent given by' }, { maxlength: '200' }),
    selectField({ id: 'site', label: 'Body site' }, [{ options: SITES.map(({ name, meaning }) => [meaning, name]) }]),
    radios({ id: 'side', label: 'Side', hint: 'The patient’s own left or right' }, [
      ['left', 'Left'],
      ['right', 'Right'],
      ['both', 'Both'],
      ['not-applicable', 'Does not apply'],
    ]),
    radios({ id: 'sensitivity', label: 'How private is it?' }, [
      ['normal', 'Ordinary'],
      ['sensitive', 'Sensitive'],
      ['intimate', 'Intimate'],
    ]),
  );
  return fields;
}

/** "Skin of hand, left side". */
export function placeOf(site: string, side: string): string {
  const words: Readonly<Record<string, string>> = { left: ', left side', right: ', right side', both: ', both sides' };
  return site === '' ? '' : `${site}${words[side] ?? ''}`;
}
