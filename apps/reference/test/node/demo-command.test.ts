import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { photos } from '@wardseal/testkit/node';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runDemo } from '../../src/demo/run.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-command-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function demo(...words: string[]): Promise<{ code: number; text: string; left: string[] }> {
  let text = '';
  const output = join(folder, 'out', 'demo-output');
  const code = await runDemo(words, {
    sample: { description: 'a sample', read: () => readFile(photos.fundus.path) },
    screen: { write: (more) => (text += more), isTTY: false },
    output,
  });
  return { code, text, left: await readdir(join(folder, 'out')).catch(() => []) };
}

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

test('a picture that cannot be used is refused in words and with a code, and nothing is left', async () => {
  const jpeg = await readFile(photos.fundus.path);
  // A PNG header that promises 30,000 x 30,000 pixels.
  const bomb = Buffer.from(await readFile(photos.cat.path));
  bomb.writeUInt32BE(30_000, 16);
  bomb.writeUInt32BE(30_000, 20);
  const cases = [
    [await file('empty.jpg', ''), 'PICTURE_EMPTY'],
    [await file('text.jpg', 'not a picture at all'), 'PICTURE_UNSUPPORTED'],
    [await file('half.jpg', jpeg.subarray(0, jpeg.length / 2)), 'PICTURE_TRUNCATED'],
    [await file('bomb.png', bomb), 'PICTURE_'],
    [join(folder, 'is-not-there.jpg'), 'ENOENT'],
    [folder, 'EISDIR'],
    ['/dev/zero', 'PICTURE_TOO_LARGE'],
  ] as const;
  for (const [path, code] of cases) {
    const { code: exit, text, left } = await demo(path);
    expect(exit, code).toBe(1);
    expect(text).toContain(code);
    expect(left, code).toEqual([]);
  }
});

test('a file name is never printed: it may be a patient', async () => {
  const { text } = await demo(await file('Imogen Invented 9990000018.jpg', 'nothing'));
  expect(text).not.toContain('Imogen');
  expect(text).not.toContain('9990000018');
});

test('what is no photograph path is answered with the usage', async () => {
  expect(await demo('--fast')).toMatchObject({ code: 2, text: expect.stringContaining('usage:') });
  expect(await demo('a.jpg', 'b.jpg')).toMatchObject({ code: 2 });
  expect(await demo('--help')).toMatchObject({ code: 0 });
});

test('another photograph, a PNG with an odd name, runs through; a second run replaces the first whole', async () => {
  const path = await file('$(touch x) "quoted" é.png', await readFile(photos.cat.path));
  expect(await demo(path)).toMatchObject({ code: 0, left: ['demo-output'] });
  expect(await demo(path)).toMatchObject({ code: 0, left: ['demo-output'] });
  expect(await readdir(join(folder, 'out', 'demo-output'))).toContain('report.html');
});

test('a picture too small to mark is refused in words; an empty page runs through and names nobody', async () => {
  const white = (side: number): Promise<Buffer> =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
  const small = await demo(await file('small.png', await white(40)));
  expect(small).toMatchObject({ code: 1, text: expect.stringContaining('(IMAGE_TOO_SMALL)') });
  expect(small.text).not.toContain('    at ');
  const blank = await demo(await file('blank.png', await white(400)));
  expect(blank.code).toBe(0);
  const report = await readFile(join(folder, 'out', 'demo-output', 'report.html'), 'utf8');
  expect(report).toContain('The leak was not traced');
});

test('an interrupted run leaves nothing', async () => {
  const root = join(import.meta.dirname, '../../../..');
  const unfinished = async (): Promise<string[]> =>
    (await readdir(root)).filter((name) => name.startsWith('demo-output.'));
  const before = await unfinished();
  const child = spawn(process.execPath, [join(root, 'apps/reference/dist/demo.js')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes('Sealed')) break;
  }
  child.kill('SIGINT');
  expect(child.exitCode ?? (await once(child, 'exit'))[0]).toBe(130);
  expect(await unfinished()).toEqual(before);
});
