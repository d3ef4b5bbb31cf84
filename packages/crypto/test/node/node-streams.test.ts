import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStream, sealStream } from '../../src/index.js';
import { content, world } from '../world.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-streams-'));
});
afterAll(() => rm(folder, { recursive: true }));

// The type check sees these calls too: TypeScript's DOM and Node each have a ReadableStream, and both must fit without a cast.
it('takes the Web Streams that Node makes of its own', async () => {
  const [from, stored, to] = ['from', 'stored', 'to'].map((name) => join(folder, name)) as [string, string, string];
  const plaintext = content(200_000);
  await writeFile(from, plaintext);
  const w = await world('classic');
  const { payload, sealed } = await sealStream(Readable.toWeb(createReadStream(from)), w.sealing);
  await payload.pipeTo(Writable.toWeb(createWriteStream(stored)));
  const { header } = await sealed;
  const opened = await openStream({ header, payload: Readable.toWeb(createReadStream(stored)) }, w.opening);
  await opened.plaintext.pipeTo(Writable.toWeb(createWriteStream(to)));
  expect(new Uint8Array(await readFile(to))).toEqual(plaintext);
});
