import { base64url, sha256 } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { encodeHeader, type Header, type Stanza } from '../header.js';
import { type Issued, issuerOf, stood } from '../issuer.js';
import type { DirectoryEntry } from '../keys/directory-entry.js';
import { parseSigningPublicKey } from '../keys/signing-key.js';
import type { Manifest, RecipientRole, SignedRecipient } from '../manifest-claims.js';
import { nativeKind } from '../stanza/native.js';
import { type Statement, verifyStatement } from '../statement.js';
import { secondsOf } from '../time.js';
import type { Judgement } from '../verify.js';
import type { RecipientChange } from './authorize-grant.js';
import { checkFirstHeader } from './first-header.js';
import type { AddedLine } from './grant.js';
import { rebuild, type Step } from './rebuild.js';

/** One line of the list of who can open a file: signed by the sender, or granted later. */
export interface Line extends SignedRecipient {
  readonly person?: string;
  readonly organisation?: string;
}

/** Who can open a file with this header, and how it came to that. */
export interface Chain {
  /** The stanzas that wrap the file key, each with its line, in header order. */
  readonly lines: ReadonlyMap<Stanza, Line>;
  readonly epoch: number;
  readonly changes: readonly RecipientChange[];
}

const refused = (what: string, message: string) => new SealError('GRANT_INVALID', message, { what });
const broken = (what: string) => refused(what, 'a grant does not follow from the header before it');

const shown = ({ thumbprint, role, person, organisation }: Line) => ({
  thumbprint,
  role: role as RecipientRole,
  ...(person === undefined ? {} : { person }),
  ...(organisation === undefined ? {} : { organisation }),
});

/** Who granted, once the signature is proven. Throws GRANT_INVALID. */
async function granterOf(grant: Statement<Issued>, judgement: Judgement): Promise<DirectoryEntry> {
  const by = await issuerOf(grant.claims.iss, judgement.resolveSender);
  if (by === null) throw refused('iss', 'a change of recipients is by somebody unknown');
  await verifyStatement(grant, parseSigningPublicKey(by.signingKey), 'GRANT_INVALID');
  return by;
}

/** Asks the app whether a proven change may stand, and judges who made it at the time it counted. Throws GRANT_INVALID. */
async function authorize(change: RecipientChange, { authorizeGrant }: Judgement): Promise<void> {
  const answer = (await authorizeGrant?.(change)) ?? false;
  if (answer === false) throw refused('authority', 'a change of recipients was not authorised');
  // A row of a database or a text is no approval; null as a time would speak for a revoked granter.
  if (answer !== true && typeof answer !== 'object')
    throw new TypeError('authorizeGrant must give a boolean or a time');
  const logged = answer === true ? undefined : secondsOf(answer.loggedAt, 'loggedAt');
  if (stood(change.by, change.at, logged) !== 'valid')
    throw refused('standing', 'whoever changed the recipients did not count at the time');
}

/** Checks one change against the list before it and makes it. Throws GRANT_INVALID, or MIXED_MODE. */
function apply(step: Step, lines: Map<Stanza, Line>, { id, mode }: Manifest, epoch: number, fileKey: Uint8Array) {
  const { claims } = step.grant;
  if (claims.manifest !== id) throw broken('manifest');
  if (claims.epoch !== epoch) throw broken('epoch');
  if (claims.prev !== base64url(sha256(encodeHeader(fileKey, step.before)))) throw broken('prev');
  const removed = step.removed.map((stanza, i) => {
    const line = lines.get(stanza);
    if (line === undefined || line.thumbprint !== claims.removed[i]!.thumbprint) throw broken('removed');
    lines.delete(stanza);
    return { thumbprint: line.thumbprint, role: line.role };
  });
  const present = new Set([...lines.values()].map(({ thumbprint }) => thumbprint));
  step.added.forEach((stanza, i) => {
    const line: AddedLine = claims.added[i]!;
    const kind = nativeKind(stanza);
    if (kind === null || present.has(line.thumbprint)) throw broken('added');
    if (kind !== mode)
      throw new SealError('MIXED_MODE', 'a granted recipient is not of the mode the sender signed', { what: kind });
    present.add(line.thumbprint);
    lines.set(stanza, line);
  });
  if (lines.size === 0) throw broken('removed'); // a list of nobody is none
  return { added: claims.added.map(shown), removed };
}

/**
 * The chain of a header whose manifest is proven; `rotatedBy` signed a rotated one. Throws GRANT_INVALID, RECIPIENTS_MISMATCH,
 * MIXED_MODE, RECOVERY_INVALID, UNSUPPORTED or LIMIT, and MANIFEST_INVALID when recovery is not as signed.
 */
export async function verifiedChain(
  header: Header,
  fileKey: Uint8Array,
  claims: Manifest,
  judgement: Judgement,
  rotatedBy: DirectoryEntry | null,
): Promise<Chain> {
  const { first, steps } = await rebuild(header, fileKey);
  const wrapping = await checkFirstHeader(first, claims, fileKey);
  const lines = new Map<Stanza, Line>(wrapping.map((stanza, i) => [stanza, claims.stz[i]!]));
  let epoch = claims.epoch ?? 0;
  const changes: RecipientChange[] = [];
  const accept = async (change: RecipientChange) => {
    await authorize(change, judgement);
    changes.push(change);
  };
  if (rotatedBy !== null)
    await accept({
      kind: 'rotate',
      by: rotatedBy,
      at: claims.iat,
      epoch,
      reason: claims.reason!,
      ...(claims.logEntry === undefined ? {} : { logEntry: claims.logEntry }),
      added: claims.stz.map(shown),
      removed: [],
      manifest: claims,
    });
  for (const step of steps) {
    const { claims: grant } = step.grant;
    epoch += 1;
    // The signature first: what nobody known signed costs no hashing of headers.
    const by = await granterOf(step.grant, judgement);
    const changed = apply(step, lines, claims, epoch, fileKey);
    await accept({
      kind: grant.kind,
      by,
      at: grant.iat,
      epoch,
      reason: grant.reason,
      ...(grant.logEntry === undefined ? {} : { logEntry: grant.logEntry }),
      ...changed,
      manifest: claims,
    });
  }
  return { lines, epoch, changes };
}
