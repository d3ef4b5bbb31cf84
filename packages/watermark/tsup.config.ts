import { library } from '@wardseal/testkit/tsup';
import { defineConfig } from 'tsup';

export default defineConfig(
  library({
    entry: [
      'src/index.ts',
      'src/cli/main.ts',
      'src/report/index.ts',
      'src/testing/index.ts',
      'src/sharp/index.ts',
      'src/ffmpeg/index.ts',
      'src/canvas/index.ts',
      'src/worker/worker.ts',
      'src/worker/start-worker.ts',
      'src/player/start-player.ts',
      'src/player/player-worker.ts',
    ],
  }),
);
