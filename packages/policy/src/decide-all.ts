import type { Advice, Decision, Reason, Request } from './decision.js';
import { digestOf } from './digest.js';
import type { Basis, Outcome } from './document.js';
import { combine } from './engine/obligations.js';
import type { Pdp } from './evaluate.js';

/** One organisation that has a say. */
export interface Party {
  /** Its ODS code or name, once among the parties. */
  readonly organisation: string;
  /** Its decision point; null when it has no policy in force here, which refuses. */
  readonly pdp: Pdp | null;
  /** What this organisation says of the matter itself; goes before what the request says. */
  readonly facts?: Partial<Request>;
}

/** What one organisation came to. */
export interface PartyDecision {
  readonly organisation: string;
  readonly outcome: Outcome | 'no-policy';
  /** The policy that decided; null when there was none. */
  readonly policy: Decision['context']['policy'] | null;
}

/** A decision of several organisations together. */
export interface JointDecision extends Decision {
  readonly context: Omit<Decision['context'], 'reasons' | 'advice'> & {
    readonly reasons: readonly (Reason & { readonly organisation: string })[];
    readonly advice: readonly (Advice & { readonly organisation: string })[];
    /** Every organisation asked, in order, with the digest of its policy. */
    readonly policies: readonly PartyDecision[];
  };
}

/** The weakest claim last: a joint decision rests on the weakest of its claims. */
const BASES: readonly (Basis | 'none')[] = ['none', 'standing', 'on-duty', 'referral', 'break-glass'];
/** A refusal of several is named by the first of these that occurs: as one decision point does. */
const REFUSALS: readonly Outcome[] = ['invalid-request', 'forbidden', 'not-permitted', 'missing-information'];

const NO_POLICY: Reason = {
  rule: 'no-policy',
  effect: 'forbid',
  title: 'This organisation has no policy in force here',
};

/**
 * Decides across organisations, as for a referral: permits only if every one permits, with the duties of all at their
 * strictest. An organisation without a policy refuses. Each is asked with its own facts: what the receiving hospital says
 * of the relationship is not taken from the sender. Everybody is asked, also after a refusal, so that every digest is
 * recorded. Never throws for what a request holds.
 *
 * @param parties - at least one; `facts` are laid over the request's, fact by fact, but never change what is asked.
 * @returns a decision whose reasons say which organisation, with `context.policies`. Its `policy` is that list: id
 * `decide-all`, `version` the number of parties, `digest` `sha256-` and the base64url of SHA-256 over the canonical JSON of
 * `policies` without the outcomes.
 * @throws RangeError for no party, or two of one name.
 * @example
 * ```ts
 * const { decision, context } = decideAll([{ organisation: 'RZZ01', pdp: ours }, { organisation: 'Y99901', pdp: theirs, facts }], request);
 * ```
 */
export function decideAll(parties: readonly Party[], request: Request): JointDecision {
  const names = parties.map(({ organisation }) => organisation);
  if (names.length === 0) throw new RangeError('at least one organisation must decide');
  if (new Set(names).size < names.length) throw new RangeError('each organisation decides once');
  const asked = parties.map(({ organisation, pdp, facts = {} }) => ({
    organisation,
    decision: pdp === null || pdp === undefined ? null : pdp.evaluate(withFacts(request, facts)),
  }));
  const found = asked.flatMap(({ decision }) => (decision === null ? [] : [decision]));
  const refusals = asked.filter(({ decision }) => decision?.decision !== true);
  const permitted = refusals.length === 0;
  const outcomes = refusals.map(({ decision }) => decision?.context.outcome ?? 'not-permitted');
  const policies = asked.map(({ organisation, decision }) => ({
    organisation,
    outcome: decision?.context.outcome ?? ('no-policy' as const),
    policy: decision?.context.policy ?? null,
  }));
  const all = (list: (context: Decision['context']) => readonly string[]): readonly string[] =>
    [...new Set(found.flatMap(({ context }) => list(context)))].sort();
  return {
    decision: permitted,
    context: {
      basis: permitted ? weakest(found) : 'none',
      outcome: permitted ? 'permitted' : REFUSALS.find((outcome) => outcomes.includes(outcome))!,
      reasons: (permitted ? asked : refusals).flatMap(({ organisation, decision }) =>
        (decision?.context.reasons ?? [NO_POLICY]).map((reason) => ({ ...reason, organisation })),
      ),
      obligations: permitted ? combine(found.flatMap(({ context }) => context.obligations)) : [],
      advice: asked.flatMap(({ organisation, decision }) =>
        (decision?.context.advice ?? []).map((advice) => ({ ...advice, organisation })),
      ),
      missing: all(({ missing }) => missing),
      illTyped: all(({ illTyped }) => illTyped),
      policy: {
        id: 'decide-all',
        version: parties.length,
        digest: digestOf(policies.map(({ organisation, policy }) => ({ organisation, policy }))),
      },
      policies,
      evaluated_at: latest(found),
    },
  };
}

const SECTIONS = ['subject', 'action', 'resource', 'context'] as const;

function withFacts(request: Request, facts: Partial<Request>): Request {
  const out: Record<string, unknown> = {};
  try {
    for (const section of SECTIONS) {
      const [asked, own]: [unknown, unknown] = [request[section], facts[section]];
      // Spreading a list or a string would make an object of what is no section.
      const isSection = typeof asked === 'object' && asked !== null && !Array.isArray(asked);
      out[section] = own === undefined || !isSection ? asked : { ...asked, ...own };
    }
    if (facts.action !== undefined) out['action'] = { ...(out['action'] as object), name: request.action.name };
  } catch {
    return {} as Request;
  }
  return out as unknown as Request;
}

function weakest(found: readonly Decision[]): Basis | 'none' {
  return BASES[Math.max(...found.map(({ context }) => BASES.indexOf(context.basis)))]!;
}

/** The moment at which all had decided; none if one of them had no clock. */
function latest(found: readonly Decision[]): string | null {
  const moments = found.map(({ context }) => context.evaluated_at);
  return moments.includes(null) ? null : (moments.sort().at(-1) ?? null);
}
