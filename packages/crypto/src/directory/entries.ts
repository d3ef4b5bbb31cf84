import { bytes, type Check, lazy, listOf, record, text, textUpTo, whole } from '../checks.js';
import { checkLimit, SealError } from '../errors.js';
import { type DirectoryEntry, endOf } from '../keys/directory-entry.js';
import { parseRecipient } from '../keys/recipient.js';
import { MAX_DIRECTORY_ENTRIES, MAX_GROUPS, MAX_KEY_LENGTH, MAX_STATEMENT_LENGTH } from '../limits.js';
import { isCredentials } from './enrolment.js';
import { provenAt } from './possession.js';

// What must hold among the entries of one snapshot, for who signs it and for who verifies it alike.

/** An entry and its one spelling. */
export interface Listed {
  readonly entry: DirectoryEntry;
  /** The entry in canonical JSON. */
  readonly line: string;
}

/** What entries are judged against. */
export interface EntryRules {
  readonly organisation: string;
  readonly rootThumbprint: string;
  /** Public keys that are nobody's: of the root and of the directory. */
  readonly reserved: readonly string[];
  /** Whether the recipient and the proof of possession of exactly this line, under this root, were checked before. */
  readonly proven: (listed: Listed) => boolean;
}

/** Signatures checked at a time: enough to keep a browser's crypto threads busy. */
const BATCH = 256;

const names: Check = (value) =>
  listOf(text, 0, MAX_GROUPS)(value) && new Set(value as string[]).size === (value as string[]).length;

const isEntry = /* @__PURE__ */ lazy(() =>
  record({
    person: text,
    organisation: text,
    'name?': text,
    recipient: textUpTo(MAX_KEY_LENGTH),
    signingKey: bytes(32),
    'roles?': names,
    'teams?': names,
    'outsider?': record({ purpose: text, approvedBy: listOf(text, 2, 2), until: whole }),
    'credentials?': isCredentials,
    validFrom: whole,
    validTo: whole,
    'revokedAt?': whole,
    possession: textUpTo(MAX_STATEMENT_LENGTH),
  }),
);

/** Order of a snapshot's lines: by person, then time, then key, in UTF-16 units. One directory has one spelling. */
export function compareEntries(a: DirectoryEntry, b: DirectoryEntry): number {
  if (a.person !== b.person) return a.person < b.person ? -1 : 1;
  if (a.validFrom !== b.validFrom) return a.validFrom - b.validFrom;
  return a.signingKey === b.signingKey ? 0 : a.signingKey < b.signingKey ? -1 : 1;
}

/** One refusal of a snapshot: which rule, and at which entry, counted from 1. */
export function invalid(what: string, found?: number, cause?: unknown): SealError {
  const facts = found === undefined ? { what } : { what, found };
  return new SealError('SNAPSHOT_INVALID', 'snapshot breaks a rule of directories', facts, { cause });
}

/** Throws LIMIT when a snapshot would hold too many entries. */
export function checkCount(found: number): void {
  checkLimit(found, MAX_DIRECTORY_ENTRIES, 'MAX_DIRECTORY_ENTRIES', 'snapshot has too many entries');
}

/** A parsed line as an entry. Throws SNAPSHOT_INVALID when a member is missing, unknown, too long or of the wrong type. */
export function listed(parsed: unknown, line: string, number: number): Listed {
  if (!isEntry(parsed)) throw invalid('entry', number);
  return { entry: parsed as DirectoryEntry, line };
}

function checkEach(whole: Listed, rules: EntryRules, line: number): void {
  const { entry } = whole;
  const { organisation, recipient, signingKey, roles, outsider, person, validFrom, validTo } = entry;
  if (organisation !== rules.organisation) throw invalid('organisation', line);
  if (validFrom >= validTo) throw invalid('time', line);
  if (rules.reserved.includes(signingKey)) throw invalid('signingKey', line);
  if (outsider === undefined && roles?.includes('outsider')) throw invalid('outsider', line);
  const [one, two] = outsider?.approvedBy ?? [];
  if (outsider !== undefined && (one === two || one === person || two === person)) throw invalid('outsider', line);
  if (rules.proven(whole)) return;
  try {
    parseRecipient(recipient);
  } catch (cause) {
    throw invalid('recipient', line, cause);
  }
}

function checkTogether(lines: readonly Listed[]): void {
  const owners = new Map<string, string>();
  const signingKeys = new Set<string>();
  const insiders = new Set<string>();
  for (const { entry } of lines) if (entry.outsider === undefined) insiders.add(entry.person);
  let last: DirectoryEntry | null = null;
  let busyUntil = 0;
  for (const [i, { entry }] of lines.entries()) {
    if (last !== null && compareEntries(last, entry) >= 0) throw invalid('order', i + 1);
    // One key, one person: whoever lists another's key as theirs would get that person's words or files put down to them.
    if ((owners.get(entry.recipient) ?? entry.person) !== entry.person) throw invalid('recipient', i + 1);
    owners.set(entry.recipient, entry.person);
    // One key, one entry: a signature is judged by the one time that its key stood.
    if (signingKeys.has(entry.signingKey)) throw invalid('signingKey', i + 1);
    signingKeys.add(entry.signingKey);
    if (entry.outsider?.approvedBy.some((approver) => !insiders.has(approver))) throw invalid('outsider', i + 1);
    if (last?.person !== entry.person) busyUntil = 0;
    const end = endOf(entry);
    if (end > entry.validFrom) {
      if (entry.validFrom < busyUntil) throw invalid('person', i + 1);
      busyUntil = end;
    }
    last = entry;
  }
}

/** Throws SNAPSHOT_INVALID unless entries may stand in one snapshot together, in this order. */
export async function checkEntries(lines: readonly Listed[], rules: EntryRules): Promise<void> {
  for (const [i, whole] of lines.entries()) checkEach(whole, rules, i + 1);
  checkTogether(lines);
  for (let from = 0; from < lines.length; from += BATCH) {
    const batch = lines.slice(from, from + BATCH);
    const proofs = await Promise.all(
      batch.map(
        async (one) =>
          rules.proven(one) || (await provenAt(one.entry.possession!, one.entry, rules.rootThumbprint)) !== null,
      ),
    );
    const bad = proofs.indexOf(false);
    if (bad >= 0) throw invalid('possession', from + bad + 1);
  }
}
