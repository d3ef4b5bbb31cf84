import type { Patient } from '../../src/wire/clinical.js';
import { type CheckedScheme, checkPatientNumber, type PatientNumberReason } from '../../src/wire/patient-number.js';
import { h } from './dom.js';
import { checkbox, entered, radios, section, textField } from './forms.js';
import { dayInWords, parseDay } from './times.js';

export type Errors = { id: string; text: string }[];

const WRONG: Readonly<Record<PatientNumberReason, string>> = {
  NOT_TEN_DIGITS: 'Enter the 10 digits of the NHS or CHI number',
  REPEATED_DIGITS: 'No NHS or CHI number repeats one digit: enter the patient’s own',
  CHECK_DIGIT: 'A digit is wrong: check the number against the wristband',
  OUT_OF_RANGE: 'No such NHS or CHI number is issued: check it, or tick that it cannot be verified',
  AMBIGUOUS: 'Say whether this is an NHS or a CHI number',
};

const SHORT = { class: 'nhsuk-input ward-short' };

/** The patient's fields: number with check digit, name, and date of birth as second identifier (H3). */
export function patientFields(): HTMLElement {
  const scheme = radios({ id: 'scheme', label: 'Which number is it?' }, [
    ['nhs', 'NHS number'],
    ['chi', 'CHI number'],
  ]);
  const reason = textField({
    id: 'reason',
    label: 'Why can the number not be verified?',
    hint: 'For example: unconscious, no wristband',
  });
  scheme.hidden = reason.hidden = true;
  const changed = (): void => {
    const unverified = entered(fields, 'unverified') === 'on';
    reason.hidden = !unverified;
    const found = checkPatientNumber(entered(fields, 'number'));
    scheme.hidden = unverified || !('reason' in found && found.reason === 'AMBIGUOUS');
    fits.textContent =
      unverified || 'reason' in found ? '' : 'The digits fit together. Check name and date of birth with the patient.';
  };
  const fits = h('p', { class: 'nhsuk-hint', role: 'status' });
  const number = textField(
    { id: 'number', label: 'NHS or CHI number', hint: '10 digits, for example 999 000 0018' },
    { inputmode: 'numeric', maxlength: '16', ...SHORT },
  );
  number.addEventListener('input', changed);
  const fields = section(
    'Patient',
    '',
    number,
    fits,
    scheme,
    checkbox('unverified', 'The number cannot be verified', changed),
    reason,
    textField({ id: 'name', label: "Patient's name" }, { maxlength: '200' }),
    textField({ id: 'born', label: 'Date of birth', hint: 'For example 27/3/1985' }, { maxlength: '12', ...SHORT }),
  );
  return fields;
}

/** Reads the patient, or notes what is missing. */
export function readPatient(root: ParentNode, errors: Errors): Patient | null {
  const wrong = (id: string, text: string): void => {
    errors.push({ id, text });
  };
  const [typed, name, bornText] = [entered(root, 'number'), entered(root, 'name'), entered(root, 'born')];
  const born = bornText === '' ? '' : parseDay(bornText);
  const before = errors.length;
  if (entered(root, 'unverified') === 'on') {
    const reason = entered(root, 'reason');
    if (reason === '') wrong('reason', 'Say why the number cannot be verified');
    if (name === '') wrong('name', 'Enter the patient’s name, or "Unknown"');
    if (born === null) wrong('born', 'Enter a date of birth like 27/3/1985, or leave it empty');
    return errors.length > before ? null : { scheme: 'unverified', number: typed, name, born: born ?? '', reason };
  }
  const chosen = entered(root, 'scheme');
  const found = checkPatientNumber(typed, chosen === '' ? undefined : (chosen as CheckedScheme));
  if ('reason' in found) wrong(found.reason === 'AMBIGUOUS' ? 'scheme' : 'number', WRONG[found.reason]);
  if (name === '') wrong('name', 'Enter the patient’s name: it guards against a wrong number');
  const future = born !== null && born > new Date().toISOString().slice(0, 10);
  if (!born || future) wrong('born', 'Enter the date of birth, like 27/3/1985');
  // A CHI number begins with the date of birth: two that differ are one slip away from the wrong patient.
  else if (
    'scheme' in found &&
    found.scheme === 'chi' &&
    found.number.slice(0, 6) !== born.replace(/^..(..)-(..)-(..)$/, '$3$2$1')
  ) {
    wrong('born', 'This is not the date of birth in the CHI number: check both');
  }
  if (errors.length > before || 'reason' in found || !born) return null;
  return { scheme: found.scheme, number: found.number, name, born };
}

/** Who it is about, in one line that stands over everything that is sent or shown (H3). */
export function patientLine({ scheme, number, name, born, reason }: Patient): string {
  const spaced = number.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3');
  const id =
    scheme === 'unverified'
      ? `number not verified${spaced && ` (${spaced})`}: ${reason}`
      : `${scheme.toUpperCase()} ${spaced}`;
  return [name, born && `born ${dayInWords(born)}`, id].filter(Boolean).join(' · ');
}
