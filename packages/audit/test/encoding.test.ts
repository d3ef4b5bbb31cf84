import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, hmacSha256 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { FieldReader, FieldWriter, MalformedFields, required } from '../src/codec.js';
import { type AuditError, createEventId, decodeLeaf, patientHandle } from '../src/index.js';
import { encodeLeaf, idTime, leafId, MAX_LEAF } from '../src/leaf.js';
import { blind, MAX_SEALED_SIDE, openSide, SIDE_RANDOM, sealSide } from '../src/side-record.js';
import {
  commit,
  decodeActorSide,
  decodeSubjectSide,
  encodeActorSide,
  encodeSubjectSide,
  MAX_EVIDENCE,
  MAX_SEALED,
  MAX_SIDE,
} from '../src/sides.js';
import { b64url, eventMaker, hexOf, START } from './support/events.js';

type Fields = readonly (readonly [tag: number, value: readonly number[]])[];

const random = seededRandom('encoding');
const of = (length: number): number[] => [...random(length)];
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const text = (value: string): number[] => [...bytes(value)];
const time = [0x01, 0x9c, 0xa0, 0, 0, 0];

/** The encoding by a way of its own: a length from 128 on takes two bytes. */
function encoded(head: readonly number[], fields: Fields): Uint8Array {
  const body = fields.flatMap(([tag, value]) => {
    const length = value.length < 128 ? [value.length] : [128 + Math.floor(value.length / 256), value.length % 256];
    return [tag, ...length, ...value];
  });
  return Uint8Array.from([...head, ...body]);
}

/** The fields with one changed, or left out (null). */
function withField(fields: Fields, tag: number, value: readonly number[] | null): Fields {
  const others = fields.filter(([one]) => one !== tag);
  const all = value === null ? others : [...others, [tag, value] as const];
  return all.toSorted(([a], [b]) => a - b);
}

function fault(work: () => unknown): { code?: string; message: string; cause?: unknown } {
  try {
    work();
  } catch (error) {
    return error as AuditError;
  }
  return { message: 'none' };
}

describe('fields', () => {
  it('are written and read in rising order, lengths in their shortest form', () => {
    for (const length of [0, 1, 127, 128, 255, 256, 300, 32_767]) {
      const value = random(length);
      const data = new FieldWriter(Uint8Array.of(9))
        .bytes(2, undefined)
        .bytes(3, value)
        .text(4, 'é')
        .uint(5, 258, 2)
        .done();
      expect(data).toEqual(
        encoded(
          [9],
          [
            [3, [...value]],
            [4, text('é')],
            [5, [1, 2]],
          ],
        ),
      );
      const fields = new FieldReader(data, 1);
      expect(fields.bytes(2, 1)).toBe(undefined);
      expect(fields.bytes(3, 0, 40_000)).toEqual(value);
      expect([fields.text(4, 2), fields.uint(5, 2), fields.uint(6, 1), fields.text(7, 1)]).toEqual([
        'é',
        258,
        undefined,
        undefined,
      ]);
      fields.end();
    }
  });
  it.each<[string, readonly number[], (fields: FieldReader) => unknown]>([
    ['fields malformed', [2, 1, 0], (fields) => fields.bytes(3, 1)],
    ['fields malformed', [3], (fields) => fields.bytes(3, 1)],
    ['fields malformed', [3, 2, 0], (fields) => fields.bytes(3, 2)],
    ['fields malformed', [3, 128], (fields) => fields.bytes(3, 0, 9)],
    ['fields malformed', [3, 128, 200, 0], (fields) => fields.bytes(3, 0, 999)],
    ['length not in its shortest form', [3, 128, 1, 0], (fields) => fields.bytes(3, 1)],
    ['length not in its shortest form', [3, 128, 127, ...of(127)], (fields) => fields.bytes(3, 127)],
    ['length of a field', [3, 1, 0], (fields) => fields.bytes(3, 2)],
    ['length of a field', [3, 3, 0, 0, 0], (fields) => fields.bytes(3, 2)],
    ['length of a field', [3, 1, 0], (fields) => fields.bytes(3, 2, 3)],
    ['length of a field', [3, 0], (fields) => fields.text(3, 5)],
    ['length of a field', [3, 3, 65, 65, 65], (fields) => fields.text(3, 2)],
    ['text of a field', [3, 1, 255], (fields) => fields.text(3, 2)],
    ['number of a field', [3, 7, 32, 0, 0, 0, 0, 0, 0], (fields) => fields.uint(3, 7)],
    ['unknown field', [3, 0], (fields) => fields.end()],
    ['field missing', [], (fields) => required(fields.bytes(3, 1))],
  ])('%s: %j', (message, data, read) => {
    const error = fault(() => read(new FieldReader(Uint8Array.from(data), 0)));
    expect(error).toBeInstanceOf(MalformedFields);
    expect(error.message).toBe(message);
  });
});

const ID = [0x01, 0x9c, 0xa0, 0, 0, 0, 0x70, 1, 0x80, 1, 2, 3, 4, 5, 6, 7];
const LEAF_HEAD = [0, 0x4c];
const LEAF: Fields = [
  [1, ID],
  [2, time],
  [3, [3]],
  [4, [1]],
  [5, [1]],
  [6, text('RX1')],
  [7, [1]],
  [8, [0, 0, 0, 0, 0, 1, 2]],
  [9, of(32)],
  [10, of(32)],
  [11, of(32)],
  [12, of(32)],
  [13, of(32)],
];

describe('a leaf', () => {
  it('is read, and written as it was read', () => {
    const data = encoded(LEAF_HEAD, LEAF);
    const leaf = decodeLeaf(data);
    expect(leaf).toMatchObject({
      id: '019ca000-0000-7001-8001-020304050607',
      recordedAt: 0x019ca0000000,
      type: 'image.view',
      outcome: 'success',
      purpose: 'TREAT',
      org: 'RX1',
      parent: 258,
    });
    expect(encodeLeaf(leaf)).toEqual(data);
    expect(leafId(data)).toEqual(Uint8Array.from(ID));
    expect(idTime(leaf.id)).toBe(0x019ca0000000);
    for (const tag of [5, 7, 8, 11]) {
      const without = encoded(LEAF_HEAD, withField(LEAF, tag, null));
      const read = decodeLeaf(without);
      expect(Object.keys(read)).toHaveLength(12);
      expect(encodeLeaf(read)).toEqual(without);
    }
    const impersonal = encoded(LEAF_HEAD, withField(withField(LEAF, 10, null), 12, null));
    expect(Object.keys(decodeLeaf(impersonal))).toHaveLength(11);
    expect(encodeLeaf(decodeLeaf(impersonal))).toEqual(impersonal);
  });

  it.each<[string, Uint8Array]>([
    ['head of a leaf', new Uint8Array(0)],
    ['head of a leaf', encoded([1, 0x4c], LEAF)],
    ['head of a leaf', encoded([0, 0x41], LEAF)],
    ['head of a leaf', encoded(LEAF_HEAD, [...LEAF, [14, of(255 - encoded(LEAF_HEAD, LEAF).length)]])],
    ['unknown field', encoded(LEAF_HEAD, [...LEAF, [14, []]])],
    ['id is not a UUIDv7', encoded(LEAF_HEAD, withField(LEAF, 1, ID.with(6, 0x40)))],
    ['id is not a UUIDv7', encoded(LEAF_HEAD, withField(LEAF, 1, ID.with(8, 0xc0)))],
    ['organisation code', encoded(LEAF_HEAD, withField(LEAF, 6, text('rx1')))],
    ['half a subject', encoded(LEAF_HEAD, withField(LEAF, 10, null))],
    ['half a subject', encoded(LEAF_HEAD, withField(LEAF, 12, null))],
    ...[1, 2, 3, 4, 6, 9, 13].map(
      (tag) => ['', encoded(LEAF_HEAD, withField(LEAF, tag, null))] as [string, Uint8Array],
    ),
    ...[3, 4, 5, 7].map(
      (tag) => ['field missing', encoded(LEAF_HEAD, withField(LEAF, tag, [0]))] as [string, Uint8Array],
    ),
    ...[9, 10, 11, 12, 13].map(
      (tag) => ['length of a field', encoded(LEAF_HEAD, withField(LEAF, tag, of(31)))] as [string, Uint8Array],
    ),
    ['length of a field', encoded(LEAF_HEAD, withField(LEAF, 6, text('RX12345678')))],
  ])('is none: %s', (why, data) => {
    const error = fault(() => decodeLeaf(data));
    expect(error).toMatchObject({ code: 'LEAF_INVALID', message: 'the entry is not a leaf of version 0' });
    expect((error.cause as Error).message).toContain(why);
  });

  it('has at most 256 bytes', () => {
    expect(MAX_LEAF).toBe(256);
    const padded = (length: number) => Uint8Array.from([...encoded(LEAF_HEAD, LEAF), ...of(300)]).subarray(0, length);
    expect((fault(() => decodeLeaf(padded(256))).cause as Error).message).toBe('unknown field');
    expect((fault(() => decodeLeaf(padded(257))).cause as Error).message).toBe('head of a leaf');
  });
});

const ACTOR_HEAD = [0, 0x41];
const ACTOR: Fields = [
  [1, time],
  [2, [1]],
  [3, text('person-moss')],
  [4, text('doctor')],
  [5, text('webauthn')],
  [6, [3]],
  [7, text('person-other')],
  [8, text('item')],
  [9, text('item-1')],
  [10, of(32)],
  [11, text('a reason')],
  [12, text('192.0.2.1')],
  [13, text('device-1')],
  [14, text('Clinic 4')],
  [15, text('session-1')],
  [16, text('request-1')],
  [17, text('policy')],
  [18, text('1.0.0')],
  [19, [1]],
  [20, of(32)],
  [21, text('kind')],
  [22, of(10)],
];

describe("an actor's compartment", () => {
  const decode = (fields: Fields) => decodeActorSide(encoded(ACTOR_HEAD, fields));
  it('is read, field by field', () => {
    const value = (tag: number) => Uint8Array.from(ACTOR.find(([one]) => one === tag)![1]);
    expect(decode(ACTOR)).toStrictEqual({
      occurredAt: 0x019ca0000000,
      actor: { id: 'person-moss', kind: 'practitioner', role: 'doctor', authn: { method: 'webauthn', aal: 3 } },
      onBehalfOf: 'person-other',
      object: { kind: 'item', id: 'item-1', contentHash: value(10) },
      reason: 'a reason',
      where: { ip: '192.0.2.1', device: 'device-1', site: 'Clinic 4' },
      session: 'session-1',
      request: 'request-1',
      policy: { id: 'policy', version: '1.0.0', decision: 'permit' },
      nonce: value(20),
      evidence: { kind: 'kind', data: value(22) },
    });
    const least = { occurredAt: 0x019ca0000000, actor: { id: 'person-moss', kind: 'practitioner' } };
    expect(decode(ACTOR.slice(0, 3))).toStrictEqual(least);
    expect(decode([...ACTOR.slice(0, 3), [13, text('device-1')]])).toStrictEqual({
      ...least,
      where: { device: 'device-1' },
    });
    expect(decode([...ACTOR.slice(0, 3), [8, text('item')], [9, text('i')]])).toStrictEqual({
      ...least,
      object: { kind: 'item', id: 'i' },
    });
    const longest = withField(withField(ACTOR, 22, of(MAX_EVIDENCE)), 11, text('x'.repeat(4000)));
    expect(decode(longest).evidence!.data).toHaveLength(4096);
    expect(decode(withField(ACTOR, 3, text('x'.repeat(512)))).actor.id).toHaveLength(512);
  });
  it('is what an event gives', () => {
    const event = eventMaker('side')({
      onBehalfOf: 'person-other',
      reason: 'why',
      session: 's',
      request: 'r',
      where: { ip: '192.0.2.1', device: 'd', site: 'x', geofence: 'inside' },
      evidence: { kind: 'kind', data: 'AAAA' },
    });
    const nonce = random(32);
    expect(decodeActorSide(encodeActorSide(event, nonce))).toMatchObject({
      occurredAt: START,
      actor: { id: event.actor.id, role: 'dermatologist', authn: { method: 'webauthn', aal: 3 } },
      onBehalfOf: 'person-other',
      object: { kind: 'item', id: event.object!.id },
      reason: 'why',
      where: { ip: '192.0.2.1', device: 'd', site: 'x' },
      session: 's',
      request: 'r',
      policy: { id: 'nhs-pack', version: '1.0.0', decision: 'permit' },
      nonce,
      evidence: { kind: 'kind', data: new Uint8Array(3) },
    });
    const hashed = { ...event, object: { kind: 'item' as const, id: 'i', contentHash: b64url(nonce) } };
    expect(decodeActorSide(encodeActorSide(hashed, undefined)).object!.contentHash).toEqual(nonce);
    const { id, occurredAt, type, outcome } = event;
    const least = { id, occurredAt, type, outcome, actor: { id: 'a', kind: 'system', org: 'RX1' } } as const;
    expect(decodeActorSide(encodeActorSide(least, undefined))).toStrictEqual({
      occurredAt: START,
      actor: { id: 'a', kind: 'system' },
    });
    const bare = { ...event, object: { kind: 'item' as const, id: 'i' } };
    expect(decodeActorSide(encodeActorSide(bare, undefined)).object).toStrictEqual({ kind: 'item', id: 'i' });
  });
  it.each<[string, Uint8Array]>([
    ['head', new Uint8Array(0)],
    ['head', encoded([1, 0x41], ACTOR)],
    ['head', encoded([0, 0x53], ACTOR)],
    ['head', encoded(ACTOR_HEAD, [...ACTOR, [23, of(16_384)]])],
    ['unknown field', encoded(ACTOR_HEAD, [...ACTOR, [23, of(1)]])],
    ['a hash without its object', encoded(ACTOR_HEAD, withField(withField(ACTOR, 8, null), 9, null))],
    ['half a policy', encoded(ACTOR_HEAD, withField(ACTOR, 19, null))],
    ['half a policy', encoded(ACTOR_HEAD, withField(withField(ACTOR, 17, null), 18, null))],
    ...[5, 6, 8, 9, 17, 18, 21, 22].map(
      (tag) => ['half a pair', encoded(ACTOR_HEAD, withField(ACTOR, tag, null))] as [string, Uint8Array],
    ),
    ...[1, 2, 3].map(
      (tag) => ['field missing', encoded(ACTOR_HEAD, withField(ACTOR, tag, null))] as [string, Uint8Array],
    ),
    ...[2, 19].map((tag) => ['field missing', encoded(ACTOR_HEAD, withField(ACTOR, tag, [0]))] as [string, Uint8Array]),
    ...[3, 4, 5, 7, 8, 9, 12, 13, 14, 15, 16, 17, 18, 21].map(
      (tag) =>
        ['length of a field', encoded(ACTOR_HEAD, withField(ACTOR, tag, text('x'.repeat(513))))] as [
          string,
          Uint8Array,
        ],
    ),
    ['length of a field', encoded(ACTOR_HEAD, withField(ACTOR, 10, of(31)))],
    ['length of a field', encoded(ACTOR_HEAD, withField(ACTOR, 20, of(33)))],
    ['length of a field', encoded(ACTOR_HEAD, withField(ACTOR, 11, text('x'.repeat(4001))))],
    ['length of a field', encoded(ACTOR_HEAD, withField(ACTOR, 22, []))],
    ['length of a field', encoded(ACTOR_HEAD, withField(ACTOR, 22, of(4097)))],
  ])('is none: %s', (why, data) => {
    const error = fault(() => decodeActorSide(data));
    expect(error).toMatchObject({ code: 'SIDE_RECORD_INVALID', message: 'the actor compartment is malformed' });
    expect((error.cause as Error).message).toBe(why);
  });
});

describe("a subject's compartment", () => {
  const HEAD = [0, 0x53];
  const handle = of(32);
  it('is read, and is what an event gives', () => {
    const full: Fields = [
      [1, handle],
      [2, text('sealed')],
      [3, text('{"age":40}')],
    ];
    const read = {
      handle: b64url(Uint8Array.from(handle)),
      sealed: b64url(Uint8Array.from(text('sealed'))),
      facts: { age: 40 },
    };
    expect(decodeSubjectSide(encoded(HEAD, full))).toStrictEqual(read);
    const make = eventMaker('subject');
    const { facts, ...subject } = read;
    expect(encodeSubjectSide(make({ subject, facts }))).toEqual(encoded(HEAD, full));
    expect(encodeSubjectSide(make({ subject: { handle: read.handle } }))).toEqual(encoded(HEAD, full.slice(0, 1)));
    expect(decodeSubjectSide(encoded(HEAD, full.slice(0, 1)))).toStrictEqual({ handle: read.handle });
    const { subject: _, ...impersonal } = make();
    expect(encodeSubjectSide(impersonal)).toBe(undefined);
    expect(decodeSubjectSide(encoded(HEAD, withField(full, 2, of(MAX_SEALED)))).sealed).toHaveLength(5462);
  });
  it.each<[string, Uint8Array]>([
    ['head', new Uint8Array(0)],
    ['head', encoded([1, 0x53], [[1, handle]])],
    ['head', encoded([0, 0x41], [[1, handle]])],
    [
      'head',
      encoded(HEAD, [
        [1, handle],
        [3, of(MAX_SIDE)],
      ]),
    ],
    ['field missing', encoded(HEAD, [[2, of(3)]])],
    ['length of a field', encoded(HEAD, [[1, of(31)]])],
    [
      'length of a field',
      encoded(HEAD, [
        [1, handle],
        [2, []],
      ]),
    ],
    [
      'length of a field',
      encoded(HEAD, [
        [1, handle],
        [2, of(4097)],
      ]),
    ],
    [
      'unknown field',
      encoded(HEAD, [
        [1, handle],
        [4, []],
      ]),
    ],
    [
      'facts are not canonical',
      encoded(HEAD, [
        [1, handle],
        [3, text('{"b":1,"a":2}')],
      ]),
    ],
    [
      'facts are not canonical',
      encoded(HEAD, [
        [1, handle],
        [3, text('{ }')],
      ]),
    ],
  ])('is none: %s', (why, data) => {
    const error = fault(() => decodeSubjectSide(data));
    expect(error).toMatchObject({ code: 'SIDE_RECORD_INVALID', message: 'the subject compartment is malformed' });
    expect((error.cause as Error).message).toBe(why);
  });
  it('with facts that are no JSON is none', () => {
    expect(
      fault(() =>
        decodeSubjectSide(
          encoded(HEAD, [
            [1, handle],
            [3, text('{')],
          ]),
        ),
      ).code,
    ).toBe('SIDE_RECORD_INVALID');
  });
});

describe('a sealed compartment', () => {
  const secret = random(32);
  const id = '019ca000-0000-7001-8001-020304050607';
  const seal = (side: Uint8Array<ArrayBuffer>, which: 'actor' | 'subject' = 'actor') =>
    sealSide(secret, which, 'log.example', id, { r: random(32), side }, random);
  it('is opened with its secret, compartment, origin and id only', async () => {
    const side = random(50);
    const sealed = await seal(side);
    expect(sealed).toHaveLength(1 + 16 + 32 + 50 + 16);
    expect((await openSide(secret, 'actor', 'log.example', id, sealed))!.side).toEqual(side);
    for (const opened of [
      openSide(random(32), 'actor', 'log.example', id, sealed),
      openSide(secret, 'subject', 'log.example', id, sealed),
      openSide(secret, 'actor', 'other.example', id, sealed),
      openSide(secret, 'actor', 'log.example', id.replace('019c', '019d'), sealed),
      openSide(secret, 'actor', 'log.example', id, Uint8Array.from([1, ...sealed.subarray(1)])),
      openSide(secret, 'actor', 'log.example', id, sealed.subarray(0, 64)),
      openSide(secret, 'actor', 'log.example', id, new Uint8Array(0)),
    ])
      expect(await opened).toBe(null);
  });
  it('may be empty, and has at most 16,384 bytes inside', async () => {
    for (const length of [0, MAX_SIDE]) {
      const opened = await openSide(secret, 'subject', 'log.example', id, await seal(random(length), 'subject'));
      expect(opened!.side).toHaveLength(length);
    }
    expect(await openSide(secret, 'actor', 'log.example', id, await seal(random(MAX_SIDE + 1)))).toBe(null);
    expect(MAX_SEALED_SIDE).toBe(1 + 16 + 32 + 16_384 + 16);
  });
  it('is ChaCha20-Poly1305 under a key of its own, bound to log, entry and compartment', async () => {
    const made = (which: string, version: number, plain: Uint8Array) => {
      const salt = random(16);
      const key = hkdf(sha256, secret, salt, bytes(`wardseal.org/audit/v0 side ${which}`), 32);
      const head = Uint8Array.from([version, ...salt]);
      const cipher = chacha20poly1305(key, new Uint8Array(12), concat(bytes(`log.example\n${id}\n`), head));
      return concat(head, cipher.encrypt(plain));
    };
    const [r, side] = [random(32), random(9)];
    for (const which of ['actor', 'subject'] as const) {
      const opened = await openSide(secret, which, 'log.example', id, made(which, 0, concat(r, side)));
      expect(opened).toEqual({ r, side });
      // Whoever has the secret could make these; nobody reads them.
      expect(await openSide(secret, which, 'log.example', id, made(which, 1, concat(r, side)))).toBe(null);
      expect(await openSide(secret, which, 'log.example', id, made(which, 0, random(31)))).toBe(null);
    }
    expect(SIDE_RANDOM).toBe(48);
  });
  it('is committed to with HMAC-SHA-256 under a fresh blinding value', () => {
    const side = random(20);
    const { opening, commitment } = blind(side, random);
    expect([opening.r.length, opening.side]).toEqual([32, side]);
    expect(commitment).toEqual(hmacSha256(opening.r, side));
    expect(commit(opening.r, side)).toEqual(commitment);
    expect(blind(side, random).opening.r).not.toEqual(opening.r);
  });
});

describe('names', () => {
  it('of events are UUIDv7 of the clock', () => {
    const clock = { now: () => START + 0.9, after: () => () => undefined };
    const id = createEventId({ clock, random: (length) => new Uint8Array(length).fill(0xff) });
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7fff-bfff-f{12}$/);
    expect(idTime(id)).toBe(START);
    expect(createEventId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
  it('of patients are keyed', () => {
    const key = new Uint8Array(32).fill(1);
    const expected = hmacSha256(key, new TextEncoder().encode('wardseal.org/patient-handle v0\0demo'));
    expect(patientHandle(key, 'demo')).toBe(b64url(expected));
    expect(hexOf(expected)).toHaveLength(64);
    expect(() => patientHandle(new Uint8Array(31), 'demo')).toThrow(new RangeError('index key must be 32 bytes'));
    expect(() => patientHandle(key, '')).toThrow(new RangeError('identifier must not be empty'));
  });
});
