import type { Request } from '../decision.js';
import { own } from '../engine/facts.js';
import type { RemedyStep } from './remedy.js';

/** The fact as it stands in a request; undefined when it is not there. */
export function factOf(request: Request, attribute: string): unknown {
  let at: unknown = request;
  for (const key of attribute.split('.')) at = own(at, key);
  return at;
}

/** The request with one fact changed; nothing of the original is touched. */
export function withFact(request: Request, attribute: string, value: unknown): Request {
  const put = (holder: unknown, [key, ...rest]: readonly string[]): unknown => {
    const isHolder = typeof holder === 'object' && holder !== null && !Array.isArray(holder);
    const inner = rest.length === 0 ? value : put(own(holder, key!), rest);
    return { ...(isHolder ? holder : {}), [key!]: inner };
  };
  return put(request, attribute.split('.')) as Request;
}

/** The request after one step. */
export function afterStep(request: Request, { attribute, to }: Pick<RemedyStep, 'attribute' | 'to'>): Request {
  const keep: unknown = own(to, 'keep');
  const list = factOf(request, attribute);
  const isPart = Array.isArray(keep) && Array.isArray(list);
  return withFact(request, attribute, isPart ? list.filter((_, i) => keep.includes(i)) : to);
}
