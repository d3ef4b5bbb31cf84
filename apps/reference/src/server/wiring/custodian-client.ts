import { request as httpRequest } from 'node:http';
import type {
  ArriveAnswer,
  CustodianEvent,
  EmergencyViewAnswer,
  EmergencyViewCall,
  EnrolAnswerCall,
  EnrolRequestCall,
  FileAnswer,
  ItemCall,
  JournalAnswer,
  LetGoCall,
  ReleaseAnswer,
  ReleaseCall,
  ReleaseOptionsAnswer,
  ReleaseOptionsCall,
  Rota,
  SnapshotAnswer,
} from '../../wire/custodian.js';
import type { ErrorBody } from '../../wire/errors.js';
import { encodeFrame } from '../../wire/frame.js';
import { Problem } from '../http/problem.js';

export type { CustodianEvent, ItemCall, ReleaseCall, ReleaseOptionsCall, Rota, Shift } from '../../wire/custodian.js';

/** An answer is a snapshot of some thousand people at most; more is not the custodian's. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
/** Small calls are answered in milliseconds; a picture is opened and filed in seconds. */
const TIMEOUT = { small: 10_000, large: 60_000 };

/** The custodian of one trust. Everything may throw Problem: its own refusals as it gave them, 503 CUSTODIAN_DOWN when it is away. */
export interface CustodianClient {
  /** The signed directory, as base64url, with its number and digest. */
  snapshot(): Promise<SnapshotAnswer>;
  rota(): Promise<Rota>;
  /** What the custodian wants in the log and has not been told is there. Append each, then say so with `logged`. */
  pendingEvents(): Promise<readonly CustodianEvent[]>;
  logged(ids: readonly string[]): Promise<void>;
  enrolRequest(call: EnrolRequestCall): Promise<{ readonly challenge: string }>;
  enrolAnswer(call: EnrolAnswerCall): Promise<{ readonly epoch: number }>;
  /** Opens an item, checks it, and gives the patient's handle; or says what is wrong with it. */
  arrive(call: ItemCall, payload: Uint8Array): Promise<ArriveAnswer>;
  /** Files an item; again is harmless. 409 when the item that it is advice on is not filed yet, 503 RECORD_DOWN. */
  file(call: ItemCall, payload: Uint8Array): Promise<FileAnswer>;
  releaseOptions(call: ReleaseOptionsCall): Promise<ReleaseOptionsAnswer>;
  release(call: ReleaseCall): Promise<ReleaseAnswer>;
  /** Takes the custodian's own stanza out, once images and advice are filed and the case is closed. */
  letGo(call: LetGoCall): Promise<ReleaseAnswer>;
  emergencyView(call: EmergencyViewCall): Promise<EmergencyViewAnswer>;
  turnJournal(): Promise<JournalAnswer>;
}

/**
 * The custodian behind a socket.
 *
 * @example
 * const custodian = custodianClient(join(dataDir, 'run', 'ZZZ01.sock'));
 */
export function custodianClient(socketPath: string): CustodianClient {
  const call = async <T>(verb: string, json: unknown, bytes?: Uint8Array): Promise<T> => {
    const body = bytes === undefined ? Buffer.from(JSON.stringify(json)) : encodeFrame(json, bytes);
    const type = bytes === undefined ? 'application/json' : 'application/octet-stream';
    const { status, text } = await post(socketPath, verb, body, type, bytes === undefined ? 'small' : 'large');
    const answer: unknown = JSON.parse(text);
    if (status === 200) return answer as T;
    const { code, message, lines, next } = (answer as ErrorBody).error;
    throw new Problem(status as 400, code, message, { ...(lines && { lines }), ...(next && { next }) });
  };
  return {
    snapshot: () => call('snapshot', {}),
    rota: () => call('rota', {}),
    pendingEvents: () => call('log/pending', {}),
    logged: async (ids) => void (await call('log/done', { ids })),
    enrolRequest: (json) => call('enrol/request', json),
    enrolAnswer: (json) => call('enrol/answer', json),
    arrive: (json, payload) => call('arrive', json, payload),
    file: (json, payload) => call('file', json, payload),
    releaseOptions: (json) => call('release/options', json),
    release: (json) => call('release', json),
    letGo: (json) => call('let-go', json),
    emergencyView: (json) => call('emergency/view', json),
    turnJournal: () => call('journal/turn', {}),
  };
}

function post(
  socketPath: string,
  verb: string,
  body: Uint8Array,
  type: string,
  size: keyof typeof TIMEOUT,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const down = (cause: unknown) =>
      reject(
        new Problem(503, 'CUSTODIAN_DOWN', 'The trust’s custodian does not answer', {
          next: ['Try again in a minute; if it is urgent, phone'],
          cause,
        }),
      );
    const headers = { 'content-type': type, 'content-length': body.length };
    const path = `/${verb}`;
    const asked = httpRequest({ socketPath, path, method: 'POST', headers, timeout: TIMEOUT[size] }, (answer) => {
      const parts: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (part: Buffer) => {
        bytes += part.length;
        if (bytes > MAX_ANSWER_BYTES) asked.destroy(new Error('the answer is too long'));
        else parts.push(part);
      });
      answer.on('error', down);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 500, text: Buffer.concat(parts).toString() }));
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer in time')));
    asked.on('error', down);
    asked.end(body);
  });
}
