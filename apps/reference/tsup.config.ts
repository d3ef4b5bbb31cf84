import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

const programs = ['demo', 'start', 'ceremony', 'witness', 'record', 'custodian', 'server'];

export default defineConfig({
  entry: Object.fromEntries(
    programs.map((name) => [name, `src/${name}/main.ts`]).filter(([, file]) => existsSync(file as string)),
  ) as Record<string, string>,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  splitting: true,
  sourcemap: true,
  clean: true,
});
