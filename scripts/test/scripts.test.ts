import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { blocksOf } from '../check-readme.mjs';
import { faultsOf, isPatientNumber } from '../check-tree.mjs';
import { entries, staticImports } from '../entries.mjs';
import { each, run } from '../lib.mjs';

const script = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'wardseal-scripts-'));
afterAll(() => rmSync(temp, { recursive: true, force: true }));

/** Nine digits with their check digit, or undefined where there is none: never written out in this file. */
function withCheckDigit(nine: string): string | undefined {
  const sum = [...nine].reduce((total, digit, index) => total + Number(digit) * (10 - index), 0);
  const check = (11 - (sum % 11)) % 11;
  return check === 10 ? undefined : nine + check;
}

describe('patient numbers', () => {
  const real = withCheckDigit('485777345') ?? '';
  const chi = withCheckDigit('010180123') ?? withCheckDigit('010180124') ?? '';

  test('finds NHS and CHI numbers, spaced or not', () => {
    for (const digits of [real, chi]) {
      expect(isPatientNumber(digits)).toBe(true);
      const spaced = `${digits.slice(0, 3)} ${digits.slice(3, 6)} ${digits.slice(6)}`;
      for (const text of [digits, spaced, `"${digits}"`, `NHS:${digits},`, `${digits}.`]) {
        expect(faultsOf(`first\n${text}`)).toEqual(["2: could be somebody's NHS or CHI number"]);
      }
    }
  });

  test('lets test numbers, times, wrong check digits and longer runs pass', () => {
    const wrong = real.slice(0, 9) + ((Number(real[9]) + 1) % 10);
    const demo = withCheckDigit('999000123') ?? withCheckDigit('999000124') ?? '';
    const texts = [wrong, demo, '1700000000', `${real}7`, `a${real}`, `sha256-${real}`, `${real}=`, `0.${real}`];
    for (const text of texts) expect(faultsOf(text), text).toEqual([]);
  });
});

test('finds a path that only one machine has', () => {
  for (const place of ['work', 'root', 'home']) {
    expect(faultsOf(`see /${place}/somebody/notes.md`)).toEqual(['1: a path of one machine']);
    expect(faultsOf(`https://host/${place}/page and ~/${place}/x and ./${place}/x`)).toEqual([]);
  }
});

describe('components', () => {
  const bin = join(temp, 'bin');
  mkdirSync(bin);
  for (const name of ['chromium', 'age', 'age-keygen', 'go'])
    writeFileSync(join(bin, name), '#!/bin/sh\n', { mode: 0o755 });
  // Without apt-get on PATH nobody can install anything, whoever runs this.
  const components = (env: Record<string, string>) =>
    spawnSync(process.execPath, [script('components.mjs')], { env: { PATH: bin, ...env }, encoding: 'utf8' });

  test('missing programs are named in one apt line', () => {
    const empty = join(temp, 'empty');
    mkdirSync(empty);
    symlinkSync(join(bin, 'go'), join(empty, 'go'));
    const { status, stderr } = components({ PATH: empty });
    expect(status).toBe(1);
    const lines = stderr.split('\n').filter((line) => line.includes('apt-get'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^ {2}sudo apt-get update && sudo apt-get install -y .* chromium age\b/);
  });

  test('CHROMIUM_PATH decides, and a wrong one is refused', () => {
    const { status, stderr } = components({ CHROMIUM_PATH: join(temp, 'nothing') });
    expect(status).toBe(1);
    expect(stderr).toContain('CHROMIUM_PATH');
  });
});

describe('entries', () => {
  const manifest = {
    name: '@x/y',
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './node': { types: './dist/node.d.ts', default: './dist/node.js' },
      './package.json': './package.json',
    },
  };

  test('come from exports; Node-only ones are known by name', () => {
    expect(entries('/p', manifest)).toMatchObject([
      { specifier: '@x/y', file: '/p/dist/index.js', nodeOnly: false },
      { specifier: '@x/y/node', file: '/p/dist/node.js', nodeOnly: true },
    ]);
  });

  test('static imports are followed through the chunks of a package', () => {
    writeFileSync(join(temp, 'chunk.js'), 'import{readFileSync}from"node:fs";export const a=readFileSync;');
    writeFileSync(
      join(temp, 'index.js'),
      'import { sha256 } from "@noble/hashes/sha2.js";\nexport {\n  a\n} from "./chunk.js";\n',
    );
    const found = [...staticImports(join(temp, 'index.js')).values()].flat();
    expect(found.sort()).toEqual(['./chunk.js', '@noble/hashes/sha2.js', 'node:fs']);
  });
});

test('README blocks: every ts block, and commands that show a run rather than a form', () => {
  const path = join(temp, 'README.md');
  const blocks = [
    '```ts\nconst a: number = 1;\n```',
    '```sh\nwardseal-x --help\n```',
    '```sh\nwardseal-x verify DIR\n```',
  ];
  writeFileSync(path, ['# x', ...blocks, '```sh\nnpm install x\n```', '```json\n{}\n```'].join('\n\n'));
  expect(blocksOf(path).map(({ language, code }) => [language, code.trim()])).toEqual([
    ['ts', 'const a: number = 1;'],
    ['sh', 'wardseal-x --help'],
  ]);
});

describe('run and each', () => {
  test('a program that fails, is missing or hangs is not ok', async () => {
    expect((await run(process.execPath, ['-e', 'process.exit(3)'])).ok).toBe(false);
    expect((await run(join(temp, 'no-such-program'), [])).ok).toBe(false);
    expect((await run(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { limit: 200 })).ok).toBe(false);
    expect(await run(process.execPath, ['-e', 'console.log(1)'])).toEqual({ ok: true, output: '1' });
  });

  test('keeps the order, and never runs more than the lanes allow', async () => {
    let running = 0;
    let most = 0;
    const results = await each([30, 10, 20, 5], 2, async (ms: number) => {
      most = Math.max(most, ++running);
      await new Promise((done) => setTimeout(done, ms));
      running--;
      return ms;
    });
    expect(results).toEqual([30, 10, 20, 5]);
    expect(most).toBe(2);
  });
});
