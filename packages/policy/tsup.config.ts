import { library } from '@wardseal/testkit/tsup';
import { defineConfig } from 'tsup';

export default defineConfig(
  library({
    entry: [
      'src/index.ts',
      'src/analyse.ts',
      'src/authzen/index.ts',
      'src/cedar/index.ts',
      'src/claims/index.ts',
      'src/cli/main.ts',
      'src/evaluate.ts',
      'src/enforce.ts',
      'src/governance/index.ts',
      'src/governance/verify-pack.ts',
      'src/packs/nhs/index.ts',
      'src/place/index.ts',
      'src/render/index.ts',
      'src/retention/index.ts',
    ],
  }),
);
