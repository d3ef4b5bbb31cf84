import type { Advice, Clock, Decision, Finding, Obligation, Reason, Request } from './decision.js';
import type { Basis, Outcome, Pack } from './document.js';
import { type Frame, MISSING, NONE, own, type Slot } from './engine/facts.js';
import { combine } from './engine/obligations.js';
import { compilePolicy, type Plan, type Program, type RuleCode } from './engine/plan.js';
import { FALSE, TRUE, UNKNOWN } from './engine/three-valued.js';
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

const STRENGTH: readonly Basis[] = ['standing', 'on-duty', 'referral', 'break-glass'];
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
export function createPdp(pack: Pack, options: PdpOptions): Pdp {
  const { clock, reveal = 'nothing' } = options;
  if (typeof clock?.now !== 'function') throw new TypeError('`clock.now` must be a function');
  if (reveal !== 'nothing' && reveal !== 'actual') throw new TypeError('`reveal` must be `nothing` or `actual`');
  const engine = new Engine(pack, clock, reveal === 'actual');
  return Object.freeze({ evaluate: (request: Request) => engine.evaluate(request) });
}

class Engine {
  readonly #program: Program;
  readonly #policy: Decision['context']['policy'];
  readonly #clock: Clock;
  readonly #reveal: boolean;
  readonly #advice: readonly Advice[];
  readonly #overdue: readonly Advice[];
  readonly #reviewBy: number;
  #printed = { now: Number.NaN, text: '' };

  constructor({ document, digest }: Pack, clock: Clock, reveal: boolean) {
    this.#program = compilePolicy(document);
    this.#policy = Object.freeze({ id: document.id, version: document.version, digest });
    this.#clock = clock;
    this.#reveal = reveal;
    this.#advice = Object.freeze(
      this.#program.notEnforced.map(({ id, requires }) =>
        Object.freeze({ code: 'rule-not-enforced' as const, rule: id, requires: requires! }),
      ),
    );
    this.#overdue = Object.freeze([...this.#advice, Object.freeze({ code: 'policy-review-overdue' as const })]);
    this.#reviewBy = document.reviewBy === undefined ? Number.POSITIVE_INFINITY : (instant(document.reviewBy) ?? 0);
  }

  evaluate(request: Request): Decision {
    const now = this.#now();
    try {
      return this.#decide(request, now);
    } catch {
      // Only a request with traps (a getter or proxy that throws) comes here.
      return this.#answer('invalid-request', NOTHING, now, false);
    }
  }

  #now(): number | null {
    try {
      const now = this.#clock.now();
      // The range of an ECMAScript time value: beyond it there is no date to print.
      return typeof now === 'number' && Math.abs(now) <= 8.64e15 ? now : null;
    } catch {
      return null;
    }
  }

  /** Printing a date costs as much as ten rules; many decisions share a millisecond. */
  #moment(now: number | null): string | null {
    if (now !== null && now !== this.#printed.now) this.#printed = { now, text: new Date(now).toISOString() };
    return now === null ? null : this.#printed.text;
  }

  #decide(request: Request, now: number | null): Decision {
    const subject = own(request, 'subject');
    const action = own(request, 'action');
    const resource = own(request, 'resource');
    const context = own(request, 'context');
    const name = own(action, 'name');
    const plan = typeof name === 'string' ? this.#program.plans.get(name) : undefined;
    if (plan === undefined || !isRecord(subject) || !isRecord(action) || !isRecord(resource) || !isRecord(context))
      return this.#answer('invalid-request', NOTHING, now, false);
    const overdue = own(context, 'policyOverdue') === true;
    const facts: Frame['facts'] = new Array(this.#program.slots.size);
    const frame: Frame = { subject, action, resource, context, facts, illTyped: undefined, now };

    const forbidden: RuleCode[] = [];
    const doubtful: RuleCode[] = [];
    for (const rule of plan.forbids) {
      const truth = rule.applies.test(frame);
      if (truth === TRUE) forbidden.push(rule);
      else if (truth === UNKNOWN) doubtful.push(rule);
    }
    if (forbidden.length > 0) {
      const reasons = forbidden.map((rule) => this.#because(rule, 'matched', frame));
      return this.#answer('forbidden', reasons, now, overdue);
    }
    const permitted: RuleCode[] = [];
    const possible: RuleCode[] = [];
    for (const rule of plan.permits) {
      const truth = rule.applies.test(frame);
      if (truth === TRUE) permitted.push(rule);
      else if (truth === UNKNOWN) possible.push(rule);
    }
    if (permitted.length === 0 && possible.length === 0) {
      const reasons = plan.permits.map((rule) => this.#because(rule, 'failed', frame));
      return this.#answer('not-permitted', reasons, now, overdue);
    }
    if (permitted.length === 0 || doubtful.length > 0) {
      const open = permitted.length === 0 ? [...doubtful, ...possible] : doubtful;
      return this.#wanting(open, frame, overdue);
    }
    return this.#permit(plan, permitted, possible, frame, overdue);
  }

  #permit(
    plan: Plan,
    permitted: readonly RuleCode[],
    possible: readonly RuleCode[],
    frame: Frame,
    overdue: boolean,
  ): Decision {
    const glass = plan.glass?.broken.test(frame) ?? FALSE;
    const duties: Obligation[] = [];
    for (const { obligations } of permitted) duties.push(...obligations);
    for (const { obligations } of possible) duties.push(...obligations);
    if (glass !== FALSE) duties.push(...plan.glass!.obligations);
    const obligations = combine(duties);
    const supported = own(frame.context, 'supportedObligations');
    if (supported !== undefined) {
      const unsupported = obligations.filter(({ type }) => !(Array.isArray(supported) && supported.includes(type)));
      if (unsupported.length > 0)
        return this.#answer('not-permitted', unsupported.map(unsupportedReason), frame.now, overdue);
    }
    const basis =
      glass === TRUE ? 'break-glass' : STRENGTH.find((each) => permitted.some((rule) => rule.basis === each))!;
    const reasons = permitted.map(({ reason }) => reason);
    return this.#answer('permitted', reasons, frame.now, overdue, { basis, obligations });
  }

  #wanting(rules: readonly RuleCode[], frame: Frame, overdue: boolean): Decision {
    const all = new Set<Slot>();
    const reasons = rules.map((rule): Reason => {
      const gaps = new Set<Slot>();
      rule.applies.gaps(frame, gaps);
      for (const slot of gaps) all.add(slot);
      return { ...rule.reason, missing: [...gaps].map(({ attribute }) => attribute).sort() };
    });
    const name = ({ attribute }: Slot): string => attribute;
    const missing = [...all].map(name).sort();
    if (frame.now === null && missing.length === 0) missing.push('context.now');
    const illTyped = (frame.illTyped ?? [])
      .filter((slot) => all.has(slot))
      .map(name)
      .sort();
    return this.#answer('missing-information', reasons, frame.now, overdue, { missing, illTyped });
  }

  #because(rule: RuleCode, key: 'failed' | 'matched', frame: Frame): Reason {
    const findings: Finding[] = [];
    rule.says.blame(frame, key === 'failed' ? TRUE : FALSE, findings);
    return { ...rule.reason, [key]: this.#reveal ? findings.map((finding) => this.#actual(finding, frame)) : findings };
  }

  #actual(finding: Finding, frame: Frame): Finding {
    const { attribute, op, expected } = finding;
    const fact = op.endsWith('insideFence') ? `${attribute}.${String(expected)}` : attribute;
    const value = this.#program.slots.get(fact)!.read(frame);
    if (value === MISSING) return finding;
    return { ...finding, actual: value === NONE ? 'none' : value };
  }

  #answer(
    outcome: Outcome,
    reasons: readonly Reason[],
    now: number | null,
    overdue: boolean,
    more: {
      basis?: Basis;
      obligations?: readonly Obligation[];
      missing?: readonly string[];
      illTyped?: readonly string[];
    } = {},
  ): Decision {
    return {
      decision: outcome === 'permitted',
      context: {
        basis: more.basis ?? 'none',
        outcome,
        reasons,
        obligations: more.obligations ?? NOTHING,
        advice: overdue || (now !== null && now >= this.#reviewBy) ? this.#overdue : this.#advice,
        missing: more.missing ?? NOTHING,
        illTyped: more.illTyped ?? NOTHING,
        policy: this.#policy,
        evaluated_at: this.#moment(now),
      },
    };
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unsupportedReason({ type }: Obligation): Reason {
  return {
    rule: 'supported-obligations',
    effect: 'forbid',
    title: 'The duty that comes with this cannot be carried out here',
    matched: [{ attribute: 'context.supportedObligations', op: 'not includes', expected: type }],
  };
}
