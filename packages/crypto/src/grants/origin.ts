import { canonicalJson } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { knownSender, type ResolveSender } from '../issuer.js';
import type { DirectoryEntry } from '../keys/directory-entry.js';
import { parseSigningPublicKey } from '../keys/signing-key.js';
import { MANIFEST } from '../manifest.js';
import type { Manifest } from '../manifest-claims.js';
import { readStatement, verifyStatement } from '../statement.js';

/** What a rotation may not touch: it gives the same content, facts and id to other people under another key. */
const KEPT = [
  'id',
  'root',
  'salt',
  'size',
  'mediaType',
  'case',
  'labels',
  'clinical',
  'originRoot',
] as const satisfies readonly (keyof Manifest)[];

const same = (a: unknown, b: unknown) => canonicalJson([a ?? null]) === canonicalJson([b ?? null]);

/**
 * The first sender's statement inside a rotated manifest, read and its signature checked; who it names is given beside it.
 * Throws MANIFEST_INVALID when it does not read, is itself of a rotated file, or says anything else of the content than the
 * manifest around it; SENDER_UNKNOWN or SIGNATURE_INVALID of the first sender; MIXED_MODE when a post-quantum file became classic.
 */
export async function originOf(
  claims: Manifest,
  resolveSender: ResolveSender,
): Promise<{ readonly origin: Manifest; readonly sender: DirectoryEntry }> {
  const statement = readStatement<Manifest>(MANIFEST, claims.origin!);
  const origin = statement.claims;
  if (origin.origin !== undefined)
    throw new SealError('MANIFEST_INVALID', 'a rotated manifest stands inside another', { what: 'origin' });
  const sender = await knownSender(origin, resolveSender);
  await verifyStatement(statement, parseSigningPublicKey(sender.signingKey));
  const changed = KEPT.find((name) => !same(origin[name], claims[name]));
  if (changed !== undefined)
    throw new SealError('MANIFEST_INVALID', 'a rotation changed what the first sender signed', { what: changed });
  if (origin.mode === 'pq' && claims.mode === 'classic')
    throw new SealError('MIXED_MODE', 'a rotation made a post-quantum file classic', { what: claims.mode });
  return { origin, sender };
}
