// Each package in a realm that has the language and nothing else: no crypto, TextEncoder, process, Blob, URL or timer.
import { join } from 'node:path';
import { createContext, Script } from 'node:vm';
import { build } from 'esbuild';
import { each, published, root } from './lib.mjs';

/** Bundles package and smoke run into one script, runs it in an empty realm, and waits for its answer. */
async function bare(folder, { short, manifest }) {
  const smoke = join(root, 'scripts/smoke', `${short}.mjs`);
  const { outputFiles } = await build({
    stdin: {
      contents: `import * as api from ${JSON.stringify(manifest.name)};
        import { smoke } from ${JSON.stringify(smoke)};
        globalThis.answer = smoke(api);`,
      resolveDir: folder,
    },
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
  });
  const realm = createContext({});
  new Script(outputFiles[0].text, { filename: `${short}.bare.js` }).runInContext(realm, { timeout: 60_000 });
  if ((await realm.answer) !== true) throw new Error('wrong answer');
}

export const inBareRealm = (folder) =>
  each(published, 1, async (one) => {
    const name = `${one.short} in a bare realm`;
    try {
      await bare(folder, one);
      return { name, ok: true };
    } catch (error) {
      return { name, ok: false, detail: error instanceof Error ? error.message : String(error?.stack ?? error) };
    }
  });
