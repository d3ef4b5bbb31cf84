import { shell as commandShell, type Shell } from '@wardseal/testkit/node';

export type { Shell };

/** A member of staff, and a colleague. */
export const USER = '6f1c3f3e-4d2a-4c7a-9f00-000000000001';
export const COLLEAGUE = '6f1c3f3e-4d2a-4c7a-9f00-000000000002';
export const OBJECT: string = 'a9'.repeat(32);
export const ORIGIN = 'https://img.trust.example';

/** The words that mint an ordinary link, with others behind them. */
export function minting(...more: readonly string[]): string[] {
  return ['mint', '-d', 'links', '--object', OBJECT, '--purpose', 'referral', '--user', USER, ...more];
}

/** A folder, and the built command to run in it. */
export const shell = (): Promise<Shell> =>
  commandShell(new URL('../../dist/cli/main.js', import.meta.url), { name: 'wardseal-link-signing' });
