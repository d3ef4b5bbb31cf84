import { canonicalJson, fromBase64url, fromUtf8 } from '@wardseal/primitives';
import { approveShare, type Directory, type DirectoryEntry, type ShareRequest } from '../src/index.js';
import { standing } from '../src/keys/directory-entry.js';
import { signerOf, signingKeyThumbprint } from '../src/keys/signing-key.js';
import { APPROVAL } from '../src/recovery/approval.js';
import { signStatement } from '../src/statement.js';
import { directoryOf, NOW, type Person, type World } from './world.js';

/** A directory such as `verifySnapshot` would never give: what a caller's own could hold, so that recovery's rules stand alone. */
export function directoryWith(entries: readonly DirectoryEntry[], change: Partial<Directory> = {}): Directory {
  return {
    organisation: 'demo-trust',
    rootThumbprint: 'A'.repeat(43),
    epoch: 1,
    delegatedAt: NOW - 200,
    digest: 'A'.repeat(43),
    issuedAt: NOW - 100,
    validTo: NOW + 1_000_000,
    entries,
    person: (id, at = NOW) => entries.find((e) => e.person === id && standing(e, at) === 'valid') ?? null,
    team: (id, at = NOW) => entries.filter((e) => e.teams?.includes(id) && standing(e, at) === 'valid'),
    holds: (entry) => entries.some((candidate) => canonicalJson(candidate) === canonicalJson(entry)),
    resolveSender: ({ org, person, kid }) =>
      entries.find(
        (e) => e.organisation === org && e.person === person && signingKeyThumbprint(e.signingKey) === kid,
      ) ?? null,
    ...change,
  };
}

export const GROUND = 'complaint 17: the trust must see what was sent';
export const LOG_ENTRY = 'evt-000017';

/** A request for a file's shares that Alice and Bob approved, and the directory that knows everybody. */
export async function approvedRequest(
  w: World,
  header: Uint8Array,
  requester: DirectoryEntry,
  approvers: readonly Person[] = [w.alice, w.bob],
): Promise<{ request: ShareRequest; options: { directory: Directory; now: number } }> {
  const known = w.directory.holds(requester);
  const directory = known ? w.directory : await directoryOf([...w.directory.entries, requester]);
  const options = { directory, now: NOW };
  const asked = { requester, ground: GROUND, logEntry: LOG_ENTRY };
  const approvals = await Promise.all(
    approvers.map((approver) => approveShare(header, asked, { approver, ...options })),
  );
  return { request: { ...asked, approvals }, options };
}

/** An approval as a hostile or mistaken approver could sign it: `like` another, with anything changed. */
export async function approvalLike(like: string, approver: Person, change: object = {}, kind: object = {}) {
  const claims = JSON.parse(fromUtf8(fromBase64url(like.split('.')[1]!)!)!) as object;
  const iss = { org: approver.entry.organisation, person: approver.entry.person, kid: approver.keys.kid };
  const loose = { ...APPROVAL, check: () => true, ...kind };
  return signStatement(loose, { ...claims, iss, ...change }, await signerOf(approver.keys));
}
