import { existsSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig } from 'vitest/config';

// Where a test lies says where it runs:
//   test/*.test.ts            in Node and in Chromium (packages that promise the browser)
//   test/node/*.test.ts       in Node only
//   test/chromium/*.test.ts   in Chromium only
//   test/full/*.test.ts       long suites, in Node, by `pnpm check:full`
const full = process.env['WARDSEAL_FULL'] === '1';
const chromium = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== undefined && existsSync(path));

const rooms = [
  { name: 'primitives', root: 'packages/primitives', browser: true },
  { name: 'testkit', root: 'packages/testkit', browser: false },
  { name: 'crypto', root: 'packages/crypto', browser: true },
  { name: 'watermark', root: 'packages/watermark', browser: true },
  { name: 'policy', root: 'packages/policy', browser: true },
  { name: 'audit', root: 'packages/audit', browser: true },
  { name: 'link-signing', root: 'packages/link-signing', browser: true },
  { name: 'reference', root: 'apps/reference', browser: true },
  { name: 'scripts', root: 'scripts', browser: false },
];

const inNode = rooms.map(({ name, root }) => ({
  test: {
    name,
    root,
    include: full ? ['test/full/**/*.test.ts'] : ['test/*.test.ts', 'test/node/**/*.test.ts'],
    // Far above what any test needs: it is there for what hangs, not for what is slow on a busy machine.
    testTimeout: full ? 3_600_000 : 300_000,
    hookTimeout: 300_000,
  },
}));

const inChromium = rooms
  .filter((room) => room.browser && !full)
  .map(({ name, root }) => ({
    // Found beforehand: a dependency found during the run reloads the page and fails the test on a cold cache.
    optimizeDeps: { entries: ['test/*.test.ts', 'test/chromium/**/*.test.ts'] },
    test: {
      name: `${name}:chromium`,
      root,
      include: ['test/*.test.ts', 'test/chromium/**/*.test.ts'],
      testTimeout: 300_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({
          launchOptions: {
            ...(chromium === undefined ? {} : { executablePath: chromium }),
            args: [
              '--no-sandbox',
              '--disable-gpu',
              '--disable-quic',
              '--no-first-run',
              '--disable-background-networking',
              '--disable-component-update',
              '--disable-sync',
            ],
          },
        }),
        instances: [{ browser: 'chromium' as const }],
      },
    },
  }));

export default defineConfig({
  test: { projects: [...inNode, ...inChromium], maxWorkers: 2, passWithNoTests: full },
});
