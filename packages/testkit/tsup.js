import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { buildPage, buildParts } from './page/build.js';

/**
 * Leaves out chunks that nothing imports. esbuild makes a chunk of every import() it reads, also of those in private code
 * that the package does not use: they would carry copies of libraries the package does not even depend on.
 */
const withoutOrphans = {
  name: 'without-orphans',
  setup(build) {
    build.onEnd(({ metafile, outputFiles = [] }) => {
      const { outputs } = metafile;
      const kept = new Set();
      const keep = (path) => {
        if (kept.has(resolve(path))) return;
        kept.add(resolve(path)).add(resolve(`${path}.map`));
        for (const { path: next, external } of outputs[path].imports) if (!external) keep(next);
      };
      // What esbuild calls an entry may be an import() too; those asked for are the ones it was told.
      const asked = new Set(Object.values(build.initialOptions.entryPoints).map((path) => resolve(path)));
      for (const [path, { entryPoint }] of Object.entries(outputs)) {
        if (entryPoint !== undefined && asked.has(resolve(entryPoint))) keep(path);
      }
      outputFiles.splice(0, outputFiles.length, ...outputFiles.filter(({ path }) => kept.has(path)));
    });
  },
};

/** The one tsup recipe of the workspace: ESM, ES2022, the private packages bundled in, everything declared left outside. */
export function library({ entry, platform = 'neutral' }) {
  return {
    entry,
    platform,
    format: 'esm',
    target: 'es2022',
    splitting: true,
    sourcemap: true,
    clean: true,
    dts: false, // tsc writes the declarations; tsup cannot under TypeScript 7
    // An import says node: where it means Node's own module, also in what is published.
    removeNodeProtocol: false,
    external: [/^node:/],
    noExternal: [/^@wardseal\/primitives/],
    esbuildPlugins: [withoutOrphans],
  };
}

/** Makes the page of a folder beside the library (page/build.js); for `esbuildPlugins`. Paths are the package's. */
export function page({ folder, file }) {
  return {
    name: 'page',
    setup({ esbuild, onEnd }) {
      onEnd(async () => {
        const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
        const text = await buildPage({ build: esbuild.build, folder: resolve(folder), version });
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
      });
    },
  };
}

/**
 * Puts script and style of a folder's page into its module `built.ts`, for a page that a server serves; for `esbuildPlugins`.
 * Read from its source, that module holds neither.
 */
export function pageParts({ folder }) {
  const name = folder.split('/').at(-1);
  return {
    name: `page-parts-${name}`,
    setup({ esbuild, onLoad }) {
      onLoad({ filter: new RegExp(`[/\\\\]${name}[/\\\\]built\\.ts$`) }, async () => {
        const { script, style } = await buildParts({ build: esbuild.build, folder: resolve(folder) });
        const contents = `export const SCRIPT = ${JSON.stringify(script)};\nexport const STYLE = ${JSON.stringify(style)};`;
        return { contents, loader: 'js' };
      });
    },
  };
}
