import { defineConfig } from 'tsup';
import { library } from './tsup.js';

export default defineConfig(library({ entry: ['src/index.ts', 'src/node.ts'] }));
