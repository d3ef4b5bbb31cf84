import type { DpoAdvice } from './assessment.js';
import { assessmentSource, type Configuration, configurationOf, type PaperInput } from './configuration.js';
import { dateInWords, toText } from './moments.js';
import type { Paper, PaperSection, Statement } from './paper.js';
import { measuresSection } from './paper-measures.js';
import { necessitySection } from './paper-necessity.js';
import { processingSection } from './paper-processing.js';
import { risksSection, staysHigh } from './paper-risks.js';
import { standingSection } from './paper-standing.js';
import { missingIn, type ProcessingForm } from './processing-form.js';

/** What only people can say in an impact assessment. */
const ASKED: readonly (keyof ProcessingForm)[] = [
  'controller',
  'dpo',
  'lawfulBasis',
  'necessity',
  'proportionality',
  'patientRights',
  'dataSubjects',
  'dataCategories',
  'processors',
  'retention',
  'dpoAdvice',
  'consultation',
];

/**
 * A data protection impact assessment (UK GDPR Article 35(7)) made from what is running: every statement says which rule,
 * parameter, evidence source, assessment or field of the form it comes from, and nothing is claimed that is not configured.
 * What only people know stays listed as missing until somebody says it. It is a draft for people to judge and sign.
 *
 * @returns plain JSON; `pageOf` makes headings and paragraphs of it.
 * @throws PolicyError `REGISTER_INVALID`; as `channelStatus` and `checkProcessingForm`. RangeError when `now` is no moment.
 * @example
 * ```ts
 * const { sections, missing } = dpia({ pack, register, assessments, form, now: Date.now() });
 * ```
 */
export function dpia(input: PaperInput): Paper<'dpia/0'> {
  const configuration = configurationOf(input);
  const { document, digest, now, form } = configuration;
  const asked = staysHigh(configuration).length > 0 ? [...ASKED, 'priorConsultation' as const] : ASKED;
  return {
    format: 'dpia/0',
    title: `Data protection impact assessment: ${document.title}`,
    at: toText(now),
    policy: { id: document.id, version: document.version, digest },
    sections: [
      standingSection(configuration),
      peopleSection(configuration),
      processingSection(configuration),
      necessitySection(configuration),
      risksSection(configuration),
      measuresSection(configuration),
    ],
    missing: missingIn(form, asked),
  };
}

function peopleSection({ form, decided }: Configuration): PaperSection {
  const { controller, dpo, dpoAdvice, consultation, priorConsultation } = form;
  const statements: Statement[] = [];
  if (controller)
    statements.push({ text: `Controller: ${controller.name}, ${controller.contact}.`, source: 'form: controller' });
  if (dpo) statements.push({ text: `Data protection officer: ${dpo.name}, ${dpo.contact}.`, source: 'form: dpo' });
  if (dpoAdvice) statements.push({ text: adviceInWords(dpoAdvice), source: 'form: dpoAdvice' });
  for (const assessment of decided)
    if (assessment.dpoAdvice)
      statements.push({
        text: `On “${assessment.channel.title}”: ${adviceInWords(assessment.dpoAdvice)}`,
        source: assessmentSource(assessment),
      });
  for (const [field, said] of Object.entries({ consultation, priorConsultation }))
    if (said)
      statements.push({
        text: `${HEARD[field]}, ${said.by}, ${dateInWords(said.at)}: ${said.outcome}`,
        source: `form: ${field}`,
      });
  return { heading: 'Who answers and who was heard', clause: '35(2), 35(9), 36', statements, tables: [] };
}

const HEARD: Readonly<Record<string, string>> = {
  consultation: 'Views of the people concerned',
  priorConsultation: 'Prior consultation of the regulator',
};

function adviceInWords({ by, at, text, followed, reason }: DpoAdvice): string {
  const what = followed ? 'It was followed.' : `It was not followed: ${reason}`;
  return `Advice of ${by}, ${dateInWords(at)}: ${text} ${what}`;
}
