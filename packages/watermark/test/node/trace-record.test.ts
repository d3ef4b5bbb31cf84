import { createHash } from 'node:crypto';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EvidenceRecord } from '../../src/report/index.js';
import { skin } from '../pictures.js';
import { type Shell, shell } from '../support/cli.js';

let box: Shell;
const KEY = ['--secret', 'secret.key', '--image', 'img-1'];
const FILES = ['--original', 'original.png', '--candidates', 'viewings.txt'];
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

beforeAll(async () => {
  box = await shell();
  const secret = Buffer.from(Uint8Array.from({ length: 32 }, (_, i) => 65 + (i % 26)));
  await box.write('secret.key', secret);
  box.hide(secret.toString('latin1'), secret.toString('hex'));
  const { data, width, height } = skin(320, 240, 5, 3);
  await box.write(
    'original.png',
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toBuffer(),
  );
  const ids = Array.from({ length: 50 }, (_, i) => `view-${i}`);
  await box.write('viewings.txt', `# of img-1\n${ids.join('\n')}\n`);
  await box.write('others.txt', ids.filter((id) => id !== 'view-42').join('\n'));
  await box.done(['embed', ...KEY, '--viewing', 'view-42', '-o', 'copy.png', 'original.png']);
  const asked = ['--decoys', '2000', '--at', '2026-03-01T09:00:00Z', '--no-pictures'];
  const outputs = ['--record', 'record.json', '-o', 'report.html'];
  await box.done(['trace', ...KEY, ...FILES, ...asked, ...outputs, 'copy.png']);
});
afterAll(() => box.close());

it('writes a record for its owner alone, which the report names', async () => {
  const text = await box.read('record.json');
  expect(await box.mode('record.json')).toBe('600');
  expect(await box.read('report.html')).toContain(sha256(text));
  const record = JSON.parse(text) as EvidenceRecord;
  expect(record).toMatchObject({
    format: 'wardseal.org/evidence-record/v0',
    madeAt: '2026-03-01T09:00:00Z',
    imageId: 'img-1',
    parameters: { decoys: 2000, corners: null, budgetMs: null },
    outcome: 'match',
  });
  expect(record.hits.map(({ id }) => id)).toEqual(['view-42']);
  const list = (await box.read('viewings.txt')).split('\n').filter((id) => id !== '' && !id.startsWith('#'));
  expect(record.candidates).toEqual({ count: 50, digest: sha256(`${list.sort().join('\n')}\n`) });
  expect(record.runtime.map(({ name }) => name)).toEqual(expect.arrayContaining(['node', 'sharp', 'v8', 'vips']));
  expect(text).not.toContain('view-4"');
});

it('repeats it as it was asked for, and says that the same was found', async () => {
  const words = [
    'trace',
    '--secret',
    'secret.key',
    ...FILES,
    '--against',
    'record.json',
    '--record',
    'again.json',
    'copy.png',
  ];
  const { out } = await box.done(words);
  expect(out).toContain('2,000 controls');
  expect(out.trimEnd().split('\n').at(-1)).toBe('THE SAME WAS FOUND AS ON 2026-03-01');
  // Nothing but the moment is another.
  const [then, now] = [JSON.parse(await box.read('record.json')), JSON.parse(await box.read('again.json'))];
  expect({ ...now, madeAt: then.madeAt }).toEqual(then);
});

it('says what is not the same', async () => {
  const files = ['--original', 'original.png', '--candidates', 'others.txt'];
  const { code, out } = await box.run([
    'trace',
    '--secret',
    'secret.key',
    ...files,
    '--against',
    'record.json',
    'copy.png',
  ]);
  expect(code).toBe(1);
  expect(out).toContain('list        the list held 50 ids, now 49');
  expect(out).toContain('findings    view-42 was named, and is not any more');
  expect(out).toContain('SOMETHING ELSE WAS FOUND THAN ON 2026-03-01, BUT ANOTHER QUESTION WAS ASKED');
});

it('refuses a record that contradicts itself, one in the place of the report, and one that is there', async () => {
  await box.write('broken.json', (await box.read('record.json')).replace('"match"', '"none"'));
  const run = async (...words: string[]): Promise<string> => {
    const { code, err } = await box.run(['trace', ...KEY, ...FILES, ...words, 'copy.png']);
    expect(code).toBe(2);
    return err;
  };
  expect(await run('--against', 'broken.json')).toContain('RECORD_INVALID');
  expect(await run('--against', 'viewings.txt')).toContain('RECORD_INVALID');
  expect(await run('--record', 'record.json')).toContain('it exists already');
  expect(await run('--record', 'same.json', '-o', 'same.json')).toContain('two outputs have the same place');
  expect(await run('--record', '-')).toContain('give --record a name');
});
