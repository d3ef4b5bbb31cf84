import { readdir } from 'node:fs/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deriveImageKey, type Pixels, prepareChips, type TraceReport } from '../../src/index.js';
import { skin } from '../pictures.js';
import { type Shell, shell } from '../support/cli.js';

let box: Shell;
const SECRET = Buffer.from(Uint8Array.from({ length: 32 }, (_, i) => 65 + (i % 26)));
const WHO = { who: 'Dr Ada Example', role: 'Registrar', organisation: 'Example Trust' };
const DETAILS = { mode: 'border', ...WHO, at: '2026-03-01T09:00:00Z', code: 'K7QX-9MPD' };

const png = ({ data, width, height }: Pixels): Promise<Buffer> =>
  sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();

beforeAll(async () => {
  box = await shell();
  await box.write('secret.key', SECRET);
  box.hide(SECRET.toString('latin1'), SECRET.toString('hex'));
  await box.write('original.png', await png(skin(480, 360, 5, 3)));
  await box.write('strange.png', await png(skin(480, 360, 77, 3)));
  const ids = Array.from({ length: 300 }, (_, i) => `view-${i}`);
  await box.write('viewings.txt', `# of img-1\n${ids.join('\n')}\n\n`);
  await box.write('others.txt', ids.filter((id) => id !== 'view-42').join('\n'));
  await box.write(
    'export.jsonl',
    [...ids.map((id) => JSON.stringify({ entry: { id } })), '{"checkpoint":1}'].join('\n'),
  );
  await box.done(['embed', ...KEY, '--viewing', 'view-42', '-o', 'copy.png', 'original.png']);
});
afterAll(() => box.close());

const KEY = ['--secret', 'secret.key', '--image', 'img-1'];
const TRACE = ['trace', ...KEY, '--original', 'original.png', '--decoys', '1000'];

describe('embed', () => {
  it('marks, and says what it cost', async () => {
    const { out } = await box.done(['embed', ...KEY, '--viewing', 'view-42', '-o', 'again.png', 'original.png']);
    expect(out).toMatch(/^psnr {3}4[5-9]\.\d\d dB\nssim {3}0\.99\d+\nms {5}\d+\n$/);
    expect(await box.read('again.png')).toBe(await box.read('copy.png'));
    expect(await box.mode('again.png')).toBe('600');
  });

  it('gives a viewer chips of its own, for its owner alone, and they do the same', async () => {
    await box.done(['embed', 'chips', ...KEY, '--viewing', 'view-42', '-o', 'chips.json']);
    expect(await box.mode('chips.json')).toBe('600');
    const chips = JSON.parse(await box.read('chips.json'));
    expect(chips).toEqual(prepareChips(deriveImageKey(SECRET, 'img-1'), 'view-42'));
    await box.done(['embed', '--chips', 'chips.json', '-o', 'chipped.png', 'original.png']);
    expect(await box.read('chipped.png')).toBe(await box.read('copy.png'));
    const asked = { command: 'embed', chips, picture: 'original.png', output: 'asked.png' };
    expect(await box.ask(asked)).toMatchObject({ exit: 0, layer: 'view', format: 'png' });
    expect(await box.read('asked.png')).toBe(await box.read('copy.png'));
  });

  it('leaves black parts of a mask untouched, and draws the overlay round the picture', async () => {
    const mask = await sharp({ create: { width: 48, height: 36, channels: 3, background: '#000' } })
      .png()
      .toBuffer();
    await box.write('mask.png', mask);
    const masked = ['embed', ...KEY, '--viewing', 'v', '--roi', 'mask.png', '-o', 'masked.png', 'original.png'];
    const { code, out } = await box.run(masked);
    expect([code, out.split('\n')[0]]).toEqual([1, 'psnr   nothing could be changed: NO MARK IS IN IT']);
    const raw = async (name: string): Promise<Buffer> => sharp(box.path(name)).raw().toBuffer();
    expect((await raw('masked.png')).equals(await raw('original.png'))).toBe(true);
    await box.write('details.json', JSON.stringify(DETAILS));
    const answer = await box.json([
      'embed',
      ...KEY,
      '--viewing',
      'v',
      '--overlay',
      'details.json',
      '--format',
      'jpeg',
      '-o',
      'shown.jpg',
      'original.png',
    ]);
    expect(answer).toMatchObject({ exit: 0, format: 'jpeg' });
    const { width, height, format } = await sharp(box.path('shown.jpg')).metadata();
    expect([width, height, format]).toEqual([480, 400, 'jpeg']);
  });

  it.each([
    ['nothing to mark with', ['embed', 'original.png'], /give --chips, or --secret, --image and --viewing/],
    [
      'a patient’s number as an id',
      ['embed', '--secret', 'secret.key', '--image', '999 000 0018', '--viewing', 'v', 'original.png'],
      /--image holds a number that could be a patient’s/,
    ],
    [
      'a short secret',
      ['embed', '--secret', 'details.json.short', '--image', 'i', '--viewing', 'v', '-o', 'x', 'original.png'],
      /KEY_INVALID/,
    ],
    ['a picture that is none', ['embed', ...KEY, '--viewing', 'v', '-o', 'x.png', 'viewings.txt'], /IMAGE_INVALID/],
    [
      'a layer that is none',
      ['embed', ...KEY, '--viewing', 'v', '--layer', 'both', '-o', 'x.png', 'original.png'],
      /--layer takes view or share/,
    ],
    [
      'a quality that is seen',
      ['embed', ...KEY, '--viewing', 'v', '--psnr', '30', '-o', 'x.png', 'original.png'],
      /QUALITY_INVALID/,
    ],
    [
      'a file that is there',
      ['embed', ...KEY, '--viewing', 'v', '-o', 'copy.png', 'original.png'],
      /it exists already/,
    ],
  ])('refuses %s', async (_, words, message) => {
    await box.write('details.json.short', 'short');
    const { code, err } = await box.run(words);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).not.toMatch(/999/);
    expect(await box.files()).not.toContain('x.png');
  });
});

describe('trace', () => {
  it.each([
    ['suspect', 'original.png', 'viewings.txt'],
    ['original', 'viewings.txt', 'copy.png'],
  ])('says that the %s is the file that is no picture', async (what, original, suspect) => {
    const files = ['--original', original, '--candidates', 'viewings.txt', suspect];
    const { code, err } = await box.run(['trace', ...KEY, ...files]);
    expect(code).toBe(2);
    expect(err).toContain(`the ${what}: `);
    expect(err).toContain('IMAGE_INVALID');
  });

  it('names the viewing, and writes a report for its owner alone that is the same again', async () => {
    const words = [...TRACE, '--candidates', 'viewings.txt', '--at', '2026-03-01T09:00:00Z', 'copy.png'];
    const { out } = await box.done([...words, '-o', 'report.html']);
    expect(out.trim().split('\n').at(-1)).toBe('THIS COPY COMES FROM VIEWING view-42');
    // Whom chance explains is not named.
    expect(out.match(/view-\d+/g)).toEqual(['view-42', 'view-42']);
    expect(await box.mode('report.html')).toBe('600');
    const report = await box.read('report.html');
    expect(report).toMatch(/This copy comes from viewing <span class="id[^"]*">view-42<\/span>\./);
    expect(report.match(/data:image\/jpeg;base64,/g)?.length).toBe(4);
    // The command that stands in the report writes the same report.
    const [, again] = /<pre>wardseal-watermark (trace [^<]*)<\/pre>/.exec(report)!;
    await box.done([...again!.split(' '), '--force']);
    expect(await box.read('report.html')).toBe(report);
    await box.done([...words, '--no-pictures', '-o', 'bare.html']);
    expect(await box.read('bare.html')).not.toContain('data:image');
  });

  it('reads candidates out of an export, and says how many lines held none', async () => {
    const answer = await box.json<TraceReport & { outcome: string; linesWithoutField: number }>([
      ...TRACE,
      '--candidates',
      'export.jsonl',
      '--field',
      'entry.id',
      'copy.png',
    ]);
    expect(answer).toMatchObject({ exit: 0, outcome: 'match', candidates: 300, linesWithoutField: 1 });
    expect(answer.hits[0]).toMatchObject({ id: 'view-42', verdict: 'match' });
  });

  it('ends with 1 when nobody is named: not on the list, or under another key', async () => {
    const nobody = async (...words: string[]): Promise<void> => {
      const { code, out } = await box.run([...TRACE, ...words]);
      expect([code, out.trim().split('\n').at(-1)]).toEqual([1, 'NOBODY IS NAMED']);
    };
    await nobody('--candidates', 'others.txt', 'copy.png');
    await nobody('--candidates', 'viewings.txt', '--image', 'img-2', 'copy.png');
  });

  it('ends with 2 when the copy cannot be laid over the original, and writes a report of that', async () => {
    const { code, out } = await box.run([...TRACE, '--candidates', 'viewings.txt', '-o', 'failed.html', 'strange.png']);
    expect([code, out.trim().split('\n').at(-1)]).toEqual([
      2,
      'NO ANSWER: THE COPY COULD NOT BE LAID OVER THE ORIGINAL',
    ]);
    expect(await box.read('failed.html')).toContain('Give the four corners by hand.');
  });

  it('takes four corners by hand', async () => {
    const answer = await box.json<TraceReport>([
      ...TRACE,
      '--candidates',
      'viewings.txt',
      '--corners=-1,1,481,0,480,361,0,360',
      'copy.png',
    ]);
    expect(answer).toMatchObject({ exit: 0, registration: { status: 'registered', method: 'corners' } });
  });

  it.each([
    ['too few corners', ['--corners', '1,2,3,4'], /--corners takes eight numbers/],
    ['corners that fold over', ['--corners', '0,0,480,360,480,0,0,360'], /CORNERS_INVALID/],
    ['too few decoys', ['--decoys', '10'], /decoys must be/],
    ['a report to stdout', ['-o', '-'], /give -o a name/],
    ['a file that is there', ['-o', 'copy.png'], /it exists already/],
    ['a budget without a unit', ['--budget', '5'], /--budget takes a time with its unit/],
    ['no time', ['--budget', '1ms'], /BUDGET_EXCEEDED/],
  ])('refuses %s', async (_, words, message) => {
    const { code, err } = await box.run([...TRACE, '--candidates', 'viewings.txt', ...words, 'copy.png']);
    expect(code).toBe(2);
    expect(err).toMatch(message);
  });
});

describe('decode', () => {
  it('gives a lead, says to which viewing it points, and that it is no verdict', async () => {
    await box.write('images.txt', 'img-0\nimg-1\nimg-2\n');
    const words = [
      'decode',
      '--secret',
      'secret.key',
      '--images',
      'images.txt',
      '--candidates',
      'viewings.txt',
      'copy.png',
    ];
    const { out } = await box.done(words);
    expect(out).toMatch(/^picture {3}img-1\nlead {6}[0-9a-f]{16}\npoints to view-42\n/);
    expect(out).toContain('This is a lead, never a verdict');
    expect(await box.json(words)).toMatchObject({
      exit: 0,
      found: true,
      image: 'img-1',
      viewings: ['view-42'],
      verdict: null,
    });
  });

  it('ends with 1 when nothing is read', async () => {
    const { code, out } = await box.run(['decode', ...KEY, '--budget', '2m', 'original.png']);
    expect(code).toBe(1);
    expect(out).toContain('That clears nobody');
  });
});

describe('overlay', () => {
  it('is an SVG drawing, or lies on a picture', async () => {
    await box.write('details.json', JSON.stringify(DETAILS));
    const { out } = await box.done(['overlay', '--details', 'details.json', '--size', '300x200']);
    expect(out).toMatch(/^<svg .*K7QX-9MPD.*<\/svg>\n$/);
    expect((await box.ask({ command: 'overlay', details: DETAILS, size: '300x200' })).out).toBe(out);
    await box.done(['overlay', '--details', 'details.json', '-o', 'over.png', 'original.png']);
    expect((await sharp(box.path('over.png')).metadata()).height).toBe(400);
  });

  it('refuses a field for a patient', async () => {
    const refused = await box.ask({
      command: 'overlay',
      details: { ...DETAILS, nhsNumber: '999 000 0018' },
      size: '9x9',
    });
    expect(refused).toMatchObject({ exit: 2, error: { code: 'OVERLAY_INVALID', field: 'nhsNumber' } });
    expect(JSON.stringify(refused)).not.toContain('999');
  });
});

describe('attack', () => {
  it('lists, writes files named after the attack, and measures what survives', async () => {
    const { attacks } = await box.json<{ attacks: { name: string }[] }>(['attack', '--list']);
    expect(attacks.map(({ name }) => name)).toContain('jpeg-50');
    await box.done(['attack', '--only', 'jpeg-50', '--only', 'flip', '-o', 'attacked', 'copy.png']);
    expect((await readdir(box.path('attacked'))).sort()).toEqual(['flip.png', 'jpeg-50.png']);
    const traced = await box.json([...TRACE, '--candidates', 'viewings.txt', 'attacked/jpeg-50.png']);
    expect(traced).toMatchObject({ exit: 0, outcome: 'match' });
    const checked = await box.json([
      'attack',
      '--check',
      '--only',
      'jpeg-70',
      '--only',
      '1600-jpeg-70',
      'original.png',
    ]);
    expect(checked).toMatchObject({
      exit: 0,
      traced: 1,
      left: ['1600-jpeg-70'],
      attacks: [{ attack: 'jpeg-70', traced: true }],
    });
  });

  it.each([
    ['an attack that is not', ['attack', '--list', '--only', 'fire']],
    ['two things at once', ['attack', '--list', '--check', 'copy.png']],
    ['no picture', ['attack', '--check']],
  ])('refuses %s', async (_, words) => {
    expect((await box.run(words)).code).toBe(2);
  });
});

describe('every command', () => {
  it.each(['embed', 'decode', 'trace', 'overlay', 'attack'])('%s has help with an example', async (name) => {
    const { out } = await box.done([name, '--help']);
    expect(out).toContain(`wardseal-watermark ${name} `);
    expect(out).toContain('For example');
  });
});
