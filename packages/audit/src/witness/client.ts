import { utf8 } from '@wardseal/primitives';
import { checkSignature } from '../cosignature.js';
import { AuditError, type AuditErrorCode } from '../errors.js';
import { checkedTimeout, exchange, type Fetch, type HttpAnswer, platformFetch, urlPrefix } from '../http.js';
import { asText, formatSignature, MAX_NOTE, type Note, parseNote, parseSignatures, sameKey } from '../note.js';
import { type NoteKey, vkeyOf } from '../note-key.js';
import { type AddCheckpoint, formatRequest, monitorPath, parseSize, SIZE_TYPE } from './wire.js';

/** A witness has this long to answer, ms: it does one disk sync; a log waits for its witnesses in the background. */
export const WITNESS_TIMEOUT = 5000;

/** A witness to ask. */
export interface WitnessClientOptions {
  /** Submission prefix; https, or http on loopback. */
  readonly url: string;
  /** The witness's public key, or its several ones (Ed25519 and ML-DSA-44 of one name). */
  readonly vkey: string | readonly string[];
  /** Monitoring prefix; default the submission prefix. */
  readonly monitoringUrl?: string;
  /** Default `WITNESS_TIMEOUT`, ms. */
  readonly timeout?: number;
  /** Default the platform's. */
  readonly fetch?: Fetch;
}

/** What a witness answered: its word, or the size it has seen where the request started from another. */
export type WitnessAnswer =
  | {
      readonly kind: 'cosigned';
      /** Signature lines of the witness's keys, checked, to stand below the checkpoint. */
      readonly signatures: string;
      /** The witness's time: milliseconds since 1970, the oldest of its signatures. */
      readonly timestamp: number;
    }
  | { readonly kind: 'conflict'; readonly size: number };

/** One witness, over HTTP or however a caller reaches it. */
export interface WitnessClient {
  /** The name of its key. */
  readonly name: string;
  readonly vkeys: readonly string[];
  /** Asks for a cosignature. */
  addCheckpoint(request: AddCheckpoint): Promise<WitnessAnswer>;
  /** The newest checkpoint of a log that the witness serves under its cosignature, or null when it signed none. */
  latest(origin: string): Promise<string | null>;
}

// The refusals of tlog-witness.
const REFUSALS: Readonly<Record<number, readonly [AuditErrorCode, string]>> = {
  400: ['WITNESS_REQUEST_REFUSED', 'the witness finds the request malformed'],
  403: ['WITNESS_SIGNATURE_REFUSED', 'the witness knows no key that signed the checkpoint'],
  404: ['WITNESS_LOG_UNKNOWN', 'the witness does not know the log'],
  422: ['WITNESS_INCONSISTENT', 'the witness has seen another history of the log'],
};

/**
 * A client of one witness (C2SP tlog-witness).
 *
 * `addCheckpoint` rejects with AuditError `WITNESS_REQUEST_REFUSED` (400), `WITNESS_SIGNATURE_REFUSED` (403),
 * `WITNESS_LOG_UNKNOWN` (404), `WITNESS_INCONSISTENT` (422), `WITNESS_ANSWER_INVALID` when the answer is malformed, not
 * signed by the witness or signs something else, and `WITNESS_UNAVAILABLE` for every other status, no answer in time, or
 * one longer than a note. `latest` rejects with the last two. `status` is on the error.
 *
 * @param options - where it is, and its pinned key
 * @throws TypeError when a URL is none; RangeError when it is not https (or http on loopback), has credentials, a query or a
 *   fragment, or no key is given; AuditError `KEY_INVALID` when a key is not one of a witness
 * @see https://c2sp.org/tlog-witness
 * @example
 * const witness = witnessClient({ url: 'https://witness.other-trust.example/', vkey });
 */
export function witnessClient(options: WitnessClientOptions): WitnessClient {
  const { url, monitoringUrl = url, timeout = WITNESS_TIMEOUT, fetch = platformFetch } = options;
  const vkeys = typeof options.vkey === 'string' ? [options.vkey] : [...options.vkey];
  const keys = vkeys.map((vkey) => vkeyOf(vkey, 'cosignature-ed25519', 'cosignature-ml-dsa-44'));
  if (keys.length === 0) throw new RangeError('vkey must name a key');
  const [submission, monitoring] = [urlPrefix(url), urlPrefix(monitoringUrl)];
  const http = { fetch, timeout: checkedTimeout(timeout), limit: MAX_NOTE, code: 'WITNESS_UNAVAILABLE' } as const;
  return {
    name: keys[0]!.name,
    vkeys,
    async addCheckpoint(request) {
      const body = utf8(formatRequest(request));
      const headers = { 'content-type': 'text/plain; charset=utf-8' };
      const answer = await exchange(`${submission}add-checkpoint`, { method: 'POST', headers, body }, http);
      if (answer.status === 200) return cosigned(request.checkpoint, answer, keys);
      if (answer.status === 409) return conflict(answer);
      throw refusal(answer);
    },
    async latest(origin) {
      const answer = await exchange(`${monitoring}${monitorPath(origin)}`, { method: 'GET' }, http);
      if (answer.status === 404) return null;
      if (answer.status !== 200) throw refusal(answer);
      const text = asText(answer.body, MAX_NOTE);
      const note = text === null ? null : parseNote(text);
      if (text === null || !note || !note.text.startsWith(`${origin}\n`)) throw answerInvalid(answer);
      await wordOf(note, keys, answer);
      return text;
    },
  };
}

async function cosigned(checkpoint: string, answer: HttpAnswer, keys: readonly NoteKey[]): Promise<WitnessAnswer> {
  const text = asText(answer.body, MAX_NOTE);
  const signatures = text === null ? null : parseSignatures(text);
  const note = parseNote(checkpoint);
  if (!signatures || !note) throw answerInvalid(answer);
  return { kind: 'cosigned', ...(await wordOf({ text: note.text, signatures }, keys, answer)) };
}

/** The witness's own signatures among others; all that are there must hold, and one must be there. */
async function wordOf(
  note: Note,
  keys: readonly NoteKey[],
  answer: HttpAnswer,
): Promise<{ signatures: string; timestamp: number }> {
  const own: Note['signatures'][number][] = [];
  let oldest = Number.POSITIVE_INFINITY;
  for (const key of keys) {
    const found = await checkSignature(note, key);
    if (found.state === 'missing') continue;
    // The specification forbids a witness the time 0.
    if (found.state !== 'valid' || !found.timestamp) throw answerInvalid(answer);
    oldest = Math.min(oldest, found.timestamp);
    own.push(note.signatures.find((signature) => sameKey(signature, key))!);
  }
  if (own.length === 0) throw answerInvalid(answer);
  return { signatures: own.map(formatSignature).join(''), timestamp: oldest * 1000 };
}

function conflict(answer: HttpAnswer): WitnessAnswer {
  const size = parseSize(answer.body);
  if (size === null || answer.contentType.split(';')[0]!.trim().toLowerCase() !== SIZE_TYPE)
    throw answerInvalid(answer);
  return { kind: 'conflict', size };
}

function answerInvalid({ status }: HttpAnswer): AuditError {
  return new AuditError('WITNESS_ANSWER_INVALID', "the witness's answer is malformed or not its own", { status });
}

function refusal({ status }: HttpAnswer): AuditError {
  const [code, message] = REFUSALS[status] ?? ['WITNESS_UNAVAILABLE', 'the witness cannot answer'];
  return new AuditError(code, message, { status });
}
