import { randomUUID } from 'node:crypto';
import { everyJsonMutation, hostileJson } from '@wardseal/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clinical, checkPatientNumber, parseClinical } from '../../src/wire/clinical.js';
import { parseItemCall, parseRelease, parseReleaseOptions } from '../../src/wire/custodian.js';
import { CODES, WireError } from '../../src/wire/errors.js';
import { decodeFrame, encodeFrame, MAX_FRAME_JSON_BYTES } from '../../src/wire/frame.js';
import { type ItemLabels, parseLabels } from '../../src/wire/labels.js';
import { b64u, day, iso, line, parserOf, prose } from '../../src/wire/parse.js';
import { questionOf } from '../../src/wire/question.js';
import { parseTrustConfig } from '../../src/wire/trust-config.js';
import { CLINICAL, LABELS } from '../support/custody-world.js';

const clinical: Clinical = { ...CLINICAL, item: randomUUID() };
const isWireError = (code: string) => (error: unknown) => error instanceof WireError && error.code === code;
const refuses = (work: () => unknown, code = 'BAD_REQUEST') => {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toSatisfy(isWireError(code));
};

describe('patient numbers', () => {
  /** A slow second opinion: the nine digits' check digit, or null where there is none. */
  const digitOf = (body: string): string | null => {
    const sum = [...body].reduce((total, digit, i) => total + Number(digit) * (10 - i), 0);
    const check = 11 - (sum % 11);
    if (check === 10) return null;
    return String(check === 11 ? 0 : check);
  };
  const nhsBody = fc.oneof(
    fc.integer({ min: 312_000_000, max: 319_999_999 }),
    fc.integer({ min: 400_000_000, max: 499_999_999 }),
    fc.integer({ min: 600_000_000, max: 799_999_999 }),
    fc.integer({ min: 999_000_000, max: 999_999_998 }),
  );

  test('the ready test numbers of the range kept for it pass, however they are grouped', () => {
    for (const end of ['000_0018', '000_0026', '000_0069', '526_0182', '821_9930']) {
      const number = `999${end.replace('_', '')}`;
      const grouped = `${number.slice(0, 3)} ${number.slice(3, 6)} ${number.slice(6)}`;
      for (const typed of [number, grouped, grouped.replaceAll(' ', '-'), ` ${grouped} `])
        expect(checkPatientNumber(typed)).toEqual({ scheme: 'nhs', number });
    }
  });

  test('the tenth digit, and it alone, makes a number of a body in range', () => {
    fc.assert(
      fc.property(nhsBody, (body) => {
        const right = digitOf(String(body));
        for (let digit = 0; digit < 10; digit++) {
          const number = `${body}${digit}`;
          const checked = checkPatientNumber(number, 'nhs');
          if (String(digit) !== right) expect(checked).toEqual({ reason: 'CHECK_DIGIT' });
          else if (!/^(\d)\1+$/.test(number)) expect(checked).toEqual({ scheme: 'nhs', number });
        }
      }),
    );
  });

  test('one wrong digit and two neighbours swapped are always found', () => {
    fc.assert(
      fc.property(nhsBody, fc.nat(9), fc.nat(9), (body, at, digit) => {
        const check = digitOf(String(body));
        fc.pre(check !== null);
        const number = `${body}${check}`;
        const wrong = `${number.slice(0, at)}${digit}${number.slice(at + 1)}`;
        if (wrong !== number) expect(checkPatientNumber(wrong)).toHaveProperty('reason');
        const swapped = [...number];
        const next = Math.min(at + 1, 9);
        [swapped[at], swapped[next]] = [swapped[next] as string, swapped[at] as string];
        if (swapped.join('') !== number) expect(checkPatientNumber(swapped.join(''))).toHaveProperty('reason');
      }),
    );
  });

  test('ten times one digit is nobody, though each checks', () => {
    for (let digit = 0; digit < 10; digit++)
      expect(checkPatientNumber(String(digit).repeat(10))).toEqual({ reason: 'REPEATED_DIGITS' });
  });

  test('a CHI number begins with a day; what could be either is asked for', () => {
    const chi = (body: string) => `${body}${digitOf(body)}`;
    const first = ['010180', '290200', '311299'].flatMap((date) =>
      [...Array(20).keys()].map((n) => `${date}${String(n).padStart(3, '0')}`).filter((body) => digitOf(body) !== null),
    );
    for (const body of first) {
      const number = chi(body);
      expect(checkPatientNumber(number, 'chi')).toEqual({ scheme: 'chi', number });
      const both = Number(body) >= 300_000_000 && Number(body) <= 319_999_999;
      expect(checkPatientNumber(number)).toEqual(both ? { reason: 'AMBIGUOUS' } : { scheme: 'chi', number });
    }
    const noDay = ['300200', '310480', '001080', '011380'].flatMap((date) =>
      ['000', '001', '002'].map((n) => `${date}${n}`).filter((body) => digitOf(body) !== null),
    );
    for (const body of noDay) expect(checkPatientNumber(chi(body), 'chi')).toEqual({ reason: 'OUT_OF_RANGE' });
    // Northern Ireland's, and what nobody issues.
    expect(checkPatientNumber(`32${'0'.repeat(6)}15`, 'nhs')).toEqual({ reason: 'OUT_OF_RANGE' });
    for (const body of ['500000000', '850000000'].filter((each) => digitOf(each) !== null))
      expect(checkPatientNumber(chi(body))).toEqual({ reason: 'OUT_OF_RANGE' });
  });

  test('anything else is not ten digits, and nothing throws', () => {
    for (const typed of [
      '',
      '999000001',
      '99900000180',
      '999000001x',
      '٩٩٩٠٠٠٠٠١٨',
      '999.000.0018',
      '999 0000018\u0000',
    ])
      expect(checkPatientNumber(typed)).toEqual({ reason: 'NOT_TEN_DIGITS' });
    fc.assert(fc.property(fc.string(), (typed) => void checkPatientNumber(typed)));
  });
});

describe('labels and clinical facts', () => {
  test('pass as they are', () => {
    expect(parseLabels(LABELS)).toEqual(LABELS);
    expect(parseClinical(clinical)).toEqual(clinical);
    expect(parseClinical(JSON.parse(JSON.stringify(clinical)))).toEqual(clinical);
  });

  test('every value that is wrong, missing, or of another type is refused, by the name of its member and nothing else', () => {
    for (const [parse, good] of [
      [parseLabels, LABELS],
      [parseClinical, clinical],
    ] as const) {
      const text = JSON.stringify(good);
      for (const { value: mutated, path: name } of everyJsonMutation(good)) {
        try {
          const parsed = parse(mutated);
          // What still passes is a value that says another thing and is allowed to.
          expect(JSON.stringify(parsed), name).not.toBe(text);
        } catch (error) {
          expect(error, name).toBeInstanceOf(WireError);
          expect((error as WireError).message).toMatch(/^(?:labels|clinical)(?:\.[a-zA-Z]+)* is not as agreed$/);
        }
      }
    }
  });

  test('hostile values of any shape are refused with the one error', () => {
    fc.assert(
      fc.property(hostileJson(), (value) => {
        for (const parse of [
          parseLabels,
          parseClinical,
          parseItemCall,
          parseRelease,
          parseReleaseOptions,
          parseTrustConfig,
        ])
          refuses(() => parse(value));
      }),
      { numRuns: 500 },
    );
  });

  const wrongLabels: Record<string, object> = {
    'a video': { kind: 'video' },
    'a VIP by the sender’s word': { sensitivity: 'vip' },
    teaching: { purpose: 'teaching' },
    'consent that is not for the record': { consentLevel: ['publication'] },
    'consent twice': { consentLevel: ['record', 'record'] },
    'a photograph without consent': { consentLevel: [] },
    'a photograph that is advice': { about: randomUUID() },
    'a time without milliseconds': { notAfter: '2099-01-01T00:00:00Z' },
    'the 30th of February': { notAfter: '2099-02-30T00:00:00.000Z' },
    'a team of another spelling': { team: 'Plastics' },
    'an unknown field': { patient: '9990000018' },
  };
  for (const [name, change] of Object.entries(wrongLabels))
    test(`labels: ${name}`, () => refuses(() => parseLabels({ ...LABELS, ...change })));

  const patient = clinical.patient;
  const wrongClinical: Record<string, object> = {
    'a number that does not check': { patient: { ...patient, number: '9990000019' } },
    'the number of another scheme': { patient: { ...patient, scheme: 'chi' } },
    'spaces in the number': { patient: { ...patient, number: '999 000 0018' } },
    'a day that is none': { patient: { ...patient, born: '1985-02-29' } },
    'no second identifier': { patient: { ...patient, born: '' } },
    'unverified without a reason': { patient: { scheme: 'unverified', number: '', name: 'X', born: '' } },
    'a reason beside a number that checks': { patient: { ...patient, reason: 'because' } },
    'a name that turns the text round': { patient: { ...patient, name: 'a\u202eb' } },
    'a name of two lines': { patient: { ...patient, name: 'a\nb' } },
    'a note that is too long': { note: 'x'.repeat(4001) },
    'an id in capitals': { item: clinical.item.toUpperCase() },
    'advice on nothing': { advice: { about: 'none', root: 'A'.repeat(43) } },
    'a root that is cut': { advice: { about: randomUUID(), root: 'A'.repeat(42) } },
    'a root of another spelling': { advice: { about: randomUUID(), root: `${'A'.repeat(42)}B` } },
  };
  for (const [name, change] of Object.entries(wrongClinical))
    test(`clinical: ${name}`, () => refuses(() => parseClinical({ ...clinical, ...change })));

  test('the largest clinical facts fit the 16 KiB that a sealed file carries', () => {
    const wide = '\u{20ac}';
    const largest: Clinical = {
      item: randomUUID(),
      patient: {
        scheme: 'unverified',
        number: wide.repeat(32),
        name: wide.repeat(200),
        born: '1985-03-27',
        reason: wide.repeat(200),
      },
      consent: { level: 'record', form: 'best-interests', givenBy: wide.repeat(200), at: clinical.capturedAt },
      site: wide.repeat(200),
      side: 'not-applicable',
      capturedAt: clinical.capturedAt,
      note: wide.repeat(4000),
      advice: { about: randomUUID(), root: 'A'.repeat(43) },
    };
    expect(Buffer.byteLength(JSON.stringify(parseClinical(largest)))).toBeLessThan(16_384);
    // Line feeds and quotes take two bytes each.
    const quoted = { ...largest, note: '"\n'.repeat(2000) };
    expect(Buffer.byteLength(JSON.stringify(parseClinical(quoted)))).toBeLessThan(16_384);
  });
});

describe('small parts', () => {
  test('base64url: exactly what Buffer writes, one spelling a value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64url');
        const parse = parserOf(b64u({ bytes: bytes.length }), 'value');
        expect(parse(text)).toBe(text);
        refuses(() => parse(`${text}=`));
        refuses(() => parserOf(b64u({ bytes: bytes.length + 1 }), 'value')(text));
        if (bytes.length > 1) refuses(() => parserOf(b64u({ most: bytes.length - 1 }), 'value')(text));
      }),
    );
    const parse = parserOf(b64u({ most: 4 }), 'value');
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 6, unit: fc.constantFrom(...'ABCxyz019-_') }), (text) => {
        const canonical = Buffer.from(text, 'base64url').toString('base64url') === text && text.length <= 6;
        if (canonical && Buffer.from(text, 'base64url').length <= 4) expect(parse(text)).toBe(text);
        else refuses(() => parse(text));
      }),
    );
  });

  test('times and days have one spelling each', () => {
    const [time, date] = [parserOf(iso, 'time'), parserOf(day, 'day')];
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (value) => {
        const text = value.toISOString();
        expect([time(text), date(text.slice(0, 10))]).toEqual([text, text.slice(0, 10)]);
        refuses(() => time(text.replace('Z', '+00:00')));
        refuses(() => date(text.slice(0, 9)));
      }),
    );
  });

  test('a line has no line end, a paragraph no other control', () => {
    const [one, many] = [parserOf(line(10), 'line'), parserOf(prose(10), 'prose')];
    expect([one('a b'), many('a\n\tb'), many('')]).toEqual(['a b', 'a\n\tb', '']);
    for (const text of ['', ' a', 'a\n', 'a\tb', 'a\u0000', 'a\u200fb', '\ud800', 'x'.repeat(11)])
      refuses(() => one(text));
    for (const text of ['\r', '\u001b[2J', 'a\u202eb', '\ud800', 'x'.repeat(11)]) refuses(() => many(text));
  });

  test('codes are in capitals and none comes twice', () => {
    expect(new Set(CODES).size).toBe(CODES.length);
    for (const code of CODES) expect(code).toMatch(/^[A-Z]+(?:_[A-Z]+)*$/);
  });
});

describe('frames', () => {
  test('come back as they went', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.uint8Array({ maxLength: 200 }), (json, bytes) => {
        const frame = encodeFrame(json, bytes);
        const back = decodeFrame(frame);
        expect([back.json, [...back.bytes]]).toEqual([JSON.parse(JSON.stringify(json)), [...bytes]]);
        // Also as a part of something larger.
        const wider = new Uint8Array(frame.length + 7);
        wider.set(frame, 7);
        expect(decodeFrame(wider.subarray(7)).json).toEqual(back.json);
      }),
    );
  });

  test('cut, too long or no text: refused, and nothing is allocated for what a length claims', () => {
    const frame = encodeFrame({ a: 'ä' }, new Uint8Array(0));
    for (let length = 0; length < frame.length; length++) refuses(() => decodeFrame(frame.slice(0, length)));
    const claims = new Uint8Array(8);
    new DataView(claims.buffer).setUint32(0, MAX_FRAME_JSON_BYTES + 1);
    refuses(() => decodeFrame(claims), 'TOO_LARGE');
    const latin = Uint8Array.of(0, 0, 0, 3, 0x22, 0xe4, 0x22);
    refuses(() => decodeFrame(latin));
    refuses(() => encodeFrame('x'.repeat(MAX_FRAME_JSON_BYTES), new Uint8Array(0)), 'TOO_LARGE');
  });
});

test('a question leaves no fact out and gives the policy what the labels say, but for what is none of its business', () => {
  const labels: ItemLabels = LABELS;
  const question = questionOf({
    subject: null,
    action: { name: 'view' },
    resource: { labels },
    context: { purpose: 'referral', policyVersion: 3 },
  });
  const { about: _, ...told } = labels;
  expect(question).toEqual({
    subject: {},
    action: { name: 'view', lifetimeSeconds: 'none', maxViews: 'none' },
    resource: { ...told, withdrawnLevels: [], hold: 'none', state: 'active', sentAt: 'none' },
    context: {
      purpose: 'referral',
      relationship: { kind: 'none', from: 'none', until: 'none' },
      justification: 'none',
      secondApprover: 'none',
      recipients: 'none',
      device: 'unknown',
      network: 'internet',
      place: 'none',
      country: 'none',
      channel: { status: 'unassessed' },
      policyVersion: 3,
      policyOverdue: false,
      ownRecord: 'none',
    },
  });
});
