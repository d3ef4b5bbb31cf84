import { defineConfig } from 'vitest/config';

// The tests that `pnpm mutation` gives to Stryker for one group of files: every mutant runs the ones that reach it.
const { root, tests } = JSON.parse(process.env['WARDSEAL_MUTATION'] ?? '{}') as { root: string; tests: string[] };

export default defineConfig({ test: { root, include: tests, testTimeout: 60_000, hookTimeout: 60_000 } });
