import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isVideoFile } from '../../src/cli/videos.js';
import { deriveImageKey, prepareChips } from '../../src/index.js';
import { type Shell, shell } from '../support/cli.js';
import { clips, rows, run } from '../support/clips.js';

const SECRET = Buffer.from(Uint8Array.from({ length: 32 }, (_, i) => 65 + (i % 26)));
const KEY = ['--secret', 'secret.key', '--image', 'vid-1'];
const TRACE = ['trace', ...KEY, '--original', 'original.mp4', '--candidates', 'viewings.txt', '--decoys', '1000'];
let box: Shell;
const films = clips();

beforeAll(async () => {
  box = await shell();
  await box.write('secret.key', SECRET);
  copyFileSync(await films.clip('story.mp4'), box.path('original.mp4'));
  copyFileSync(await films.clip('ten-bit.mp4'), box.path('ten-bit.mp4'));
  await box.write('viewings.txt', Array.from({ length: 50 }, (_, i) => `view-${i}`).join('\n'));
  await box.write('list.mp4', `#EXTM3U\n#EXTINF:5,\n${box.path('original.mp4')}\n`);
  await box.done(['embed', ...KEY, '--viewing', 'view-42', '-o', 'copy.mp4', 'original.mp4']);
  const leak = ['-ss', '0.4', '-i', box.path('copy.mp4'), '-vf', 'scale=320:240', '-c:v', 'libx264', '-crf', '23'];
  await run('ffmpeg', [...leak, box.path('whole.mkv')]);
  await box.sh('head -c $(($(stat -c %s whole.mkv) * 8 / 10)) whole.mkv > leak.mkv');
  await run('ffmpeg', ['-ss', '1', '-i', box.path('copy.mp4'), '-frames:v', '1', box.path('still.png')]);
});
afterAll(async () => {
  await box.close();
  films.close();
});

describe('embed', () => {
  it('leaves a pipe by name to whoever reads the picture in it', async () => {
    execFileSync('mkfifo', [box.path('pipe.jpg')]);
    // Nobody writes into it: whoever opened it would wait.
    expect(await isVideoFile(box.path('pipe.jpg'), 'the picture')).toBe(false);
  });

  it('marks a video as it marks a picture, for its owner alone', async () => {
    const { out } = await box.done(['embed', ...KEY, '--viewing', 'view-42', '-o', 'again.mp4', 'original.mp4']);
    expect(out).toMatch(/^psnr {4}4[5-9]\.\d\d dB\nframes {2}10\nms {6}\d+\n$/);
    expect(await box.mode('again.mp4')).toBe('600');
    await box.done(['embed', 'chips', ...KEY, '--viewing', 'view-42', '-o', 'chips.json']);
    const asked = {
      command: 'embed',
      chips: prepareChips(deriveImageKey(SECRET, 'vid-1'), 'view-42'),
      picture: 'original.mp4',
    };
    expect(await box.ask({ ...asked, output: 'asked.mkv', crf: '30' })).toMatchObject({
      exit: 0,
      format: 'mkv',
      frames: 10,
      problems: [],
    });
    const { code, err } = await box.run(['embed', '--chips', 'chips.json', '-o', 'again.mp4', 'original.mp4']);
    expect([code, err]).toEqual([2, expect.stringContaining('--force')]);
  });

  it('says what cannot be', async () => {
    const refused = async (args: string[], message: RegExp): Promise<void> => {
      const { code, out, err } = await box.run(['embed', ...KEY, '--viewing', 'view-42', ...args]);
      expect([code, out]).toEqual([2, '']);
      expect(err).toMatch(message);
      expect(err).not.toContain('at ');
    };
    await refused(['original.mp4'], /into a file: give -o a name/);
    await refused(['-o', 'x.jpg', 'original.mp4'], /written as \.mp4/);
    await refused(['-o', 'x.mp4', '--quality', '95', 'original.mp4'], /--quality is for pictures/);
    await refused(['-o', 'x.mp4', '--crf', 'much', 'original.mp4'], /whole number/);
    await refused(['-o', 'x.mp4', '--crf', '99', 'original.mp4'], /from 0 to 51/);
    await refused(['-o', 'x.png', '--crf', '9', 'still.png'], /--crf is for videos/);
    await refused(['-o', 'x.mp4', 'ten-bit.mp4'], /VIDEO_INVALID: the video is 10-bit/);
    await refused(['-o', 'x.mp4', 'list.mp4'], /is no JPEG/);
    await refused(['--force', '-o', 'original.mp4', 'original.mp4'], /must not replace its source/);
    expect((await box.files()).filter((name) => /^x\.|part$/.test(name))).toEqual([]);
  });

  it('decode reads stills alone', async () => {
    const { code, err } = await box.run(['decode', ...KEY, 'copy.mp4']);
    expect([code, err]).toEqual([2, expect.stringContaining('give it a still of the video')]);
  });

  it('leaves nothing behind when it is ended', async () => {
    const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
    const args = [cli, 'embed', ...KEY, '--viewing', 'view-42', '-o', 'ended.mp4', 'original.mp4'];
    const child = spawn(process.execPath, args, { cwd: box.folder, stdio: 'ignore' });
    const closed = once(child, 'close');
    // Ended while the copy is being written.
    while ((await readdir(box.folder)).every((name) => !name.endsWith('.part'))) await setTimeout(5);
    child.kill('SIGTERM');
    const [code, signal] = await closed;
    expect([code, signal]).toEqual([null, 'SIGTERM']);
    expect((await readdir(box.folder)).filter((name) => /part$|^ended/.test(name))).toEqual([]);
  });
});

describe('trace', () => {
  it('names the viewing of a leaked part that is cut short, and writes report and record', async () => {
    const { out } = await box.done([...TRACE, '-o', 'report.html', '--record', 'record.json', 'leak.mkv']);
    expect(out).toMatch(/^note {8}copy: the file ends after 1\.\d s of 1\.6 s$/m);
    expect(out).toMatch(/^read {8}[567] frames of the copy, 10 of the original/m);
    expect(out).toMatch(/found {7}0\.0 to \d\.\d s of the copy are 0\.4 to \d\.\d s of the original/);
    expect(out).toMatch(/THIS COPY COMES FROM VIEWING view-42\n$/);
    const page = await box.read('report.html');
    expect(page).toContain('view-42');
    expect(page).toContain('the file ends after');
    expect(page).not.toContain('Jane Example');
    const record = JSON.parse(await box.read('record.json'));
    expect(JSON.stringify(record)).toMatch(/"ffmpeg"/);
  });

  it.each(rows(['names it from a still as well'], 0))('%s', async () => {
    const found = await box.json([...TRACE, 'still.png']);
    expect(found).toMatchObject({ algorithm: 'informed-spread-spectrum-video', frames: { suspect: 1, original: 10 } });
    expect(found).toMatchObject({
      outcome: 'match',
      hits: expect.arrayContaining([expect.objectContaining({ id: 'view-42', verdict: 'match' })]),
    });
  });

  it('wants a video where the copy is one, and no corners', async () => {
    const other = await box.run([
      'trace',
      ...KEY,
      '--original',
      'still.png',
      '--candidates',
      'viewings.txt',
      'leak.mkv',
    ]);
    expect([other.code, other.err]).toEqual([2, expect.stringContaining('--original must be one')]);
    const corners = await box.run([...TRACE, '--corners', '0,0,9,0,9,9,0,9', 'leak.mkv']);
    expect([corners.code, corners.err]).toEqual([2, expect.stringContaining('--corners is for pictures')]);
  });
});
