// Makes the guardian's page: one HTML file with style and script inside and a policy that allows these and nothing else.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const sourceOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The page as text. The same sources give the same bytes, so anybody can make it again and compare digests. */
export async function guardianPage() {
  const { outputFiles } = await build({
    entryPoints: [at('../src/guardian/main.ts')],
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    // ASCII alone, so that no server's idea of an encoding changes what is hashed.
    charset: 'ascii',
    logOverride: { 'ignored-bare-import': 'silent' },
  });
  const script = outputFiles[0].text.replaceAll('</script', '<\\/script').trim();
  const style = readFileSync(at('../src/guardian/page.css'), 'utf8').trim();
  const { version } = JSON.parse(readFileSync(at('../package.json'), 'utf8'));
  const csp = [
    "default-src 'none'",
    `script-src ${sourceOf(script)}`,
    `style-src ${sourceOf(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ');
  const parts = { csp, style, script, version };
  return readFileSync(at('../src/guardian/page.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  mkdirSync(at('../dist'), { recursive: true });
  writeFileSync(at('../dist/guardian.html'), await guardianPage());
}
