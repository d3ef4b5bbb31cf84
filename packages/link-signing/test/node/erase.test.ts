import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededNumbers, seededRandom } from '@wardseal/testkit';
import { expect, test } from 'vitest';
import { LinkError } from '../../src/index.js';
import { sqliteEraseStore } from '../../src/sqlite-store.js';
import { refusal, world } from '../world.js';
import { freshFolder, withStores } from './stores.js';

/** How often bytes are found in any file of a folder. */
function found(folder: string, wanted: Uint8Array): number {
  let times = 0;
  for (const name of readdirSync(folder)) {
    const data = readFileSync(join(folder, name));
    for (let at = data.indexOf(wanted); at >= 0; at = data.indexOf(wanted, at + 1)) times += 1;
  }
  return times;
}

test.each(['node:sqlite', 'PostgreSQL'])(
  '%s: after revoke, exhaustion and expiry neither share nor key is in any file',
  (kind) =>
    withStores(kind, async (stores) => {
      const { issuer, request, redeem, redeemer, clock } = await world(stores);
      const make = async () => {
        const { cti, share } = await issuer.prepare();
        const { handle, id } = await issuer.grant(request({ cti, maxUses: 2 }));
        return { cti, share, handle, id, key: new Uint8Array((await stores.shares.get(cti))!) };
      };
      const links = {
        revoked: await make(),
        exhausted: await make(),
        expired: await make(),
        abandoned: await issuer.prepare(),
      };
      const abandonedKey = new Uint8Array((await stores.shares.get(links.abandoned.cti))!);
      const keys = [links.revoked.key, links.exhausted.key, links.expired.key, abandonedKey];
      // The scan can see: while a key lives it is there, once; the share itself never is.
      for (const key of keys) expect(found(stores.folder, key)).toBe(1);
      for (const { share } of Object.values(links)) expect(found(stores.folder, share)).toBe(0);

      await issuer.revoke({ id: links.revoked.id });
      expect(found(stores.folder, links.revoked.key)).toBe(0);
      await redeem(links.exhausted.handle, await redeemer());
      expect(found(stores.folder, links.exhausted.key)).toBe(1);
      await redeem(links.exhausted.handle, await redeemer());
      expect(found(stores.folder, links.exhausted.key)).toBe(0);
      clock.advance(3600_000);
      await issuer.sweep();
      for (const key of keys) expect(found(stores.folder, key)).toBe(0);
      for (const { share } of Object.values(links)) expect(found(stores.folder, share)).toBe(0);
    }),
);

test('1,000 keys put and destroyed in random order leave no byte behind', async () => {
  const folder = freshFolder();
  const store = sqliteEraseStore(join(folder, 'erase.db'));
  try {
    const [random, draw] = [seededRandom('erase'), seededNumbers('erase')];
    const live: { id: Uint8Array; key: Uint8Array }[] = [];
    const dead: Uint8Array[] = [];
    for (let i = 0; i < 10; i++) {
      for (let k = 0; k < 100; k++) {
        const entry = { id: random(32), key: random(32) };
        await store.put(entry.id, entry.key, 1000);
        live.push(entry);
      }
      const ids: Uint8Array[] = [];
      for (let k = 0; k < 90; k++) {
        const [entry] = live.splice(draw() % live.length, 1);
        ids.push(entry!.id);
        dead.push(entry!.key);
      }
      await store.destroy(ids);
    }
    const data = readFileSync(join(folder, 'erase.db'));
    expect(readdirSync(folder)).toEqual(['erase.db']); // no journal is left
    expect(live.filter(({ key }) => data.indexOf(key) < 0)).toHaveLength(0);
    expect(dead.filter((key) => data.indexOf(key) >= 0)).toHaveLength(0);
    expect(statSync(join(folder, 'erase.db')).mode & 0o777).toBe(0o600);
  } finally {
    store.close();
    rmSync(folder, { recursive: true });
  }
});

test('a Node without node:sqlite is told so, with a code', async () => {
  const { process } = globalThis;
  const original = process.getBuiltinModule;
  try {
    process.getBuiltinModule = ((name: string) =>
      name === 'node:sqlite' ? undefined : original(name as 'fs')) as typeof original;
    expect((await refusal(() => sqliteEraseStore('/nowhere/erase.db'))).code).toBe('SQLITE_MISSING');
  } finally {
    process.getBuiltinModule = original;
  }
});

test('a file that cannot be opened, or is no database, is a failed store', async () => {
  const folder = freshFolder();
  try {
    writeFileSync(join(folder, 'text.db'), 'this is no database'.repeat(100));
    for (const path of [join(folder, 'no', 'such', 'folder.db'), join(folder, 'text.db'), folder]) {
      const error = await refusal(() => sqliteEraseStore(path));
      expect(error).toBeInstanceOf(LinkError);
      expect([error.code, error.cause instanceof Error]).toEqual(['STORE_FAILED', true]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
