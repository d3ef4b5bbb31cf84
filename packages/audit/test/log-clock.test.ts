import { seededRandom } from '@wardseal/testkit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditLog, decodeLeaf } from '../src/index.js';
import { codeOf, eventMaker, START, uuid7 } from './support/events.js';
import { placeOf } from './support/life.js';

const DAY = 86_400_000;

describe("the log's clock", () => {
  it('is recorded as it was, however it jumped; order is the index, and an audit flags each step back', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: -3 * DAY, max: 3 * DAY }), { minLength: 1, maxLength: 12 }),
        async (jumps) => {
          const place = await placeOf();
          const log = await place.open();
          const make = eventMaker('clock', () => place.clock.now());
          const times: number[] = [];
          for (const jump of jumps) {
            place.clock.advance(jump);
            times.push(place.clock.now());
            const { index, leaf } = await log.append(make());
            expect(index).toBe(times.length - 1);
            expect(decodeLeaf(leaf).recordedAt).toBe(place.clock.now());
          }
          await log.close();
          const back = times.flatMap((time, i) => (i > 0 && time < times[i - 1]! - 2000 ? [i] : []));
          const report = await auditLog(place.source.reader, place.source.policy);
          expect(report).toMatchObject({ verdict: 'good', clockJumps: back });
        },
      ),
      { numRuns: 60, seed: 6 },
    ));

  it('refuses a caller an id more than 24 h off either way, and takes any age from outbox and merge, once', () =>
    fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.integer({ min: -3 * DAY, max: 3 * DAY }), fc.constantFrom(-DAY - 1, -DAY, DAY, DAY + 1)),
        fc.constantFrom('outbox', 'merge'),
        async (off, source) => {
          const place = await placeOf();
          const log = await place.open();
          const event = eventMaker('age')({ id: uuid7(START + off, seededRandom(off)) });
          expect(await codeOf(log.append(event))).toBe(Math.abs(off) > DAY ? 'EVENT_STALE' : 'none');
          const { index, duplicate } = await log.append(event, { source });
          expect({ index, duplicate }).toEqual({ index: 0, duplicate: Math.abs(off) <= DAY });
          place.clock.advance(400 * DAY);
          expect(await log.append(event, { source })).toMatchObject({ index: 0, duplicate: true });
          expect(place.store.entries).toHaveLength(1);
          await log.close();
        },
      ),
      { numRuns: 60, seed: 7 },
    ));
});
