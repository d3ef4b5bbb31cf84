import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';

// The fast tests of one package, for `pnpm mutation PACKAGE`: every mutant runs the ones that reach it.
const room = process.env['WARDSEAL_MUTATION'] ?? '';
const { tests } = JSON.parse(readFileSync(`packages/${room}/mutation.json`, 'utf8')) as { tests: string[] };

export default defineConfig({
  test: { root: `packages/${room}`, include: tests, testTimeout: 60_000, hookTimeout: 60_000 },
});
