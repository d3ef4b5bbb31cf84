import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultyFs } from '@wardseal/testkit/node';
import { describe, expect, it } from 'vitest';
import { fileKeyStore } from '../../src/file-store.js';
import { erasureScan } from '../support/erasure-scan.js';
import { inFolder } from '../support/folder.js';

describe('an erasure on a disk', () => {
  it('leaves no byte of the subject in 3,000 entries, and changes none of the log', () =>
    inFolder(async (folder) => {
      const scan = await erasureScan(folder, 3000, 300);
      expect(scan.before).toEqual({ S: 2 });
      expect(scan.after).toEqual({});
      expect(scan.changed).toEqual([]);
      expect(scan.rewritten).toEqual([]);
      expect(scan.proofs).toBe(200);
      expect(scan.report).toMatchObject({ verdict: 'good', findings: [], sidesErased: 10, sidesMissing: 0 });
    }));

  it('of a secret is durable at every system call at which the power may go, and leaves none of its bytes', async () => {
    const secret = new Uint8Array(32).fill(0x5a);
    const life = async (disk: FaultyFs): Promise<void> => {
      const keys = fileKeyStore('/srv', { fs: disk });
      await keys.put('name', secret);
      await keys.delete('name');
    };
    const whole = new FaultyFs();
    await life(whole);
    for (let crashAt = 0; crashAt <= whole.calls.length; crashAt++) {
      const dying = new FaultyFs({ crashAt, seed: crashAt });
      const acknowledged = await life(dying).then(
        () => true,
        () => false,
      );
      const disk = dying.reboot();
      const keys = fileKeyStore('/srv', { fs: disk });
      if (acknowledged) expect([crashAt, await bytesOn(disk)]).toEqual([crashAt, []]);
      // Whatever was left behind goes with the next try, and the name is free again.
      await keys.delete('name');
      expect([crashAt, await keys.get('name'), await bytesOn(disk)]).toEqual([crashAt, null, []]);
      expect(await keys.put('name', secret)).toBe(true);
      expect(await keys.get('name')).toEqual(secret);
    }
    expect(whole.calls.length).toBeGreaterThan(10);
  });

  it('that died between wiping and removing leaves the name free', () =>
    inFolder(async (folder) => {
      const keys = fileKeyStore(folder);
      await writeFile(join(folder, 'name'), new Uint8Array(40));
      expect(await keys.get('name')).toBeNull();
      expect(await keys.put('name', new Uint8Array(32).fill(1))).toBe(true);
      expect(await keys.put('name', new Uint8Array(32).fill(2))).toBe(false);
      expect(await keys.get('name')).toEqual(new Uint8Array(32).fill(1));
    }));
});

/** Files that hold anything else than zeros. */
async function bytesOn(disk: FaultyFs): Promise<string[]> {
  const found: string[] = [];
  for (const name of await disk.readdir('/srv').catch(() => []))
    if ((await disk.readFile(`/srv/${name}`)).some((byte) => byte !== 0)) found.push(name);
  return found;
}
