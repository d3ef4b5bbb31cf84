// The goals of the video benchmark on one clip, with another seed than the published run: the built package and ffmpeg.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ATTACKS, type AttackName } from '../../bench/video/attacks.ts';
import { type Case, runCase } from '../../bench/video/case.ts';
import { clipFile } from '../../bench/video/clips.ts';
import { markedFor } from '../../bench/video/marked.ts';

const run = { folder: mkdtempSync(join(tmpdir(), 'wardseal-video-')), seed: 23, seconds: 20 };
let original: string;

beforeAll(async () => {
  original = (await clipFile('hand', { ...run, images: undefined }))!;
}, 600_000);

afterAll(() => rmSync(run.folder, { recursive: true, force: true }));

async function casesOf(row: string, cuts: number): Promise<Case[]> {
  const marked = await markedFor('hand', original, row, run);
  const attack = row in ATTACKS ? (row as AttackName) : 'scale';
  const out: Case[] = [];
  for (let cut = 0; cut < cuts; cut++) {
    out.push(await runCase({ ...marked, attack, row, cut, seed: run.seed, folder: run.folder }));
  }
  return out;
}

test.each(['scale', 'fps30', 'blend30', 'crop', 'screen', 'moving', 'parts', 'share', 'both', 'average of 2'])(
  'cuts of five seconds are traced to the right viewing and nobody else: %s',
  async (row) => {
    const cases = await casesOf(row, 3);
    expect(cases.map(({ outcome, error, start }) => ({ outcome, error, start }))).toEqual(
      cases.map(({ start }) => ({ outcome: 'right', error: undefined, start })),
    );
  },
);

test.each(['unmarked', 'another key'])('nobody is named, and presence is nothing special: %s', async (row) => {
  for (const { outcome, registered, presence } of await casesOf(row, 3)) {
    expect(outcome).toBe('right');
    expect(registered).toBe(true);
    expect(presence).toBeGreaterThan(1e-4);
  }
});
