import { seededRandom } from '@wardseal/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  auditLog,
  type KeyStore,
  type LogReader,
  memoryKeyStore,
  openLog,
  proveConsistency,
  proveEntry,
  readProof,
  tilePath,
  urlReader,
  verifyConsistency,
  verifyProof,
} from '../src/index.js';
import { codeOf, demoSigner, eventMaker, ORIGIN, testClock, UNWITNESSED } from './support/events.js';
import { memoryStore } from './support/memory-store.js';

// Proofs from a log's files, and the files from a web server: nothing of what it serves is believed.

const URL_OF_LOG = 'https://audit.demo-trust.example/2026';
let reader: LogReader;
let keys: KeyStore;
let logKey: string;
let older: string;
let newer: string;

beforeAll(async () => {
  const { signer, vkey } = await demoSigner();
  const store = memoryStore();
  keys = memoryKeyStore();
  const make = eventMaker('from files');
  const log = await openLog({
    origin: ORIGIN,
    store,
    keys,
    signer,
    clock: testClock(),
    random: seededRandom('from files'),
    unwitnessed: UNWITNESSED,
  });
  for (let i = 0; i < 5; i++) await log.append(make());
  await log.integrate();
  older = log.checkpoint();
  await Promise.all(Array.from({ length: 295 }, () => log.append(make())));
  await log.integrate();
  newer = log.checkpoint();
  await log.close();
  logKey = vkey;
  reader = store;
});

describe('proveEntry', () => {
  it.each([0, 4, 255, 256, 299])('proves entry %i, open or closed', async (index) => {
    const closed = await proveEntry(reader, index, { logKey });
    expect(await verifyProof(closed, { logKey })).toMatchObject({ index, entry: null });
    const open = await proveEntry(reader, index, { logKey }, keys);
    expect((await verifyProof(open, { logKey })).entry?.actor.id).toBe('person-doctor-moss');
  });

  it.each([-1, 300, 1.5, Number.NaN])('knows no entry %d', async (index) => {
    expect(await codeOf(proveEntry(reader, index, { logKey }))).toBe('ENTRY_OUT_OF_RANGE');
  });

  it('hands out nothing that does not check', async () => {
    const other = await demoSigner('other');
    expect(await codeOf(proveEntry(reader, 0, { logKey: other.vkey }))).toBe('CHECKPOINT_UNSIGNED');
    expect(await codeOf(proveEntry(reader, 0, { logKey }, memoryKeyStore()))).toBe('SIDE_RECORD_INVALID');
    const without = { readCheckpoint: () => reader.readCheckpoint(), readTile: reader.readTile.bind(reader) };
    expect(await codeOf(proveEntry(without, 0, { logKey }, keys))).toBe('LOG_CORRUPT');
    expect(await codeOf(proveEntry({ ...without, readCheckpoint: async () => null }, 0, { logKey }))).toBe(
      'CHECKPOINT_INVALID',
    );
    const lying: LogReader = {
      ...without,
      async readTile(tile) {
        const data = await reader.readTile(tile);
        return tile.level === 'entries' || data === null ? data : data.map((byte) => byte ^ 1);
      },
    };
    expect(await codeOf(proveEntry(lying, 0, { logKey }))).toBe('INCLUSION_INVALID');
    expect(await codeOf(proveEntry({ ...without, readTile: async () => null }, 0, { logKey }))).toBe('TILE_INVALID');
  });
});

describe('readProof', () => {
  it('shows a claim and checks only that its parts fit', async () => {
    const proof = await proveEntry(reader, 7, { logKey }, keys);
    const moved = proof.replace('index 7', 'index 8');
    expect(readProof(moved)).toMatchObject({ index: 8, entry: { actor: { id: 'person-doctor-moss' } } });
    expect(await codeOf(verifyProof(moved, { logKey }))).toBe('INCLUSION_INVALID');
    expect(await codeOf(() => readProof('nothing'))).toBe('RECEIPT_INVALID');
  });
});

describe('proveConsistency', () => {
  it('shows that a log only grew', async () => {
    const path = await proveConsistency(reader, older, newer, { logKey });
    expect((await verifyConsistency(older, newer, path, { logKey })).size).toBe(300);
    expect(await proveConsistency(reader, newer, newer, { logKey })).toEqual([]);
    expect(await codeOf(proveConsistency(reader, newer, older, { logKey }))).toBe('ENTRY_OUT_OF_RANGE');
  });
});

describe('urlReader', () => {
  const served = new Map<string, () => Promise<Uint8Array | null>>();
  const asked: string[] = [];
  const fetch = async (url: string): Promise<Response> => {
    asked.push(url);
    const body = await served.get(url)?.();
    return body ? new Response(new Uint8Array(body)) : new Response('', { status: 404 });
  };

  it('reads a log from a web server', async () => {
    served.set(`${URL_OF_LOG}/checkpoint`, () => reader.readCheckpoint());
    for (const level of ['entries', 0, 1] as const)
      for (const index of [0, 1])
        for (const width of [1, 44, 256])
          served.set(`${URL_OF_LOG}/${tilePath({ level, index, width })}`, () =>
            reader.readTile({ level, index, width }),
          );
    const report = await auditLog(urlReader(URL_OF_LOG, { fetch }), { logKey });
    expect(report).toMatchObject({ verdict: 'good', checked: { entries: 300, journal: false } });
    expect(asked).toContain(`${URL_OF_LOG}/tile/entries/001.p/44`);
    const proof = await proveEntry(urlReader(`${URL_OF_LOG}/`, { fetch }), 280, { logKey });
    expect((await verifyProof(proof, { logKey })).index).toBe(280);
  });

  it.each<[string, () => Promise<Response>]>([
    ['an error of the server', async () => new Response('no', { status: 500 })],
    ['a page instead of the file', async () => new Response('moved', { status: 203 })],
    ['more than a checkpoint can be', async () => new Response('x'.repeat(200_000))],
    ['no network', () => Promise.reject(new TypeError('no network'))],
  ])('cannot tell on %s', async (_, answer) => {
    const away = urlReader(URL_OF_LOG, { fetch: answer });
    expect(await codeOf(away.readCheckpoint())).toBe('STORE_FAILED');
    expect((await auditLog(away, { logKey })).verdict).toBe('unknown');
  });

  it.each(['ftp://audit.example/', 'http://audit.example/', 'https://a:b@audit.example/', 'https://audit.example/?x'])(
    'refuses %s',
    (url) => {
      expect(() => urlReader(url)).toThrow(RangeError);
    },
  );
});
