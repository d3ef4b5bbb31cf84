import { asBytes, sha256Stream } from '@wardseal/primitives';
import { LinkError } from '../errors.js';

/** A body that is counted and hashed on its way. */
export interface Metered {
  readonly body: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Digest and length once it was read to its end; null before. */
  whole(): { digest: Uint8Array<ArrayBuffer>; size: number } | null;
  /** Why it ended early, when it was for its length. */
  tooLarge(): LinkError | null;
}

/** Counts and hashes a body on its way, and ends it with an error above `limit` bytes, of which no more is read. */
export function metered(from: ReadableStream<Uint8Array> | null, limit: number): Metered {
  const hash = sha256Stream();
  let size = 0;
  let whole: ReturnType<Metered['whole']> = null;
  let tooLarge: LinkError | null = null;
  const reader = from?.getReader();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        const step = await reader?.read();
        if (step === undefined || step.done) {
          whole = { digest: hash.digest(), size };
          return controller.close();
        }
        size += step.value.length;
        if (size > limit) {
          tooLarge = new LinkError('UPLOAD_TOO_LARGE', 'upload is larger than allowed');
          // Not waited for: who sends without end may not end this either.
          reader?.cancel().catch(() => undefined);
          return controller.error(tooLarge);
        }
        hash.update(step.value);
        controller.enqueue(asBytes(step.value));
      },
      cancel: (reason) => reader?.cancel(reason),
    },
    { highWaterMark: 0 },
  );
  return { body, whole: () => whole, tooLarge: () => tooLarge };
}
