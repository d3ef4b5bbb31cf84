import { type Directory, type DirectoryEntry, verifySnapshot } from '@wardseal/crypto';
import type { Pin } from '../../src/wire/user-handle.js';
import type { DirectoryPerson, DirectorySummary } from './core.js';
import { keepSeen, lastSeen } from './keeper.js';
import { pinned, type Session, seconds } from './session.js';
import { at } from './translate.js';
import { anchorsIn } from './trust-anchors.js';

/** Roles of keys that nobody sends a picture to by name. */
const NOT_STAFF = ['custodian', 'guardian'];

export function setPin(session: Session, { organisation, person, rootThumbprint }: Pin): void {
  const before = session.pin;
  const same = before?.organisation === organisation && before.person === person;
  if (!same || before.rootThumbprint !== rootThumbprint) {
    session.keys = null;
    session.directory = null;
  }
  session.pin = { organisation, person, rootThumbprint };
}

/** Verifies a snapshot from the pinned root down, and that it does not go back behind one that this browser has seen. */
export async function loadDirectory(session: Session, snapshot: ArrayBuffer): Promise<DirectorySummary> {
  const { organisation, rootThumbprint, person } = pinned(session);
  // One tab at a time: of two snapshots verified at once the older must not be kept over the newer.
  const signed = await navigator.locks.request('wardseal.directory', async () => {
    const kept = await lastSeen(session.keeper, organisation, rootThumbprint);
    const held = session.directory?.signed;
    const since = held !== undefined && held.digest === kept?.digest ? held : (kept ?? held);
    const verified = await at('directory', () =>
      verifySnapshot(new Uint8Array(snapshot), {
        rootThumbprint,
        organisation,
        ...(since === undefined ? {} : { since }),
      }),
    );
    keepSeen(session.keeper, verified);
    return verified;
  });
  const anchors = anchorsIn(signed);
  session.directory = { signed, anchors };
  // Enrolled anew elsewhere: what was unlocked here is nobody's any more.
  const mine = signed.person(person, seconds());
  if (mine !== null && mine.signingKey !== session.keys?.signing.publicKey) session.keys = null;
  const { custodian } = anchors;
  return { ...summaryOf(signed, person), organisation, organisationName: custodian.name ?? organisation };
}

function summaryOf(signed: Directory, person: string): Pick<DirectorySummary, 'epoch' | 'people' | 'teams' | 'me'> {
  const people = staff(current(signed)).map(personOf);
  const names = [...new Set(people.flatMap(({ teams }) => teams))].sort();
  const teams = names.map((id) => ({ id, members: people.filter(({ teams: own }) => own.includes(id)) }));
  return { epoch: signed.epoch, people, teams, me: people.find(({ id }) => id === person) ?? null };
}

/** The entries that count now. */
export function current(signed: Directory): DirectoryEntry[] {
  const now = seconds();
  return signed.entries.filter((entry) => signed.person(entry.person, now) === entry);
}

/** Who can be sent something by name or team: neither the custodian nor a guardian's seat. */
export function staff(entries: readonly DirectoryEntry[]): DirectoryEntry[] {
  return entries.filter(({ roles = [] }) => !NOT_STAFF.some((role) => roles.includes(role)));
}

/** A person as the directory names them. */
export function personOf({ person, name, roles, teams }: DirectoryEntry): DirectoryPerson {
  return { id: person, name: name ?? person, role: roles?.[0] ?? 'none', teams: teams ?? [] };
}
