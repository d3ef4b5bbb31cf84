import { fileURLToPath } from 'node:url';
import { shell as commandShell, named, type Shell } from '@wardseal/testkit/node';

export type { Ran, Shell } from '@wardseal/testkit/node';
export { collect } from '@wardseal/testkit/node';

const MAIN = new URL('../../dist/cli/main.js', import.meta.url);
/** The built command. */
export const CLI: string = fileURLToPath(MAIN);
/** Lets a line of shell call the built command by its name. */
export const NAMED: string = named('wardseal-crypto', MAIN);

/** A folder, and the built command to run in it, whose second stream never has a private key. */
export const shell = (): Promise<Shell> =>
  commandShell(MAIN, { name: 'wardseal-crypto', neverInErrors: /-KEY-(PQ-)?1[0-9A-Z]/ });
