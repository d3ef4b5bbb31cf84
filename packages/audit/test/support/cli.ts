import { fileURLToPath } from 'node:url';
import { shell as commandShell, type Shell } from '@wardseal/testkit/node';

export type { Shell };

const MAIN = new URL('../../dist/cli/main.js', import.meta.url);
/** The built command. */
export const CLI: string = fileURLToPath(MAIN);

/** A folder, and the built command to run in it, whose second stream never has a private key. */
export const shell = (): Promise<Shell> =>
  commandShell(MAIN, { name: 'wardseal-audit', neverInErrors: /PRIVATE\+KEY\+\S*[0-9a-f]{8}/ });
