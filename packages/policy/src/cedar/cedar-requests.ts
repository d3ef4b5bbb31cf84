import type { Clock, Request } from '../decision.js';
import type { Pack } from '../document.js';
import { type Frame, MISSING, NONE, own, section } from '../engine/facts.js';
import { vocabularyOf } from '../engine/operand.js';
import { matchCidr } from '../place/cidr.js';
import { NOW, noneOf, withinOf } from './names.js';
import { blocksOf } from './to-cedar.js';

/** A fact as Cedar takes it. */
export type CedarValue = boolean | number | string | readonly (boolean | string)[];

/** A Cedar entity's id. */
export interface CedarEntity {
  readonly type: string;
  readonly id: string;
}

/** A request for Cedar; it needs no entities. */
export interface CedarRequest {
  readonly principal: CedarEntity;
  readonly action: CedarEntity;
  readonly resource: CedarEntity;
  readonly context: Readonly<Record<string, CedarValue>>;
}

/**
 * Makes requests for the policies of `toCedar`: facts that are missing or outside their domain are left out, "none" is an
 * attribute of its own, and what Cedar cannot work out is worked out here (what a text says, what all recipients share,
 * whether an address lies in a block; a fence that is uncertain is left out).
 *
 * @param pack - the one that was exported.
 * @param options - `clock` gives the present moment; when it fails, `now` is left out.
 * @returns a function from a request as `evaluate` takes it. It throws TypeError when a section is no object: such a
 * request is to be refused.
 * @example
 * ```ts
 * const { principal, action, resource, context } = cedarRequests(pack, { clock: { now: Date.now } })(request);
 * ```
 */
export function cedarRequests(
  { document }: Pack,
  { clock }: { readonly clock: Clock },
): (request: Request) => CedarRequest {
  if (typeof clock?.now !== 'function') throw new TypeError('`clock.now` must be a function');
  const { slots } = vocabularyOf(document);
  const blocks = blocksOf(document).map(({ attribute, blocks }) => ({
    attribute,
    blocks,
    name: withinOf(attribute, blocks),
  }));
  return (request) => {
    const frame: Frame = {
      subject: section(request, 'subject'),
      action: section(request, 'action'),
      resource: section(request, 'resource'),
      context: section(request, 'context'),
      facts: new Array(slots.size),
      illTyped: undefined,
      now: present(clock),
    };
    const context: Record<string, CedarValue> = frame.now === null ? {} : { [NOW]: frame.now };
    for (const slot of slots.values()) {
      const value = slot.read(frame);
      if (value === NONE) context[noneOf(slot.attribute)] = true;
      else if (value !== MISSING && slot.kind !== 'address' && isText(value)) context[slot.attribute] = value;
    }
    for (const { attribute, blocks: list, name } of blocks) {
      const address = slots.get(attribute)!.read(frame);
      if (typeof address === 'string') context[name] = list.some((block) => matchCidr(block, address));
    }
    return {
      principal: { type: 'Subject', id: idOf(frame.subject) },
      action: { type: 'Action', id: String(own(frame.action, 'name')) },
      resource: { type: 'Resource', id: idOf(frame.resource) },
      context,
    };
  };
}

/** Whole ms: Cedar has no fractions, and an age that reaches a whole number of ms is the same with and without them. */
function present(clock: Clock): number | null {
  try {
    const now = clock.now();
    return typeof now === 'number' && Math.abs(now) <= 8.64e15 ? Math.floor(now) : null;
  } catch {
    return null;
  }
}

/** Half a character becomes U+FFFD on its way to Cedar, where two texts that differ would be the same: no fact. */
function isText(value: CedarValue): boolean {
  return !/\p{Surrogate}/u.test(Array.isArray(value) ? value.join(' ') : String(value));
}

/** No policy reads it; a Cedar service logs it. */
function idOf(facts: object): string {
  const id = own(facts, 'id');
  return typeof id === 'string' ? id : 'unknown';
}
