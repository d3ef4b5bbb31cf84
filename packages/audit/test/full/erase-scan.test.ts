import { expect, it } from 'vitest';
import { erasureScan } from '../support/erasure-scan.js';
import { inFolder } from '../support/folder.js';

it('an erasure of one of 1,000 subjects leaves no byte of it in 100,000 entries, and changes none of the log', () =>
  inFolder(async (folder) => {
    const scan = await erasureScan(folder, 100_000, 1000);
    expect(scan.before).toEqual({ S: 2 });
    expect([scan.after, scan.changed, scan.rewritten]).toEqual([{}, [], []]);
    expect(scan.report).toMatchObject({ verdict: 'good', findings: [], sidesErased: 100, sidesMissing: 0 });
  }));
