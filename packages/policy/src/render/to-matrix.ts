import { and, type Diagram, NO, type Node, YES } from '../analyse/diagram.js';
import { type Model, modelOf, type PolicyModel, type RuleDiagram } from '../analyse/model.js';
import { witnessOf } from '../analyse/variables.js';
import { decider } from '../analyse/witness.js';
import type { Condition, Pack, PermitRule } from '../document.js';
import type { Witness } from '../errors.js';
import { conditionInWords } from '../plain-english/condition.js';
import { forRole, ROLE } from './for-role.js';
import { shortCondition } from './short-condition.js';

/** One rule by which a role may do something. */
export interface Way {
  readonly rule: string;
  readonly basis: PermitRule['basis'];
  /** The condition in a few words: it tells this way from the others, the rule says all of it. */
  readonly words: string;
  /** What the rule asks of people of this role. */
  readonly condition: Condition;
  /** The whole of it in plain English. */
  readonly sentence: string;
  /** A request that is permitted this way: the decision point was asked. */
  readonly witness: Witness;
}

/** What a group of roles may do. */
export interface MatrixCell {
  /** `never` is a proof; `always` is one too: permitted whatever else is so. */
  readonly verdict: 'never' | 'on-conditions' | 'always' | 'not-decided';
  readonly ways: readonly Way[];
  /** Prohibitions that take something away here. */
  readonly stoppedBy: readonly string[];
}

/** Role by action by condition. */
export interface Matrix {
  /** Roles for whom everything is the same stand together; null stands for people whose role is not known. */
  readonly groups: readonly (readonly (string | null)[])[];
  readonly actions: readonly string[];
  /** For each action, a cell for each group. */
  readonly cells: readonly (readonly MatrixCell[])[];
  /** Why nothing was decided. */
  readonly reason?: string;
}

/**
 * Who may do what, and on what conditions, over every request there can be: not read off the rules, but worked out of
 * their decision diagrams. A prohibition that takes all of a permit away makes the cell `never`.
 *
 * @param pack - from `loadPolicy`. Rules whose evidence is not configured are not enforced, and so not counted. A document
 * without `subject.role`, or with one that has no list of values, has one group.
 * @returns the matrix; every cell `not-decided`, with the reason, where the analysis is not exact.
 * @throws PolicyError `ANALYSIS_TOO_LARGE`.
 * @example
 * ```ts
 * const { groups, actions, cells } = toMatrix(pack);
 * const cell = cells[actions.indexOf('view')]![groups.findIndex((roles) => roles.includes('student'))]!;
 * ```
 */
export function toMatrix(pack: Pack): Matrix {
  const { document } = pack;
  const roles = rolesOf(pack);
  const model = modelOf([pack]);
  const policy = model.policies[0]!;
  const [reason] = model.domain.undecided;
  if (reason !== undefined) {
    const cell: MatrixCell = { verdict: 'not-decided', ways: [], stoppedBy: [] };
    return { groups: [roles], actions: document.actions, cells: document.actions.map(() => [cell]), reason };
  }
  const decide = decider(pack);
  const columns = roles.map((role) => columnOf(role, document.actions, { pack, model, policy, decide }));
  const groups = new Map<string, { roles: (string | null)[]; cells: readonly MatrixCell[] }>();
  roles.forEach((role, i) => {
    const { key, cells } = columns[i]!;
    const group = groups.get(key) ?? { roles: [], cells };
    group.roles.push(role);
    groups.set(key, group);
  });
  const all = [...groups.values()];
  return {
    groups: all.map((group) => group.roles),
    actions: document.actions,
    cells: document.actions.map((_, i) => all.map(({ cells }) => cells[i]!)),
  };
}

interface Tools {
  readonly pack: Pack;
  readonly model: Model;
  readonly policy: PolicyModel;
  readonly decide: ReturnType<typeof decider>;
}

/** The values of the role, and null for one that is not known. */
function rolesOf({ document }: Pack): readonly (string | null)[] {
  const declared = document.attributes[ROLE];
  if (declared?.type !== 'enum') return [null];
  const none = declared.none === true && !declared.values!.includes('none') ? ['none'] : [];
  return [...declared.values!, ...none, null];
}

function columnOf(
  role: string | null,
  actions: readonly string[],
  tools: Tools,
): { key: string; cells: readonly MatrixCell[] } {
  const { diagram, domain } = tools.model;
  const fact = domain.facts.get(ROLE);
  const variable =
    fact?.kind === 'scalar' && tools.pack.document.attributes[ROLE]?.type === 'enum' ? fact.variable : undefined;
  const of = variable?.values.findIndex((raws) => raws.includes(role ?? undefined));
  const here = variable === undefined ? YES : diagram.literal(variable.index, variable.values.length, new Set([of!]));
  const kept = new Set(domain.variables.map(({ index }) => index).filter((index) => index !== variable?.index));
  const keys: unknown[] = [];
  const cells = actions.map((action) => {
    const region = diagram.apply(and, tools.policy.allowed(action), here);
    const free = diagram.project(region, kept);
    const cell = cellOf(role, action, { region, free, here }, tools);
    // Nodes are the same exactly where the functions are.
    keys.push(free, cell.stoppedBy, ...cell.ways.map(({ rule, condition }) => [rule, condition]));
    return cell;
  });
  return { key: JSON.stringify(keys), cells };
}

function cellOf(
  role: string | null,
  action: string,
  { region, free, here }: { readonly region: Node; readonly free: Node; readonly here: Node },
  { pack, model, policy, decide }: Tools,
): MatrixCell {
  const { diagram, domain } = model;
  const rules = policy.rules(action);
  const stoppedBy = stopping(diagram, rules, here);
  if (region === NO) return { verdict: 'never', ways: [], stoppedBy };
  const ways: Way[] = [];
  for (const { rule, yes } of rules) {
    if (rule.effect !== 'permit') continue;
    const path = diagram.path(diagram.apply(and, region, yes));
    if (path === null) continue;
    const witness = witnessOf(domain, path, action);
    if (!decide(witness).decision) return { verdict: 'not-decided', ways: [], stoppedBy };
    const condition = forRole(rule.when, role);
    ways.push({
      rule: rule.id,
      basis: rule.basis,
      words: shortCondition(rule, condition),
      condition,
      sentence: conditionInWords(condition, pack.document),
      witness,
    });
  }
  return { verdict: free === YES ? 'always' : 'on-conditions', ways, stoppedBy };
}

/** The prohibitions that apply, or may apply, to something that a permit would allow. */
function stopping(diagram: Diagram, rules: readonly RuleDiagram[], here: Node): string[] {
  const permitted = diagram.any(rules.filter(({ rule }) => rule.effect === 'permit').map(({ yes }) => yes));
  const concerned = diagram.apply(and, permitted, here);
  return rules
    .filter(({ rule, maybe }) => rule.effect === 'forbid' && diagram.apply(and, concerned, maybe) !== NO)
    .map(({ rule }) => rule.id);
}
