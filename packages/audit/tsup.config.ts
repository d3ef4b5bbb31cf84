import { library, page } from '@wardseal/testkit/tsup';
import { defineConfig } from 'tsup';

const recipe = library({
  entry: [
    'src/index.ts',
    'src/export.ts',
    'src/export-node.ts',
    'src/file-store.ts',
    'src/postgres-store.ts',
    'src/report.ts',
    'src/verify.ts',
    'src/witness.ts',
    'src/cli/main.ts',
  ],
});

export default defineConfig({
  ...recipe,
  esbuildPlugins: [...recipe.esbuildPlugins, page({ folder: 'src/page', file: 'dist/verifier.html' })],
  // The verifier runs in browsers; the store and the command import Node's modules from entries of their own.
  external: [/^node:/],
});
