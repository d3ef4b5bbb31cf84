// The size of each browser entry as an application would ship it: bundled with its dependencies, minified, gzipped.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { browserEntries } from './entries.mjs';
import { isMain, published, report, root } from './lib.mjs';

// No goal yet, only bounds that catch an accident: a second copy of noble's post-quantum code is 15 KB, zod with all its
// languages 100 KB. Each is about one and a half times what was measured when it was set.
const LIMIT_KB = {
  '@wardseal/crypto': 65,
  '@wardseal/crypto/testing': 45,
  '@wardseal/link-signing': 70,
  '@wardseal/policy': 32,
  '@wardseal/policy/evaluate': 10,
  '@wardseal/policy/enforce': 2,
  '@wardseal/policy/packs/nhs': 16,
  '@wardseal/watermark': 32,
};
// For an entry without a line of its own: what a whole package may weigh.
const DEFAULT_LIMIT_KB = 60;

async function gzipped(file, folder) {
  const { outputFiles } = await build({
    stdin: { contents: `export * from ${JSON.stringify(file)}`, resolveDir: folder },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
  });
  return gzipSync(outputFiles[0].contents, { level: 9 }).length;
}

/** Measures every browser entry, prints a table, writes reports/size.json, and checks the bounds. */
export async function checkSizes() {
  const checks = [];
  const sizes = {};
  for (const one of published) {
    for (const { specifier, file } of browserEntries(one.folder, one.manifest)) {
      const kilobytes = (await gzipped(file, one.folder)) / 1024;
      const limit = LIMIT_KB[specifier] ?? DEFAULT_LIMIT_KB;
      sizes[specifier] = Number(kilobytes.toFixed(1));
      process.stdout.write(`${specifier.padEnd(34)}${kilobytes.toFixed(1).padStart(7)} KB gzip, bound ${limit}\n`);
      checks.push({ name: `size of ${specifier}`, ok: kilobytes <= limit, detail: `${kilobytes.toFixed(1)} KB` });
    }
  }
  const path = join(root, 'reports/size.json');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(sizes, null, 2)}\n`);
  return checks;
}

if (isMain(import.meta.url)) process.exitCode = report(await checkSizes()) ? 0 : 1;
