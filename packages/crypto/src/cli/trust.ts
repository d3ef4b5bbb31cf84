import {
  type Directory,
  type DirectoryEntry,
  type Recipient,
  type ResolveSender,
  signingKeyThumbprint,
} from '../index.js';
import type { Options, Values } from './command.js';
import { UsageError } from './failure.js';
import { readRecipients, recipientOn } from './people.js';

/** On what other people's keys are believed. */
export const TRUST = {
  unverified: { kind: 'flag', help: 'take recipients and entries on your own word; the answer names them' },
} as const satisfies Options;

/** Who else can open a file. */
export const RECIPIENTS = {
  recipient: { kind: 'texts', short: 'r', value: 'RECIPIENT', help: 'an age1... recipient' },
  'recipients-file': { kind: 'texts', short: 'R', value: 'FILE', help: 'one recipient or directory entry a line' },
} as const satisfies Options;

/** The directory to check people against. */
export async function trustOf(values: Values<typeof TRUST>): Promise<Directory | 'unverified'> {
  if (!values.unverified) throw new UsageError('nobody vouches for the recipients: --unverified says that you do');
  return 'unverified';
}

/** The recipients that the options name. */
export async function recipientsOf(values: Values<typeof RECIPIENTS>): Promise<Recipient[]> {
  const named = values.recipient.map((text) => recipientOn(text, '-r'));
  return [...named, ...(await readRecipients(values['recipients-file']))];
}

/** Looks senders up among entries that the caller trusts. */
export function resolverOf(entries: readonly DirectoryEntry[]): ResolveSender {
  return ({ org, person, kid }) =>
    entries.find(
      (entry) =>
        entry.organisation === org && entry.person === person && signingKeyThumbprint(entry.signingKey) === kid,
    ) ?? null;
}
