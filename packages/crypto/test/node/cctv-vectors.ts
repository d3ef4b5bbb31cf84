import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { decodeArmor, type OpenUnsignedOptions, open, openReader, openStream } from '../../src/index.js';

// The age test suite of C2SP/CCTV: each vector says what must come of it, why, and what may be released before a failure.

export interface Vector {
  readonly name: string;
  readonly expect: string;
  readonly fields: ReadonlyMap<string, string>;
  readonly file: Uint8Array;
}

/** What came of a file: `success` or the failure's code, and SHA-256 of the plaintext released until then. */
export interface Outcome {
  readonly outcome: string;
  readonly released: string;
}

const CODES: Readonly<Record<string, readonly string[]>> = {
  success: ['success'],
  'armor failure': ['ARMOR_INVALID'],
  // a scrypt work factor beyond what we compute is our limit, not a broken header
  'header failure': ['HEADER_INVALID', 'LIMIT'],
  'HMAC failure': ['MAC_INVALID'],
  'no match': ['NO_MATCH'],
  'payload failure': ['PAYLOAD_INVALID'],
};

const sha256 = (...parts: Uint8Array[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** SHA-256 of nothing. */
export const NOTHING: string = sha256();

function parse([name, data]: [string, Uint8Array]): Vector {
  const end = Buffer.from(data).indexOf('\n\n');
  const fields = new Map(
    Buffer.from(data.subarray(0, end))
      .toString()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  const body = data.subarray(end + 2);
  return {
    name,
    fields,
    expect: fields.get('expect')!,
    file: fields.get('compressed') === 'zlib' ? new Uint8Array(inflateSync(body)) : body,
  };
}

// By a name that TypeScript does not follow: the package's declarations do not compile as a module.
const suite: string = 'cctv-age';
const exported = (await import(/* @vite-ignore */ suite)) as Readonly<Record<string, Uint8Array>>;
export const vectors: readonly Vector[] = Object.entries(exported).map(parse);

/** The codes a vector may come to, and the digest of what may be released on the way, by a stream. */
export function wanted(vector: Vector): { readonly codes: readonly string[]; readonly released: string } {
  return { codes: CODES[vector.expect]!, released: vector.fields.get('payload') ?? NOTHING };
}

function given({ fields, file }: Vector): { file: Uint8Array; options: OpenUnsignedOptions } {
  const identity = fields.get('identity');
  const passphrase = fields.get('passphrase');
  const options = {
    ...(identity === undefined ? {} : { identities: [identity] }),
    ...(passphrase === undefined ? {} : { passphrase }),
    allowUnsigned: true as const,
  };
  return { file: fields.get('armored') === 'yes' ? decodeArmor(file) : file, options };
}

async function outcomeOf(run: (release: (part: Uint8Array) => void) => Promise<void>): Promise<Outcome> {
  const parts: Uint8Array[] = [];
  let outcome = 'success';
  try {
    await run((part) => parts.push(part));
  } catch (error) {
    outcome = (error as { code?: string }).code ?? String(error);
  }
  return { outcome, released: sha256(...parts) };
}

export function openWhole(vector: Vector): Promise<Outcome> {
  return outcomeOf(async (release) => {
    const { file, options } = given(vector);
    release((await open(file, options)).plaintext);
  });
}

/** Through a stream whose pieces `cut` makes. */
export function openStreamed(vector: Vector, cut: (file: Uint8Array) => Iterator<Uint8Array>): Promise<Outcome> {
  return outcomeOf(async (release) => {
    const { file, options } = given(vector);
    const pieces = cut(file);
    const source = new ReadableStream<Uint8Array>({
      pull(controller) {
        const { done, value } = pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
    });
    const { plaintext } = await openStream(source, options);
    const reader = plaintext.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) release(part.value);
  });
}

/** Through a reader, the whole content as one range. */
export function openRanged(vector: Vector): Promise<Outcome> {
  return outcomeOf(async (release) => {
    const { file, options } = given(vector);
    const reader = await openReader(file, options);
    release(await reader.range(0, reader.size));
    reader.close();
  });
}

/** Pieces of one length. */
export function* pieces(file: Uint8Array, length: number): Generator<Uint8Array> {
  for (let at = 0; at < file.length; at += length) yield file.subarray(at, at + length);
}

/** Every byte by itself; where a file has millions, those 80 bytes around each chunk's end and the first and last thousand. */
export function* bytesNearEdges(file: Uint8Array): Generator<Uint8Array> {
  const SEALED_CHUNK = 65_552;
  let header = 0;
  while (header < file.length && Buffer.from(file.buffer, file.byteOffset + header, 4).toString() !== '\n---') header++;
  const payload = file.indexOf(10, header + 1) + 17;
  for (let at = 0; at < file.length; ) {
    const within = (at - payload + 40) % SEALED_CHUNK;
    const single = file.length < 1_000_000 || at < payload + 1000 || at >= file.length - 1000 || within < 80;
    const end = single ? at + 1 : Math.min(file.length - 1000, at + SEALED_CHUNK - within);
    yield file.subarray(at, end);
    at = end;
  }
}
