import type { AssuranceMapping } from './assurance.js';
import { type EntraPerson, fromEntra } from './from-entra.js';
import type { Expected } from './id-token.js';
import type { SignIn } from './sign-in.js';
import type { RoleSource } from './with-role.js';

export type NhsmailOptions = Expected & {
  /** NHSmail's tenant id, as given to you when your application was registered. */
  readonly tenant: string;
  /** NHSmail is one tenant for thousands of organisations, so only a directory can say for which of them a person works. */
  readonly directory: NonNullable<RoleSource<EntraPerson>['directory']>;
  /** Default `ENTRA_ASSURANCE`. */
  readonly assurance?: AssuranceMapping;
};

/**
 * Facts about somebody signed in by NHSmail, which is Entra with one tenant for many organisations. **This verifies no
 * signature and no nonce**: your OpenID Connect library must have done both before. Organisation and role come from your
 * directory only; an address at nhs.net says nothing about either.
 *
 * @throws as `fromEntra`.
 * @example
 * ```ts
 * const { subject } = await fromNhsmail({ idToken }, { clock, clientId, tenant, directory: ({ oid }) => staff.get(oid) ?? null });
 * ```
 */
export async function fromNhsmail(tokens: { readonly idToken: unknown }, options: NhsmailOptions): Promise<SignIn> {
  const { tenant, ...rest } = options;
  if (typeof options.directory !== 'function') throw new TypeError('`directory` must be a function');
  return fromEntra(tokens, { ...rest, tenants: [{ tid: tenant }] });
}
