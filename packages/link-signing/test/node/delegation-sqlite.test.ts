import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { delegate } from '../../src/index.js';
import { sqliteEraseStore, sqliteStore } from '../../src/sqlite-store.js';
import { forPerson, open, passedOn, person } from '../people.js';
import { refusal, world } from '../world.js';

test('in a database as in memory: a delegated link counts above, and dies with what is above', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'links-'));
  const [store, shares] = [sqliteStore(join(folder, 'links.db')), sqliteEraseStore(join(folder, 'erase.db'))];
  try {
    const of = await world({ store, shares });
    const [ada, bob] = [await person(of), await person(of, 'EdDSA')];
    const { cti } = await of.issuer.prepare();
    const root = await of.issuer.grant(of.request({ ...forPerson(ada), ...passedOn, cti, maxUses: 2 }));
    const child = await delegate(root.grant, { ...forPerson(bob), maxUses: 2 }, ada.key, { now: of.seconds() });
    const two = await of.issuer.adopt(child);
    expect((await of.issuer.adopt(child)).handle).toBe(two.handle);
    await open(of, two.handle, bob);
    expect((await of.issuer.inspect(root.handle)).used).toBe(1);
    const races = await Promise.allSettled([open(of, two.handle, bob), open(of, root.handle, ada)]);
    expect(races.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect((await of.issuer.inspect(root.handle)).state).toBe('exhausted');
    expect(await shares.get(cti)).toBeNull();
    await of.issuer.revoke({ id: root.id });
    expect((await refusal(open(of, two.handle, bob))).reason).toBe('revoked');
  } finally {
    store.close();
    shares.close();
    rmSync(folder, { recursive: true });
  }
});
