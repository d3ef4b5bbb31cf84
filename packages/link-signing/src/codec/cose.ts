import { concat, equal, utf8 } from '@wardseal/primitives';
import { LinkError } from '../errors.js';
import { MAX_GRANT_BYTES } from '../limits.js';
import { type Cursor, encodeCbor, headLength, readBytes, writeHead } from './cbor.js';

// COSE_Sign1 (RFC 9052 section 4.2), written out: the tagged array of four has one possible shape here, so that
// neither arrays nor tags are needed in the codec, and the algorithm belongs to the key, never to the message.
const ALGORITHM_HEADER = 1;
const KID_HEADER = 4;
const ALGORITHMS = { EdDSA: -8, ES256: -7 } as const;
const CONTEXT = concat(Uint8Array.of(0x84, 0x6a), utf8('Signature1'));
// External data (RFC 9052 section 4.3): it is signed and never sent, so a signature made for anything else cannot pass
// as a grant, and a holder's signature not as an issuer's. A type in the header would cost 31 characters for the same.
const DOMAINS = {
  issuer: utf8('wardseal.org/grant v0'),
  holder: utf8('wardseal.org/delegated-grant v0'),
  'upload-certificate': utf8('wardseal.org/upload-certificate v0'),
} as const;
const KID_AT = 8;
const ALGORITHM_AT = 5;

/** Bytes of a key identifier. */
export const KID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const ISSUER: SignerKind = { by: 'issuer', algorithm: 'EdDSA' };

/** What stands in front, then byte strings with their heads; in one piece of memory, since making it is what costs. */
function withByteStrings(prefix: Uint8Array, ...strings: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = prefix.length;
  for (const data of strings) length += headLength(data.length) + data.length;
  const out = new Uint8Array(length);
  out.set(prefix);
  let at = prefix.length;
  for (const data of strings) {
    at = writeHead(out, at, 2, data.length);
    out.set(data, at);
    at += data.length;
  }
  return out;
}

/** The parts of a COSE_Sign1 that depend on the key alone. */
export interface Envelope {
  /** Tag, array head, protected header, empty unprotected header: the exact first bytes of every message under this key. */
  readonly prefix: Uint8Array;
  /** The first bytes of what is signed. */
  readonly signed: Uint8Array;
}

/** Who signs what, with which algorithm: an issuer a grant or the certificate of an upload, both with Ed25519, or the holder of a recipient's key. */
export interface SignerKind {
  readonly by: 'issuer' | 'holder' | 'upload-certificate';
  readonly algorithm: 'EdDSA' | 'ES256';
}

/** The one envelope of a key identifier. */
export function envelope(kid: Uint8Array, { by, algorithm }: SignerKind = ISSUER): Envelope {
  const header = encodeCbor(new Map<number, number | Uint8Array>([[ALGORITHM_HEADER, ALGORITHMS[algorithm]], [KID_HEADER, kid]])); // biome-ignore format: one header
  return {
    prefix: concat(withByteStrings(Uint8Array.of(0xd2, 0x84), header), Uint8Array.of(0xa0)),
    signed: withByteStrings(CONTEXT, header, DOMAINS[by]),
  };
}

/** What is signed (RFC 9052 section 4.4): context, protected header, domain, payload. */
export function toBeSigned(of: Envelope, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return withByteStrings(of.signed, payload);
}

/** The whole message. */
export function joinSign1(of: Envelope, payload: Uint8Array, signature: Uint8Array): Uint8Array<ArrayBuffer> {
  return withByteStrings(of.prefix, payload, signature);
}

/** The key identifier a message names, unchecked. */
export function kidOf(message: Uint8Array): Uint8Array {
  if (message.length > MAX_GRANT_BYTES) refuse(`grant is longer than ${MAX_GRANT_BYTES} bytes`);
  if (message.length < KID_AT + KID_BYTES) refuse('grant is truncated');
  return message.subarray(KID_AT, KID_AT + KID_BYTES);
}

/** The algorithm a message names, unchecked; for a message whose key is not at hand. */
export function algorithmOf(message: Uint8Array): SignerKind['algorithm'] {
  return message[ALGORITHM_AT] === -1 - ALGORITHMS.ES256 + 0x20 ? 'ES256' : 'EdDSA';
}

/** Splits a message whose first bytes must be exactly this envelope's. Throws LinkError `GRANT_INVALID` or `ENCODING_INVALID`. */
export function splitSign1(of: Envelope, message: Uint8Array): { payload: Uint8Array; signature: Uint8Array } {
  if (!equal(message.subarray(0, of.prefix.length), of.prefix)) refuse('grant header is not the one of its key');
  const from: Cursor = { data: message, at: of.prefix.length };
  const payload = readBytes(from);
  const signature = readBytes(from);
  if (signature.length !== SIGNATURE_BYTES) refuse('grant signature is not 64 bytes');
  if (from.at !== message.length) refuse('grant has bytes behind its end');
  return { payload, signature };
}

function refuse(message: string): never {
  throw new LinkError('GRANT_INVALID', message);
}
