import { shell as commandShell, type Shell } from '@wardseal/testkit/node';

export type { Shell };

/** Signs that a terminal would obey, or that turn the direction of a line. */
export const OBEYED: RegExp = /(?!\n)[\p{Cc}\p{Cf}]/u;

/** A folder, and the built command to run in it, which says nothing that a terminal obeys. */
export const shell = (): Promise<Shell> =>
  commandShell(new URL('../../dist/cli/main.js', import.meta.url), { name: 'wardseal-policy', never: OBEYED });
