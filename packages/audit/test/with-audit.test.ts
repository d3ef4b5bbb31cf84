import { seededNumbers } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { AuditError, type AuditLog, danglingIntents, decodeLeaf, type IntendedEvent } from '../src/index.js';
import { b64url, codeOf, eventMaker, START, uuid7 } from './support/events.js';
import { type Place, placeOf } from './support/life.js';

const make = eventMaker('with-audit');

function intended(change: Partial<IntendedEvent> = {}): IntendedEvent {
  const { outcome: _, ...event } = make(change);
  return event;
}

async function leavesOf({ store }: Place) {
  return store.entries.map(({ leaf }, index) => ({ index, leaf: decodeLeaf(leaf) }));
}

async function dangling(place: Place): Promise<number[]> {
  const found: number[] = [];
  for await (const { index } of danglingIntents(await leavesOf(place))) found.push(index);
  return found;
}

describe('withAudit', () => {
  it('writes the intent, does the work, writes the outcome', async () => {
    const place = await placeOf();
    const log = await place.open();
    await log.append(make());
    const event = intended();
    let seen = -1;
    const result = await log.withAudit(event, ({ index }) => {
      seen = place.store.entries.length;
      return `work after ${index}`;
    });
    expect(result.value).toBe('work after 1');
    expect(seen).toBe(2);
    expect(result).toMatchObject({ intent: { index: 1, receipt: null }, outcome: { index: 2 } });
    const [, intent, outcome] = await leavesOf(place);
    expect(intent!.leaf).toMatchObject({ id: event.id, outcome: 'intent', type: 'image.view' });
    expect(outcome!.leaf).toMatchObject({ outcome: 'success', parent: 1, type: 'image.view' });
    expect(outcome!.leaf.id).not.toBe(event.id);
    expect(await dangling(place)).toEqual([]);
    await log.close();
  });

  it('logs the outcome of what was intended, whatever becomes of the event meanwhile', async () => {
    const place = await placeOf();
    const log = await place.open();
    const event = { ...intended(), object: { kind: 'item', id: 'item-1' } };
    await log.withAudit(event, () => {
      event.object.id = 'item-2';
    });
    const [intent, outcome] = await leavesOf(place);
    expect(outcome!.leaf.objectHandle).toEqual(intent!.leaf.objectHandle);
    await log.close();
  });

  it('gives a receipt of the intent to whoever waits for one', async () => {
    const log = await (await placeOf()).open();
    const nonce = new Uint8Array(32).fill(4);
    const { intent } = await log.withAudit(intended(), () => 1, { await: 'integrated', nonce });
    expect(intent.receipt).toContain('c2sp.org/tlog-proof');
    await log.close();
  });

  it('logs a failure without a word of it, and throws it on', async () => {
    const place = await placeOf();
    const log = await place.open();
    const failure = new Error('NHS number 9990001234 was not found');
    await expect(log.withAudit(intended(), () => Promise.reject(failure))).rejects.toBe(failure);
    expect((await leavesOf(place))[1]!.leaf).toMatchObject({ outcome: 'serious', parent: 0 });
    await log.close();
  });

  it('logs a failure as the caller words it, and without words that no log takes', async () => {
    const place = await placeOf();
    const log = await place.open();
    const fail = (): never => {
      throw new Error('x');
    };
    const wordings = [
      { outcome: 'minor', reason: 'no such item' } as const,
      { outcome: 'major', reason: 'two\nlines' } as const,
      { outcome: 'success' } as never,
    ];
    for (const wording of wordings)
      await expect(log.withAudit(intended(), fail, { onFailure: () => wording })).rejects.toThrow('x');
    const mapperFails = { onFailure: fail };
    await expect(log.withAudit(intended(), fail, mapperFails)).rejects.toThrow('x');
    const outcomes = (await leavesOf(place)).filter((_, i) => i % 2 === 1).map(({ leaf }) => leaf.outcome);
    expect(outcomes).toEqual(['minor', 'major', 'serious', 'serious']);
    await log.close();
  });

  it('keeps one intent and one entry an ending when it is tried again', async () => {
    const place = await placeOf();
    const log = await place.open();
    const event = intended();
    await expect(log.withAudit(event, () => Promise.reject(new Error('first')))).rejects.toThrow('first');
    place.clock.advance(5000);
    expect((await log.withAudit(event, () => 2)).value).toBe(2);
    expect((await log.withAudit(event, () => 3)).outcome.duplicate).toBe(true);
    expect((await leavesOf(place)).map(({ leaf }) => leaf.outcome)).toEqual(['intent', 'serious', 'success']);
    await log.close();
  });

  it('logs the outcome of work that took two days', async () => {
    const place = await placeOf();
    const log = await place.open();
    const { outcome } = await log.withAudit(intended(), () => place.clock.advance(2 * 86_400_000));
    expect(decodeLeaf(outcome.leaf)).toMatchObject({ recordedAt: START + 2 * 86_400_000 });
    await log.close();
  });

  it('never runs the work when the intent is refused', async () => {
    const log = await (await placeOf()).open();
    let runs = 0;
    const work = (): number => runs++;
    expect(await codeOf(log.withAudit(intended({ id: 'x' }), work))).toBe('EVENT_INVALID');
    expect(await codeOf(log.withAudit(intended({ id: uuid7(START - 1e9, () => new Uint8Array(10)) }), work))).toBe(
      'EVENT_STALE',
    );
    await log.close();
    expect(await codeOf(log.withAudit(intended(), work))).toBe('LOG_CLOSED');
    expect(runs).toBe(0);
  });

  it('withholds the result when the outcome cannot be logged; the intent dangles', async () => {
    const place = await placeOf();
    const log = await place.open();
    const { append } = place.store;
    const attempts = [() => 'secret', () => Promise.reject(new Error('work'))];
    for (const attempt of attempts) {
      const error = await log
        .withAudit(intended(), () => {
          place.store.append = async () => {
            throw new AuditError('STORE_FAILED', 'disk');
          };
          return attempt();
        })
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'OUTCOME_UNLOGGED' });
      place.store.append = append;
    }
    expect(await dangling(place)).toEqual([0, 1]);
    await log.close();
  });

  it('never works without an acknowledged intent, nor answers without an acknowledged outcome: 400 runs, a store that fails', async () => {
    const next = seededNumbers('failing store');
    let dead = 0;
    for (let run = 0; run < 40; run++) {
      const place = await placeOf();
      const log = await place.open();
      const { append } = place.store;
      const acknowledged = new Set<string>();
      place.store.append = async (batch) => {
        const fate = next() % 4;
        // Fails before, or after the entry was written.
        if (fate === 0) throw new AuditError('STORE_FAILED', 'before');
        const result = await append(batch);
        if (fate === 1) throw new AuditError('STORE_FAILED', 'after');
        for (const { leaf } of batch) acknowledged.add(decodeLeaf(leaf).id);
        return result;
      };
      const attempt = async (log: AuditLog): Promise<void> => {
        const event = intended();
        let ran = false;
        const work = (): void => {
          expect(acknowledged.has(event.id)).toBe(true);
          ran = true;
          if (next() % 3 === 0) throw new RangeError('work');
        };
        const result = await log.withAudit(event, work).catch((error: { code?: string }) => error);
        if (!acknowledged.has(event.id)) expect(ran).toBe(false);
        if ('outcome' in result) expect(acknowledged.has(decodeLeaf(result.outcome.leaf).id)).toBe(true);
        else if (!ran) dead++;
      };
      await Promise.all(Array.from({ length: 10 }, () => attempt(log)));
      // What ran and has no outcome in the log dangles.
      const leaves = await leavesOf(place);
      const settled = new Set(leaves.map(({ leaf }) => leaf.parent));
      const open = leaves.filter(({ index, leaf }) => leaf.outcome === 'intent' && !settled.has(index));
      expect(await dangling(place)).toEqual(open.map(({ index }) => index));
    }
    expect(dead).toBeGreaterThan(50);
  });
});

describe('danglingIntents', () => {
  it('is settled by an outcome of its own type, not by what else follows from it', async () => {
    const place = await placeOf();
    const log = await place.open();
    const object = { kind: 'item', id: 'item-1' };
    await log.append(make({ outcome: 'intent', type: 'breakglass.open', object }));
    await log.append(make({ outcome: 'success', type: 'breakglass.review', object, links: { parentIndex: 0 } }));
    expect(await dangling(place)).toEqual([0]);
    await log.append(make({ outcome: 'minor', type: 'breakglass.open', object, links: { parentIndex: 0 } }));
    expect(await dangling(place)).toEqual([]);
    await log.append(make({ outcome: 'intent', subject: { handle: b64url(new Uint8Array(32).fill(1)) } }));
    expect(await dangling(place)).toEqual([3]);
    await log.close();
  });
});
