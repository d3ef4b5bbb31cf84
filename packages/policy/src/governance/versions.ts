import type { Pack } from '../document.js';
import { PolicyError, step } from '../errors.js';
import { loadPolicy } from '../load.js';
import type { GovernanceEvent } from './event.js';
import type { Register, RegisteredVersion, VersionStatus } from './register.js';

/** What a step makes of a register; the one it was given stays as it was. */
export interface Step {
  readonly register: Register;
  /** In the order in which they happened. */
  readonly events: readonly GovernanceEvent[];
}

/** A version of a checked register and where it stands in it. */
export interface Found {
  readonly entry: RegisteredVersion;
  readonly index: number;
  /** JSON pointer into the register. */
  readonly path: string;
}

/** Throws `VERSION_INVALID`. */
export function find({ versions }: Register, version: number): Found {
  const index = versions.findIndex((entry) => entry.version === version);
  const entry = versions[index];
  if (entry === undefined) throw new PolicyError('VERSION_INVALID', '/version', 'no such version in the register');
  return { entry, index, path: step('/versions', index) };
}

/** Throws `TRANSITION_INVALID` unless the version stands where a step may begin. */
export function mustBe({ entry, path }: Found, ...statuses: readonly VersionStatus[]): void {
  if (!statuses.includes(entry.status))
    throw new PolicyError('TRANSITION_INVALID', step(path, 'status'), `version is ${entry.status}`);
}

/**
 * The pack of a version, read anew and with the digest it has: a store that changed a text is found out. Throws
 * `REGISTER_INVALID`.
 */
export function packOf({ document, digest }: RegisteredVersion, path: string): Pack {
  let pack: Pack;
  try {
    pack = loadPolicy(document);
  } catch (cause) {
    if (!(cause instanceof PolicyError)) throw cause;
    throw new PolicyError('REGISTER_INVALID', `${path}/document${cause.path}`, `not a policy (${cause.code})`, {
      cause,
    });
  }
  if (pack.digest !== digest)
    throw new PolicyError('REGISTER_INVALID', step(path, 'digest'), 'not the digest of the document');
  return pack;
}

/** The register with one version replaced; its document says the same status. */
export function withVersion(register: Register, index: number, entry: RegisteredVersion): Register {
  const { status, document } = entry;
  const stored = { ...entry, document: document.status === status ? document : { ...document, status } };
  return { ...register, versions: register.versions.with(index, stored) };
}

/** The version an event speaks of. */
export function about(register: Register, { version, digest }: RegisteredVersion): GovernanceEvent['policy'] {
  return { id: register.id, version, digest };
}
