import { library, pageParts } from '@wardseal/testkit/tsup';
import { defineConfig } from 'tsup';

const recipe = library({
  entry: [
    'src/index.ts',
    'src/cli/main.ts',
    'src/handler.ts',
    'src/postgres-store.ts',
    'src/shlink.ts',
    'src/sqlite-store.ts',
    'src/upload.ts',
  ],
});

export default defineConfig({
  ...recipe,
  esbuildPlugins: [
    ...recipe.esbuildPlugins,
    pageParts({ folder: 'src/opening-page' }),
    pageParts({ folder: 'src/upload/upload-page' }),
  ],
});
