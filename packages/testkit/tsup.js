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
  };
}
