import { sha256 } from '@wardseal/primitives';
import { parseDetached, takeApart } from './detach.js';
import { type Header, type Stanza, stanzaDigest } from './header.js';
import type { Mode } from './keys/recipient.js';
import { STANZA } from './names.js';
import { plaintextSize } from './payload.js';
import { detachedParts, type SealedSource } from './source.js';
import { nativeKind } from './stanza/native.js';
import { recoverySetOf } from './stanza/recovery.js';
import { checkStanzas } from './unwrap.js';

/** What anybody can read from a sealed file without a key. Nothing of it is proven until `open`. */
export interface Inspection {
  readonly headerBytes: number;
  readonly headerDigest: Uint8Array<ArrayBuffer>;
  /** Bytes of the plaintext, from the payload's length. */
  readonly plaintextBytes: number;
  /** Kinds of the public-key recipients: one in a file of ours. */
  readonly modes: readonly Mode[];
  /** Whether the header carries a manifest; who signed it, only a recipient can see. */
  readonly hasManifest: boolean;
  readonly recovery?: { readonly set: string; readonly threshold: number; readonly seats: number };
  /** Ids of links that open the file. */
  readonly links: readonly string[];
  readonly stanzas: readonly {
    readonly type: string;
    readonly bytes: number;
    readonly digest: Uint8Array<ArrayBuffer>;
  }[];
}

/** What can be inspected: a sealed file, or its header and how long its payload is (a file or an object in a store, never read). */
export type InspectedSource =
  | SealedSource
  | { readonly header: Uint8Array; readonly payload: Uint8Array | { readonly size: number } };

async function partsOf(
  file: InspectedSource,
): Promise<{ readonly parsed: Header; readonly header: Uint8Array; readonly payloadBytes: number }> {
  const parts = detachedParts<Uint8Array | { readonly size: number }>(file);
  if (parts === null) return takeApart(file as SealedSource);
  const { header, payload } = parts;
  const payloadBytes = payload instanceof Uint8Array ? payload.length : payload?.size;
  if (!Number.isSafeInteger(payloadBytes) || payloadBytes < 0)
    throw new TypeError('payload must be a Uint8Array, a Blob or something with a size');
  return { parsed: parseDetached(header), header, payloadBytes };
}

const isManifestStanza = (stanza: Stanza): boolean => stanza.type === STANZA.manifest;

/**
 * Reads what a sealed file shows to everybody: sizes, kinds of recipients, recovery set, links. No key is needed and
 * nothing is decrypted, so nothing is proven.
 *
 * @throws SealError HEADER_INVALID or LIMIT like `open`; PAYLOAD_INVALID when the payload's length is impossible.
 *
 * @example
 * const { modes, recovery } = await inspect(file);
 */
export async function inspect(file: InspectedSource): Promise<Inspection> {
  const { parsed, header, payloadBytes } = await partsOf(file);
  checkStanzas(parsed);
  const recovery = recoverySetOf(parsed);
  return {
    headerBytes: header.length,
    headerDigest: sha256(header),
    plaintextBytes: plaintextSize(payloadBytes),
    modes: [...new Set(parsed.stanzas.map(nativeKind).filter((kind) => kind !== null))],
    hasManifest: parsed.stanzas.some(isManifestStanza),
    ...(recovery === null
      ? {}
      : { recovery: { set: recovery.id, threshold: recovery.threshold, seats: recovery.seats } }),
    links: parsed.stanzas.flatMap((stanza) => (stanza.type === STANZA.link ? stanza.args.slice(1, 2) : [])),
    stanzas: parsed.stanzas.map((stanza) => ({
      type: stanza.type,
      bytes: stanza.raw.length,
      digest: stanzaDigest(stanza),
    })),
  };
}
