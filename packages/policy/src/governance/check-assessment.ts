import { boolean, invalid, list, moment, object, oneOf, positive, type Shape } from '../check/shape.js';
import { PolicyError, step } from '../errors.js';
import { parsed } from '../json-text.js';
import type { AssessedRisk, Assessment } from './assessment.js';
import { recorded } from './moments.js';
import { prose, read, title } from './records.js';
import { HIGH_RISK_SCORE, riskScore } from './risk.js';
import { identifier, samePerson } from './shapes.js';

/** Most risks, flows or conditions of one assessment: more is a sign that several apps were assessed as one. */
export const MAX_ASSESSMENT_ENTRIES = 200;

const entries = (each: Shape): Shape => list(each, 0, MAX_ASSESSMENT_ENTRIES);
const scale = oneOf(1, 2, 3, 4, 5);
const measured = { likelihood: scale, severity: scale };

const shape = object({
  format: oneOf('app-assessment/0'),
  id: identifier,
  version: positive,
  channel: object({ id: identifier, title, owner: title }),
  purpose: prose,
  dataFlows: entries(object({ from: title, to: title, data: list(title, 1, 50), means: prose, 'country?': title })),
  risks: entries(
    object({ id: identifier, title, ...measured, mitigations: list(prose, 0, 50), residual: object(measured) }),
  ),
  'dpoAdvice?': object({ by: identifier, at: moment, text: prose, followed: boolean, 'reason?': prose }),
  assessedBy: identifier,
  assessedAt: moment,
  conditions: entries(object({ title: prose, 'dueBy?': moment })),
  'decision?': oneOf('approve', 'conditional', 'reject'),
  'approvedBy?': identifier,
  'at?': moment,
  'reviewBy?': moment,
});

/**
 * Reads and checks the assessment of an app. It refuses what would be an assessment on paper only: a decision by whoever
 * assessed, a high risk with nothing done about it, a risk that shrinks by itself, an approval of what stays dangerous
 * without the data protection officer's advice (UK GDPR Articles 35(2) and 35(7)).
 *
 * @param json - the text, or the parsed value.
 * @param options.highRisk - the score from which a risk is high; default 15 (`HIGH_RISK_SCORE`).
 * @returns a frozen copy.
 * @throws PolicyError `DOCUMENT_TOO_LARGE`, `DOCUMENT_NOT_JSON`, `TOO_DEEP`, `UNSUPPORTED_FORMAT`, `UNKNOWN_FIELD`,
 * `DOCUMENT_INVALID` (a shape; a decision without who, when and until when, or without a data flow and a risk; conditions
 * beside another decision than `conditional`; times out of order; advice not followed without a reason), `DUPLICATE_ID`
 * (two risks), `SELF_APPROVAL` (the assessor decides, or gives the advice, or the adviser decides), `RISK_UNMITIGATED` (a
 * high or reduced risk without a mitigation), `RESIDUAL_INCREASED`, `ADVICE_MISSING` (approved while a residual risk is
 * high, without `dpoAdvice`); `path` points to the place.
 * @throws RangeError for a `highRisk` outside 1 to 25.
 * @example
 * ```ts
 * const assessment = checkAssessment(await readFile('assessment.json', 'utf8'));
 * ```
 */
export function checkAssessment(json: unknown, options: { readonly highRisk?: number } = {}): Assessment {
  const highRisk = options.highRisk ?? HIGH_RISK_SCORE;
  if (!Number.isSafeInteger(highRisk) || highRisk < 1 || highRisk > 25)
    throw new RangeError('`highRisk` is a whole number from 1 to 25');
  return readAssessment(parsed(json), '', highRisk);
}

// Frozen and checked, perhaps with a trust's own figure: not checked again with every request.
const accepted = new WeakSet<object>();

/** The same for one of many; what `checkAssessment` returned is taken as it is. */
export function readAssessment(json: unknown, path: string, highRisk: number = HIGH_RISK_SCORE): Assessment {
  if (typeof json === 'object' && json !== null && accepted.has(json)) return json as Assessment;
  const format: unknown = (json as { format?: unknown } | null)?.format;
  if (typeof format === 'string' && format !== 'app-assessment/0')
    throw new PolicyError('UNSUPPORTED_FORMAT', step(path, 'format'), 'expected `app-assessment/0`');
  const assessment = read<Assessment>(json, shape, path);
  checkRisks(assessment.risks, step(path, 'risks'), highRisk);
  checkPeople(assessment, path);
  checkAdvice(assessment, path);
  checkDecision(assessment, path, highRisk);
  accepted.add(assessment);
  return assessment;
}

function checkRisks(risks: readonly AssessedRisk[], path: string, highRisk: number): void {
  const ids = new Set<string>();
  for (const [i, risk] of risks.entries()) {
    const at = step(path, i);
    if (ids.has(risk.id)) throw new PolicyError('DUPLICATE_ID', step(at, 'id'), `\`${risk.id}\` is there twice`);
    ids.add(risk.id);
    const { likelihood, severity } = risk.residual;
    if (likelihood > risk.likelihood || severity > risk.severity)
      throw new PolicyError('RESIDUAL_INCREASED', step(at, 'residual'), 'what is done about a risk made it worse');
    const [before, after] = [riskScore(risk), riskScore(risk.residual)];
    if (risk.mitigations.length === 0 && (before >= highRisk || after < before))
      throw new PolicyError(
        'RISK_UNMITIGATED',
        step(at, 'mitigations'),
        before >= highRisk ? 'nothing is done about a high risk' : 'a risk shrinks and nothing is done about it',
      );
  }
}

function checkPeople({ assessedBy, approvedBy, dpoAdvice }: Assessment, path: string): void {
  const refuse = (at: string, message: string): never => {
    throw new PolicyError('SELF_APPROVAL', at, message);
  };
  if (approvedBy !== undefined && samePerson(approvedBy, assessedBy))
    refuse(step(path, 'approvedBy'), 'whoever assessed does not decide');
  if (dpoAdvice === undefined) return;
  // Article 38(6): the data protection officer has no task that conflicts with advising.
  const adviser = step(step(path, 'dpoAdvice'), 'by');
  if (samePerson(dpoAdvice.by, assessedBy)) refuse(adviser, 'whoever assessed does not advise');
  if (approvedBy !== undefined && samePerson(dpoAdvice.by, approvedBy))
    refuse(adviser, 'whoever advises does not decide');
}

function checkAdvice({ dpoAdvice, assessedAt, at }: Assessment, path: string): void {
  if (dpoAdvice === undefined) return;
  const advice = step(path, 'dpoAdvice');
  if (!dpoAdvice.followed && dpoAdvice.reason === undefined)
    invalid(step(advice, 'reason'), 'advice that is not followed needs the reason');
  if (recorded(dpoAdvice.at) < recorded(assessedAt)) invalid(step(advice, 'at'), 'advice before the assessment');
  if (at !== undefined && recorded(dpoAdvice.at) > recorded(at))
    invalid(step(advice, 'at'), 'advice after the decision');
}

function checkDecision(assessment: Assessment, path: string, highRisk: number): void {
  const { decision, conditions, risks, dataFlows, assessedAt } = assessment;
  const parts = ['decision', 'approvedBy', 'at', 'reviewBy'] as const;
  const absent = parts.filter((part) => assessment[part] === undefined);
  if (absent.length === parts.length) return;
  const [lacking] = absent;
  if (lacking !== undefined) invalid(step(path, lacking), 'a decision says what, who, when and until when');
  // As just checked; the compiler cannot count.
  if (decision === undefined) return;
  if (dataFlows.length === 0) invalid(step(path, 'dataFlows'), 'nothing was assessed');
  if (risks.length === 0) invalid(step(path, 'risks'), 'no app is without a risk');
  if ((decision === 'conditional') !== conditions.length > 0)
    invalid(step(path, 'conditions'), 'conditions go with `conditional`, and only with it');
  if (recorded(assessment.at) < recorded(assessedAt)) invalid(step(path, 'at'), 'decided before it was assessed');
  if (recorded(assessment.reviewBy) <= recorded(assessment.at))
    invalid(step(path, 'reviewBy'), 'to be reviewed before it was decided');
  if (
    decision !== 'reject' &&
    assessment.dpoAdvice === undefined &&
    risks.some(({ residual }) => riskScore(residual) >= highRisk)
  )
    throw new PolicyError(
      'ADVICE_MISSING',
      step(path, 'dpoAdvice'),
      'a risk stays high and the data protection officer was not asked',
    );
}
