import { library } from '@wardseal/testkit/tsup';
import { defineConfig } from 'tsup';

export default defineConfig(
  library({ entry: ['src/index.ts', 'src/keystore/index.ts', 'src/node.ts', 'src/testing.ts', 'src/cli/main.ts'] }),
);
