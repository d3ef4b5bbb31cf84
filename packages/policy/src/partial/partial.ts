import { attributesOf } from '../condition.js';
import type { Clock, Decision, Request } from '../decision.js';
import type { Condition, Pack, Rule } from '../document.js';
import { enforced } from '../enforced.js';
import { own } from '../engine/facts.js';
import { createPdp, type Pdp } from '../evaluate.js';
import { conditionInWords } from '../plain-english/condition.js';
import { bare, FALSE, join, negation, simplifier, TRUE, withoutSupport } from './simplify.js';

export interface PartialOptions {
  readonly clock: Clock;
}

/** A rule that what is not yet known can still make apply. */
export interface OpenRule {
  readonly rule: string;
  readonly effect: 'permit' | 'forbid';
  readonly title: string;
  /** What is left of its condition. */
  readonly condition: Condition;
}

/** What remains of a policy once some facts are known. */
export interface Residual {
  /**
   * The decision, when no further fact can change whether it permits; null while one can. A permission's duties are then
   * the most there can be, and a refusal's reasons those of now.
   */
  readonly decided: Decision | null;
  /** True of exactly those requests that are permitted; over unknown facts it may also be not known, which refuses. */
  readonly condition: Condition;
  readonly rules: readonly OpenRule[];
  /** The facts that still matter, in order of name. */
  readonly attributes: readonly string[];
  /** The same in plain English: what would permit it, then what would forbid it. */
  readonly lines: readonly string[];
  /** Whether a request that adds to what is known is permitted. Never throws. */
  readonly permits: (request: Request) => boolean;
}

/**
 * Decides as far as the known facts go, and says what still matters: for greying out a button before a picture is chosen,
 * or for a filter over a list. What is known stays known: a fact of the wrong type, or `null`, counts as one that nobody
 * will ever supply.
 *
 * For every completion of the unknown facts, `permits` answers as the whole policy would at the moment of the clock now;
 * ages of known times are not counted on. `context.supportedObligations` counts as it is in `known`, and as no limit when
 * it is not there.
 *
 * @param pack - from `loadPolicy`.
 * @param known - the action's name, and whatever is known; whole sections may be missing.
 * @param options - `clock` as for `createPdp`.
 * @throws TypeError when `clock.now` is not a function.
 * @example
 * ```ts
 * const { decided, permits } = partial(pack, { subject, action: { name: 'view' }, context }, { clock });
 * const shown = pictures.filter((resource) => permits({ subject, action: { name: 'view' }, resource, context }));
 * ```
 */
export function partial(
  pack: Pack,
  known: Partial<Request> & Pick<Request, 'action'>,
  { clock }: PartialOptions,
): Residual {
  const frozen = stopped(clock);
  const asked: Request = {
    ...known,
    subject: known.subject ?? {},
    resource: known.resource ?? {},
    context: known.context ?? {},
  };
  const decision = createPdp(pack, { clock: frozen }).evaluate(asked);
  if (decision.context.outcome === 'invalid-request')
    return { decided: decision, condition: FALSE, rules: [], attributes: [], lines: [], permits: () => false };
  const simplify = simplifier(pack, asked, frozen);
  const { document } = pack;
  const action = asked.action.name;
  const glass = document.breakGlass?.actions.includes(action) === true ? document.breakGlass : undefined;
  const rules = enforced(document, document.rules).filter(({ actions }) => actions.includes(action));
  const says = (rule: Rule): Condition => {
    if (glass === undefined) return rule.when;
    if (rule.effect === 'permit') return rule.basis === 'break-glass' ? { all: [glass.when, rule.when] } : rule.when;
    return rule.strength === 'absolute' ? rule.when : { all: [rule.when, { not: glass.when }] };
  };
  const open = (rule: Rule): OpenRule => ({
    rule: rule.id,
    effect: rule.effect,
    title: rule.title,
    condition: simplify(says(rule), rule.effect === 'permit'),
  });
  const permits = rules.filter(({ effect }) => effect === 'permit').map(open);
  // A duty that cannot be carried out here refuses, if the rule that states it may apply.
  const supported = own(asked.context, 'supportedObligations');
  const cannot = (duties: readonly { readonly type: string }[] = []): boolean =>
    supported !== undefined && duties.some(({ type }) => !(Array.isArray(supported) && supported.includes(type)));
  const unsupported = [
    ...rules.flatMap((rule) => (rule.effect === 'permit' && cannot(rule.obligations) ? [says(rule)] : [])),
    ...(cannot(glass?.obligations) ? [glass!.when] : []),
  ];
  const forbids = [
    ...rules.filter(({ effect }) => effect === 'forbid').map(open),
    ...unsupported.map((when): OpenRule => ({ ...UNSUPPORTED, condition: simplify(when, false) })),
  ];
  const either = join(
    'any',
    permits.map((each) => each.condition),
  );
  const condition = join('all', [either, ...forbids.map((each) => negation(each.condition))]);
  const isSettled = condition === TRUE || condition === FALSE;
  const left = isSettled ? [] : [...permits, ...forbids].filter((each) => each.condition !== FALSE);
  return {
    decided: isSettled ? decision : null,
    condition,
    rules: left,
    attributes: [...attributesOf(condition)].sort(),
    lines: left.map(({ effect, title, condition: each }) => {
      const words = conditionInWords(each, document);
      return `${effect === 'permit' ? 'Allowed' : 'Refused'} if ${words} (${title})`.replace(
        'if always',
        'in any case',
      );
    }),
    permits: only(pack, action, condition, frozen),
  };
}

const UNSUPPORTED = {
  rule: 'supported-obligations',
  effect: 'forbid' as const,
  title: 'The duty that comes with this cannot be carried out here',
};

/** The same moment every time; a clock that fails stays failed. */
function stopped(clock: Clock): Clock {
  if (typeof clock?.now !== 'function') throw new TypeError('`clock.now` must be a function');
  try {
    const now = clock.now();
    return { now: () => now };
  } catch {
    return { now: () => Number.NaN };
  }
}

/** The policy that permits one action under one condition, as a question. */
function only(pack: Pack, action: string, when: Condition, clock: Clock): Residual['permits'] {
  let pdp: Pdp | undefined;
  return (request) => {
    pdp ??= createPdp(
      bare(pack, [action], () => when),
      { clock },
    );
    try {
      return pdp.evaluate(withoutSupport(request)).decision;
    } catch {
      return false;
    }
  };
}
