import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AuditLog,
  auditLog,
  type CheckpointKeeper,
  decodeLeaf,
  type OpenLogOptions,
  type Override,
  openLog,
  verifyCheckpoint,
  verifyReceipt,
  type WitnessClient,
  type WitnessPolicy,
} from '../src/index.js';
import { codeOf, eventMaker, START, UNWITNESSED } from './support/events.js';
import { backupOf, type Place, placeOf, policyOf } from './support/life.js';
import { memoryReader } from './support/memory-store.js';
import { demoWitness } from './support/witnesses.js';

const NAMES = ['witness.one.example', 'witness.two.example'];
const OVERRIDE: Override = { reason: 'both witnesses are down', org: 'RX1', by: ['person-a', 'person-b'] };
const make = eventMaker('opening');
let anyOf: WitnessPolicy;
let allOf: WitnessPolicy;

beforeAll(async () => {
  anyOf = await policyOf(NAMES, 1);
  allOf = await policyOf(NAMES, 2);
});

/** Witnesses that can be switched off. */
async function witnesses(place: Place, policy: WitnessPolicy) {
  const made = await Promise.all(NAMES.map((name) => demoWitness(name, { clock: place.clock })));
  const down = new Set<number>();
  const clients = made.map(
    ({ client }, i): WitnessClient => ({
      ...client,
      addCheckpoint: async (request) => {
        if (down.has(i)) return demoUnreachable(request, client);
        return client.addCheckpoint(request);
      },
    }),
  );
  const open = (change: Partial<OpenLogOptions> = {}): Promise<AuditLog> =>
    openLog({ ...place.options, witnesses: { policy, clients }, ...change } as OpenLogOptions);
  return { open, down, clients };
}

async function demoUnreachable(request: Parameters<WitnessClient['addCheckpoint']>[0], client: WitnessClient) {
  const { witnessClient } = await import('../src/index.js');
  const dead = witnessClient({
    url: 'https://down.example/',
    vkey: client.vkeys,
    fetch: () => Promise.reject(new Error('no route')),
  });
  return dead.addCheckpoint(request);
}

describe('a log with witnesses', () => {
  it('is shown to them when it is opened, and waits for their word when asked to', async () => {
    const place = await placeOf();
    const { open } = await witnesses(place, allOf);
    const log = await open();
    expect(log.witnessed).toMatchObject({ size: 0, at: START });
    expect(log.unwitnessed).toBeNull();
    const event = make();
    const { receipt } = await log.append(event, { await: 'witnessed' });
    const { checkpoint } = await verifyReceipt(receipt!, {
      logKey: place.vkey,
      witnesses: allOf,
      nonce: null,
      object: event.object!.id,
      actor: null,
      headerDigest: null,
      type: 'image.view',
    });
    expect(checkpoint.cosignatures).toHaveLength(2);
    // What is served bears the cosignatures.
    const stored = await verifyCheckpoint((await place.store.readCheckpoint())!, {
      logKey: place.vkey,
      witnesses: allOf,
    });
    expect(stored.size).toBe(1);
    await log.close();
    expect(await auditLog(memoryReader(place.store), { logKey: place.vkey, witnesses: allOf })).toMatchObject({
      verdict: 'good',
    });
  });

  it('answers many waiting callers with few rounds, each with a proof against a witnessed checkpoint', async () => {
    const place = await placeOf();
    const { open, clients } = await witnesses(place, anyOf);
    const log = await open();
    let asked = 0;
    const ask = clients[0]!.addCheckpoint;
    const counted = (request: never) => {
      asked++;
      return ask(request);
    };
    Object.assign(clients[0]!, { addCheckpoint: counted });
    const results = await Promise.all(Array.from({ length: 40 }, () => log.append(make(), { await: 'witnessed' })));
    const expected = {
      logKey: place.vkey,
      witnesses: anyOf,
      nonce: null,
      object: null,
      actor: null,
      headerDigest: null,
    };
    for (const { receipt } of results) await verifyReceipt(receipt!, { ...expected, type: 'image.view' });
    expect(asked).toBeLessThan(10);
    await log.close();
  });

  it('goes on logging when a quorum is missing, and says so to whoever waits for it', async () => {
    const place = await placeOf();
    const { open, down } = await witnesses(place, allOf);
    const log = await open();
    down.add(1);
    const event = make();
    expect(await codeOf(log.append(event, { await: 'witnessed' }))).toBe('QUORUM_MISSING');
    expect((await log.append(event, { await: 'integrated' })).duplicate).toBe(true);
    down.clear();
    expect((await log.append(event, { await: 'witnessed' })).receipt).not.toBeNull();
    await log.close();
  });

  it('shows an idle log again after the heartbeat, so that silence is told from death', async () => {
    const place = await placeOf();
    const { open } = await witnesses(place, anyOf);
    const log = await open();
    place.clock.advance(600_000);
    await expect.poll(() => log.witnessed?.at).toBe(START + 600_000);
    await log.close();
  });

  it('is refused when its store was restored from a backup, to an older size or the size 0', async () => {
    for (const keep of [0, 3]) {
      const place = await placeOf();
      const { open, down } = await witnesses(place, anyOf);
      const first = await open();
      for (let i = 0; i < keep; i++) await first.append(make());
      await first.integrate();
      const restore = backupOf(place.store);
      for (let i = 0; i < 4; i++) await first.append(make());
      await first.close();
      restore();
      const error = await open().catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: 'LOG_ROLLED_BACK', size: keep + 4 });
      // Not even two people may override what a witness knows.
      expect(await codeOf(open({ override: OVERRIDE }))).toBe('LOG_ROLLED_BACK');
      // One witness that answers is enough to find out.
      down.add(0);
      expect(await codeOf(open())).toBe('LOG_ROLLED_BACK');
      expect(place.store.entries).toHaveLength(keep);
    }
  });

  it('is refused when it was rewritten at the same size, or rewritten and grown', async () => {
    for (const more of [0, 2]) {
      const place = await placeOf();
      const { open } = await witnesses(place, anyOf);
      const restore = backupOf(place.store);
      const first = await open();
      for (let i = 0; i < 5; i++) await first.append(make());
      await first.close();
      restore();
      const forged = await place.open();
      for (let i = 0; i < 5 + more; i++) await forged.append(make());
      await forged.close();
      expect(await codeOf(open())).toBe('LOG_ROLLED_BACK');
    }
  });

  it('is refused when a witness says with 409 that it has seen another root of that size', async () => {
    const place = await placeOf();
    const { open, clients } = await witnesses(place, anyOf);
    await (await place.open()).close();
    for (const client of clients) Object.assign(client, { addCheckpoint: async () => ({ kind: 'conflict', size: 0 }) });
    expect(await codeOf(open())).toBe('LOG_ROLLED_BACK');
  });

  it('is refused when no witness answers, unless two people override it, which is logged first', async () => {
    const place = await placeOf();
    const { open, down } = await witnesses(place, anyOf);
    await (await open()).close();
    down.add(0).add(1);
    const error = await open().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'WITNESS_UNREACHABLE' });
    for (const by of [['person-a', 'person-a'], ['person-a', 'Person-A'], ['person-a']] as never[])
      expect(await codeOf(() => open({ override: { ...OVERRIDE, by } }))).toBe('RangeError');
    expect(place.store.entries).toHaveLength(0);
    const log = await open({ override: OVERRIDE });
    await log.append(make());
    const leaves = place.store.entries.map(({ leaf }) => decodeLeaf(leaf));
    expect(leaves.map(({ type }) => type)).toEqual(['log.override', 'approval', 'image.view']);
    expect(leaves[1]!.parent).toBe(0);
    expect(leaves[0]!.actorHandle).not.toEqual(leaves[1]!.actorHandle);
    await log.close();
  });

  it('stops when the witness that slept through the override comes back and knows more', async () => {
    const place = await placeOf();
    const { open, down } = await witnesses(place, anyOf);
    const first = await open();
    const restore = backupOf(place.store);
    for (let i = 0; i < 9; i++) await first.append(make());
    await first.close();
    restore();
    down.add(0).add(1);
    const log = await open({ override: OVERRIDE });
    await log.append(make());
    down.clear();
    place.clock.advance(600_000);
    await expect.poll(() => codeOf(log.append(make()))).toBe('LOG_ROLLED_BACK');
    await log.close().catch(() => undefined);
  });

  it('writes no override entry when a witness answered', async () => {
    const place = await placeOf();
    const { open, down } = await witnesses(place, anyOf);
    down.add(0);
    const log = await open({ override: OVERRIDE });
    expect(place.store.entries).toHaveLength(0);
    await log.close();
  });

  it('lets two nodes of one store show it in turn', async () => {
    const place = await placeOf();
    const { open } = await witnesses(place, anyOf);
    const [one, two] = [await open(), await open()];
    for (let i = 0; i < 6; i++) await (i % 2 ? one : two).append(make(), { await: 'witnessed' });
    place.clock.advance(600_000);
    await one.append(make(), { await: 'witnessed' });
    expect(place.store.entries).toHaveLength(7);
    await one.close();
  });
});

describe('a log without witnesses', () => {
  it('needs somebody who says so, and shows it', async () => {
    const place = await placeOf();
    expect(await codeOf(() => openLog({ ...place.options } as OpenLogOptions))).toBe('RangeError');
    expect(await codeOf(() => place.open({ witnesses: { policy: anyOf, clients: [] } } as never))).toBe('RangeError');
    for (const change of [{ acceptedBy: '' }, { reason: '' }, { until: 'soon' }])
      expect(await codeOf(() => place.open({ unwitnessed: { ...UNWITNESSED, ...change } }))).toBe('RangeError');
    expect(await codeOf(place.open({ unwitnessed: { ...UNWITNESSED, until: '2026-02-28' } }))).toBe(
      'ACCEPTANCE_EXPIRED',
    );
    const log = await place.open();
    expect(log.unwitnessed).toEqual(UNWITNESSED);
    expect(log.witnessed).toBeNull();
    expect(await codeOf(log.append(make(), { await: 'witnessed' }))).toBe('RangeError');
    expect(await codeOf(log.witness())).toBe('RangeError');
    await log.close();
  });
});

describe('openLog without types', () => {
  it.each(['store', 'keys', 'signer'])('names %s when it is something else', async (part) => {
    const place = await placeOf();
    for (const wrong of [undefined, '/srv/audit', Promise.resolve()])
      await expect(place.open({ [part]: wrong } as never)).rejects.toThrow(new RegExp(`^${part} must be `));
  });
});

describe('a keeper apart from the store', () => {
  function memoryKeeper(): CheckpointKeeper & { text: string | null } {
    const keeper = {
      text: null as string | null,
      read: async () => keeper.text,
      write: async (text: string) => {
        keeper.text = text;
      },
    };
    return keeper;
  }

  it('finds out a store that was restored, without any witness', async () => {
    const place = await placeOf();
    const keeper = memoryKeeper();
    const first = await place.open({ keeper });
    await first.append(make(), { await: 'integrated' });
    const restore = backupOf(place.store);
    await first.append(make());
    await first.close();
    await (await place.open({ keeper })).close();
    restore();
    expect(await place.open({ keeper }).catch((error: unknown) => error)).toMatchObject({
      code: 'LOG_ROLLED_BACK',
      size: 2,
    });
    const forged = await place.open();
    for (let i = 0; i < 4; i++) await forged.append(make());
    await forged.close();
    expect(await codeOf(place.open({ keeper }))).toBe('LOG_ROLLED_BACK');
  });

  it('does not stop a log when it fails; closing tells', async () => {
    const place = await placeOf();
    const keeper: CheckpointKeeper = { read: async () => null, write: () => Promise.reject(new Error('far disk')) };
    const log = await place.open({ keeper });
    for (let i = 0; i < 3; i++) {
      await log.append(make(), { await: 'integrated' });
      place.clock.advance(60_000);
    }
    await expect(log.close()).rejects.toThrow('far disk');
    expect(await codeOf(place.store.append([]))).toBe('LOG_CLOSED');
  });

  it('is given a checkpoint a minute, and the last one, in order', async () => {
    const place = await placeOf();
    const written: number[] = [];
    const keeper: CheckpointKeeper = {
      read: async () => null,
      async write(text) {
        const size = Number(text.split('\n')[1]);
        // The first one is slow.
        if (size === 1) await new Promise((resolve) => setTimeout(resolve, 30));
        written.push(size);
      },
    };
    const log = await place.open({ keeper });
    for (let i = 0; i < 3; i++) await log.append(make(), { await: 'integrated' });
    place.clock.advance(60_000);
    for (let i = 0; i < 3; i++) await log.append(make(), { await: 'integrated' });
    await log.append(make());
    await log.close();
    expect(written).toEqual([1, 3, 7]);
  });

  it("holds a witnessed log's last cosigned checkpoint", async () => {
    const place = await placeOf();
    const keeper = memoryKeeper();
    const { open } = await witnesses(place, allOf);
    const log = await open({ keeper });
    await log.append(make(), { await: 'witnessed' });
    await log.close();
    const kept = await verifyCheckpoint(keeper.text!, { logKey: place.vkey, witnesses: allOf });
    expect(kept.size).toBe(1);
  });
});
