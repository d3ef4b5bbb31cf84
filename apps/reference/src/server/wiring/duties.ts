import {
  type Decision,
  type Enforcement,
  enforce,
  type Obligation,
  type ObligationHandler,
  type Pdp,
  type Request,
} from '@wardseal/policy';

/** What a duty does; it runs once the log holds the entry, or in the transaction that records it. */
export type Act<C = void> = (context: C) => unknown;

/**
 * Says whether a duty can be carried out here: `false`, or throwing, when it cannot; an act when carrying it out does
 * something; anything else when what is asked is kept anyway. It does nothing itself: what is decided is not logged yet.
 */
export type Duty<C = void> = (
  obligation: Obligation,
  decision: Decision,
) => Act<C> | boolean | Promise<Act<C> | boolean>;

/** Duties by their type in the policy. One that is not here is a refusal. */
export type Duties<C = void> = Readonly<Record<string, Duty<C>>>;

/** A decision, and what is to be done when it is acted on. */
export interface Weighed<C = void> {
  readonly permitted: boolean;
  readonly decision: Decision;
  readonly enforcement: Enforcement;
  /** Of a permission: what the duties do, to run after the entry. Of a refusal none. */
  readonly acts: readonly Act<C>[];
}

/** Decides, and asks of each duty whether it can be carried out; nothing is done yet. */
export async function weigh<C = void>(pdp: Pdp, request: Request, duties: Duties<C>): Promise<Weighed<C>> {
  const decision = pdp.evaluate(request);
  const acts: Act<C>[] = [];
  const asks = (duty: Duty<C>): ObligationHandler => {
    return async (obligation, of) => {
      const answer = await duty(obligation, of);
      if (typeof answer === 'function') acts.push(answer);
      return answer;
    };
  };
  const handlers = Object.fromEntries(Object.entries(duties).map(([type, duty]) => [type, asks(duty)]));
  const enforcement = await enforce(decision, handlers);
  return { permitted: enforcement.permitted, decision, enforcement, acts: enforcement.permitted ? acts : [] };
}
