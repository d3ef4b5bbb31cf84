// Parts of a 1 GB sealed file on disk, proven by cipher and signed tree, warm (the reader is open, the file in the cache). No
// JavaScript library reads parts of an age file; beside ours stands what must be done in any case: reading the bytes.
import { randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open as openHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReader } from '@wardseal/crypto';
import { fileSource, sealFile } from '@wardseal/crypto/node';
import { compare } from '@wardseal/testkit/node';
import { optionsOf, person } from './person.js';

const SIZE = 1_000_000_000;
const CHUNK = 65_536;
const folder = mkdtempSync(join(tmpdir(), 'wardseal-range-'));
try {
  const [plain, sealed] = [join(folder, 'plain'), join(folder, 'sealed')];
  const empty = await openHandle(plain, 'w');
  await empty.truncate(SIZE);
  await empty.close();
  const { sealing, opening } = optionsOf(await person());
  await sealFile(plain, sealed, sealing);

  const source = await fileSource(sealed);
  const reader = await openReader(source, opening);
  const chunk = () => randomInt(Math.floor(SIZE / CHUNK) - 17) * CHUNK;
  const anywhere = () => randomInt(SIZE - 17 * CHUNK);
  const range = (start: number, length: number) => reader.range(start, start + length);
  const read = (start: number, length: number) => source.read(start, start + length);
  await compare(
    'range of 64 KiB from a 1 GB sealed file, proven',
    {
      'ours, one chunk': () => range(chunk(), CHUNK),
      'ours, anywhere (two chunks)': () => range(anywhere(), CHUNK),
      'reading the bytes': () => read(anywhere(), CHUNK),
    },
    { unit: 'range', out: 'range-64k' },
  );
  await compare(
    'range of 1 MiB from a 1 GB sealed file, proven',
    { ours: () => range(anywhere(), 16 * CHUNK), 'reading the bytes': () => read(anywhere(), 16 * CHUNK) },
    { unit: 'range', out: 'range-1m' },
  );
  await compare(
    'first range of a 1 GB sealed file, header and tree judged',
    {
      ours: async () => {
        const fresh = await openReader(source, opening);
        await fresh.range(0, CHUNK);
        fresh.close();
      },
      'reading the bytes': () => read(0, CHUNK),
    },
    { unit: 'opening', out: 'range-first' },
  );
  reader.close();
  await source.close();
} finally {
  rmSync(folder, { recursive: true });
}
