import { defineConfig } from 'tsup';

const programs = ['demo', 'start', 'ceremony', 'witness', 'record', 'custodian', 'server'];

const mains = Object.fromEntries(programs.map((name) => [name, `src/${name}/main.ts`]));

export default defineConfig({
  // What start loads into each of the others lies beside them.
  entry: { ...mains, leash: 'src/start/leash.ts' },
  format: 'esm',
  platform: 'node',
  // The workspace's own Node; 24 is the oldest that has all of node:sqlite.
  target: 'node24',
  // `node:sqlite` has no name without it.
  removeNodeProtocol: false,
  splitting: true,
  sourcemap: true,
  clean: true,
});
