import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skin } from '../pictures.js';
import { type Shell, shell } from '../support/cli.js';

let box: Shell;
const KEY = ['--secret', 'secret.key', '--image', 'img-1'];
const TRACE = ['trace', ...KEY, '--decoys', '1000', '--candidates', 'viewings.txt', '--original', 'original.png'];

beforeAll(async () => {
  box = await shell();
  await box.write('secret.key', new Uint8Array(32).fill(7));
  const { data, width, height } = skin(480, 360, 5, 3);
  const png = sharp(data, { raw: { width, height, channels: 3 } }).png();
  await box.write('original.png', await png.toBuffer());
  await box.write('viewings.txt', Array.from({ length: 20 }, (_, i) => `view-${i}`).join('\n'));
  await box.done(['embed', ...KEY, '--viewing', 'view-3', '--output=-copy.png', 'original.png']);
});
afterAll(() => box.close());

const refused = async (words: readonly string[]): Promise<string> => {
  const { code, out, err } = await box.run(words);
  expect([code, out]).toEqual([2, '']);
  return err;
};

describe('a secret where a file belongs', () => {
  it('is not said again', async () => {
    const secret = '5f'.repeat(32);
    const err = await refused(['embed', 'chips', '--secret', secret, '--image', 'i', '--viewing', 'v']);
    expect(err).toMatch(/^wardseal-watermark: --secret: there is no such file/);
    expect(err).not.toContain(secret);
  });

  it('is not said again as chips', async () => {
    const { out: chips } = await box.done(['embed', 'chips', ...KEY, '--viewing', 'view-3']);
    const err = await refused(['embed', '--chips', chips, '-o', 'x.png', 'original.png']);
    expect(err).toContain('--chips: ');
    expect(err).not.toContain(JSON.parse(chips).tile);
  });
});

describe('what is not marked, or names a patient', () => {
  it('a mask on nothing is refused: is it black there, or white?', async () => {
    const mask = sharp({ create: { width: 40, height: 30, channels: 4, background: '#0000' } }).png();
    await box.write('mask.png', await mask.toBuffer());
    const words = ['embed', ...KEY, '--viewing', 'v', '--roi', 'mask.png', '-o', 'x.png', 'original.png'];
    expect(await refused(words)).toContain('the mask must not be transparent');
    expect(await box.files()).not.toContain('x.png');
  });

  it('a copy in which no mark could be put is no success', async () => {
    const white = sharp({ create: { width: 300, height: 200, channels: 3, background: '#fff' } }).png();
    await box.write('white.png', await white.toBuffer());
    const words = ['embed', ...KEY, '--viewing', 'v', '-o', 'still-white.png', 'white.png'];
    expect(await box.json(words)).toMatchObject({ exit: 1, psnr: null });
  });

  it('a blind reading is not asked about a patient’s number', async () => {
    await box.write('images.txt', 'img-1\n999 000 0018\n');
    for (const words of [
      ['--image', '9990000018'],
      ['--images', 'images.txt'],
    ]) {
      const err = await refused(['decode', '--secret', 'secret.key', ...words, '--', '-copy.png']);
      expect(err).toMatch(/--images? holds a number that could be a patient’s/);
    }
  });
});

describe('a list that is not there', () => {
  it('is told before a blind reading, whatever it would find', async () => {
    const list = ['--candidates', 'missing.txt'];
    expect(await refused(['decode', ...KEY, ...list, 'original.png'])).toContain('missing.txt: there is no such file');
  });
});

describe('lists that are not bare ids', () => {
  it.each([
    ['JSON lines without --field', '{"id":"view-3"}\n'],
    ['a JSON array', '["view-3"]\n'],
    ['a table with quotes', 'id\n"view-3","2026"\n'],
  ])('%s are refused: nobody would ever be named', async (_, text) => {
    await box.write('list.txt', text);
    const words = ['trace', ...KEY, '--candidates', 'list.txt', '--original', 'original.png', '--', '-copy.png'];
    expect(await refused(words)).toMatch(/list\.txt: line \d is no bare id/);
  });

  it('a byte order mark, line ends of Windows, blanks and doubles are not part of an id', async () => {
    await box.write('windows.txt', '\ufeffview-3  \r\n\tview-3\r\n\r\nview-4\r\n');
    const words = ['trace', ...KEY, '--candidates', 'windows.txt', '--original', 'original.png', '--', '-copy.png'];
    const { code, out } = await box.run(words);
    expect(code).toBe(0);
    expect(out).toContain('list        2 viewings');
    expect(out).toContain('THIS COPY COMES FROM VIEWING view-3\n');
  });
});

describe('a report', () => {
  it('holds a command that works, also where values begin with a hyphen or look like a number', async () => {
    // 480,0,480,361: ten digits, of which the last checks the others.
    for (const corners of ['-1,1,481,0,480,361,0,360', '0,0,480,0,480,361,0,360']) {
      const words = [...TRACE, `--corners=${corners}`, '-o', 'report.html', '--force', '--', '-copy.png'];
      await box.done(words);
      const [, again] = /<pre>wardseal-watermark (trace [^<]*)<\/pre>/.exec(await box.read('report.html'))!;
      expect(again).toContain(corners);
      const [before, after] = again!.split(' -- ');
      await box.done([...before!.split(' '), '--force', '--', after!]);
    }
  });

  it('takes no patient’s number', async () => {
    for (const option of ['--reference', '--organisation']) {
      const err = await refused([...TRACE, option, 'case 999 000 0018', '-o', 'numbered.html', '--', '-copy.png']);
      expect(err).toContain(`${option} holds a number that could be a patient’s`);
    }
    expect(await box.files()).not.toContain('numbered.html');
  });

  it('says when copy and original were exchanged', async () => {
    const words = ['trace', ...KEY, '--decoys', '1000', '--candidates', 'viewings.txt', '--original', './-copy.png'];
    const { code, out } = await box.run([...words, 'original.png']);
    expect(code).toBe(1);
    expect(out).toContain('a mark under this key is in the ORIGINAL: were the two exchanged?');
  });
});
