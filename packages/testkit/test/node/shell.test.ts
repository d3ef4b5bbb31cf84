import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Shell, shell } from '../../src/node.js';

/** A command that says what it was given, and what it is told to say. */
const COMMAND = `
import { readFileSync } from 'node:fs';
const [what, ...rest] = process.argv.slice(2);
if (what === 'say') process.stdout.write(rest.join(' '));
if (what === 'err') process.stderr.write(rest.join(' '));
if (what === 'throw') throw new Error('unseen');
if (what === 'exit') process.exitCode = Number(rest[0]);
if (what === 'echo') process.stdout.write(readFileSync(0));
if (what === '--stdin') process.stdout.write(readFileSync(0));
if (what === 'facts') process.stdout.write(JSON.stringify({ given: process.argv.slice(2) }));
`;

let folder: string;
let box: Shell;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shell-'));
  writeFileSync(join(folder, 'main.mjs'), COMMAND);
  box = await shell(pathToFileURL(join(folder, 'main.mjs')), {
    name: 'demo-command',
    never: /bell/,
    neverInErrors: /PRIVATE/,
  });
});
afterAll(async () => {
  await box.close();
  await rm(folder, { recursive: true });
});

test('runs the command in its folder and gives code, text and bytes', async () => {
  expect(await box.run(['say', 'yes'])).toMatchObject({ code: 0, out: 'yes', err: '' });
  expect(await box.run(['err', 'no'])).toMatchObject({ out: '', err: 'no' });
  expect((await box.run(['exit', '3'])).code).toBe(3);
  expect([...(await box.run(['echo'], Uint8Array.of(0, 255, 7))).bytes]).toEqual([0, 255, 7]);
  expect(await box.json(['facts', 'one'])).toMatchObject({ given: ['facts', 'one', '--json'], exit: 0 });
  expect(await box.ask({ command: 'x' })).toMatchObject({ command: 'x', exit: 0 });
  await box.write('a.json', { a: 1 });
  expect([await box.read('a.json'), await box.mode('a.json'), await box.files()]).toEqual([
    '{\n  "a": 1\n}',
    expect.stringMatching(/^6/),
    ['a.json'],
  ]);
});

test('a line of shell and a terminal know the command by its name', async () => {
  expect(await box.sh('demo-command say one; demo-command exit 4')).toMatchObject({ code: 4, out: 'one' });
  expect((await box.terminal('demo-command say two')).out).toBe('two');
});

test('fails on an exit code that is not 0, a stack, a hidden secret and what was forbidden', async () => {
  await expect(box.done(['exit', '3'])).rejects.toThrow('demo-command exit 3 ended with 3');
  await expect(box.run(['throw'])).rejects.toThrow();
  await expect(box.run(['say', 'a', 'bell'])).rejects.toThrow();
  await expect(box.run(['err', 'PRIVATE'])).rejects.toThrow();
  await box.run(['say', 'PRIVATE']);
  box.hide('hunter2');
  for (const stream of ['say', 'err']) await expect(box.run([stream, 'hunter2'])).rejects.toThrow('a secret');
});
