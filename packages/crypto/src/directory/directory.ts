import { canonicalJson } from '@wardseal/primitives';
import type { ClaimedSender } from '../issuer.js';
import { type Directory, type DirectoryEntry, standing } from '../keys/directory-entry.js';
import { signingKeyThumbprint } from '../keys/signing-key.js';
import type { Listed } from './entries.js';

/** Lines by signing key of every directory that was verified here. No other object can claim to be one. */
const verified = new WeakMap<Directory, ReadonlyMap<string, string>>();

/** The lines, by signing key, of a directory that was verified in this realm, or null. */
export function linesOf(directory: object): ReadonlyMap<string, string> | null {
  return verified.get(directory as Directory) ?? null;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}

function group<T>(items: readonly T[], keysOf: (item: T) => readonly string[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    for (const key of keysOf(item)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
  }
  return groups;
}

/** The view of a snapshot whose every rule was checked. `now` is when. Everything in it is frozen. */
export function directoryOf(
  about: Pick<
    Directory,
    'organisation' | 'rootThumbprint' | 'epoch' | 'delegatedAt' | 'digest' | 'issuedAt' | 'validTo'
  >,
  listed: readonly Listed[],
  now: number,
): Directory {
  const entries = freeze(listed.map(({ entry }) => entry));
  const lines = new Map(listed.map(({ entry, line }) => [entry.signingKey, line]));
  const byKid = new Map(entries.map((entry) => [signingKeyThumbprint(entry.signingKey), entry]));
  const byPerson = group(entries, ({ person }) => [person]);
  const byTeam = group(entries, ({ teams = [] }) => teams);
  const counting = (found: readonly DirectoryEntry[] | undefined, at: number) =>
    (found ?? []).filter((entry) => standing(entry, at) === 'valid');

  const directory: Directory = Object.freeze({
    ...about,
    entries,
    person: (id: string, at: number = now) => counting(byPerson.get(id), at)[0] ?? null,
    team: (id: string, at: number = now) => Object.freeze(counting(byTeam.get(id), at)),
    holds(entry: DirectoryEntry) {
      try {
        return lines.get(entry.signingKey) === canonicalJson(entry);
      } catch {
        return false; // nothing that JSON could carry, so nothing that was signed
      }
    },
    resolveSender({ org, person, kid }: ClaimedSender) {
      const entry = byKid.get(kid);
      return entry?.organisation === org && entry.person === person ? entry : null;
    },
  });
  verified.set(directory, lines);
  return directory;
}
