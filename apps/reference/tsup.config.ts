import { existsSync } from 'node:fs';
import { defineConfig } from 'tsup';

const programs = ['demo', 'start', 'ceremony', 'witness', 'record', 'custodian', 'server'];

const mains = Object.fromEntries(
  programs.map((name) => [name, `src/${name}/main.ts`] as const).filter(([, file]) => existsSync(file)),
);

export default defineConfig({
  // What start loads into each of the others lies beside them.
  entry: { ...mains, leash: 'src/start/leash.ts' },
  format: 'esm',
  platform: 'node',
  target: 'node20',
  splitting: true,
  sourcemap: true,
  clean: true,
});
