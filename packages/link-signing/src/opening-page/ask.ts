/** How a request ended that gave nothing. `unreachable`: no answer came, so nobody knows whether it arrived. */
export type Failure = 'denied' | 'gone' | 'passcode' | 'proof' | 'refused' | 'unavailable' | 'unreachable';

/** Thrown by `ask`. */
export class NotGiven extends Error {
  readonly failure: Failure;
  /** With `proof`: the nonce that the next one needs. */
  readonly nonce: string | undefined;
  constructor(failure: Failure, nonce?: string) {
    super(failure);
    this.failure = failure;
    this.nonce = nonce;
  }
}

/** The service seals and logs within this time, ms, or the person should know that something is wrong. */
const PATIENCE = 30_000;

const FAILURES: Readonly<Record<number, Failure>> = { 401: 'passcode', 403: 'denied', 404: 'gone' };

/** Posts texts to this origin; the secret of a link is never among them. */
export async function ask(path: string, fields: Readonly<Record<string, string>>): Promise<Record<string, unknown>> {
  let status: number;
  let answer: Record<string, unknown>;
  let nonce: string | null;
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(fields),
      mode: 'same-origin',
      redirect: 'error',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(PATIENCE),
    });
    ({ status } = response);
    nonce = response.headers.get('dpop-nonce');
    answer = await response.json();
  } catch {
    throw new NotGiven('unreachable');
  }
  if (status === 200) return answer;
  if (status === 401 && answer['error'] === 'proof') throw new NotGiven('proof', nonce ?? undefined);
  if (status === 403 && answer['error'] !== 'denied') throw new NotGiven('refused');
  throw new NotGiven(FAILURES[status] ?? (status >= 500 ? 'unavailable' : 'refused'));
}
