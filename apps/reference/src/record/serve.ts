import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { ConditionFailed, RecordStore } from './store.js';

/** A picture of 110 MB as base64, and the words around it. */
const MAX_BODY_BYTES = 160_000_000;
/** By what names this machine calls itself. */
const HERE = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d{1,5})?$/;
const JSON_TYPE = 'application/fhir+json; charset=utf-8';
const TYPES = ['DocumentReference', 'Binary', 'BodyStructure', 'Provenance', 'Patient'] as const;

const transaction = z.object({
  resourceType: z.literal('Bundle'),
  type: z.literal('transaction'),
  entry: z
    .array(
      z.object({
        fullUrl: z.string(),
        resource: z.looseObject({ resourceType: z.enum(TYPES) }),
        request: z.object({
          method: z.literal('POST'),
          url: z.string(),
          ifNoneExist: z.optional(z.string()),
        }),
      }),
    )
    .check(z.minLength(1), z.maxLength(100)),
});

/** FHIR codes of an OperationOutcome's issue. */
type Issue = 'invalid' | 'not-found' | 'not-supported' | 'too-long' | 'multiple-matches' | 'exception';

class Unfit extends Error {
  readonly status: number;
  readonly issue: Issue;
  constructor(status: number, issue: Issue) {
    super(issue);
    this.status = status;
    this.issue = issue;
  }
}

export interface ServedRecord {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The demo's stand-in of a trust's FHIR R4 server, on loopback: takes transactions that create, gives resources by id and by
 * identifier, and gives a Binary's bytes to whoever does not ask for FHIR. Each trust has a base of its own,
 * `/ZZZ01`. It checks no profile, knows no terminology, updates nothing and asks nobody who they are: it is for trying out.
 */
export async function serveRecord(options: { readonly folder: string; readonly port: number }): Promise<ServedRecord> {
  const stores = new Map<string, Promise<RecordStore>>();
  const storeOf = (base: string) => {
    const known = stores.get(base) ?? RecordStore.open(join(options.folder, base));
    stores.set(base, known);
    return known;
  };
  const server = createServer((request, response) => {
    answer(request, response, storeOf).catch((error: unknown) => {
      const { status, issue } = error instanceof Unfit ? error : new Unfit(500, 'exception');
      const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: issue }] };
      request.resume();
      send(response, status, outcome);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  storeOf: (base: string) => Promise<RecordStore>,
): Promise<void> {
  // A page of somewhere else that names this machine (DNS rebinding) would read what a browser here can reach.
  if (!HERE.test(request.headers.host ?? '')) throw new Unfit(421, 'not-supported');
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://record.invalid');
  const [, base = '', type = '', id, more] = pathname.split('/');
  if (!/^[A-Z0-9]{3,9}$/.test(base) || more !== undefined) throw new Unfit(404, 'not-found');
  const store = await storeOf(base);
  if (request.method === 'POST' && type === '') return transact(request, response, store);
  if (request.method !== 'GET') throw new Unfit(405, 'not-supported');
  if (!TYPES.some((each) => each === type)) throw new Unfit(404, 'not-found');
  if (id === undefined) {
    const identifier = searchParams.get('identifier');
    if (identifier === null) throw new Unfit(400, 'not-supported');
    const found = await store.search(type, identifier);
    const entry = found.map((resource) => ({ fullUrl: `${type}/${resource.id}`, resource }));
    return send(response, 200, { resourceType: 'Bundle', type: 'searchset', total: found.length, entry });
  }
  const resource = await store.read(type, id);
  if (resource === null) throw new Unfit(404, 'not-found');
  const wantsFhir = (request.headers.accept ?? '').includes('fhir');
  if (type !== 'Binary' || wantsFhir) return send(response, 200, resource);
  const { contentType, data } = resource as unknown as { contentType: string; data: string };
  const bytes = Buffer.from(data, 'base64');
  response.writeHead(200, { 'content-type': contentType, 'content-length': bytes.length });
  response.end(bytes);
}

async function transact(request: IncomingMessage, response: ServerResponse, store: RecordStore): Promise<void> {
  const parsed = z.safeParse(transaction, await bodyOf(request));
  if (!parsed.success) throw new Unfit(400, 'invalid');
  try {
    const outcomes = await store.transact(
      parsed.data.entry.map(({ fullUrl, resource, request: { ifNoneExist } }) => ({
        fullUrl,
        resource,
        ...(ifNoneExist !== undefined && { ifNoneExist }),
      })),
    );
    const entry = outcomes.map((outcome) => ({ response: outcome }));
    send(response, 200, { resourceType: 'Bundle', type: 'transaction-response', entry });
  } catch (error) {
    if (error instanceof ConditionFailed) throw new Unfit(412, 'multiple-matches');
    throw error;
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BODY_BYTES) throw new Unfit(413, 'too-long');
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    throw new Unfit(400, 'invalid');
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': JSON_TYPE, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
