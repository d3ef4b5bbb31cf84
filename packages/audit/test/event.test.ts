import { hostileJson, seededRandom } from '@wardseal/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AuditError,
  type AuditEvent,
  createEventId,
  decodeLeaf,
  memoryKeyStore,
  openLog,
  parseEvent,
  patientHandle,
} from '../src/index.js';
import { codeOf, demoSigner, eventMaker, ORIGIN, START, testClock, UNWITNESSED } from './support/events.js';
import { memoryStore } from './support/memory-store.js';

const event = eventMaker('events')();

function fieldOf(value: unknown): string {
  try {
    parseEvent(value);
  } catch (error) {
    if (error instanceof AuditError && error.code === 'EVENT_INVALID') return error.field ?? '';
    throw error;
  }
  return 'accepted';
}

/** Ten digits of the test range 999 000 with their check digit, or null where there is none. */
function testNumber(serial: number): string | null {
  const nine = `999000${String(serial).padStart(3, '0')}`;
  const sum = [...nine].reduce((total, digit, i) => total + (10 - i) * Number(digit), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? null : nine + check;
}

describe('parseEvent', () => {
  it('refuses a fact named __proto__', () => {
    const facts: unknown = JSON.parse('{"__proto__": true, "consentLevel": "record"}');
    expect(fieldOf({ ...event, facts })).toBe('facts');
  });

  it('accepts an event and copies it', () => {
    expect(parseEvent(event)).toEqual(event);
    expect(parseEvent(event)).not.toBe(event);
  });

  it.each<[string, string, (value: AuditEvent) => unknown]>([
    ['an unknown field', 'event', (value) => ({ ...value, surname: 'x' })],
    ['an unknown field inside', 'actor', (value) => ({ ...value, actor: { ...value.actor, name: 'x' } })],
    ['an id of version 4', 'id', (value) => ({ ...value, id: value.id.replace('-7', '-4') })],
    ['an id in capitals', 'id', (value) => ({ ...value, id: value.id.toUpperCase() })],
    ['an unknown type', 'type', (value) => ({ ...value, type: 'image.lose' })],
    ['30 February', 'occurredAt', (value) => ({ ...value, occurredAt: '2026-02-30T00:00:00.000Z' })],
    ['local time', 'occurredAt', (value) => ({ ...value, occurredAt: '2026-02-03T00:00:00.000+01:00' })],
    ['break-glass without a reason', 'reason', (value) => ({ ...value, purpose: 'BTG' })],
    ['a short handle', 'subject.handle', (value) => ({ ...value, subject: { handle: 'AAAA' } })],
    [
      'a handle with spare bits',
      'subject.handle',
      (value) => ({ ...value, subject: { handle: `${'A'.repeat(42)}B` } }),
    ],
    ['facts without a subject', 'facts', ({ subject: _, ...value }) => ({ ...value, facts: { open: true } })],
    ['a control character', 'reason', (value) => ({ ...value, reason: 'one\ntwo' })],
    ['a lone surrogate', 'reason', (value) => ({ ...value, reason: '\ud800' })],
    ['a long reason', 'reason', (value) => ({ ...value, reason: 'x'.repeat(1001) })],
    ['a long id', 'object.id', (value) => ({ ...value, object: { kind: 'item', id: 'x'.repeat(129) } })],
    ['a negative parent', 'links.parentIndex', (value) => ({ ...value, links: { parentIndex: -1 } })],
    ['an ODS code of ten', 'actor.org', (value) => ({ ...value, actor: { ...value.actor, org: 'RX1ABCDEF2' } })],
    ['a wrong ODS code', 'actor.org', (value) => ({ ...value, actor: { ...value.actor, org: 'rx1' } })],
    [
      'too many facts',
      'facts',
      (value) => ({ ...value, facts: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`f${i}`, 1])) }),
    ],
  ])('refuses %s and names the place', (_, field, change) => {
    expect(fieldOf(change(event))).toBe(field);
  });

  it.each<[string, (value: AuditEvent) => unknown]>([
    ['`outcome` must be one of success, ', (value) => ({ ...value, outcome: 'ok' })],
    [
      '`actor.kind` must be one of practitioner, ',
      (value) => ({ ...value, actor: { ...value.actor, kind: 'doctor' } }),
    ],
    ['`type` is none of the names in docs/spec/event.md', (value) => ({ ...value, type: 'image.lose' })],
    ['`occurredAt` must be UTC with milliseconds', (value) => ({ ...value, occurredAt: '2026-03-01T09:30:00Z' })],
    ['`occurredAt` is missing or of another type than string', (value) => ({ ...value, occurredAt: new Date(0) })],
    ['`reason` is longer than 1000 characters', (value) => ({ ...value, reason: 'x'.repeat(1001) })],
    [
      '`object.contentHash` must be base64url of 32 bytes',
      (value) => ({ ...value, object: { kind: 'item', id: 'item-42', contentHash: 'ab'.repeat(32) } }),
    ],
  ])('says what is wanted: %s', (words, change) => {
    expect(() => parseEvent(change(event))).toThrow(`field ${words}`);
  });

  it('refuses what looks like an NHS or CHI number, however it is written', () => {
    for (let serial = 0; serial < 200; serial++) {
      const number = testNumber(serial);
      if (number === null) continue;
      const grouped = `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;
      const wide = [...number].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join('');
      const arabic = [...number].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('');
      for (const text of [number, grouped, grouped.replaceAll(' ', '-'), [...number].join(' '), wide, arabic])
        for (const around of [text, `patient ${text} seen`, `NHS${text}`, `(${text})`, `2 x ${text}`])
          expect(fieldOf({ ...event, reason: around })).toBe('reason');
      expect(fieldOf({ ...event, session: number })).toBe('session');
      expect(fieldOf({ ...event, request: `nhs${number}` })).toBe('request');
      expect(fieldOf({ ...event, object: { kind: 'item', id: `record/${number}` } })).toBe('object.id');
      expect(fieldOf({ ...event, facts: { reference: Number(number) } })).toBe('facts');
      expect(fieldOf({ ...event, facts: { [`patient.${number}`]: true } })).toBe('facts');
    }
  });

  it('looks through signs that nobody sees', () => {
    const number = testNumber(1) ?? testNumber(2)!;
    for (const unseen of ['\u00ad', '\u200d', '\ufe0f', '\u034f', '\u{e0020}', '\u0301'])
      expect(fieldOf({ ...event, reason: [...number].join(unseen) })).toBe('reason');
  });

  it('knows the digits of blocks that lie side by side', () => {
    const number = testNumber(1) ?? testNumber(2)!;
    // Eastern Pwo Karen digits follow the Pa'o Karen ones directly; an engine before Unicode 16 knows neither.
    const digits = [...number].map((digit) => String.fromCodePoint(0x116da + Number(digit))).join('');
    const known = /\p{Nd}/u.test('\u{116da}');
    expect(fieldOf({ ...event, reason: digits })).toBe(known ? 'reason' : 'accepted');
  });

  it('lets every date with its time pass', () => {
    for (let day = 0; day < 366; day++) {
      const [date, time] = new Date(Date.UTC(2026, 0, 1, day % 24) + day * 86_400_000).toISOString().split('T');
      const [year, month, dayOfMonth] = date!.split('-');
      expect(fieldOf({ ...event, reason: `seen ${date} ${time!.slice(0, 5)}` })).toBe('accepted');
      expect(fieldOf({ ...event, reason: `seen ${dayOfMonth}.${month}.${year} ${time!.slice(0, 5)}` })).toBe(
        'accepted',
      );
    }
  });

  it('answers a lone surrogate in a fact with EVENT_INVALID', () => {
    expect(fieldOf({ ...event, facts: { text: '\ud800' } })).toBe('facts');
  });

  it('lets telephone numbers, dates and hexadecimal ids pass', () => {
    for (const text of ['07700 900123', '2026-03-01', '12/03/2026 10:15', 'ext 4521', '9990000000'])
      expect(fieldOf({ ...event, reason: text })).toBe('accepted');
    const random = seededRandom('ids');
    for (let i = 0; i < 300; i++) {
      const session = [...random(32)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
      expect(fieldOf({ ...event, session })).toBe('accepted');
    }
  });

  it('answers any JSON with an event or with EVENT_INVALID', () => {
    fc.assert(
      fc.property(hostileJson(), (value) => {
        expect(fieldOf(value)).not.toBe('accepted');
      }),
      { numRuns: 300 },
    );
  });

  it('never repeats a value in a message', () => {
    const number = testNumber(1) ?? testNumber(2)!;
    try {
      parseEvent({ ...event, reason: `about ${number}`, [number]: number });
    } catch (error) {
      expect((error as Error).message).not.toContain(number);
    }
    const facts = { 'Invented Imogen': 1 };
    expect(fieldOf({ ...event, facts })).toBe('facts');
    expect.assertions(2);
  });
});

describe('createEventId and patientHandle', () => {
  it('make what an event takes', () => {
    const random = seededRandom('ids');
    const id = createEventId({ clock: testClock(), random });
    expect(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(START);
    const index = new Uint8Array(32).fill(1);
    const handle = patientHandle(index, 'nhs:a');
    expect(fieldOf({ ...event, id, subject: { handle } })).toBe('accepted');
    expect(patientHandle(index, 'nhs:a')).toBe(handle);
    expect(patientHandle(index, 'nhs:b')).not.toBe(handle);
    expect(patientHandle(new Uint8Array(32), 'nhs:a')).not.toBe(handle);
    expect(() => patientHandle(new Uint8Array(31), 'nhs:a')).toThrow(RangeError);
    expect(() => patientHandle(index, '')).toThrow(RangeError);
  });
});

describe('decodeLeaf', () => {
  it('reads what append wrote, and refuses every other spelling', async () => {
    const { signer } = await demoSigner();
    const make = eventMaker('leaves');
    const log = await openLog({
      origin: ORIGIN,
      store: memoryStore(),
      keys: memoryKeyStore(),
      signer,
      clock: testClock(),
      random: seededRandom('leaves'),
      unwitnessed: UNWITNESSED,
    });
    await log.append(make());
    const { leaf } = await log.append(make({ links: { parentIndex: 0 } }));
    expect(decodeLeaf(leaf)).toMatchObject({ parent: 0, recordedAt: START, geofence: 'inside', purpose: 'TREAT' });
    for (let length = 0; length < leaf.length; length++)
      expect(await codeOf(() => decodeLeaf(leaf.subarray(0, length)))).toBe('LEAF_INVALID');
    const join = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
    const bad = [
      join(leaf, Uint8Array.of(0)),
      join(leaf, Uint8Array.of(14, 1, 0)), // an unknown field
      join(leaf, leaf.subarray(2)), // every field twice
      join(leaf.subarray(0, 2), Uint8Array.of(1, 0x80, 16), leaf.subarray(4)), // a length in its long form
      join(Uint8Array.of(1), leaf.subarray(1)), // another version
      new Uint8Array(5000),
    ];
    for (const bytes of bad) expect(await codeOf(() => decodeLeaf(bytes))).toBe('LEAF_INVALID');
    await log.close();
  });

  it('refuses any bytes without another error', () => {
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        expect(await codeOf(() => decodeLeaf(bytes))).toBe('LEAF_INVALID');
      }),
    );
  });
});
