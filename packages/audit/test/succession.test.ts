import { seededRandom } from '@wardseal/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { signCheckpoint } from '../src/cosignature.js';
import {
  decodeLeaf,
  generateCosignerKey,
  logSigner,
  type Predecessor,
  proveEntry,
  type SucceedOptions,
  succeed,
  type VerifyPolicy,
  verifyCheckpoint,
  verifyConsistency,
  verifySuccession,
  verifySuccessions,
} from '../src/index.js';
import { b64url, codeOf, eventMaker, UNWITNESSED } from './support/events.js';
import { backupOf, type Place, placeOf, policyOf } from './support/life.js';
import { demoWitness } from './support/witnesses.js';

const make = eventMaker('succession');
const actor = { id: 'service-audit', kind: 'system', org: 'RX1' } as const;
let old: Place;
let predecessor: Predecessor;
let kept: string;

beforeAll(async () => {
  old = await placeOf('audit.demo-trust.example/2026');
  const log = await old.open();
  for (let i = 0; i < 5; i++) await log.append(make());
  kept = await log.integrate();
  for (let i = 0; i < 4; i++) await log.append(make());
  await log.close();
  predecessor = { checkpoint: log.checkpoint(), policy: { logKey: old.vkey } };
});

function follow(place: Place, change: Partial<SucceedOptions> = {}): SucceedOptions {
  return { log: { ...place.options, unwitnessed: UNWITNESSED }, predecessor, reason: 'a new year', actor, ...change };
}

const newPlace = (name = 'audit.demo-trust.example/2027'): Promise<Place> => placeOf(name, { seed: name });

describe('succeed', () => {
  it('begins a log with an entry that an outsider can follow back', async () => {
    const place = await newPlace();
    const log = await succeed(follow(place));
    await log.append(make());
    await log.close();
    expect(place.store.entries.map(({ leaf }) => decodeLeaf(leaf).type)).toEqual(['log.succeed', 'image.view']);
    const { reader, keys, policy } = place.source;
    const receipt = await proveEntry(reader, 0, policy, keys);
    const verified = await verifySuccession({ receipt, policy }, predecessor.policy);
    expect(verified.predecessor).toMatchObject({ origin: old.origin, size: 9 });
    expect(verified.successor).toMatchObject({ origin: place.origin, size: 2 });
    expect(verified.entry.entry).toMatchObject({ reason: 'a new year', actor: { id: 'service-audit' } });
    expect(verified.checkpoint).toBe(predecessor.checkpoint);
    // Whoever kept a checkpoint of the old log sees that nothing was left behind.
    const again = await old.open();
    await verifyConsistency(kept, verified.checkpoint, await again.consistencyProof(5, 9), predecessor.policy);
    await again.close();
  });

  it('may be called again, and at once from two processes: one entry comes of it', async () => {
    const place = await newPlace();
    const logs = await Promise.all([succeed(follow(place)), succeed(follow(place))]);
    place.clock.advance(1000);
    logs.push(await succeed(follow(place)));
    for (const log of logs) await log.append(make());
    expect(place.store.entries.filter(({ leaf }) => decodeLeaf(leaf).type === 'log.succeed')).toHaveLength(1);
    expect(decodeLeaf(place.store.entries[0]!.leaf).type).toBe('log.succeed');
    await logs[0]!.close();
  });

  it('shows that entries were left behind when it follows an older checkpoint than somebody kept', async () => {
    const place = await newPlace();
    const log = await succeed(
      follow(place, { predecessor: { ...predecessor, checkpoint: kept }, reason: 'rolled back' }),
    );
    await log.close();
    const { reader, keys, policy } = place.source;
    const receipt = await proveEntry(reader, 0, policy, keys);
    const { checkpoint } = await verifySuccession({ receipt, policy }, predecessor.policy);
    const outcome = verifyConsistency(predecessor.checkpoint, checkpoint, [], predecessor.policy);
    expect(await codeOf(outcome)).toBe('CONSISTENCY_INVALID');
  });

  it('refuses a log with other entries, itself, another predecessor and a larger one', async () => {
    const used = await newPlace();
    const log = await used.open();
    await log.append(make());
    await log.close();
    expect(await codeOf(succeed(follow(used)))).toBe('SUCCESSION_INVALID');
    expect(await codeOf(succeed(follow(old)))).toBe('SUCCESSION_INVALID');
    const place = await newPlace();
    await (await succeed(follow(place))).close();
    const smaller = { ...predecessor, checkpoint: kept };
    expect(await codeOf(succeed(follow(place, { predecessor: smaller })))).toBe('SUCCESSION_INVALID');
    const stranger = await newPlace('audit.elsewhere.example/2026');
    const other = await stranger.open();
    for (let i = 0; i < 12; i++) await other.append(make());
    await other.close();
    const wrong = { checkpoint: other.checkpoint(), policy: { logKey: stranger.vkey } };
    expect(await codeOf(succeed(follow(place, { predecessor: wrong })))).toBe('SUCCESSION_INVALID');
    const unsigned = { checkpoint: predecessor.checkpoint, policy: { logKey: stranger.vkey } };
    expect(await codeOf(succeed(follow(place, { predecessor: unsigned })))).toBe('ORIGIN_MISMATCH');
    expect(used.store.entries).toHaveLength(1);
    const head = { origin: old.origin, size: 9, root: new Uint8Array(32) };
    const forked = await newPlace('audit.demo-trust.example/forked');
    const fork = await signCheckpoint(head, [old.options.signer], 0);
    await (await succeed(follow(forked, { predecessor: { ...predecessor, checkpoint: fork } }))).close();
    expect(await codeOf(succeed(follow(forked)))).toBe('SUCCESSION_INVALID');
  });

  it('goes on after a rollback under a new origin, with the checkpoint that the witness cosigned', async () => {
    const place = await placeOf('audit.demo-trust.example/lost');
    const name = 'witness.one.example';
    const { client } = await demoWitness(name, { logs: [place.vkey], clock: place.clock });
    const witnesses = { policy: await policyOf([name], 1), clients: [client] };
    const open = () => place.open({ witnesses, unwitnessed: undefined } as never);
    const first = await open();
    await first.append(make(), { await: 'witnessed' });
    const restore = backupOf(place.store);
    await first.append(make(), { await: 'witnessed' });
    await first.close();
    const { checkpoint } = first.witnessed!;
    restore();
    expect(await codeOf(open())).toBe('LOG_ROLLED_BACK');
    const next = await newPlace('audit.demo-trust.example/lost-b');
    const policy = { logKey: place.vkey, witnesses: witnesses.policy };
    const log = await succeed(follow(next, { predecessor: { checkpoint, policy }, reason: 'restored from a backup' }));
    await log.close();
    const receipt = await proveEntry(next.source.reader, 0, next.source.policy, next.source.keys);
    const verified = await verifySuccession({ receipt, policy: next.source.policy }, policy);
    expect(verified.predecessor).toMatchObject({ size: 2, cosignatures: [{ witness: 'w0' }] });
  });
});

describe('verifySuccession', () => {
  it('takes a checkpoint that is too long for the entry, without its post-quantum signatures or with it brought along', async () => {
    const name = 'audit.demo-trust.example/pq';
    const keys = [];
    for (const [i, kind] of (['ml-dsa-44', 'ml-dsa-44'] as const).entries())
      keys.push(await generateCosignerKey(name, kind, seededRandom(`pq ${i}`)));
    const place = await placeOf(name, { seed: name });
    const log = await place.open();
    await log.append(make());
    await log.close();
    const root = await verifyCheckpoint(log.checkpoint(), { logKey: place.vkey });
    const signers = [place.options.signer, ...(await Promise.all(keys.map(({ skey }) => logSigner(skey))))];
    const checkpoint = await signCheckpoint(root, signers, place.clock.now());
    expect(checkpoint.length).toBeGreaterThan(4096);
    const next = await newPlace('audit.demo-trust.example/after-pq');
    const policy = { logKey: place.vkey, pqLogKey: keys[0]!.vkey };
    await (await succeed(follow(next, { predecessor: { checkpoint, policy } }))).close();
    const receipt = await proveEntry(next.source.reader, 0, next.source.policy, next.source.keys);
    const step = { receipt, policy: next.source.policy };
    expect((await verifySuccession(step, { logKey: place.vkey })).predecessor.size).toBe(1);
    const pq = (await verifySuccession({ ...step, checkpoint }, policy)).checkpoint;
    expect(pq).toBe(checkpoint);
    const trimmed = verifySuccession(step, { logKey: place.vkey, pqLogKey: keys[0]!.vkey });
    // The one that fits stays; the other is only in the note that was brought along.
    expect(['none', 'CHECKPOINT_UNSIGNED']).toContain(await codeOf(trimmed));
    expect(await codeOf(verifySuccession({ ...step, checkpoint: log.checkpoint() }, policy))).toBe(
      'SUCCESSION_INVALID',
    );
  });

  it('refuses the proof of another entry, one without its opening, and of another log', async () => {
    const place = await newPlace();
    const log = await succeed(follow(place));
    const data = b64url(new TextEncoder().encode(predecessor.checkpoint));
    await log.append(make({ type: 'log.succeed', evidence: { kind: 'checkpoint', data } }));
    await log.close();
    const { reader, keys, policy } = place.source;
    const [zero, one, closed] = [
      await proveEntry(reader, 0, policy, keys),
      await proveEntry(reader, 1, policy, keys),
      await proveEntry(reader, 0, policy),
    ];
    for (const receipt of [one, closed])
      expect(await codeOf(verifySuccession({ receipt, policy }, predecessor.policy))).toBe('SUCCESSION_INVALID');
    expect(await codeOf(verifySuccession({ receipt: zero, policy: predecessor.policy }, policy))).toBe(
      'ORIGIN_MISMATCH',
    );
    expect(await codeOf(verifySuccession({ receipt: zero, policy }, policy))).toBe('ORIGIN_MISMATCH');
  });

  it('refuses a log that says it follows itself', async () => {
    const place = await newPlace('audit.demo-trust.example/itself');
    const log = await place.open();
    const data = b64url(new TextEncoder().encode(log.checkpoint()));
    await log.append(make({ type: 'log.succeed', evidence: { kind: 'checkpoint', data } }));
    await log.close();
    const { reader, keys, policy } = place.source;
    const receipt = await proveEntry(reader, 0, policy, keys);
    expect(await codeOf(verifySuccession({ receipt, policy }, policy))).toBe('SUCCESSION_INVALID');
  });

  it('walks a chain, and finds a step that does not join', async () => {
    const chain = [old];
    let last = predecessor;
    const steps: { atStart: string; atEnd: string; policy: VerifyPolicy; hashes: readonly Uint8Array[] }[] = [];
    for (const year of [2027, 2028, 2029]) {
      const place = await newPlace(`audit.demo-trust.example/${year}`);
      const log = await succeed(follow(place, { predecessor: last }));
      const { reader, keys, policy } = place.source;
      const atStart = await proveEntry(reader, 0, policy, keys);
      for (let i = 0; i < 3; i++) await log.append(make());
      await log.integrate();
      const hashes = await log.consistencyProof(1, 4);
      await log.close();
      last = { checkpoint: log.checkpoint(), policy };
      chain.push(place);
      steps.push({ atStart, atEnd: await proveEntry(reader, 0, policy, keys), policy, hashes });
    }
    const tight = steps.map(({ atEnd, policy }) => ({ receipt: atEnd, policy }));
    const verified = await verifySuccessions(predecessor.policy, tight);
    expect(verified.map(({ predecessor: { size } }) => size)).toEqual([9, 4, 4]);
    // Proofs made early in the year join by a path.
    const early = steps.map(({ atStart, policy }, i) => ({
      receipt: atStart,
      policy,
      ...(i && { hashes: steps[i - 1]!.hashes }),
    }));
    expect(await verifySuccessions(predecessor.policy, early)).toHaveLength(3);
    const without = early.map(({ receipt, policy }) => ({ receipt, policy }));
    expect(await verifySuccessions(predecessor.policy, without).catch((error: unknown) => error)).toMatchObject({
      code: 'SUCCESSION_INVALID',
      index: 1,
    });
    expect(await codeOf(verifySuccessions(predecessor.policy, [tight[0]!, tight[2]!]))).toBe('ORIGIN_MISMATCH');
  });
});
