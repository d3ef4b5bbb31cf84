import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { demo: 'src/demo/main.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  splitting: true,
  sourcemap: true,
  clean: true,
});
