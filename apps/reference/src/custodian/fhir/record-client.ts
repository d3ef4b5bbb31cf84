import * as z from 'zod/mini';
import { Refusal } from '../refusal.js';
import type { Transaction } from './resources.js';

/** A trust's record answers within seconds; after this the server tries again later. */
const TIMEOUT = 30_000;
/** Answers are short; the bytes that come back are at most what was sent. */
const MAX_ANSWER_BYTES = 160_000_000;

const JSON_TYPE = 'application/fhir+json';
const location = /^(?:.*\/)?([A-Za-z]+\/[A-Za-z0-9.-]{1,64})(?:\/_history\/[A-Za-z0-9.-]{1,64})?$/;

const responses = z.object({
  resourceType: z.literal('Bundle'),
  entry: z.array(z.object({ response: z.object({ status: z.string(), location: z.optional(z.string()) }) })),
});
const found = z.object({
  resourceType: z.literal('Bundle'),
  entry: z.optional(
    z.array(
      z.object({
        resource: z.object({
          resourceType: z.literal('DocumentReference'),
          id: z.string(),
          content: z.array(z.object({ attachment: z.object({ url: z.optional(z.string()) }) })),
        }),
      }),
    ),
  ),
});

/** A document that the record has, and where it says that its bytes are. */
export interface Known {
  readonly reference: string;
  readonly binary: string | null;
}

/** The trust's FHIR server. Each method throws Refusal 503 RECORD_DOWN when it is away, refuses, or answers what is no answer. */
export interface RecordClient {
  /** The documents under an identifier, by a search string. */
  search(search: string): Promise<readonly Known[]>;
  /** Sends a transaction; gives the references of its entries in order. */
  transact(bundle: Transaction): Promise<readonly string[]>;
  /** The bytes of a Binary. */
  bytes(reference: string): Promise<Uint8Array>;
}

/**
 * A client of a FHIR R4 server.
 *
 * @example
 * const record = recordClient('http://127.0.0.1:4040/fhir/ZZZ01');
 */
export function recordClient(base: string): RecordClient {
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    try {
      const url = path === '' ? base : `${base}/${path}`;
      const answer = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT) });
      if (answer.ok && Number(answer.headers.get('content-length') ?? 0) <= MAX_ANSWER_BYTES) return answer;
      await answer.body?.cancel();
      throw new Error(`the record answered ${answer.status}`);
    } catch (cause) {
      throw down(cause);
    }
  };
  const read = async <T>(answer: Response, schema: z.ZodMiniType<T>): Promise<T> => {
    try {
      return z.parse(schema, await answer.json());
    } catch (cause) {
      throw down(cause);
    }
  };
  return {
    async search(search) {
      const answer = await ask(`DocumentReference?${search}`, { headers: { accept: JSON_TYPE } });
      const { entry = [] } = await read(answer, found);
      return entry.map(({ resource }) => ({
        reference: `DocumentReference/${resource.id}`,
        binary: referenceOf(resource.content[0]?.attachment.url),
      }));
    },
    async transact(bundle) {
      const headers = { 'content-type': JSON_TYPE, accept: JSON_TYPE };
      const answer = await ask('', { method: 'POST', headers, body: JSON.stringify(bundle) });
      const { entry } = await read(answer, responses);
      const references = entry.map(({ response }) => referenceOf(response.location));
      const all = references.filter((reference) => reference !== null);
      if (all.length !== bundle.entry.length) throw down(new Error('the record did not say where it stored each part'));
      return all;
    },
    async bytes(reference) {
      // Anything but FHIR's own types asks for the content itself.
      const answer = await ask(reference, { headers: { accept: '*/*' } });
      try {
        return new Uint8Array(await answer.arrayBuffer());
      } catch (cause) {
        throw down(cause);
      }
    },
  };
}

function referenceOf(text: string | undefined): string | null {
  return location.exec(text ?? '')?.[1] ?? null;
}

const down = (cause: unknown) =>
  new Refusal(503, 'RECORD_DOWN', 'The patient record does not take this now', { cause });
