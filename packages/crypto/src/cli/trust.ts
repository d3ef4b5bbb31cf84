import { type Options, objectOf, readSmall, UsageError, type Values } from '@wardseal/primitives/cli';
import {
  type AuthorizeGrant,
  type Directory,
  type DirectoryEntry,
  type Recipient,
  type ResolveSender,
  type SigningKeyPair,
  signingKeyThumbprint,
  type VerifySnapshotOptions,
  verifySnapshot,
} from '../index.js';
import { readSigningKey } from './key-file.js';
import { readEntries, readEntry, readRecipients, recipientOn } from './people.js';
import { time, whole } from './times.js';

/** Where other people's keys are believed from: a directory signed under a root that the caller pinned. */
export const DIRECTORY = {
  directory: { kind: 'text', short: 'd', value: 'FILE', help: 'signed snapshot of the directory' },
  root: { kind: 'text', value: 'THUMBPRINT', help: "the organisation's root, as you know it from elsewhere" },
  'not-below': { kind: 'text', value: 'EPOCH', help: 'refuse an older snapshot than this' },
  since: {
    kind: 'object',
    value: 'FILE',
    help: 'what directory verify --json said of the last: refuses what does not follow',
  },
} as const satisfies Options;

/** The same, or the caller's own word. */
export const TRUST = {
  ...DIRECTORY,
  unverified: { kind: 'flag', help: 'take keys on your own word; the answer names them' },
} as const satisfies Options;

/** Who is to open a file. */
export const RECIPIENTS = {
  recipient: {
    kind: 'texts',
    short: 'r',
    value: 'WHO',
    help: "an age1... recipient, or a person's id in the directory",
  },
  'recipients-file': { kind: 'texts', short: 'R', value: 'FILE', help: 'the same, or directory entries, one a line' },
  team: { kind: 'texts', short: 't', value: 'ID', help: "everybody in this team of the directory's" },
} as const satisfies Options;

/** Who signs. */
export const SENDER = {
  from: { kind: 'text', value: 'FILE', help: 'key file of whoever signs' },
  entry: { kind: 'text', value: 'FILE', help: 'their entry, where it is not in the directory' },
} as const satisfies Options;

/** Whom a signed file is believed. */
export const SENDERS = {
  ...TRUST,
  senders: { kind: 'text', value: 'FILE', help: 'entries of senders, one a line, for --unverified' },
  'changes-by': {
    kind: 'texts',
    value: 'WHO',
    help: 'accept later changes of recipients by this person, or by role:custodian',
  },
  'sent-at': { kind: 'text', value: 'TIME', help: 'when it was sent by the audit log: judges the sender by that time' },
  'not-below-epoch': { kind: 'text', value: 'N', help: 'refuse an older version of the header than this' },
} as const satisfies Options;

/** The verified directory, or null when none is given. */
export async function directoryOf(values: Values<typeof DIRECTORY>): Promise<Directory | null> {
  const { directory, root } = values;
  if (directory === undefined && root === undefined && values['not-below'] === undefined && values.since === undefined)
    return null;
  if (directory === undefined || root === undefined) throw new UsageError('--directory and --root go together');
  const snapshot = await readSmall(directory, 'the directory');
  const below = values['not-below'];
  const since = await objectOf(values.since, 'the directory last seen');
  return verifySnapshot(snapshot, {
    rootThumbprint: root,
    // The package looks at its shape.
    ...(since && { since: since as unknown as NonNullable<VerifySnapshotOptions['since']> }),
    ...(below !== undefined && { notBelowEpoch: whole(below, 'not-below') }),
  });
}

/** The verified directory. */
export async function neededDirectory(values: Values<typeof DIRECTORY>): Promise<Directory> {
  const directory = await directoryOf(values);
  if (directory === null) throw new UsageError('the directory is needed: --directory and --root');
  return directory;
}

/** What vouches for other people's keys; nothing does only where the caller says so. */
export async function trustOf(
  values: Values<typeof TRUST>,
): Promise<{ readonly known: Directory | null; readonly directory: Directory | 'unverified' }> {
  const known = await directoryOf(values);
  if (known === null && !values.unverified)
    throw new UsageError(
      'nobody vouches for the keys: give --directory and --root, or --unverified to say that you do',
    );
  return { known, directory: known ?? 'unverified' };
}

/** The recipients that the options name. Bare ones need the caller's word: no directory knows them. */
export async function recipientsOf(
  values: Values<typeof RECIPIENTS & typeof TRUST>,
  known: Directory | null,
): Promise<Recipient[]> {
  if (known === null && values.team.length > 0) throw new UsageError('a team needs the directory');
  const teams = values.team.flatMap((id) => {
    const members = known!.team(id);
    if (members.length === 0) throw new UsageError(`--team ${id}: the directory has nobody in it now`);
    return members;
  });
  const named = values.recipient.map((text) => recipientOn(text, '-r', known));
  const all = [...named, ...(await readRecipients(values['recipients-file'], known)), ...teams];
  return vouched(all, values.unverified);
}

/** Throws unless somebody vouches for each recipient, or the caller says that nobody does. */
export function vouched(recipients: Recipient[], unverified: boolean): Recipient[] {
  if (!unverified && recipients.some((recipient) => typeof recipient === 'string'))
    throw new UsageError('nobody vouches for a bare age1... recipient: --unverified says that you do');
  return recipients;
}

/** The signing key of a file and whose it is. */
export async function senderOf(
  values: Values<typeof SENDER>,
  known: Directory | null,
): Promise<{ keys: SigningKeyPair; entry: DirectoryEntry }> {
  if (values.from === undefined) throw new UsageError('whoever signs is missing: --from');
  const keys = await readSigningKey(values.from);
  if (values.entry !== undefined) return { keys, entry: await readEntry(values.entry) };
  const own = known?.entries.filter(({ signingKey }) => signingKey === keys.publicKey) ?? [];
  const entry = own.find(({ person }) => known?.person(person)?.signingKey === keys.publicKey) ?? own[0];
  if (entry === undefined)
    throw new UsageError(
      known === null ? 'whose key it is, is missing: --entry' : 'the directory does not have the key of --from',
    );
  return { keys, entry };
}

/** How a signed file is judged, and whether a directory stands behind it. Null when no senders are given at all. */
export async function judgementOf(values: Values<typeof SENDERS>): Promise<{
  readonly known: Directory | null;
  readonly judgement: {
    readonly resolveSender: ResolveSender;
    readonly authorizeGrant: AuthorizeGrant;
    readonly notBelowEpoch?: number;
    readonly sentAt?: number;
  };
} | null> {
  const known = await directoryOf(values);
  if (known === null && values.senders === undefined) return null;
  if (known !== null && values.senders !== undefined) throw new UsageError('either --directory or --senders');
  if (known === null && !values.unverified)
    throw new UsageError('nobody vouches for the senders: --unverified says that you do');
  const epoch = values['not-below-epoch'];
  const sentAt = values['sent-at'];
  return {
    known,
    judgement: {
      resolveSender: known === null ? among(await readEntries(values.senders!)) : (iss) => known.resolveSender(iss),
      authorizeGrant: acceptedFrom(values['changes-by']),
      ...(epoch !== undefined && { notBelowEpoch: whole(epoch, 'not-below-epoch') }),
      ...(sentAt !== undefined && { sentAt: time(sentAt, 'sent-at') }),
    },
  };
}

function among(entries: readonly DirectoryEntry[]): ResolveSender {
  return ({ org, person, kid }) =>
    entries.find(
      (entry) =>
        entry.organisation === org && entry.person === person && signingKeyThumbprint(entry.signingKey) === kid,
    ) ?? null;
}

const ROLE = 'role:';

function acceptedFrom(who: readonly string[]): AuthorizeGrant {
  return ({ by }) =>
    who.some((one) => (one.startsWith(ROLE) ? by.roles?.includes(one.slice(ROLE.length)) === true : by.person === one));
}
