import { shell as commandShell, type Shell } from '@wardseal/testkit/node';

export type { Shell };

/** A folder, and the built command to run in it. */
export const shell = (): Promise<Shell> =>
  commandShell(new URL('../../dist/cli/main.js', import.meta.url), { name: 'wardseal-watermark' });
