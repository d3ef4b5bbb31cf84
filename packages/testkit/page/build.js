// Makes a page that works from a disk without a network: one HTML file with style and script inside and a policy that allows
// these and nothing else.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const sourceOf = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
const HOUSE_STYLE = new URL('./page.css', import.meta.url);

/** Script and style of a folder that holds main.ts and page.css, each as one text. `build` is esbuild's. */
export async function buildParts({ build, folder }) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'main.ts')],
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
  const style = [HOUSE_STYLE, join(folder, 'page.css')].map((file) => readFileSync(file, 'utf8').trim()).join('\n');
  return { script, style };
}

/**
 * The page of a folder that holds main.ts, page.html and page.css, as text. The same sources give the same bytes, so anybody
 * can make it again and compare digests.
 */
export async function buildPage({ build, folder, version }) {
  const { script, style } = await buildParts({ build, folder });
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
  return readFileSync(join(folder, 'page.html'), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);
}
