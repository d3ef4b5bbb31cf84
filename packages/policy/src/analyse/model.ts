import type { Obligation } from '../decision.js';
import type { Condition, ObligationStatement, Pack, PolicyDocument, Rule } from '../document.js';
import { enforced } from '../enforced.js';
import { combine, compileObligations } from '../engine/obligations.js';
import { type Atom, eachAtom, type Side, sideOf, type Use } from './atoms.js';
import { and, Diagram, isEnd, minus, NO, type Node, type Operation, or, YES } from './diagram.js';
import { domainOf } from './domain.js';
import { type Truths, truthsOf } from './truths.js';
import type { Domain } from './variables.js';

/** A rule for one action as diagrams, break-glass taken into account. */
export interface RuleDiagram extends Truths {
  readonly rule: Rule;
  readonly says: Truths;
}

/** What one document answers, as diagrams. */
export interface PolicyModel {
  readonly pack: Pack;
  readonly truths: (condition: Condition) => Truths;
  readonly rules: (action: string) => readonly RuleDiagram[];
  /** Where the action is allowed. */
  readonly allowed: (action: string) => Node;
  /** Where it is allowed, with ends that tell which duties come with it; by these rules, or by all of the action. */
  readonly duties: (action: string, rules?: readonly RuleDiagram[]) => Node;
  /** Duties as this document states them. */
  readonly stated: (obligations: readonly ObligationStatement[] | undefined) => readonly Obligation[];
}

/** Documents over the same variables. */
export interface Model {
  readonly diagram: Diagram;
  readonly domain: Domain;
  readonly policies: readonly PolicyModel[];
  /** The duties that an end of `duties` stands for; null where nothing is allowed. */
  readonly dutiesOf: (end: Node) => readonly Obligation[] | null;
}

/** The variables and diagrams of one or two documents; `extra` are further conditions, of any of them. */
export function modelOf(packs: readonly Pack[], extra: readonly Condition[] = []): Model {
  const diagram = new Diagram();
  const sides = packs.map(({ document }) => sideOf(document));
  const uses = new Map<Atom, Use>();
  for (const side of sides)
    for (const condition of [...conditionsOf(side.document), ...extra])
      eachAtom(condition, side, (atom) => {
        uses.set(atom, { side, atom });
      });
  const domain = domainOf([...uses.values()]);

  const combined: (readonly Obligation[])[] = [[], []];
  const ends = new Map<string, Node>([['[]', YES]]);
  const endOf = (obligations: readonly Obligation[]): Node => {
    const key = JSON.stringify(obligations);
    let end = ends.get(key);
    if (end === undefined) {
      end = diagram.end(combined.push(obligations) - 1);
      ends.set(key, end);
    }
    return end;
  };
  const adding = new Map<string, Operation>();
  const add = (obligations: readonly Obligation[]): Operation => {
    const key = JSON.stringify(obligations);
    const operation: Operation =
      adding.get(key) ??
      ((where, end) =>
        where === NO || end === NO
          ? end
          : where === YES && isEnd(end)
            ? endOf(combine([...combined[end]!, ...obligations]))
            : undefined);
    adding.set(key, operation);
    return operation;
  };
  const policies = sides.map((side, i) => policyOf(packs[i]!, side, diagram, truthsOf(diagram, domain, side), add));
  return {
    diagram,
    domain,
    policies,
    dutiesOf: (end) => (end === NO ? null : combined[end]!),
  };
}

function conditionsOf(document: PolicyDocument): Condition[] {
  const { breakGlass, rules, invariants } = document;
  return [
    ...enforced(document, rules).map(({ when }) => when),
    ...(breakGlass ? [breakGlass.when] : []),
    ...enforced(document, invariants).map((each) => ('never' in each ? each.never : each.carries).when),
  ];
}

function policyOf(
  pack: Pack,
  side: Side,
  diagram: Diagram,
  truths: PolicyModel['truths'],
  add: (obligations: readonly Obligation[]) => Operation,
): PolicyModel {
  const { document } = pack;
  const { breakGlass } = document;
  const broken: Truths = breakGlass === undefined ? { yes: NO, maybe: NO } : truths(breakGlass.when);
  const stated: PolicyModel['stated'] = (obligations) => compileObligations(obligations, side.vocabulary);
  const join = (a: Truths, b: Truths): Truths => ({
    yes: diagram.apply(and, a.yes, b.yes),
    maybe: diagram.apply(and, a.maybe, b.maybe),
  });
  const once = <T>(make: (action: string) => T): ((action: string) => T) => {
    const done = new Map<string, T>();
    return (action) => {
      const known = done.get(action) ?? make(action);
      done.set(action, known);
      return known;
    };
  };
  const mayBreak = (action: string): boolean => breakGlass?.actions.includes(action) === true;
  const whole: Truths = { yes: diagram.not(broken.maybe), maybe: diagram.not(broken.yes) };
  const rules = once((action): RuleDiagram[] =>
    enforced(document, document.rules)
      .filter(({ actions }) => actions.includes(action))
      .map((rule) => {
        const when = truths(rule.when);
        const says = rule.effect === 'permit' && rule.basis === 'break-glass' ? join(broken, when) : when;
        const waived = rule.effect === 'forbid' && rule.strength === 'emergency-waivable' && mayBreak(action);
        return { rule, says, ...(waived ? join(says, whole) : says) };
      }),
  );
  const allowed = once((action) => allowedBy(diagram, rules(action)));
  return {
    pack,
    truths,
    rules,
    allowed,
    stated,
    duties: (action, some = rules(action)) => {
      const permits = some.reduce(
        (node, { rule, maybe }) =>
          rule.effect === 'permit' ? diagram.apply(add(stated(rule.obligations)), maybe, node) : node,
        allowedBy(diagram, some),
      );
      return mayBreak(action) ? diagram.apply(add(stated(breakGlass!.obligations)), broken.maybe, permits) : permits;
    },
  };
}

/** A permit is known to apply, and no prohibition applies or may apply. */
export function allowedBy(diagram: Diagram, rules: readonly RuleDiagram[]): Node {
  const permits = rules.filter(({ rule }) => rule.effect === 'permit').map(({ yes }) => yes);
  const forbids = rules.filter(({ rule }) => rule.effect === 'forbid').map(({ maybe }) => maybe);
  return forbids.reduce(
    (node, maybe) => diagram.apply(minus, node, maybe),
    permits.reduce((a, b) => diagram.apply(or, a, b), NO),
  );
}
