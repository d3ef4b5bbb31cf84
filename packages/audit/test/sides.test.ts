import { seededNumbers, seededRandom } from '@wardseal/testkit';
import { describe, expect, it } from 'vitest';
import { auditLog, type KeyStore, memoryKeyStore, openLog, type StoredEntry } from '../src/index.js';
import { b64url, demoSigner, eventMaker, ORIGIN, testClock, UNWITNESSED } from './support/events.js';
import { memoryReader, memoryStore } from './support/memory-store.js';

const RUN = { origin: ORIGIN, unwitnessed: UNWITNESSED };

async function demo() {
  const store = memoryStore();
  const keys = memoryKeyStore();
  const { signer, vkey } = await demoSigner();
  const log = await openLog({ ...RUN, store, keys, signer, clock: testClock(), random: seededRandom('sides') });
  const make = eventMaker('sides');
  for (let i = 0; i < 6; i++) await log.append(make());
  await log.append(
    make({ subject: { handle: b64url(new Uint8Array(32).fill(9)), sealed: 'c2VhbGVk' }, facts: { age: 40 } }),
  );
  await log.close();
  const audit = (altered: StoredEntry[] = store.entries, secrets: KeyStore = keys) =>
    auditLog(
      {
        ...memoryReader(store),
        async *readEntries(start) {
          yield* altered.slice(start);
        },
      },
      { logKey: vkey },
      { keys: secrets },
    );
  return { store, keys, audit };
}

describe('side records', () => {
  it('open against their leaves', async () => {
    const { audit } = await demo();
    expect(await audit()).toMatchObject({ verdict: 'good', sidesErased: 0, checked: { sidesOpened: 14 } });
  });

  it('of which one byte was changed are found, 300 of them', async () => {
    const { store, audit } = await demo();
    const next = seededNumbers('side flips');
    for (let i = 0; i < 300; i++) {
      const at = next() % store.entries.length;
      const part = next() % 2 === 0 ? 'actor' : 'subject';
      const damaged = new Uint8Array(store.entries[at]![part]);
      const byte = next() % damaged.length;
      damaged[byte]! ^= 1 + (next() % 255);
      const altered = store.entries.map((entry, n) => (n === at ? { ...entry, [part]: damaged } : entry));
      const report = await audit(altered);
      expect(report.findings).toMatchObject([{ code: 'SIDE_RECORD_INVALID', index: at }]);
    }
  });

  it('swapped between entries, or taken away, are found', async () => {
    const { store, audit } = await demo();
    const [first, second, ...rest] = store.entries as [StoredEntry, StoredEntry, ...StoredEntry[]];
    const none = new Uint8Array(0);
    for (const altered of [
      [{ ...first, actor: second.actor }, second, ...rest],
      [{ ...first, subject: second.subject }, second, ...rest],
      [{ ...first, subject: first.subject.subarray(0, -1) }, second, ...rest],
      [{ ...first, subject: none }, second, ...rest],
      [{ ...first, actor: none }, second, ...rest],
    ])
      expect((await audit(altered)).verdict).toBe('tampered');
  });

  it('sealed anew by somebody who has the secrets are found', async () => {
    const { store, keys, audit } = await demo();
    const { signer } = await demoSigner();
    const forged = memoryStore();
    const random = seededRandom('forger');
    const log = await openLog({ ...RUN, store: forged, keys, signer, clock: testClock(), random });
    const original = eventMaker('sides')();
    await log.append({ ...original, reason: 'written afterwards' });
    await log.close();
    const [entry, ...rest] = store.entries as [StoredEntry, ...StoredEntry[]];
    for (const part of ['actor', 'subject'] as const) {
      const altered = [{ ...entry, [part]: forged.entries[0]![part] }, ...rest];
      expect((await audit(altered)).findings).toMatchObject([{ code: 'SIDE_RECORD_INVALID', index: 0 }]);
    }
  });

  it('under a wrong secret are found', async () => {
    const { keys, audit } = await demo();
    const wrong: KeyStore = {
      ...keys,
      get: async (name) => (name.includes('-actor-') ? new Uint8Array(32) : keys.get(name)),
    };
    expect((await audit(undefined, wrong)).verdict).toBe('tampered');
  });

  it('whose secret is gone without an erasure cannot be told, and the staff evidence stays', async () => {
    const { keys, audit } = await demo();
    const forgetting: KeyStore = { ...keys, get: async (name) => (name.includes('-handle-') ? null : keys.get(name)) };
    expect(await audit(undefined, forgetting)).toMatchObject({
      verdict: 'unknown',
      findings: [
        { code: 'SECRET_MISSING', index: 0 },
        { code: 'SECRET_MISSING', index: 6 },
      ],
      sidesErased: 0,
      sidesMissing: 7,
      checked: { sidesOpened: 7 },
    });
  });
});
