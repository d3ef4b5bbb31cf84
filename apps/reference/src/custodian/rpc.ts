import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { SealError } from '@wardseal/crypto';
import { MAX_PAYLOAD_BYTES } from '../wire/custodian.js';
import { WireError } from '../wire/errors.js';
import { decodeFrame, MAX_FRAME_JSON_BYTES } from '../wire/frame.js';
import type { Parser } from '../wire/parse.js';
import { Refusal } from './refusal.js';

/** A call that is answered with JSON. With `payload` it comes as a frame. */
export interface Verb {
  readonly payload: boolean;
  readonly answer: (json: unknown, payload: Uint8Array<ArrayBuffer>) => Promise<unknown> | unknown;
}

/** A call in JSON. */
export function verb<T>(parse: Parser<T>, answer: (call: T) => Promise<unknown> | unknown): Verb {
  return { payload: false, answer: (json) => answer(parse(json)) };
}

/** A call with a payload. */
export function framed<T>(
  parse: Parser<T>,
  answer: (call: T, payload: Uint8Array<ArrayBuffer>) => Promise<unknown>,
): Verb {
  return { payload: true, answer: (json, payload) => answer(parse(json), payload) };
}

/** Payloads held at once: each is in memory whole. */
const MAX_PAYLOADS = 3;
const FRAME_LENGTH_BYTES = 4;
const MAX_FRAME_BYTES = MAX_PAYLOAD_BYTES + MAX_FRAME_JSON_BYTES + FRAME_LENGTH_BYTES;
/** A local caller sends a hundred megabytes in a second; nobody holds a connection for longer. */
const REQUEST_TIMEOUT = 60_000;

const NO_BYTES = new Uint8Array(0);

/**
 * Serves verbs on a socket of the file system, for this machine alone. Whatever is thrown becomes a stable code; what went
 * wrong inside is told to `onFailure` and not to the caller.
 */
export async function serveVerbs(
  socketPath: string,
  verbs: Readonly<Record<string, Verb>>,
  onFailure: (verb: string, error: unknown) => void,
): Promise<Server> {
  let payloads = 0;
  const handle = async (request: IncomingMessage): Promise<unknown> => {
    const name = (request.url ?? '').slice(1);
    const found = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (found === undefined) throw new Refusal(404, 'NOT_FOUND', 'There is no such call');
    if (request.method !== 'POST') throw new Refusal(405, 'METHOD_NOT_ALLOWED', 'Calls are made with POST');
    if (!found.payload) return found.answer(jsonOf(await bodyOf(request, MAX_FRAME_JSON_BYTES)), NO_BYTES);
    if (payloads >= MAX_PAYLOADS) throw new Refusal(503, 'RATE_LIMITED', 'Too much at once');
    payloads++;
    try {
      const { json, bytes } = decodeFrame(await bodyOf(request, MAX_FRAME_BYTES));
      return await found.answer(json, bytes);
    } finally {
      payloads--;
    }
  };
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT }, (request, response) => {
    handle(request)
      .then((answer) => send(response, 200, answer))
      .catch((error: unknown) => {
        const refusal = refusalOf(error);
        if (refusal.code === 'INTERNAL' || refusal.status >= 500) onFailure(request.url ?? '', error);
        send(response, refusal.status, refusal.body());
      })
      .finally(() => request.resume());
  });
  // Two custodians over one folder would sign two directories. A socket that a killed run left behind is nobody's.
  if (await answers(socketPath)) throw new Error('another custodian of this trust is running');
  await rm(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  await chmod(socketPath, 0o600);
  return server;
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  if (error instanceof WireError) return new Refusal(error.code === 'TOO_LARGE' ? 413 : 400, error.code, error.message);
  if (error instanceof SealError) return new Refusal(409, 'ITEM_HELD', 'The item is not as it was signed');
  const full = (error as NodeJS.ErrnoException | null)?.code === 'ENOSPC';
  return full
    ? new Refusal(507, 'DISK_FULL', 'The custodian’s disk is full')
    : new Refusal(500, 'INTERNAL', 'The custodian failed');
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    throw new WireError('BAD_REQUEST', 'call', { cause });
  }
}

async function bodyOf(request: IncomingMessage, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const told = Number(request.headers['content-length'] ?? 0);
  if (told > most) throw new WireError('TOO_LARGE', 'call');
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > most) throw new WireError('TOO_LARGE', 'call');
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
