import { resolve } from 'node:path';

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
