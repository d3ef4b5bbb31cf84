import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { demo: 'src/server/demo.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  splitting: true,
  sourcemap: true,
  clean: true,
});
