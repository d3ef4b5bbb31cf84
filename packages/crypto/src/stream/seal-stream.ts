import { draftFile, finishHeader, headerLength } from '../draft.js';
import { chunkCount } from '../payload.js';
import { PayloadSealer } from '../payload-sealer.js';
import { type SealedHeader, sealedHeader } from '../seal.js';
import type { SealOptions } from '../seal-options.js';
import { type ByteStream, isStream, type PlaintextSource, plaintextReader } from '../source.js';
import { ByteFeed } from './byte-feed.js';
import { type Ending, needStreams, pulled, STREAM_CHUNKS } from './pulled.js';
import { type Step, sealing } from './steps.js';

/** A file that is being sealed: its payload while it is made, then its header. */
export interface SealedStream {
  /** The payload: what `attachHeader` and `openStream` take as such. Nothing is read or sealed before it is asked for. */
  readonly payload: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** The header and what to remember of the file, once the payload was read to its end; rejects when that fails. */
  readonly sealed: Promise<SealedHeader>;
}

/**
 * Seals a file of any length in a few hundred kilobytes of memory: the payload flows out while the source flows in, and the
 * header, which signs the content, comes last. `seal` holds the whole file; this is the one for videos. Store the two parts
 * apart, or join them where parts can be sent in another order than they are read, as in `new Blob([header, ...])`.
 *
 * `source` is a stream of bytes, whose length need not be known, a Blob or bytes. It is read only as fast as `payload` is.
 * When the source fails, both `payload` and `sealed` fail with its own error; when `payload` is cancelled, the source is too,
 * `sealed` rejects with the reason, and no header was ever made, so what was sent can never be opened.
 *
 * @throws SealError as `seal` does, before anything is read; `UNSUPPORTED` where the engine has no Web Streams. `payload` and
 * `sealed` fail with `LIMIT` when the content is too long (about 3 GB), with `SIGNATURE_INVALID` when an own signer signed wrongly.
 * @throws TypeError when `source` is of the wrong kind or a stream that is locked.
 *
 * @see age v1 (C2SP), section "Payload"; docs/spec/sealed-file.md; WHATWG Streams.
 *
 * @example
 * const { payload, sealed } = await sealStream(file.stream(), options);
 * await fetch(payloadUrl, { method: 'PUT', body: payload, duplex: 'half' });
 * const { header } = await sealed;
 */
export async function sealStream(source: ByteStream | PlaintextSource, options: SealOptions): Promise<SealedStream> {
  needStreams();
  const readable = isStream(source) ? source : plaintextReader(source);
  if (isStream(readable) && readable.locked) throw new TypeError('source is locked to another reader');
  const draft = await draftFile(options);
  let feed: ByteFeed;
  try {
    if (!isStream(readable)) await headerLength(draft, readable.size, chunkCount(readable.size));
    feed = new ByteFeed(readable);
  } catch (error) {
    draft.fileKey.fill(0);
    throw error;
  }
  const sealer = new PayloadSealer(draft);
  const steps = sealing(feed, sealer, STREAM_CHUNKS, (bytes) => new Uint8Array(bytes));
  let begun = false;
  let over = false;
  let done: SealedHeader | undefined;

  async function next(): Promise<Step> {
    if (!begun) {
      begun = true;
      return { bytes: draft.nonce, ended: false };
    }
    const step = await steps.next();
    // Before the last bytes go: a payload that came to its end has a header. One that was cancelled has no keys any more.
    if (step.ended && !over)
      done = sealedHeader(draft, sealer.size, await finishHeader(draft, sealer.size, sealer.leaves));
    return step;
  }

  let settle: (how: Ending) => void = () => {};
  const sealed = new Promise<SealedHeader>((resolve, reject) => {
    settle = ({ stopped, why }) => {
      over = true;
      draft.fileKey.fill(0);
      sealer.wipe();
      steps.wipe();
      if (!stopped && done !== undefined) resolve(done);
      else reject(why ?? new TypeError('payload was cancelled'));
    };
  });
  sealed.catch(() => {}); // whoever reads the payload hears of it there
  return { payload: pulled(feed, next, settle), sealed };
}
