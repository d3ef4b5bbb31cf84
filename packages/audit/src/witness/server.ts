import { consistent, emptyRoot, equal } from '@wardseal/primitives';
import { readBody } from '@wardseal/primitives/read-body';
import { parseAnyCheckpointText, type TreeHead } from '../checkpoint-text.js';
import { type Clock, systemClock } from '../clock.js';
import { checkSignature, signText } from '../cosignature.js';
import { AuditError } from '../errors.js';
import { formatEvidence } from '../evidence.js';
import { formatNote, formatSignature, type Note, type NoteSignature, parseNote, sameKey } from '../note.js';
import { type LogSigner, type NoteKey, vkeyOf } from '../note-key.js';
import type { WitnessState } from './state.js';
import { MAX_REQUEST, monitorPath, type ParsedRequest, parseRequest, SIZE_TYPE } from './wire.js';

/** What a witness needs. */
export interface WitnessOptions {
  /** Signs what was seen: a key of `generateCosignerKey`. */
  readonly signer: LogSigner;
  /** A second key of the same name, `ml-dsa-44` beside `ed25519`: every answer then carries both. */
  readonly pqSigner?: LogSigner;
  /** Public keys of the logs it signs for; several of one origin are alternatives. */
  readonly logs: readonly string[];
  /** Its memory: `fileWitnessState`. */
  readonly state: WitnessState;
  /** Default the computer's. */
  readonly clock?: Clock;
  /** Path below which it answers, with slashes at both ends; default `/`. */
  readonly path?: string;
  /** Told of a log that signed two roots for one size, with a bundle that proves it (`verifyEvidence`). */
  readonly onSplitView?: (evidence: string) => void;
  /** Told when the memory or the key failed; the answer is 503, and nothing was signed. */
  readonly onFailure?: (error: unknown) => void;
}

/** A witness: hand requests to `handle`. */
export interface Witness {
  /** The public keys to give to logs and verifiers. */
  readonly vkeys: readonly string[];
  /** Answers one request; never rejects. */
  handle(request: Request): Promise<Response>;
}

interface KnownLog {
  readonly origin: string;
  readonly keys: NoteKey[];
}

const TEXT = 'text/plain; charset=utf-8';

function answer(status: number, body: string, type: string = TEXT): Response {
  return new Response(body, { status, headers: { 'content-type': type, 'x-content-type-options': 'nosniff' } });
}

/**
 * Makes a witness (C2SP tlog-witness): it signs a checkpoint only when the log's key did, and when it extends the last
 * one it signed. `POST add-checkpoint` answers 200 with the signature lines; 400 for a malformed request or an old size
 * above the checkpoint's; 403 without a valid signature of the log; 404 for an unknown log; 409 with the size it last
 * signed; 422 when the proof fails. `GET <hex of SHA-256 of the origin>/checkpoint` serves the last one, or 404.
 * Everything else is 404. A failing disk or key is 503.
 *
 * @param options - keys, logs, memory
 * @throws AuditError `KEY_INVALID` when a key is malformed or of the wrong kind; RangeError when the two signers have
 *   different names, no log is named, or `path` is without slashes
 * @see https://c2sp.org/tlog-witness
 * @example
 * const witness = createWitness({ signer, logs: [vkey], state: await fileWitnessState('/srv/witness') });
 */
export function createWitness(options: WitnessOptions): Witness {
  const { signer, pqSigner, state, clock = systemClock, path = '/', onSplitView, onFailure } = options;
  const signers = pqSigner ? [signer, pqSigner] : [signer];
  const keys = signers.map(({ vkey }) => vkeyOf(vkey, 'cosignature-ed25519', 'cosignature-ml-dsa-44'));
  if (keys.some(({ name }) => name !== keys[0]!.name)) throw new RangeError('signer and pqSigner must have one name');
  if (!path.startsWith('/') || !path.endsWith('/')) throw new RangeError('path must start and end with a slash');
  const logs = knownLogs(options.logs);
  const byPath = new Map([...logs.values()].map((log) => [monitorPath(log.origin), log.origin]));

  const addCheckpoint = async (request: Request): Promise<Response> => {
    const body = await readBody(request.body, MAX_REQUEST).catch(() => null);
    const parsed = body && parseRequest(body);
    if (!parsed) return answer(400, 'malformed request\n');
    const log = logs.get(parsed.head.origin);
    if (!log) return answer(404, 'unknown log\n');
    const signatures = await signaturesOf(parsed.note, log.keys);
    if (signatures === null) return answer(403, 'no valid signature of the log\n');
    if (parsed.oldSize > parsed.head.size) return answer(400, 'old size above the size\n');
    let response = answer(503, 'not signed\n');
    await state.update(log.origin, async (stored) => {
      const refused = judge(parsed, stored, onSplitView);
      if (refused) {
        response = refused;
        return null;
      }
      const own: NoteSignature[] = [];
      for (const each of signers) own.push(await signText(parsed.note.text, each, clock.now()));
      // Nobody gets it before the memory of it is durable: `update` resolves only then.
      response = answer(200, own.map(formatSignature).join(''));
      return formatNote({ text: parsed.note.text, signatures: [...signatures, ...own] });
    });
    return response;
  };

  return {
    vkeys: signers.map(({ vkey }) => vkey),
    async handle(request) {
      try {
        const { pathname } = new URL(request.url);
        const below = pathname.startsWith(path) ? pathname.slice(path.length) : '';
        if (request.method === 'POST' && below === 'add-checkpoint') return await addCheckpoint(request);
        const origin = request.method === 'GET' ? byPath.get(below) : undefined;
        const stored = origin === undefined ? null : await state.read(origin);
        return stored === null ? answer(404, 'not here\n') : answer(200, stored);
      } catch (error) {
        onFailure?.(error);
        return answer(503, 'the witness cannot sign\n');
      }
    },
  };
}

function knownLogs(vkeys: readonly string[]): Map<string, KnownLog> {
  const logs = new Map<string, KnownLog>();
  for (const vkey of vkeys) {
    const key = vkeyOf(vkey, 'note', 'cosignature-ml-dsa-44');
    const log = logs.get(key.name) ?? { origin: key.name, keys: [] };
    log.keys.push(key);
    logs.set(key.name, log);
  }
  if (logs.size === 0) throw new RangeError('logs must name a log');
  return logs;
}

/** The log's signatures; null when there is none, or when one of a trusted key is wrong. */
async function signaturesOf(note: Note, keys: readonly NoteKey[]): Promise<NoteSignature[] | null> {
  const valid: NoteSignature[] = [];
  for (const key of keys) {
    const { state } = await checkSignature(note, key);
    if (state === 'invalid') return null;
    if (state === 'valid') valid.push(note.signatures.find((each) => sameKey(each, key))!);
  }
  return valid.length > 0 ? valid : null;
}

/** The refusal that the newest signed checkpoint asks for; null when the new one may be signed. */
function judge(
  { oldSize, proof, head, checkpoint }: ParsedRequest,
  stored: string | null,
  onSplitView: WitnessOptions['onSplitView'],
): Response | null {
  const latest = stored === null ? null : headOf(stored);
  // What was never seen is the empty tree, so that a checkpoint of size 0 must have its root.
  const before = latest ?? { size: 0, root: emptyRoot() };
  if (latest && latest.size === head.size && !equal(latest.root, head.root))
    onSplitView?.(formatEvidence({ older: stored!, newer: checkpoint, beginning: null }));
  if (oldSize !== before.size) return answer(409, `${before.size}\n`, SIZE_TYPE);
  if (!consistent(before.size, head.size, before.root, head.root, proof)) return answer(422, 'inconsistent\n');
  return null;
}

function headOf(stored: string): TreeHead {
  const note = parseNote(stored);
  const head = note && parseAnyCheckpointText(note.text);
  if (!head) throw new AuditError('WITNESS_STATE_CORRUPT', "the witness's memory is damaged");
  return head;
}
