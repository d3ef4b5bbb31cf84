// Makes the guardian's page.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPage } from '@wardseal/testkit/page';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The page as text. */
export async function guardianPage() {
  const { version } = JSON.parse(readFileSync(at('../package.json'), 'utf8'));
  return buildPage({ build, folder: at('../src/guardian'), version });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(at('../dist'), { recursive: true });
  writeFileSync(at('../dist/guardian.html'), await guardianPage());
}
