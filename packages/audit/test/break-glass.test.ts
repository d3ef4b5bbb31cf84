import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../src/index.js';
import { breakGlassReport, reviewEvent } from '../src/report.js';
import { demoLog, patient } from './support/demo-log.js';
import { b64url, codeOf, ORIGIN } from './support/events.js';

const HOUR = 3_600_000;
const person = (name: string): AuditEvent['actor'] => ({ id: `person-${name}`, kind: 'practitioner', org: 'RX1' });
const USED = { type: 'breakglass.open', purpose: 'BTG', reason: 'collapsed on ward 4' } as const;

async function queue() {
  const demo = await demoLog();
  const review = async (of: number, by: string, change: Partial<AuditEvent> = {}): Promise<number> => {
    const event = reviewEvent({
      of: { index: of, people: [] },
      reviewer: person(by),
      outcome: 'justified',
      reason: 'notes agree',
      clock: demo.clock,
    });
    return demo.add({ ...event, subject: undefined as never, object: undefined as never, ...change });
  };
  const report = async (options = {}) => {
    await demo.log.integrate();
    return breakGlassReport({ sources: demo, clock: demo.clock, ...options });
  };
  return { ...demo, review, report };
}

describe('break-glass', () => {
  it('waits for a review, and is overdue after 24 hours', async () => {
    const { add, report, clock, log } = await queue();
    const opened = await add({ ...USED, actor: person('moss') });
    await add({ purpose: 'BTG', reason: 'x', actor: person('moss'), links: { parentIndex: opened } });
    await add();
    expect(await report()).toMatchObject({
      uses: [
        {
          index: 0,
          state: 'waiting',
          entries: [0, 1],
          people: [{ id: 'person-moss' }],
          reason: USED.reason,
          selfReviews: [],
        },
      ],
      completeness: { searched: 'replay', entries: 3, matching: 2 },
    });
    clock.advance(24 * HOUR - 2000);
    expect((await report()).uses[0]!.state).toBe('waiting');
    clock.advance(1);
    const late = await report();
    expect(late.uses[0]!.state).toBe('overdue');
    expect(late.summary![0]).toEqual({ label: 'Overdue', value: '1' });
    expect((await report({ withinHours: 48 })).uses[0]!.state).toBe('waiting');
    await log.close();
  });

  it('is reviewed by somebody else, in time or late, and the outcome stands in the report', async () => {
    const { add, report, review, clock, log } = await queue();
    await add({ ...USED, actor: person('moss') });
    await add({ ...USED, actor: person('heron') });
    await review(0, 'heron');
    clock.advance(25 * HOUR);
    const evidence = { kind: 'break-glass-review', data: b64url(new TextEncoder().encode('not-justified')) };
    await review(1, 'moss', { evidence });
    const { uses, rows, tables } = await report();
    expect(uses).toMatchObject([
      {
        state: 'reviewed',
        review: { index: 2, outcome: 'justified', reviewer: { id: 'person-heron' }, reason: 'notes agree' },
      },
      { state: 'reviewed-late', review: { index: 3, outcome: 'not-justified' } },
    ]);
    expect(rows.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(tables!.find(({ title }) => title === 'Reviewed')!.rows).toHaveLength(2);
    await log.close();
  });

  it('is not reviewed by those who used it: the try is a finding', async () => {
    const { add, report, review, log } = await queue();
    await add({ ...USED, actor: person('moss'), onBehalfOf: 'person-birch' });
    await review(0, 'moss');
    await review(0, 'birch');
    // The same person from another organisation has another handle.
    await review(0, 'x', { actor: { ...person('moss'), org: 'RX2' } });
    await review(0, 'heron', { onBehalfOf: 'person-moss' });
    expect((await report()).uses).toMatchObject([{ state: 'waiting', selfReviews: [1, 2, 3, 4] }]);
    await review(0, 'heron');
    expect((await report()).uses).toMatchObject([
      { state: 'reviewed', review: { index: 5 }, selfReviews: [1, 2, 3, 4] },
    ]);
    await log.close();
  });

  it('used after its review is a use of its own', async () => {
    const { add, report, review, log } = await queue();
    await add({ ...USED, actor: person('moss') });
    await review(0, 'heron');
    await add({ purpose: 'BTG', reason: 'x', actor: person('moss'), links: { parentIndex: 0 } });
    expect((await report()).uses).toMatchObject([
      { index: 0, state: 'reviewed' },
      { index: 2, state: 'waiting', entries: [2] },
    ]);
    await log.close();
  });

  it('is not closed by a review that was announced, failed, or is of something else', async () => {
    const { add, report, review, log } = await queue();
    await add({ ...USED, actor: person('moss') });
    await review(0, 'heron', { outcome: 'intent' });
    await review(0, 'heron', { outcome: 'serious' });
    await add();
    await review(3, 'heron');
    await review(0, 'heron', { links: undefined as never });
    expect(await report()).toMatchObject({
      uses: [{ state: 'waiting' }],
      strayReviews: [
        { origin: ORIGIN, index: 4 },
        { origin: ORIGIN, index: 5 },
      ],
    });
    await log.close();
  });

  it('that was refused or failed is no use; an intent is', async () => {
    const { add, report, log } = await queue();
    await add({ type: 'access.deny', purpose: 'BTG', reason: 'x' });
    await add({ ...USED, outcome: 'serious' });
    await add({ ...USED, outcome: 'intent' });
    await add({ ...USED, links: { parentIndex: 2 } });
    expect((await report()).uses).toMatchObject([{ index: 2, entries: [2, 3] }]);
    await log.close();
  });

  it('from an emergency journal says where it stood first', async () => {
    const { add, report, log } = await queue();
    const data = new TextEncoder().encode(`emergency.example/2026\n5\n${btoa('x'.repeat(32))}\n`);
    await add({ ...USED, evidence: { kind: 'emergency-entry', data: b64url(data) } });
    const { uses, tables } = await report();
    expect(uses[0]!.emergency).toEqual({ origin: 'emergency.example/2026', index: 5 });
    expect(JSON.stringify(tables)).toContain('emergency journal emergency.example/2026, entry 5');
    await log.close();
  });

  it('is shown for the time asked for', async () => {
    const { add, report, clock, log } = await queue();
    await add({ ...USED });
    const from = clock.now() + 500;
    await add({ ...USED });
    expect((await report({ from })).uses.map(({ index }) => index)).toEqual([1]);
    expect((await report({ until: from })).uses.map(({ index }) => index)).toEqual([0]);
    await expect(report({ withinHours: 0 })).rejects.toThrow(RangeError);
    await expect(report({ withinHours: Number.NaN })).rejects.toThrow(RangeError);
    await log.close();
  });

  it('on an empty log: nothing to review', async () => {
    const { report, log } = await queue();
    expect(await report()).toMatchObject({ uses: [], strayReviews: [], rows: [] });
    await log.close();
  });
});

describe('a review event', () => {
  const of = { index: 3, people: [{ id: 'person-moss' }, {}] };

  it('is refused to those who used break-glass', async () => {
    const options = { of, reviewer: person('moss'), outcome: 'justified', reason: 'r' } as const;
    expect(await codeOf(() => reviewEvent(options))).toBe('SELF_REVIEW');
    expect(() => reviewEvent({ ...options, reviewer: person('heron'), outcome: 'fine' as never })).toThrow(RangeError);
  });

  it('carries no patient and is taken by the log, as by the report', async () => {
    const { add, log, report } = await queue();
    await add({ ...USED, subject: { handle: patient(1) }, actor: person('moss') });
    const [use] = (await report()).uses;
    const event = reviewEvent({
      of: use!,
      reviewer: person('heron'),
      outcome: 'referred',
      reason: 'to the Caldicott Guardian',
    });
    expect(event.subject).toBeUndefined();
    await log.append(event, { source: 'outbox' });
    expect((await report()).uses[0]).toMatchObject({ state: 'reviewed', review: { outcome: 'referred' } });
    await log.close();
  });
});
