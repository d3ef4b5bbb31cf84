import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePolicy } from '../../src/index.js';
import { formatNote, parseNote } from '../../src/note.js';
import { inFolder } from '../support/folder.js';
import { accepted, type Format, formats, SHARES } from '../support/formats.js';
import { indexChanges } from '../support/indexed-damage.js';
import { tails, truncations } from '../support/mutations.js';
import { demoPolicy, policyChanges } from '../support/policy-damage.js';

let folder = '';
let all: Readonly<Record<string, Format>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-audit-'));
  all = await formats(folder);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a changed copy is refused,', () => {
  it('and the original is taken', async () => {
    expect(Object.keys(all).sort()).toEqual(Object.keys(SHARES).sort());
    for (const [name, { original, refusal }] of Object.entries(all))
      expect([name, await refusal(original)]).toEqual([name, 'none']);
  });

  it.each(Object.entries(SHARES))('%s: %i changes', async (name, count) => {
    expect(await accepted(all[name]!, { name, count })).toEqual([]);
  });

  it.each(['checkpoint', 'cosigned proof', 'evidence of two sizes'])(
    '%s: cut off at any length, or with another spelling of a base64 value',
    async (name) => {
      const { original, refusal } = all[name]!;
      const taken: string[] = [];
      for (const list of [truncations(original), tails(original)])
        for (const { what, data } of list) if (!/_/.test(await refusal(data))) taken.push(what);
      expect(taken).toEqual([]);
    },
  );
});

describe('what is no fault', () => {
  it('a damaged index changes no answer', () =>
    inFolder(async (log) => expect(await indexChanges(log, 150)).toEqual([])));

  it('a changed policy file is refused, or asks for the same, or is another policy of the same keys', async () => {
    const { strange, cut, refused, same, other } = await policyChanges(400);
    expect({ strange, cut }).toEqual({ strange: [], cut: [] });
    expect({ refused, same, other }).toEqual({ refused: 330, same: 70, other: 0 });
    // A lower threshold is as good a policy: whoever relies on a policy file keeps it where nobody else writes.
    const { text } = await demoPolicy();
    expect(parsePolicy(text.replace('outside 2', 'outside 1')).groups[1]).toMatchObject({ threshold: 1 });
  });

  it('signatures in another order, or of somebody unknown, leave a checkpoint what it was', async () => {
    const { original, refusal } = all['checkpoint']!;
    const note = parseNote(new TextDecoder().decode(original))!;
    const stranger = { name: 'stranger.example', id: new Uint8Array(4), signature: new Uint8Array(64) };
    for (const signatures of [note.signatures.toReversed(), [...note.signatures, stranger]])
      expect(await refusal(new TextEncoder().encode(formatNote({ ...note, signatures })))).toBe('none');
  });
});
