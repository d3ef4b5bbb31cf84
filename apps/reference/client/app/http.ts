import type { ErrorBody } from '../../src/wire/index.js';

/** The server said no, or did not answer: `OFFLINE` is this page's own code for the latter. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  readonly status: number;
  /** Why the policy said no, and what the person can do about it, in the policy's own words. */
  readonly lines: readonly string[];
  readonly next: readonly string[];

  constructor(
    status: number,
    error: Partial<Omit<ErrorBody['error'], 'code'>> & { readonly code: string },
    options?: ErrorOptions,
  ) {
    super(error.message ?? error.code, options);
    this.status = status;
    this.code = error.code;
    this.lines = error.lines ?? [];
    this.next = error.next ?? [];
  }
}

/** Told to the window when the server no longer knows who is here: keys must go, drafts stay. */
export const SIGNED_OUT = 'wardseal:signed-out';

/** An answer as this page's error; a proxy's page or half an answer is `INTERNAL`. */
function refusedOf(status: number, text: string): Refused {
  try {
    const { error } = JSON.parse(text) as Partial<ErrorBody>;
    if (error?.code === 'SIGN_IN_REQUIRED' || error?.code === 'SUSPENDED') {
      dispatchEvent(new CustomEvent(SIGNED_OUT, { detail: error.code }));
    }
    if (typeof error?.code === 'string') return new Refused(status, error);
  } catch {
    // Not ours: said below.
  }
  return new Refused(status, { code: 'INTERNAL' });
}

const offline = (cause?: unknown): Refused => new Refused(0, { code: 'OFFLINE' }, { cause });

/** How long an answer may take. Appending to the log and two checks by the custodian need seconds on a bad day, not more. */
const PATIENCE_MS = 30_000;

/**
 * Asks the server. The header `x-wardseal` cannot be set by another site's form, which is what the server looks for.
 *
 * @throws Refused with the server's code; `OFFLINE` when no answer came
 */
async function ask(
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  patience: number = PATIENCE_MS,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: { 'x-wardseal': '1', ...(body !== undefined && { 'content-type': 'application/json' }) },
      body: body === undefined ? null : JSON.stringify(body),
      signal: AbortSignal.timeout(patience),
    });
  } catch (cause) {
    throw offline(cause);
  }
  if (!response.ok) throw refusedOf(response.status, await response.text().catch(() => ''));
  return response;
}

/** How long ciphertext may take to come down on a ward's network. */
export const PAYLOAD_MS = 20 * PATIENCE_MS;

/** As `ask`, for the bytes in the answer. */
export const download = async (path: string, patience: number = PATIENCE_MS): Promise<ArrayBuffer> => {
  const response = await ask('GET', path, undefined, patience);
  return response.arrayBuffer().catch((cause: unknown) => {
    throw offline(cause);
  });
};

/** As `ask`, for the JSON in the answer. */
export async function call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
  const response = await ask(method, path, body);
  return (await response.json().catch((cause: unknown) => {
    throw offline(cause);
  })) as T;
}

/** Uploads a Blob and tells how many bytes have left: `fetch` cannot say that. */
export function upload(path: string, payload: Blob, onBytes: (sent: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('PUT', path);
    request.setRequestHeader('x-wardseal', '1');
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.onprogress = (event) => onBytes(event.loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(refusedOf(request.status, request.responseText)));
    request.onerror = () => reject(offline());
    request.ontimeout = () => reject(offline());
    // Silence, not slowness: what the clock measures begins anew with every chunk that leaves.
    let silence = setTimeout(() => request.abort(), PATIENCE_MS * 2);
    request.upload.addEventListener('progress', () => {
      clearTimeout(silence);
      silence = setTimeout(() => request.abort(), PATIENCE_MS * 2);
    });
    request.onabort = () => reject(offline());
    request.onloadend = () => clearTimeout(silence);
    request.send(payload);
  });
}
