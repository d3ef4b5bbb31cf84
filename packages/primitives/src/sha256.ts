import { type Awaitable, pick } from './backend.js';
import type { Bytes } from './bytes.js';
import { createSha256 } from './js/sha256.js';
import { nodeCrypto, subtle } from './platform.js';

type Digest = (data: Uint8Array) => Bytes;

// The one-shot hash() is 1.1 to 1.3 times createHash on small inputs.
const node: Digest | undefined = nodeCrypto && ((data) => new Uint8Array(nodeCrypto!.hash('sha256', data, 'buffer')));
const noble: Digest = (data) => createSha256().update(data).digest();

const digest = pick<Digest>({ node, noble });

/** SHA-256 (FIPS 180-4) at once: 32 bytes. For small inputs; see `sha256Large` for bulk in a browser. */
export function sha256(data: Uint8Array): Bytes {
  return digest()(data);
}

// A digest as text takes a third of the time of one as a buffer, whose making costs more than the hashing; but nobody can
// wipe a text.
const nodePublic: Digest | undefined =
  nodeCrypto &&
  ((data) => {
    const text = nodeCrypto!.hash('sha256', data, 'latin1');
    const out = new Uint8Array(32);
    for (let i = 0; i < 32; i++) out[i] = text.charCodeAt(i);
    return out;
  });

const publicDigest = pick<Digest>({ node: nodePublic, noble });

/** `sha256` of what is no secret: three times as fast on small inputs in Node, but leaves the digest behind in memory. */
export function sha256Public(data: Uint8Array): Bytes {
  return publicDigest()(data);
}

const large = pick<(data: Uint8Array) => Awaitable<Bytes>>({
  node,
  webcrypto: subtle && (async (data) => new Uint8Array(await subtle!.digest('SHA-256', data as Bytes))),
  noble,
});

/** SHA-256 of kilobytes and more: WebCrypto is 3 to 4 times noble in a browser, but answers with a promise. */
export function sha256Large(data: Uint8Array): Awaitable<Bytes> {
  return large()(data);
}

/** SHA-256 over several parts, in order, without joining them first. */
export interface Sha256Stream {
  update(data: Uint8Array): Sha256Stream;
  digest(): Bytes;
}

const stream = pick<() => Sha256Stream>({
  node:
    nodeCrypto &&
    (() => {
      const hash = nodeCrypto!.createHash('sha256');
      const self: Sha256Stream = {
        update(data) {
          hash.update(data);
          return self;
        },
        digest: () => new Uint8Array(hash.digest()),
      };
      return self;
    }),
  noble: createSha256,
});

/** Starts an incremental SHA-256. */
export function sha256Stream(): Sha256Stream {
  return stream()();
}
