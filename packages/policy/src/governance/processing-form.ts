import { boolean, invalid, list, moment, object, type Shape } from '../check/shape.js';
import { step } from '../errors.js';
import { parsed } from '../json-text.js';
import type { DpoAdvice } from './assessment.js';
import type { MissingField } from './paper.js';
import { prose, read, title } from './records.js';
import { identifier } from './shapes.js';

interface Contact {
  readonly name: string;
  readonly contact: string;
}

/** What no configuration can say. Every field may be missing; a paper lists those that are. Times are RFC 3339, UTC. */
export interface ProcessingForm {
  readonly controller?: Contact;
  readonly jointControllers?: readonly Contact[];
  readonly representative?: Contact;
  readonly dpo?: Contact;
  /** Confirmed by a person: the conditions of Articles 6 and 9 that the trust relies on. */
  readonly lawfulBasis?: {
    readonly article6: string;
    readonly article9: string;
    readonly confirmedBy: string;
    readonly at: string;
  };
  readonly necessity?: string;
  readonly proportionality?: string;
  readonly patientRights?: string;
  readonly dataSubjects?: readonly string[];
  readonly dataCategories?: readonly string[];
  /** An empty list says that there are none. */
  readonly processors?: readonly {
    readonly name: string;
    readonly service: string;
    readonly country: string;
    readonly contract: string;
  }[];
  /** An empty list says that nothing leaves the country. */
  readonly transfers?: readonly { readonly country: string; readonly recipient: string; readonly safeguard: string }[];
  readonly retention?: readonly { readonly what: string; readonly period: string; readonly source: string }[];
  readonly dpoAdvice?: DpoAdvice;
  /** Of patients or their representatives (Article 35(9)), or why they were not asked. */
  readonly consultation?: { readonly outcome: string; readonly by: string; readonly at: string };
  /** Of the regulator (Article 36): only where a risk stays high. */
  readonly priorConsultation?: { readonly outcome: string; readonly by: string; readonly at: string };
}

const contact = object({ name: title, contact: title });
const some = (each: Shape, least = 1): Shape => list(each, least, 200);
const consulted = object({ outcome: prose, by: identifier, at: moment });

const shape = object({
  'controller?': contact,
  'jointControllers?': some(contact, 0),
  'representative?': contact,
  'dpo?': contact,
  'lawfulBasis?': object({ article6: title, article9: title, confirmedBy: identifier, at: moment }),
  'necessity?': prose,
  'proportionality?': prose,
  'patientRights?': prose,
  'dataSubjects?': some(title),
  'dataCategories?': some(title),
  'processors?': some(object({ name: title, service: title, country: title, contract: title }), 0),
  'transfers?': some(object({ country: title, recipient: title, safeguard: prose }), 0),
  'retention?': some(object({ what: title, period: title, source: title })),
  'dpoAdvice?': object({ by: identifier, at: moment, text: prose, followed: boolean, 'reason?': prose }),
  'consultation?': consulted,
  'priorConsultation?': consulted,
});

/**
 * Reads and checks the form.
 *
 * @param json - the text, or the parsed value.
 * @returns a frozen copy.
 * @throws PolicyError `DOCUMENT_TOO_LARGE`, `DOCUMENT_NOT_JSON`, `TOO_DEEP`, `UNKNOWN_FIELD`, `DOCUMENT_INVALID` (also for
 * advice that was not followed without a reason); `path` points to the place.
 */
export function checkProcessingForm(json: unknown): ProcessingForm {
  const form = read<ProcessingForm>(parsed(json), shape);
  const { dpoAdvice } = form;
  if (dpoAdvice?.followed === false && dpoAdvice.reason === undefined)
    invalid(step('/dpoAdvice', 'reason'), 'advice that is not followed needs the reason');
  return form;
}

const QUESTIONS: Readonly<Partial<Record<keyof ProcessingForm, string>>> = {
  controller: 'Who is the controller?',
  dpo: 'Who is the data protection officer?',
  lawfulBasis: 'Which conditions of Articles 6 and 9 does the trust rely on, and who confirms it?',
  necessity: 'Why is the processing necessary?',
  proportionality: 'Why is it proportionate to its purposes?',
  patientRights: 'How do patients use their rights?',
  dataSubjects: 'Whose data are processed?',
  dataCategories: 'Which kinds of data are processed?',
  processors: 'Which processors are used?',
  transfers: 'Do data leave the country?',
  retention: 'How long is each kind of data kept?',
  dpoAdvice: 'What did the data protection officer advise?',
  consultation: 'Who was consulted, or why was nobody?',
  priorConsultation: 'A risk stays high: what did the regulator say?',
};

/** Those of the named fields that nobody filled in. */
export function missingIn(form: ProcessingForm, fields: readonly (keyof ProcessingForm)[]): readonly MissingField[] {
  return fields
    .filter((field) => form[field] === undefined)
    .map((field) => ({ field: `/${field}`, question: QUESTIONS[field]! }));
}
