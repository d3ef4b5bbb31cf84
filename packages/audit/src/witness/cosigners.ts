import { parseCheckpointText } from '../checkpoint-text.js';
import { AuditError } from '../errors.js';
import { formatNote, MAX_SIGNATURES, parseNote, parseSignatures, sameKey } from '../note.js';
import type { WitnessAnswer, WitnessClient } from './client.js';
import type { AddCheckpoint } from './wire.js';

/** Makes the consistency path between two sizes of the log, as `log.consistencyProof`. */
export type Prove = (from: number, to: number) => Promise<readonly Uint8Array[]>;

/** What a round of asking gave. */
export interface Cosigned {
  /** The checkpoint with every cosignature so far; earlier ones of the same witness are replaced. */
  readonly checkpoint: string;
  readonly cosigned: readonly { readonly name: string; readonly timestamp: number }[];
  readonly failures: readonly { readonly name: string; readonly error: AuditError }[];
}

// A witness that answers with one size after the other is asked no more often than this.
const ATTEMPTS = 3;

/** Asks several witnesses at once, and remembers what each has seen. */
export class Cosigners {
  readonly clients: readonly WitnessClient[];
  readonly #seen = new Map<WitnessClient, number>();
  // Clients that owe an answer: one request at a time is enough for who is slow.
  readonly #asked = new Set<WitnessClient>();

  /**
   * @param clients - the witnesses, each once; their keys fit below one checkpoint beside the log's own two
   * @throws RangeError when there are too many
   */
  constructor(clients: readonly WitnessClient[]) {
    if (clients.reduce((keys, { vkeys }) => keys + vkeys.length, 2) > MAX_SIGNATURES)
      throw new RangeError(`the keys of all witnesses must be at most ${MAX_SIGNATURES - 2}`);
    this.clients = clients;
  }

  /**
   * Asks every witness in parallel. Never rejects for a witness's sake: who failed, and how, is in the result.
   *
   * @param checkpoint - signed by the log
   * @param prove - the log's consistency paths
   * @param onWord - told after each witness that signed, with what there is so far, so that a quorum need not wait for
   *   the slowest
   * @throws AuditError `CHECKPOINT_INVALID` when it is no checkpoint, and what `prove` rejects with
   */
  async cosign(checkpoint: string, prove: Prove, onWord?: (soFar: Cosigned) => void): Promise<Cosigned> {
    const cosigned: { name: string; timestamp: number }[] = [];
    const failures: { name: string; error: AuditError }[] = [];
    let merged = checkpoint;
    await Promise.all(
      this.clients.map(async (client) => {
        try {
          const { signatures, timestamp } = await this.#once(client, () => this.#ask(client, checkpoint, prove));
          merged = addSignatures(merged, signatures);
          cosigned.push({ name: client.name, timestamp });
          onWord?.({ checkpoint: merged, cosigned: [...cosigned], failures: [...failures] });
        } catch (error) {
          if (!(error instanceof AuditError) || !error.code.startsWith('WITNESS_')) throw error;
          failures.push({ name: client.name, error });
        }
      }),
    );
    return { checkpoint: merged, cosigned, failures };
  }

  async #once<T>(client: WitnessClient, work: () => Promise<T>): Promise<T> {
    if (this.#asked.has(client))
      throw new AuditError('WITNESS_UNAVAILABLE', 'the witness has not answered the last request yet');
    this.#asked.add(client);
    try {
      return await work();
    } finally {
      this.#asked.delete(client);
    }
  }

  async #ask(
    client: WitnessClient,
    checkpoint: string,
    prove: Prove,
  ): Promise<{ signatures: string; timestamp: number }> {
    const size = sizeOf(checkpoint);
    // What is remembered may be of a larger checkpoint that another node of the log sent.
    let old = Math.min(this.#seen.get(client) ?? 0, size);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const answer = await answerOf(client, { oldSize: old, proof: await prove(old, size), checkpoint });
      if (answer.kind === 'cosigned') {
        this.#seen.set(client, size);
        return answer;
      }
      this.#seen.set(client, answer.size);
      // Asked from the very size it names, at that size: what it has seen there is another root.
      if (answer.size === size && old === size)
        throw new AuditError('WITNESS_INCONSISTENT', 'the witness has seen another history of the log', {
          status: 409,
        });
      if (answer.size > size)
        throw new AuditError('WITNESS_AHEAD', 'the witness has seen a larger checkpoint of the log', {
          size: answer.size,
          status: 409,
        });
      old = answer.size;
    }
    throw new AuditError('WITNESS_UNAVAILABLE', 'the witness names another size each time', { status: 409 });
  }
}

/** A caller's own client may fail in its own ways; for a log they are all one. */
async function answerOf(client: WitnessClient, request: AddCheckpoint): Promise<WitnessAnswer> {
  try {
    return await client.addCheckpoint(request);
  } catch (cause) {
    if (cause instanceof AuditError && cause.code.startsWith('WITNESS_')) throw cause;
    throw new AuditError('WITNESS_UNAVAILABLE', 'the witness cannot be asked', { cause });
  }
}

/**
 * The size of the log that a witness has seen: 0 when it never saw the log before this call. Changes nothing at a witness
 * that has seen the log; one that has not learns of this checkpoint (tlog-witness gives no other way to ask).
 *
 * @param checkpoint - any checkpoint that the log signed
 * @throws AuditError as `WitnessClient.addCheckpoint`
 * @example
 * const size = await witnessedSize(client, log.checkpoint());
 */
export async function witnessedSize(client: WitnessClient, checkpoint: string): Promise<number> {
  const answer = await client.addCheckpoint({ oldSize: 0, proof: [], checkpoint });
  return answer.kind === 'conflict' ? answer.size : 0;
}

function sizeOf(checkpoint: string): number {
  const note = parseNote(checkpoint);
  const head = note && parseCheckpointText(note.text);
  if (!head) throw new AuditError('CHECKPOINT_INVALID', 'the checkpoint is malformed');
  return head.size;
}

/** A note with signature lines added; a signature of the same key is replaced. */
export function addSignatures(checkpoint: string, lines: string): string {
  const note = parseNote(checkpoint)!;
  const added = parseSignatures(lines)!;
  const kept = note.signatures.filter((old) => !added.some((signature) => sameKey(old, signature)));
  return formatNote({ text: note.text, signatures: [...kept, ...added] });
}
