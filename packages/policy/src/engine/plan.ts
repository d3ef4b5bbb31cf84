import type { Obligation, Reason } from '../decision.js';
import type { Basis, PolicyDocument, Rule } from '../document.js';
import { PolicyError, step } from '../errors.js';
import { both, type Code, compile, inverse } from './compile.js';
import { type Slot, slots } from './facts.js';
import { compileObligations } from './obligations.js';
import type { Vocabulary } from './operand.js';

/** A rule ready to run. */
export interface RuleCode {
  /** Whether it applies, break-glass taken into account. */
  readonly applies: Code;
  /** What it says by itself: this is what reasons speak of. */
  readonly says: Code;
  readonly reason: Reason;
  readonly basis: Basis | 'none';
  readonly obligations: readonly Obligation[];
}

/** Everything that bears on one action, in order of rule id: the order of a document never matters. */
export interface Plan {
  readonly forbids: readonly RuleCode[];
  readonly permits: readonly RuleCode[];
  readonly glass: { readonly broken: Code; readonly obligations: readonly Obligation[] } | undefined;
}

export interface Program {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly plans: ReadonlyMap<string, Plan>;
  /** Rules left out because an evidence source they require is not configured. */
  readonly notEnforced: readonly Rule[];
}

/** Compiles a document whole. Refuses every name it does not declare: nothing is ever silently left out. */
export function compilePolicy(document: PolicyDocument): Program {
  const vocabulary: Vocabulary = { slots: slots(document.attributes), parameters: document.parameters };
  const glass = compileGlass(document, vocabulary);
  const ids = new Set<string>();
  const enforced: { rule: Rule; code: RuleCode; waived: RuleCode }[] = [];
  const notEnforced: Rule[] = [];
  document.rules.forEach((rule, i) => {
    const path = `/rules/${i}`;
    unique(ids, rule.id, path);
    knownActions(document, rule.actions, step(path, 'actions'));
    const code = compileRule(rule, glass, vocabulary, path);
    if (rule.effect === 'permit' && rule.basis === 'break-glass') glassCovers(document, rule.actions, path);
    if (configured(document, rule.requires, path)) enforced.push({ rule, ...code });
    else notEnforced.push(rule);
  });
  document.invariants.forEach((invariant, i) => {
    const path = `/invariants/${i}`;
    unique(ids, invariant.id, path);
    const [key, body] =
      'never' in invariant ? (['never', invariant.never] as const) : (['carries', invariant.carries] as const);
    knownActions(document, body.actions, step(step(path, key), 'actions'));
    configured(document, invariant.requires, path);
    compile(body.when, vocabulary, step(step(path, key), 'when'));
    if ('obligations' in body) compileObligations(body.obligations, vocabulary, step(step(path, key), 'obligations'));
  });
  enforced.sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1));
  const plans = new Map<string, Plan>();
  for (const action of document.actions) {
    const mayBreak = document.breakGlass?.actions.includes(action) === true;
    const of = (effect: Rule['effect']): RuleCode[] =>
      enforced
        .filter(({ rule }) => rule.effect === effect && rule.actions.includes(action))
        .map(({ code, waived }) => (mayBreak ? waived : code));
    plans.set(action, { forbids: of('forbid'), permits: of('permit'), glass: mayBreak ? glass : undefined });
  }
  return { slots: vocabulary.slots, plans, notEnforced };
}

function compileRule(
  rule: Rule,
  glass: Plan['glass'],
  vocabulary: Vocabulary,
  path: string,
): { code: RuleCode; waived: RuleCode } {
  const says = compile(rule.when, vocabulary, step(path, 'when'));
  const reason: Reason = Object.freeze({ rule: rule.id, effect: rule.effect, title: rule.title });
  if (rule.effect === 'permit') {
    const applies = rule.basis === 'break-glass' && glass !== undefined ? both(glass.broken, says) : says;
    const obligations = compileObligations(rule.obligations, vocabulary, step(path, 'obligations'));
    const code: RuleCode = { applies, says: applies, reason, basis: rule.basis, obligations };
    return { code, waived: code };
  }
  const code: RuleCode = { applies: says, says, reason, basis: 'none', obligations: [] };
  const waivable = rule.strength === 'emergency-waivable' && glass !== undefined;
  return { code, waived: waivable ? { ...code, applies: both(says, inverse(glass.broken)) } : code };
}

function compileGlass(document: PolicyDocument, vocabulary: Vocabulary): Plan['glass'] {
  const { breakGlass } = document;
  if (breakGlass === undefined) return undefined;
  knownActions(document, breakGlass.actions, '/breakGlass/actions');
  const obligations = compileObligations(breakGlass.obligations, vocabulary, '/breakGlass/obligations');
  for (const duty of ['notify', 'review'])
    if (!obligations.some(({ type }) => type === duty))
      throw new PolicyError(
        'BREAK_GLASS_UNSAFE',
        '/breakGlass/obligations',
        `breaking the glass must carry \`${duty}\``,
      );
  return { broken: compile(breakGlass.when, vocabulary, '/breakGlass/when'), obligations };
}

function glassCovers(document: PolicyDocument, actions: readonly string[], path: string): void {
  for (const action of actions)
    if (document.breakGlass?.actions.includes(action) !== true)
      throw new PolicyError(
        'BREAK_GLASS_UNSAFE',
        step(path, 'basis'),
        `\`${action}\` is no action for which the glass can be broken`,
      );
}

function knownActions(document: PolicyDocument, actions: readonly string[], path: string): void {
  actions.forEach((action, i) => {
    if (!document.actions.includes(action))
      throw new PolicyError('UNKNOWN_ACTION', step(path, i), `no action \`${action}\``);
  });
}

function unique(ids: Set<string>, id: string, path: string): void {
  if (ids.has(id)) throw new PolicyError('DUPLICATE_ID', step(path, 'id'), `\`${id}\` is there twice`);
  ids.add(id);
}

/** Whether all evidence that a rule requires is there. */
function configured(document: PolicyDocument, requires: readonly string[] = [], path: string): boolean {
  requires.forEach((source, i) => {
    if (!Object.hasOwn(document.sources, source))
      throw new PolicyError('UNKNOWN_SOURCE', step(step(path, 'requires'), i), `no evidence source \`${source}\``);
  });
  return requires.every((source) => document.sources[source]!.configured);
}
