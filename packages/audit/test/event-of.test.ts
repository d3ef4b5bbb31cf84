import { seededRandom } from '@wardseal/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ACTOR_KINDS, DECISIONS, EVENT_TYPES, GEOFENCES, OUTCOMES, PURPOSES } from '../src/event-codes.js';
import { AuditError, type AuditEvent, eventOf, memoryKeyStore, parseEvent } from '../src/index.js';
import { LogKeys } from '../src/log-keys.js';
import { EntryOpener } from '../src/opened-entry.js';
import { prepare } from '../src/prepare.js';
import { b64url, ORIGIN, START, uuid7 } from './support/events.js';

const names = <T extends string>(table: Readonly<Record<T, number>>) => fc.constantFrom(...(Object.keys(table) as T[]));
const bytes = (min: number, max: number) => fc.uint8Array({ minLength: min, maxLength: max }).map(b64url);
// No digits: what looks like a patient number is refused.
const identifier = fc.stringMatching(/^[!-/:-~]{1,40}$/);
const text = fc.string({
  minLength: 1,
  maxLength: 40,
  unit: fc.constantFrom('a', 'é', ' ', '漢', '😀', '"', '\\', '<'),
});
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

/** Objects without the fields that came out undefined. */
function compact<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

const event: fc.Arbitrary<AuditEvent> = fc
  .record({
    time: fc.integer({ min: 0, max: 4e12 }),
    seed: fc.nat(),
    type: names(EVENT_TYPES),
    outcome: names(OUTCOMES),
    reason: text,
    actor: fc
      .record({
        id: identifier,
        kind: names(ACTOR_KINDS),
        role: some(text),
        org: fc.constantFrom('RX1', 'RX1SITE99'),
        authn: some(fc.record({ method: identifier, aal: fc.constantFrom(1, 2, 3) })),
      })
      .map(compact),
    onBehalfOf: some(identifier),
    subject: some(fc.record({ handle: bytes(32, 32), sealed: some(bytes(1, 200)) }).map(compact)),
    object: some(fc.record({ kind: identifier, id: identifier, contentHash: some(bytes(32, 32)) }).map(compact)),
    purpose: some(names(PURPOSES)),
    where: some(
      fc
        .record({
          ip: some(fc.oneof(fc.ipV4(), fc.ipV6())),
          device: some(identifier),
          geofence: some(names(GEOFENCES)),
          site: some(text),
        })
        .map(compact),
    ),
    session: some(identifier),
    request: some(identifier),
    policy: some(fc.record({ id: identifier, version: identifier, decision: names(DECISIONS) })),
    facts: some(
      fc.dictionary(
        fc.stringMatching(/^[A-Za-z][a-z]{0,8}$/),
        fc.oneof(text, fc.boolean(), fc.integer({ max: 999, min: -999 })),
      ),
    ),
    links: some(fc.record({ parentIndex: fc.nat() })),
    evidence: some(fc.record({ kind: identifier, data: bytes(1, 200) })),
  })
  .map(({ time, seed, facts, where, ...rest }) =>
    compact({
      id: uuid7(time, seededRandom(seed)),
      occurredAt: new Date(time).toISOString(),
      ...rest,
      where: where && Object.keys(where).length > 0 ? where : undefined,
      facts: rest.subject ? facts : undefined,
    } as unknown as AuditEvent),
  );

describe('eventOf', () => {
  it('gives back every event that a log takes, and its nonce stays in the side record', () =>
    fc.assert(
      fc.asyncProperty(event, some(fc.uint8Array({ minLength: 32, maxLength: 32 })), async (wanted, nonce) => {
        let parsed: AuditEvent;
        try {
          parsed = parseEvent(wanted);
        } catch (error) {
          // An ip address or a fact may look like a patient number by chance.
          expect(error).toBeInstanceOf(AuditError);
          fc.pre(false);
          return;
        }
        const random = seededRandom('event-of');
        const keys = new LogKeys(memoryKeyStore(), ORIGIN, random, () => START);
        const { entry } = await prepare(parsed, nonce, START, { origin: ORIGIN, keys, random });
        const opened = await new EntryOpener(keys, ORIGIN).open(3, entry);
        expect(eventOf(opened)).toEqual(parsed);
        expect(opened.actor!.nonce).toEqual(nonce);
        // What comes back is what the log takes.
        expect(parseEvent(eventOf(opened))).toEqual(parsed);
        for (const half of [{ ...opened, actor: null }, ...(parsed.subject ? [{ ...opened, subject: null }] : [])])
          expect(() => eventOf(half)).toThrow(expect.objectContaining({ code: 'ENTRY_ERASED', index: 3 }));
      }),
      { numRuns: 300, seed: 5 },
    ));
});
