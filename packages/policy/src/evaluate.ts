import type { Advice, Clock, Decision, Finding, Obligation, Reason, Request } from './decision.js';
import type { Basis, Outcome, Pack } from './document.js';
import { type Frame, MISSING, NONE, own, type Slot, section } from './engine/facts.js';
import { compilePolicy, type Plan, type RuleCode } from './engine/plan.js';
import { FALSE, TRUE } from './engine/three-valued.js';
import { instant } from './engine/time.js';

export interface PdpOptions {
  readonly clock: Clock;
  /**
   * `actual` puts the value of each fact into the findings, for audit and information governance. Such a decision must
   * not be sent to the person it is about. Default `nothing`.
   */
  readonly reveal?: 'nothing' | 'actual';
}

/** A policy decision point: one pack, compiled once. */
export interface Pdp {
  /** Never throws, whatever the request is. */
  readonly evaluate: (request: Request) => Decision;
}

/** The strongest claim first; a permit by breaking the glass needs none of them. */
const BASES: readonly Basis[] = ['standing', 'on-duty', 'referral'];
const NOTHING: readonly never[] = Object.freeze([]);

/**
 * Makes a decision point from a pack.
 *
 * Three-valued and fail-closed: nothing is allowed unless a rule permits it; a prohibition that applies, or that may
 * apply because a fact is missing, wins over every permit; a permit counts only when all it needs is known. A fact of
 * the wrong type is a missing fact. The duties of every permit that is not known to be false come with a permission, so
 * hiding a fact never sheds a duty.
 *
 * @param pack - from `loadPolicy`, or the same `{ document, digest }` from a place that checked it: it is not checked again.
 * @param options - `clock` gives the only present moment; a request cannot bring its own.
 * @throws TypeError when `clock.now` is not a function, or the document is one that `loadPolicy` never saw and names
 * something it does not declare.
 * @example
 * ```ts
 * const pdp = createPdp(loadPolicy(nhs()), { clock: { now: Date.now } });
 * const { decision, context } = pdp.evaluate({ subject, action: { name: 'view' }, resource, context });
 * ```
 */
export function createPdp({ document, digest }: Pack, options: PdpOptions): Pdp {
  const { clock, reveal = 'nothing' } = options;
  if (typeof clock?.now !== 'function') throw new TypeError('`clock.now` must be a function');
  if (reveal !== 'nothing' && reveal !== 'actual') throw new TypeError('`reveal` must be `nothing` or `actual`');
  const { planOf, slots, notEnforced } = compilePolicy(document);
  const policy = Object.freeze({ id: document.id, version: document.version, digest });
  const reviewBy = document.reviewBy === undefined ? Number.POSITIVE_INFINITY : (instant(document.reviewBy) ?? 0);
  const advice: readonly Advice[] = Object.freeze(
    notEnforced.map(({ id, requires }) =>
      Object.freeze({ code: 'rule-not-enforced' as const, rule: id, requires: requires! }),
    ),
  );
  const overdueAdvice = Object.freeze([...advice, Object.freeze({ code: 'policy-review-overdue' as const })]);

  // Printing a date costs as much as ten rules; many decisions share a millisecond.
  let printed = Number.NaN;
  let text: string | null = null;
  const moment = (now: number | null): string | null => {
    if (now === null) return null;
    if (now !== printed) text = new Date(now).toISOString();
    printed = now;
    return text;
  };

  const present = (): number | null => {
    try {
      const now = clock.now();
      // The range of an ECMAScript time value: beyond it there is no date to print.
      return typeof now === 'number' && Math.abs(now) <= 8.64e15 ? now : null;
    } catch {
      return null;
    }
  };

  const answer = (
    outcome: Outcome,
    reasons: readonly Reason[],
    now: number | null,
    overdue: boolean,
    basis: Basis | 'none' = 'none',
    obligations: readonly Obligation[] = NOTHING,
    missing: readonly string[] = NOTHING,
    illTyped: readonly string[] = NOTHING,
  ): Decision => ({
    decision: outcome === 'permitted',
    context: {
      basis,
      outcome,
      reasons,
      obligations,
      advice: overdue || (now !== null && now >= reviewBy) ? overdueAdvice : advice,
      missing,
      illTyped,
      policy,
      evaluated_at: moment(now),
    },
  });

  const actual = (finding: Finding, frame: Frame): Finding => {
    const { attribute, op, expected } = finding;
    const value = slots.get(op.endsWith('insideFence') ? `${attribute}.${expected}` : attribute)!.read(frame);
    return value === MISSING ? finding : { ...finding, actual: value === NONE ? 'none' : value };
  };

  const because = (rule: RuleCode, frame: Frame): Reason => {
    const reason = rule.because(frame);
    if (reveal === 'nothing') return reason;
    const key = reason.failed === undefined ? 'matched' : 'failed';
    return { ...reason, [key]: reason[key]!.map((finding) => actual(finding, frame)) };
  };

  const wanting = (rules: readonly RuleCode[], frame: Frame, overdue: boolean): Decision => {
    const names = (found: Iterable<Slot>): string[] => Array.from(found, ({ attribute }) => attribute).sort();
    const all = new Set<Slot>();
    const reasons = rules.map((rule): Reason => {
      const gaps = new Set<Slot>();
      rule.applies.gaps(frame, gaps);
      for (const slot of gaps) all.add(slot);
      return { ...rule.reason, missing: names(gaps) };
    });
    const missing = names(all);
    if (frame.now === null && missing.length === 0) missing.push('context.now');
    const illTyped = names((frame.illTyped ?? []).filter((slot) => all.has(slot)));
    return answer('missing-information', reasons, frame.now, overdue, 'none', NOTHING, missing, illTyped);
  };

  const judge = (plan: Plan, frame: Frame, overdue: boolean): Decision => {
    const { now } = frame;
    const forbidden: RuleCode[] = [];
    const doubtful: RuleCode[] = [];
    plan.sortForbids(frame, forbidden, doubtful);
    if (forbidden.length > 0)
      return answer(
        'forbidden',
        forbidden.map((rule) => because(rule, frame)),
        now,
        overdue,
      );
    const permitted: RuleCode[] = [];
    const possible: RuleCode[] = [];
    plan.sortPermits(frame, permitted, possible);
    if (permitted.length === 0 && possible.length === 0)
      return answer(
        'not-permitted',
        plan.permits.map((rule) => because(rule, frame)),
        now,
        overdue,
      );
    if (permitted.length === 0) return wanting([...doubtful, ...possible], frame, overdue);
    if (doubtful.length > 0) return wanting(doubtful, frame, overdue);

    const { glass } = plan;
    const broken = glass?.broken.test(frame) ?? FALSE;
    const obligations = plan.duties(permitted, possible, broken === FALSE ? NOTHING : [glass!]);
    const supported = own(frame.context, 'supportedObligations');
    if (supported !== undefined) {
      const unsupported = obligations.filter(({ type }) => !(Array.isArray(supported) && supported.includes(type)));
      if (unsupported.length > 0) return answer('not-permitted', unsupported.map(unsupportedReason), now, overdue);
    }
    const basis =
      broken === TRUE ? 'break-glass' : BASES.find((each) => permitted.some((rule) => rule.basis === each))!;
    const reasons = permitted.map(({ reason }) => reason);
    return answer('permitted', reasons, now, overdue, basis, obligations);
  };

  // A list as long as there are facts costs as much to make as three facts to read: it is wiped and used again. A request
  // whose getter asks for another decision finds none to spare.
  let spare: Frame['facts'] | undefined;

  const decide = (request: Request, now: number | null): Decision => {
    const subject = section(request, 'subject');
    const action = section(request, 'action');
    const resource = section(request, 'resource');
    const context = section(request, 'context');
    const plan = planOf(own(action, 'name'));
    const facts: Frame['facts'] = spare ?? new Array(slots.size);
    spare = undefined;
    const frame: Frame = { subject, action, resource, context, facts, illTyped: undefined, now };
    const decision = judge(plan, frame, own(context, 'policyOverdue') === true);
    // Array.prototype.fill takes ten times as long.
    for (let i = 0; i < facts.length; i += 1) facts[i] = undefined;
    spare = facts;
    return decision;
  };

  return Object.freeze({
    evaluate: (request: Request): Decision => {
      const now = present();
      try {
        return decide(request, now);
      } catch {
        // An action that is not declared, no section, or a request with traps (a getter or proxy that throws).
        return answer('invalid-request', NOTHING, now, false);
      }
    },
  });
}

function unsupportedReason({ type }: Obligation): Reason {
  return {
    rule: 'supported-obligations',
    effect: 'forbid',
    title: 'The duty that comes with this cannot be carried out here',
    matched: [{ attribute: 'context.supportedObligations', op: 'not includes', expected: type }],
  };
}
