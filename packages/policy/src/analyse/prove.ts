import type { Obligation } from '../decision.js';
import type { Invariant, Pack } from '../document.js';
import { enforced } from '../enforced.js';
import { covers } from '../engine/obligations.js';
import { PolicyError, step, type Witness } from '../errors.js';
import { and, isEnd, NO, type Node, type Operation, YES } from './diagram.js';
import { type Model, modelOf } from './model.js';
import { witnessOf } from './variables.js';
import { decider } from './witness.js';

/** What became of one invariant. `not-claimed`: it requires evidence that is not configured here. */
export interface Proof {
  readonly invariant: string;
  readonly title: string;
  readonly verdict: 'proved' | 'broken' | 'not-claimed' | 'not-decided';
  /** Of a broken invariant: a request that the policy permits against it. */
  readonly witness?: Witness;
  /** Why nothing was decided. */
  readonly reason?: string;
}

/** Proves each invariant over every request there can be, or finds one that breaks it. */
export function proveAll(pack: Pack, invariants: readonly Invariant[]): readonly Proof[] {
  const model = modelOf(
    [pack],
    invariants.map((each) => scopeOf(each).when),
  );
  const decide = decider(pack);
  const claimed = enforced(pack.document, invariants);
  return invariants.map((invariant) => {
    const { id, title } = invariant;
    const found = claimed.includes(invariant) ? prove(model, decide, invariant) : { verdict: 'not-claimed' as const };
    return Object.freeze({ invariant: id, title, ...found });
  });
}

const scopeOf = (invariant: Invariant): Extract<Invariant, { never: unknown }>['never'] =>
  'never' in invariant ? invariant.never : invariant.carries;

function prove(
  model: Model,
  decide: ReturnType<typeof decider>,
  invariant: Invariant,
): Omit<Proof, 'invariant' | 'title'> {
  const { diagram, domain, dutiesOf } = model;
  const [reason] = domain.undecided;
  if (reason !== undefined) return { verdict: 'not-decided', reason };
  const policy = model.policies[0]!;
  const { actions, when } = scopeOf(invariant);
  const { yes } = policy.truths(when);
  const wanted = 'carries' in invariant ? policy.stated(invariant.carries.obligations) : undefined;
  const carried = (duties: readonly Obligation[]): boolean =>
    wanted?.every((each) => duties.some((duty) => covers(duty, each))) === true;
  const lacking: Operation = (where, end) =>
    where === NO || end === NO ? NO : where === YES && isEnd(end) ? (carried(dutiesOf(end)!) ? NO : YES) : undefined;
  for (const action of actions) {
    const broken: Node =
      wanted === undefined
        ? diagram.apply(and, yes, policy.allowed(action))
        : diagram.apply(lacking, yes, policy.duties(action));
    const path = diagram.path(broken);
    if (path === null) continue;
    const witness = witnessOf(domain, path, action);
    const { decision, context } = decide(witness);
    if (decision && !carried(context.obligations)) return { verdict: 'broken', witness };
    return { verdict: 'not-decided', reason: 'a possible breach did not stand when it was decided', witness };
  }
  return { verdict: 'proved' };
}

/**
 * Proves every invariant of a policy, for its activation and the start of a server: a policy that could break its own
 * promise is refused, with a request that would.
 *
 * @param pack - from `loadPolicy`. Evidence that is not configured leaves the invariants that require it unclaimed.
 * @returns what was proved or not claimed; nothing else is among it.
 * @throws PolicyError `INVARIANT_BROKEN` with `invariant` and, where one was found, `witness` (also when an invariant could
 * not be decided: a promise nobody can check is no promise); `ANALYSIS_TOO_LARGE`.
 * @example
 * ```ts
 * proveInvariants(loadPolicy(nhs()));
 * ```
 */
export function proveInvariants(pack: Pack): readonly Proof[] {
  const proofs = proveAll(pack, pack.document.invariants);
  proofs.forEach(({ verdict, invariant, title, reason, witness }, i) => {
    if (verdict === 'proved' || verdict === 'not-claimed') return;
    const why = verdict === 'broken' ? 'a request breaks it' : reason;
    throw new PolicyError('INVARIANT_BROKEN', step('/invariants', i), `\`${invariant}\` (${title}): ${why}`, {
      invariant,
      witness,
    });
  });
  return proofs;
}
