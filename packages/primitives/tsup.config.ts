import { library } from '@wardseal/testkit/tsup';
import { defineConfig } from 'tsup';

// One file a module, so that a package which needs SHA-256 alone does not carry the curves: bundlers drop whole files.
export default defineConfig(library({ entry: ['src/*.ts', 'src/js/sha256.ts', 'src/cli/*.ts'] }));
