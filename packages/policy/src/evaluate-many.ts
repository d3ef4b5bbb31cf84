import type { Decision, Request } from './decision.js';
import { own } from './engine/facts.js';
import type { Pdp } from './evaluate.js';

/** Most questions in one batch: a ward list of pictures with every action on each; more belongs into two batches. */
export const MAX_EVALUATIONS = 1_000;

/** When a batch ends: after all of it, at the first refusal, or at the first permission. */
export type BatchSemantics = 'execute_all' | 'deny_on_first_deny' | 'permit_on_first_permit';

/** Several questions at once. A section that an item lacks is that of the batch. */
export interface Batch extends Partial<Request> {
  readonly evaluations: readonly Partial<Request>[];
  /** Default `execute_all`. */
  readonly semantics?: BatchSemantics;
}

const SECTIONS = ['subject', 'action', 'resource', 'context'] as const;
const ENDS_AT: Readonly<Record<BatchSemantics, boolean | undefined>> = {
  execute_all: undefined,
  deny_on_first_deny: false,
  permit_on_first_permit: true,
};

/**
 * Decides several questions, as the batch of AuthZEN 1.0. An item's section takes the place of the batch's whole: facts of
 * the two are never mixed, so that no fact of one picture is taken for another's. An item that is no question is a refusal of
 * that item (`invalid-request`); the others are decided all the same.
 *
 * @param pdp - from `createPdp`.
 * @param batch - at most 1,000 `evaluations`, with the sections they share and the `semantics`.
 * @returns one decision for each item in order; with `deny_on_first_deny` up to and with the first refusal, with
 * `permit_on_first_permit` up to and with the first permission.
 * @throws TypeError when `evaluations` is no list; RangeError when it is too long or `semantics` is none of the three.
 * @see AuthZEN Authorization API 1.0, section 7 (Access Evaluations)
 * @example
 * ```ts
 * const [view, send] = evaluateMany(pdp, { subject, resource, context, evaluations: [{ action: { name: 'view' } }, { action: { name: 'send' } }] });
 * ```
 */
export function evaluateMany(pdp: Pdp, batch: Batch): readonly Decision[] {
  const { evaluations, semantics = 'execute_all' } = batch;
  if (!Array.isArray(evaluations)) throw new TypeError('`evaluations` must be a list');
  if (evaluations.length > MAX_EVALUATIONS) throw new RangeError(`at most ${MAX_EVALUATIONS} evaluations in a batch`);
  if (!Object.hasOwn(ENDS_AT, semantics)) throw new RangeError('no such semantics');
  const end = ENDS_AT[semantics];
  const out: Decision[] = [];
  for (const item of evaluations as readonly unknown[]) {
    const decision = pdp.evaluate(merged(batch, item) as Request);
    out.push(decision);
    if (decision.decision === end) break;
  }
  return out;
}

/** The item with what it lacks taken from the batch; what is no object stays what it is, and is refused. */
function merged(batch: Batch, item: unknown): unknown {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  const out: Record<string, unknown> = {};
  try {
    for (const section of SECTIONS) {
      const from = Object.hasOwn(item, section) ? item : batch;
      const value = own(from, section);
      if (value !== undefined) out[section] = value;
    }
  } catch {
    return undefined;
  }
  return out;
}
