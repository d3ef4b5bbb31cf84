import type { Decision, Request } from '../decision.js';
import type { Pack } from '../document.js';
import type { Pdp } from '../evaluate.js';
import { dutyInWords } from '../plain-english/duty.js';
import { withGlassBroken } from './break-glass.js';
import { afterStep, factOf } from './fact.js';
import { MAX_TRIALS, smallestChanges, type Trial } from './find.js';
import type { Remedy, RemedyStep } from './remedy.js';
import { type Bearing, bearingOn } from './rules.js';
import { valuesFor } from './values.js';
import { kindOf, stepInWords } from './words.js';

/** Remedies offered unless told otherwise: a person reads three, not thirty. */
export const DEFAULT_REMEDIES = 5;
/** Most remedies offered. */
export const MAX_REMEDIES = 20;

export interface RemedyOptions {
  /** Default 5, at most 20. */
  readonly max?: number;
}

/**
 * What the person who was refused can do about it: the smallest sets of changes to facts that the document marks
 * `changeableBy: 'user'`, smallest first. Each was tried: with its steps taken, the decision point permits. Purpose and
 * justification are never a step, "none" and "unknown" never a value. Breaking the glass is offered last, once, by its own
 * `route`, and only if it would be permitted.
 *
 * No step holds a fact of another person: its value comes from the rules, the clock, or the person's own request; of
 * another fact only a number (the policy's version).
 *
 * Bounded work: at most 4 steps a remedy and 2,000 decisions for a refusal (and as many again for breaking the glass); within
 * these none is missed. Empty for a permission, a question that is none, or a clock that failed.
 *
 * @param pdp - the decision point that refused.
 * @param pack - the pack it was made from.
 * @param request - what was refused, with the same facts.
 * @throws RangeError when the pack is another than the decision point's, or `max` is no whole number from 1 to 20.
 * @example
 * ```ts
 * const [first] = remedies(pdp, pack, request); // first.text is 'Sign in again'
 * ```
 */
export function remedies(pdp: Pdp, pack: Pack, request: Request, options: RemedyOptions = {}): readonly Remedy[] {
  return remediesFor(pdp.evaluate(request), pdp, pack, request, options);
}

/**
 * The decision, with `context.remedies` when it is a refusal. The evaluator itself never looks for remedies: it answers
 * at once, and whoever shows a refusal asks for the way forward.
 *
 * @param pdp - decides.
 * @param pack - the pack it was made from.
 * @throws RangeError as `remedies`.
 * @example
 * ```ts
 * const { decision, context } = evaluateWithRemedies(pdp, pack, request);
 * if (!decision) show(context.remedies?.map(({ text }) => text));
 * ```
 */
export function evaluateWithRemedies(pdp: Pdp, pack: Pack, request: Request, options: RemedyOptions = {}): Decision {
  const decision = pdp.evaluate(request);
  const found = remediesFor(decision, pdp, pack, request, options);
  return decision.decision ? decision : { ...decision, context: { ...decision.context, remedies: found } };
}

/**
 * The request once the steps of a remedy are taken. What the person must declare to break the glass is left to them.
 *
 * @param request - the one the remedy was found for: positions of recipients are of its list.
 * @example
 * ```ts
 * pdp.evaluate(applyRemedy(request, remedy)).decision; // true
 * ```
 */
export function applyRemedy(request: Request, { steps }: Pick<Remedy, 'steps'>): Request {
  return steps.reduce(afterStep, request);
}

function remediesFor(
  refusal: Decision,
  pdp: Pdp,
  pack: Pack,
  request: Request,
  { max = DEFAULT_REMEDIES }: RemedyOptions,
): readonly Remedy[] {
  if (!Number.isInteger(max) || max < 1 || max > MAX_REMEDIES)
    throw new RangeError(`\`max\` must be from 1 to ${MAX_REMEDIES}`);
  const { context } = refusal;
  if (context.policy.digest !== pack.digest) throw new RangeError('the decision was made by another policy');
  const now = context.evaluated_at;
  if (refusal.decision || now === null || context.outcome === 'invalid-request') return [];
  const { document } = pack;
  const bearing = bearingOn(document, request.action.name);
  const values = new Map(
    [...bearing.changeable].map(([attribute, tests]) => [
      attribute,
      valuesFor(attribute, tests, request, document, now),
    ]),
  );
  const inWords = (trial: Trial): RemedyStep[] =>
    [...trial.changes].map(([attribute, to]) => {
      const text = stepInWords(attribute, to, factOf(request, attribute), document);
      return { attribute, kind: kindOf(attribute), to, text };
    });
  const ordinary: Remedy[] = [];
  const emergency: Remedy[] = [];
  for (const trial of smallestChanges(pdp, request, bearing, values, max, { left: MAX_TRIALS })) {
    const steps = inWords(trial);
    if (trial.decision.context.basis === 'break-glass') emergency.push(breakGlass(trial, steps, []));
    else ordinary.push({ route: 'ordinary', steps, declares: [], text: sentence(steps), verified: true });
  }
  if (emergency.length === 0) emergency.push(...byBreakingGlass(pdp, pack, request, bearing, values, inWords));
  return [...ordinary.slice(0, max - Math.min(emergency.length, max - 1)), ...emergency].slice(0, max);
}

/** The one way to break the glass with the fewest steps, if there is any. */
function byBreakingGlass(
  pdp: Pdp,
  { document }: Pack,
  request: Request,
  bearing: Bearing,
  values: ReadonlyMap<string, readonly unknown[]>,
  inWords: (trial: Trial) => RemedyStep[],
): readonly Remedy[] {
  if (bearing.declared.size === 0) return [];
  const budget = { left: MAX_TRIALS };
  const trials = withGlassBroken(request, bearing.declared, document)
    .flatMap((broken) => smallestChanges(pdp, broken, bearing, values, 1, budget))
    .filter(({ decision }) => decision.context.basis === 'break-glass')
    .sort((a, b) => a.changes.size - b.changes.size);
  return trials.slice(0, 1).map((trial) => breakGlass(trial, inWords(trial), [...bearing.declared.keys()]));
}

function breakGlass(trial: Trial, steps: readonly RemedyStep[], declares: readonly string[]): Remedy {
  const before = steps.length === 0 ? '' : `${sentence(steps)}; then, in`;
  const duties = trial.decision.context.obligations
    .filter(({ type }) => type === 'notify' || type === 'review')
    .map((duty) => dutyInWords(duty).replace(/^./, (first) => first.toLowerCase()));
  const text = `${before === '' ? 'In' : before} an emergency only: break the glass and say why; ${duties.join(', ')}`;
  return { route: 'break-glass', steps, declares, text, verified: true };
}

function sentence(steps: readonly RemedyStep[]): string {
  return steps
    .map(({ text }, i) => (i === 0 ? text : text.replace(/^./, (first) => first.toLowerCase())))
    .join(', and ');
}
