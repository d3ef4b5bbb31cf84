import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { photos } from '@wardseal/testkit/node';
import { OUTPUT } from './artefacts.js';
import { runDemo } from './run.js';

process.exitCode = await runDemo(process.argv.slice(2), {
  sample: {
    description: 'the sample photograph of a retina',
    licence: photos.fundus.licence,
    read: () => readFile(photos.fundus.path),
  },
  screen: { write: (text) => process.stdout.write(text), isTTY: process.stdout.isTTY === true },
  // Built into apps/reference/dist: three up is the workspace.
  output: fileURLToPath(new URL(`../../../${OUTPUT}`, import.meta.url)),
});
