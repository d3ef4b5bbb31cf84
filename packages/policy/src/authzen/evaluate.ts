import type { Decision, Request } from '../decision.js';
import { own } from '../engine/facts.js';
import type { Pdp } from '../evaluate.js';
import { type BatchSemantics, evaluateMany, MAX_EVALUATIONS } from '../evaluate-many.js';
import { isRecord } from './json-body.js';
import { toProfile } from './obligations.js';
import { type AuthzenQuestion, readQuestion } from './question.js';
import { type AuthzenError, Refusal } from './refusal.js';

type Body = Readonly<Record<string, unknown>>;

/** What all endpoints need to decide. */
export interface Deciding {
  readonly pdp: Pdp;
  /** The facts of a question. */
  readonly toRequest: (question: AuthzenQuestion) => Promise<Request>;
  readonly acr: (level: number) => string;
}

/** AuthZEN 1.0, section 6: one question. */
export async function evaluation(body: Body, { pdp, toRequest, acr }: Deciding): Promise<unknown> {
  return wire(pdp.evaluate(await toRequest(readQuestion(body))), acr);
}

/** AuthZEN 1.0, section 7: several questions; without any, the body is one. */
export async function evaluations(body: Body, deciding: Deciding): Promise<unknown> {
  const list = own(body, 'evaluations');
  if (list === undefined || (Array.isArray(list) && list.length === 0)) return evaluation(body, deciding);
  if (!Array.isArray(list) || list.length > MAX_EVALUATIONS) throw new Refusal('EVALUATIONS_INVALID');
  const semantics = semanticsOf(body);
  const errors = new Map<number, AuthzenError>();
  const requests: Request[] = [];
  for (const [i, item] of list.entries()) {
    try {
      requests.push(await deciding.toRequest(readQuestion(merged(body, item))));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      errors.set(i, error.error);
      // No question at all, and so a refusal wherever the batch would end at one.
      requests.push({} as Request);
    }
  }
  const decisions = evaluateMany(deciding.pdp, { evaluations: requests, semantics });
  return {
    evaluations: decisions.map((decision, i) => {
      const error = errors.get(i);
      return error === undefined ? wire(decision, deciding.acr) : { decision: false, context: { error } };
    }),
  };
}

const SEMANTICS: ReadonlySet<unknown> = new Set(['execute_all', 'deny_on_first_deny', 'permit_on_first_permit']);

function semanticsOf(body: Body): BatchSemantics {
  const options = own(body, 'options') ?? {};
  const semantic = own(options, 'evaluations_semantic') ?? 'execute_all';
  if (!isRecord(options) || !SEMANTICS.has(semantic)) throw new Refusal('OPTIONS_INVALID');
  return semantic as BatchSemantics;
}

/** What names a thing: an item that leaves it out means the one of the batch. */
const NAMES = { subject: ['type', 'id'], action: ['name'], resource: ['type', 'id'], context: [] } as const;

/** The item, with the sections it lacks from the batch. Properties of two sections are never mixed. */
function merged(body: Body, item: unknown): Body {
  if (!isRecord(item)) throw new Refusal('EVALUATIONS_INVALID');
  const out: Record<string, unknown> = {};
  for (const [section, names] of Object.entries(NAMES)) {
    const [given, shared] = [own(item, section), own(body, section)];
    if (given !== undefined && isRecord(given)) {
      const found = names.flatMap((name): [string, unknown][] => {
        const value = own(shared, name);
        return value === undefined ? [] : [[name, value]];
      });
      out[section] = { ...Object.fromEntries(found), ...given };
    } else out[section] = given === undefined ? shared : given;
  }
  return out;
}

/** A decision with its duties in the profile's form. */
function wire(decision: Decision, acr: Deciding['acr']): unknown {
  const { obligations: _ours, ...context } = decision.context;
  const obligations = toProfile(decision, acr);
  return { decision: decision.decision, context: obligations.length === 0 ? context : { ...context, obligations } };
}
