import type { Decision } from '../decision.js';
import type { Condition, Pack } from '../document.js';
import type { Witness } from '../errors.js';
import { cubesOf } from './cubes.js';
import { literalsOf, sentence } from './describe.js';
import { and, type Cube } from './diagram.js';
import { modelOf } from './model.js';
import { type Scalar, witnessOf } from './variables.js';
import { decider } from './witness.js';

/** Most combinations told of one question: more is no answer for a person. */
export const MAX_COMBINATIONS = 200;

/** Who can ever do `action` where `when` is known to hold. */
export interface WhoCanQuery {
  readonly action: string;
  /** Default: always. */
  readonly when?: Condition;
  /**
   * The facts by which to answer. Default: every fact of the subject, and of a relationship, that has a list of values.
   */
  readonly by?: readonly string[];
}

/** One combination. */
export interface WhoCan {
  /** The fact's possible values; null stands for a fact that is not known. A fact that does not matter is left out. */
  readonly facts: Readonly<Record<string, readonly unknown[]>>;
  readonly sentence: string;
  readonly witness: Witness;
  /** The engine's answer on the witness. */
  readonly decision: Decision;
}

/** `nobody` is a proof. */
export interface WhoCanAnswer {
  readonly verdict: 'somebody' | 'nobody' | 'not-decided';
  readonly who: readonly WhoCan[];
  /** True when there are more combinations than are told. */
  readonly more: boolean;
  /** Why nothing was decided. */
  readonly reason?: string;
}

/** Answers over every request there can be. */
export function whoCan(pack: Pack, { action, when = { all: [] }, by }: WhoCanQuery): WhoCanAnswer {
  const { diagram, domain, policies } = modelOf([pack], [when]);
  const [reason] = domain.undecided;
  const nothing = { who: [], more: false };
  if (reason !== undefined) return { verdict: 'not-decided', ...nothing, reason };
  const policy = policies[0]!;
  const able = diagram.apply(and, policy.allowed(action), policy.truths(when).yes);
  const asked = by ?? Object.keys(pack.document.attributes).filter((name) => isOfPerson(name, pack));
  const kept = asked.flatMap((name) => {
    const fact = domain.facts.get(name);
    return fact?.kind === 'scalar' ? [fact as Scalar] : [];
  });
  const shown = diagram.project(able, new Set(kept.map(({ variable }) => variable.index)));
  const decide = decider(pack);
  const who: WhoCan[] = [];
  let more = false;
  for (const cube of cubesOf(diagram, shown)) {
    more = who.length === MAX_COMBINATIONS;
    if (more) break;
    const witness = witnessOf(domain, diagram.path(able, cube)!, action);
    const decision = decide(witness);
    if (!decision.decision)
      return { verdict: 'not-decided', ...nothing, reason: 'a combination did not stand when it was decided' };
    const facts = kept
      .filter(({ variable }) => cube.has(variable.index))
      .map(({ path, variable }) => [path.join('.'), valuesIn(cube, variable.index, variable.values)]);
    const words = sentence(literalsOf(domain, cube));
    who.push({ facts: Object.fromEntries(facts), sentence: `Can ${action}${words}.`, witness, decision });
  }
  return { verdict: who.length > 0 ? 'somebody' : 'nobody', who, more };
}

function isOfPerson(name: string, { document }: Pack): boolean {
  return /^(subject|context\.relationship)\./.test(name) && document.attributes[name]!.values !== undefined;
}

function valuesIn(cube: Cube, index: number, values: readonly (readonly unknown[])[]): unknown[] {
  return [...cube.get(index)!].flatMap((i) => values[i]!.map((raw) => raw ?? null));
}
