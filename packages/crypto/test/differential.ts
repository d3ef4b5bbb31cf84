import { aeadSeal, base64raw, concat, fromBase64raw } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { armor, Decrypter, Encrypter } from 'age-encryption';
import fc from 'fast-check';
import { headerMac, parseHeader } from '../src/header.js';
import {
  decodeArmor,
  encodeArmor,
  limits,
  type OpenUnsignedOptions,
  open,
  SealError,
  type SealErrorCode,
  seal,
} from '../src/index.js';
import { chunkNonce, payloadKey } from '../src/payload.js';
import { unwrapFileKey } from '../src/unwrap.js';
import { content, world } from './world.js';

// Differential fuzzing: valid age files, typage's and ours, are taken apart, changed in their structure (by somebody who
// holds the file key and can make a right MAC, or by somebody who cannot), and given to typage and to this package.

const PASSPHRASE = 'correct horse';

/** A valid file, and what is needed to change it from inside. */
export interface Base {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly fileKey: Uint8Array;
  readonly plaintext: Uint8Array;
}

/** The keys that both sides try, and the files. */
export interface Pool {
  readonly bases: readonly Base[];
  readonly opening: OpenUnsignedOptions & { readonly identities: readonly string[] };
}

export async function theySeal(data: Uint8Array, recipients: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  return new Uint8Array(await encrypter.encrypt(data));
}

/** Files of every kind: typage's and ours, classic, post-quantum and under a passphrase, of several lengths. */
export async function pool(): Promise<Pool> {
  const [classic, pq] = [await world('classic'), await world('pq')];
  const senders = [classic.alice, pq.alice];
  const opening: Pool['opening'] = {
    identities: [classic.bob.identity, pq.bob.identity],
    passphrase: PASSPHRASE,
    resolveSender: ({ kid }) => senders.find(({ keys }) => keys.kid === kid)?.entry ?? null,
    allowUnsigned: true,
  };
  const bases: Base[] = [];
  const add = async (name: string, size: number, bytes: Uint8Array<ArrayBuffer>) => {
    const { fileKey } = await unwrapFileKey(parseHeader(bytes), opening);
    bases.push({ name, bytes, fileKey, plaintext: content(size) });
  };
  const theirs = (w: typeof classic, size: number) =>
    [w.alice, w.bob, w.mallory].slice(0, 1 + (size % 3)).concat(w.bob);
  for (const [w, sizes] of [
    [classic, [0, 1, 40, 65_536, 65_537, 131_072]],
    [pq, [0, 40, 65_537]],
  ] as const) {
    for (const size of sizes) {
      const people = [...new Set(theirs(w, size))].map(({ entry }) => entry.recipient);
      await add(`typage's, ${w.sealing.mode}, ${size} bytes`, size, await theySeal(content(size), people));
    }
    for (const size of [40, 65_537]) {
      const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
      const link = { id: 'link-1', key: new Uint8Array(32) };
      const { bytes } = await seal(content(size), { ...w.sealing, guardians, link });
      await add(`ours, ${w.sealing.mode}, ${size} bytes`, size, bytes);
    }
  }
  const encrypter = new Encrypter();
  encrypter.setPassphrase(PASSPHRASE);
  encrypter.setScryptWorkFactor(2);
  await add("typage's, passphrase", 40, new Uint8Array(await encrypter.encrypt(content(40))));
  return { bases, opening };
}

/** A file on its way from valid to something else. Header lines are latin1 text without their line ends. */
interface Draft {
  version: string;
  stanzas: { line: string; body: string[] }[];
  /** Null: the right one, made at the end. */
  mac: string | null;
  payload: Uint8Array;
}

const latin1 = (data: Uint8Array): string => new TextDecoder('latin1').decode(data);
const bytesOf = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(text, (char) => char.charCodeAt(0) & 255);

function wrapped(body: Uint8Array, columns = 64): string[] {
  const text = base64raw(body);
  const lines = text.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
  return text.length % columns === 0 ? [...lines, ''] : lines;
}

/** One step; `a`, `b` and `c` pick places and values. */
export interface Step {
  readonly kind: keyof typeof STEPS;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

const TYPES = ['X25519', 'mlkem768x25519', 'scrypt', 'piv-p256', 'x-grease', 'wardseal.org/manifest'];
const OURS = ['wardseal.org/grant', 'wardseal.org/recovery', 'wardseal.org/link', 'wardseal.org/tree'];
const LENGTHS = [0, 1, 31, 32, 33, 47, 48, 49, 95, 96, 97, 144, 1000, 1120];
const CHARS = ['A', 'B', '/', '+', '_', '-', '=', ' ', '\t', '\r', '\n', '\0', '\x7f', '\xe9', '>', '1', '9', 'x', '.'];
const VERSIONS = ['age-encryption.org/v2', 'age-encryption.org/v1 ', 'age-encryption.org/v1\r', '', 'AGE', ' age'];
const pick = <T>(list: readonly T[], at: number): T => list[at % list.length]!;

function edited(text: string, at: number, how: number, char: string): string {
  const i = at % (text.length + 1);
  const skip = [0, 1, 1, 2][how % 4]!;
  return text.slice(0, i) + (how % 4 === 1 ? '' : char) + text.slice(i + skip);
}

/** Each changes the draft in place. */
const STEPS = {
  drop: (d: Draft, { a }: Step) => void d.stanzas.splice(a % Math.max(1, d.stanzas.length), 1),
  double: (d: Draft, { a, b }: Step) => {
    const one = d.stanzas[a % Math.max(1, d.stanzas.length)];
    if (one) d.stanzas.splice(b % (d.stanzas.length + 1), 0, { line: one.line, body: [...one.body] });
  },
  move: (d: Draft, { a, b }: Step) => {
    const moved = d.stanzas.splice(a % Math.max(1, d.stanzas.length), 1);
    d.stanzas.splice(b % (d.stanzas.length + 1), 0, ...moved);
  },
  /** A stanza of a type that nobody knows: both must skip it. */
  grease: (d: Draft, { a, b, c }: Step) => {
    const args = Array.from({ length: c % 4 }, (_, i) =>
      pick(['x', '-', '->', '---', '0', '~!"', 'A'.repeat(99)], b + i),
    );
    const line = ['->', pick(['x-grease', '-', '---', 'X25519-', 'xX25519'], a + c), ...args].join(' ');
    d.stanzas.splice(a % (d.stanzas.length + 1), 0, { line, body: wrapped(seededRandom(b)(pick(LENGTHS, b))) });
  },
  /** A stanza of a known type, of the right shape or another, that opens for nobody. */
  decoy: (d: Draft, { a, b, c }: Step) => {
    const type = pick([...TYPES.slice(0, 3), ...OURS], c);
    const share = base64raw(seededRandom(a)(pick([32, 1120, 16, 31, 0], b)));
    const line = `-> ${type} ${share}${pick(['', '', ' 2', ' x'], a)}`.trimEnd();
    const body = wrapped(seededRandom(b)(pick([32, 32, 32, 31, 33], a)));
    d.stanzas.splice(a % (d.stanzas.length + 1), 0, { line, body });
  },
  type: (d: Draft, { a, b }: Step) => {
    const one = d.stanzas[a % Math.max(1, d.stanzas.length)];
    if (one) one.line = one.line.replace(/^-> \S+/, `-> ${pick([...TYPES, ...OURS], b)}`);
  },
  argument: (d: Draft, { a, b, c }: Step) => {
    const one = d.stanzas[a % Math.max(1, d.stanzas.length)];
    if (!one) return;
    const words = one.line.split(' ');
    const put = pick(['', 'x', '0', '01', '3', '4', 'A'.repeat(43), base64raw(seededRandom(b)(32)), '\xff'], b);
    words.splice(1 + (c % words.length), b % 2, ...(b % 3 === 0 ? [] : [put]));
    one.line = words.join(' ');
  },
  body: (d: Draft, { a, b }: Step) => {
    const one = d.stanzas[a % Math.max(1, d.stanzas.length)];
    if (one) one.body = wrapped(seededRandom(b)(pick(LENGTHS, b)));
  },
  lines: (d: Draft, { a, b, c }: Step) => {
    const one = d.stanzas[a % Math.max(1, d.stanzas.length)];
    if (!one) return;
    const data = fromBase64raw(one.body.join(''));
    const put = pick(['', 'A', 'AA', 'AAA', '====', '\r', ' ', 'A'.repeat(64), 'A'.repeat(65)], b);
    if (c % 3 === 0 && data) one.body = wrapped(data, pick([60, 63, 65, 68, 32, 1000], b));
    else if (c % 3 === 1) one.body.splice(b % (one.body.length + 1), 0, put);
    else one.body.splice(b % Math.max(1, one.body.length), 1);
  },
  /** Another spelling of the same bytes, or the same length of other bytes. */
  spare: (d: Draft, { a, b, c }: Step) => {
    const one = d.stanzas[a % Math.max(1, d.stanzas.length)];
    const last = pick('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/='.split(''), b);
    if (one && c % 2 === 0) one.line = one.line.slice(0, -1) + last;
    else if (one) one.body[one.body.length - 1] = (one.body.at(-1) ?? '').slice(0, -1) + last;
  },
  text: (d: Draft, { a, b, c }: Step) => {
    const one = d.stanzas[a % Math.max(1, d.stanzas.length)];
    if (one && c % 2 === 0) one.line = edited(one.line, b, c >> 1, pick(CHARS, b + c));
    else if (one) {
      const at = b % Math.max(1, one.body.length);
      one.body[at] = edited(one.body[at] ?? '', c >> 3, c >> 1, pick(CHARS, b + c));
    }
  },
  version: (d: Draft, { a, b, c }: Step) => {
    d.version = c % 2 === 0 ? pick(VERSIONS, a) : edited(d.version, a, b, pick(CHARS, c));
  },
  mac: (d: Draft, { a, b, c }: Step) => {
    const right = base64raw(seededRandom(a)(32));
    d.mac = pick(
      [right, right.slice(1), `${right}A`, `${right}=`, '', ` ${right}`, `${right} `, `${right}\r`, 'AAA'],
      c,
    );
    if (c % 5 === 0) d.mac = edited(d.mac, b, a, pick(CHARS, c));
  },
  cut: (d: Draft, { a, c }: Step) => {
    d.payload = d.payload.subarray(0, c % 2 === 0 ? a % 40 : Math.max(0, d.payload.length - (a % 40)));
  },
  extend: (d: Draft, { a, b }: Step) => {
    d.payload = concat(d.payload, seededRandom(a)(1 + (b % 40)));
  },
  flip: (d: Draft, { a, b }: Step) => {
    if (d.payload.length === 0) return;
    d.payload = d.payload.slice();
    d.payload[a % d.payload.length]! ^= 1 << (b % 8);
  },
  chunks: (d: Draft, { a, b, c }: Step) => {
    const nonce = d.payload.subarray(0, 16);
    const chunks: Uint8Array[] = [];
    for (let at = 16; at < d.payload.length; at += 65_552) chunks.push(d.payload.subarray(at, at + 65_552));
    const [one] = chunks.splice(a % Math.max(1, chunks.length), 1);
    if (one && c % 3 > 0) chunks.splice(b % (chunks.length + 1), 0, one);
    if (one && c % 3 > 1) chunks.push(one);
    d.payload = concat(nonce, ...chunks);
  },
} as const;

const KINDS = Object.keys(STEPS) as Step['kind'][];

/** One change of one valid file. */
export interface Case {
  readonly base: number;
  readonly steps: readonly Step[];
  /** Whether the MAC is made anew: the work of somebody who holds the file key. */
  readonly inside: boolean;
  /** Sizes of chunks to encrypt again, or null: only somebody who holds the file key can. */
  readonly chunks: readonly number[] | null;
  /** Changes to the armor around it, or null when there is none. */
  readonly armor: readonly Step[] | null;
}

export function cases(): fc.Arbitrary<Case> {
  const step = fc.record({ kind: fc.constantFrom(...KINDS), a: fc.nat(), b: fc.nat(), c: fc.nat() });
  const size = fc.constantFrom(0, 1, 17, 65_535, 65_536, 65_537);
  const full = fc.tuple(fc.nat(2), size).map(([count, last]) => [...Array<number>(count).fill(65_536), last]);
  const seldom = <T>(arbitrary: fc.Arbitrary<T>, weight: number): fc.Arbitrary<T | null> =>
    fc.oneof({ weight: 10, arbitrary: fc.constant(null) }, { weight, arbitrary });
  return fc.record({
    base: fc.nat(),
    steps: fc.array(step, { maxLength: 3 }),
    inside: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    chunks: seldom(fc.oneof(full, fc.array(size, { minLength: 1, maxLength: 3 })), 2),
    armor: seldom(fc.array(step, { maxLength: 2 }), 2),
  });
}

/** The bytes of a changed file, before any armor. `change` edits the header's text up to its last line. */
export async function build(
  { bases }: Pool,
  { base: at, steps, inside, chunks }: Case,
  change: (text: string) => string = (text) => text,
): Promise<Uint8Array<ArrayBuffer>> {
  const base = bases[at % bases.length]!;
  const header = parseHeader(base.bytes);
  const macLine = latin1(base.bytes.subarray(header.macInput.length, header.length - 1));
  const draft: Draft = {
    version: 'age-encryption.org/v1',
    stanzas: header.stanzas.map(({ raw }) => {
      const [line, ...body] = latin1(raw).slice(0, -1).split('\n');
      return { line: line!, body };
    }),
    mac: inside ? null : macLine.slice(1),
    payload: base.bytes.slice(header.length),
  };
  if (chunks !== null) draft.payload = await reencrypted(base, draft.payload.subarray(0, 16), chunks);
  for (const step of steps) STEPS[step.kind](draft, step);
  const lines = draft.stanzas.flatMap(({ line, body }) => [line, ...body]);
  const macInput = bytesOf(`${change(`${[draft.version, ...lines].join('\n')}\n`)}---`);
  const mac = draft.mac ?? base64raw(headerMac(base.fileKey, macInput));
  return concat(macInput, bytesOf(` ${mac}\n`), draft.payload);
}

/** Chunks of any sizes, each sealed as its place asks, the last one marked as the last. */
async function reencrypted(base: Base, nonce: Uint8Array, sizes: readonly number[]): Promise<Uint8Array> {
  const key = payloadKey(base.fileKey, nonce);
  const sealed = sizes.map((size, i) => aeadSeal(key, chunkNonce(i, i === sizes.length - 1), content(size)));
  return concat(nonce, ...(await Promise.all(sealed)));
}

/** A text as changed armor: lines are edited like a stanza's. */
function rearmored(file: Uint8Array, steps: readonly Step[]): string {
  let text = encodeArmor(file);
  for (const { a, b, c } of steps) {
    const lines = text.split('\n');
    const at = a % lines.length;
    if (c % 4 === 0) text = text.replaceAll('\n', '\r\n');
    else if (c % 4 === 1)
      text = pick([' ', '\n\n', '\t', '\r\n', 'x', '\n \n'], a) + text + pick(['\n', '  ', '', 'x'], b);
    else if (c % 4 === 2) text = lines.with(at, edited(lines[at]!, b, c >> 2, pick(CHARS, a + b))).join('\n');
    else
      text = lines
        .toSpliced(at, b % 2, ...(b % 3 === 0 ? [] : [pick(['', 'AAAA', 'A'.repeat(64), ' '], b)]))
        .join('\n');
  }
  return text;
}

type Verdict = { readonly plaintext: Uint8Array } | { readonly code: SealErrorCode | 'refused' };

export async function ours(act: () => Promise<{ plaintext: Uint8Array }>): Promise<Verdict> {
  try {
    return { plaintext: (await act()).plaintext };
  } catch (error) {
    if (error instanceof SealError) return { code: error.code };
    throw error;
  }
}

async function theirs(act: () => Promise<Uint8Array>): Promise<Verdict> {
  try {
    return { plaintext: await act() };
  } catch {
    return { code: 'refused' };
  }
}

/** What typage takes and this package refuses, on purpose. */
export type Strictness =
  | 'a file of ours must keep its signature, recipients, content and parts'
  | 'every native stanza must have its one shape, also another person’s and behind one’s own'
  | 'a scrypt stanza must be the only one'
  | 'more than the limits allow';

const PROOFS: readonly string[] = [
  'UNSIGNED',
  'UNSUPPORTED',
  'MANIFEST_INVALID',
  'RECIPIENTS_MISMATCH',
  'GRANT_INVALID',
  'PAYLOAD_INVALID',
  'PAYLOAD_MISMATCH',
  'TREE_INVALID',
  'MIXED_MODE',
  'SENDER_UNKNOWN',
];

const NATIVE: Readonly<Record<string, RegExp>> = {
  X25519: /^-> X25519 [A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/,
  mlkem768x25519: /^-> mlkem768x25519 [A-Za-z0-9+/]{1493}[AQgw]$/,
  scrypt: /^-> scrypt [A-Za-z0-9+/]{21}[AQgw] [1-9][0-9]*$/,
};

/** The class of a difference, judged from the header's text alone and apart from the code under test; or null. */
export function strictness(file: Uint8Array, code: string): Strictness | null {
  const text = latin1(file.subarray(0, 3_000_000)).split('\n--- ')[0]!;
  const stanzas = text
    .split('\n-> ')
    .slice(1)
    .map((stanza) => `-> ${stanza}`.split('\n'));
  const typed = stanzas.map(([line, ...body]) => ({ line: line!, type: line!.split(' ')[1]!, body }));
  const ofUs = typed.some(({ type }) => type.startsWith('wardseal.org/'));
  if (code === 'LIMIT') {
    const work = typed.some(
      ({ line }) => Number(/^-> scrypt \S+ (\d+)$/.exec(line)?.[1] ?? 0) > limits.MAX_SCRYPT_LOG_N,
    );
    const much = typed.length > limits.MAX_STANZAS || text.length > limits.MAX_HEADER_BYTES - 50;
    return work || much || ofUs ? 'more than the limits allow' : null;
  }
  if (PROOFS.includes(code))
    return ofUs ? 'a file of ours must keep its signature, recipients, content and parts' : null;
  if (code !== 'HEADER_INVALID') return null;
  if (typed.some(({ line }) => line.length > limits.MAX_STANZA_LINE_BYTES)) return 'more than the limits allow';
  const misshapen = typed.some(({ line, type, body }) => {
    const shape = NATIVE[type];
    return shape !== undefined && !(shape.test(line) && body.length === 1 && body[0]!.length === 43);
  });
  if (misshapen) return 'every native stanza must have its one shape, also another person’s and behind one’s own';
  if (typed.length > 1 && typed.some(({ type }) => type === 'scrypt')) return 'a scrypt stanza must be the only one';
  return ofUs ? 'a file of ours must keep its signature, recipients, content and parts' : null;
}

/** How one case went; throws on any difference that has no class. */
export async function compare(all: Pool, one: Case): Promise<'accepted' | 'refused' | Strictness> {
  const built = await build(all, one);
  let file = built;
  if (one.armor !== null) {
    const text = rearmored(built, one.armor);
    const us = await ours(async () => ({ plaintext: decodeArmor(text) }));
    const them = await theirs(async () => armor.decode(text));
    if (!('plaintext' in us) || !('plaintext' in them)) {
      if ('plaintext' in us || 'plaintext' in them) throw new Error('armor: one side takes it and the other does not');
      return 'refused';
    }
    same(us.plaintext, them.plaintext);
    file = decodeArmor(text);
  }
  // Work factors that take seconds are tried once each, elsewhere.
  fc.pre(!/\n-> scrypt \S+ (1[1-9]|20)\n/.test(latin1(file.subarray(0, 4000))));
  const us = await ours(() => open(file, all.opening));
  const them = await theirs(() => theyOpen(file, all.opening));
  if ('plaintext' in us) {
    if (!('plaintext' in them)) throw new Error('we accept what typage refuses');
    same(us.plaintext, them.plaintext);
    return 'accepted';
  }
  if (!('plaintext' in them)) return 'refused';
  const why = strictness(file, us.code);
  if (why === null) throw new Error(`typage accepts what we refuse with ${us.code}`);
  return why;
}

export async function theyOpen(
  file: Uint8Array,
  { identities, passphrase }: { readonly identities: readonly string[]; readonly passphrase?: string },
): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  if (passphrase !== undefined) decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(file);
}

function same(us: Uint8Array, them: Uint8Array): void {
  if (Buffer.compare(us, them) !== 0) throw new Error('both accept, and read different bytes');
}

/** So many cases; neither side is fed with nothing but rubbish, nor with nothing but valid files. */
export async function fuzz(all: Pool, numRuns: number): Promise<void> {
  const outcomes = new Map<string, number>();
  const property = fc.asyncProperty(cases(), async (one) => {
    const outcome = await compare(all, one);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  });
  await fc.assert(property, { numRuns });
  const told = JSON.stringify([...outcomes]);
  if (
    (outcomes.get('accepted') ?? 0) < numRuns / 10 ||
    (outcomes.get('refused') ?? 0) < numRuns / 5 ||
    outcomes.size < 4
  )
    throw new Error(`too much of one kind: ${told}`);
}
