import { library } from '@wardseal/testkit/tsup';
import { defineConfig } from 'tsup';

export default defineConfig(library({ entry: ['src/index.ts', 'src/postgres-store.ts', 'src/sqlite-store.ts'] }));
