import { join } from 'node:path';
import { createEventId } from '@wardseal/audit';
import {
  type Directory,
  type DirectoryEntry,
  type SigningKeyPair,
  signingKeyThumbprint,
  signSnapshot,
  verifySnapshot,
} from '@wardseal/crypto';
import type { CustodianEvent, SnapshotAnswer } from '../wire/custodian.js';
import { readJson, writeWhole } from './files.js';
import { oneAtATime } from './one-at-a-time.js';

/** A snapshot counts for seven days; one of yesterday is signed anew, so that a custodian that is down for days harms nobody. */
const RENEW_AFTER_SECONDS = 86_400;
/** What clients of the directory allow a clock to be ahead. */
const MAX_SKEW_SECONDS = 300;

/** The file: the snapshot in force, and what the log has not been told yet. One file, so that neither is ever without the other. */
interface Stored {
  readonly snapshot: string;
  /** Seconds since 1970, at which the snapshot counts whatever the time is now. */
  readonly issuedAt: number;
  readonly unlogged: readonly CustodianEvent[];
}

/** An event of the custodian's about something that has a digest, for the log. */
function custodianEvent(
  type: CustodianEvent['type'],
  object: CustodianEvent['object'],
  organisation: string,
  now: number,
): CustodianEvent {
  return {
    id: createEventId(),
    occurredAt: new Date(now).toISOString(),
    type,
    outcome: 'success',
    actor: { id: 'custodian', kind: 'system', org: organisation },
    object,
  };
}

/** What the log is told of a snapshot. */
export function snapshotEvent({ organisation, epoch, digest }: Directory, now: number): CustodianEvent {
  const object = { kind: 'directory', id: `${organisation}/${epoch}`, contentHash: digest };
  return custodianEvent('directory.snapshot', object, organisation, now);
}

export interface DirectoryKeeperOptions {
  /** The custodian's folder. */
  readonly folder: string;
  readonly organisation: string;
  readonly rootThumbprint: string;
  readonly directoryKey: SigningKeyPair;
  readonly delegation: string;
  readonly now: () => number;
}

/** Who is who, signed. Every change is a snapshot of its own, and no snapshot is forgotten before the log has it. */
export class DirectoryKeeper {
  readonly #options: DirectoryKeeperOptions;
  readonly #queue = oneAtATime();
  #stored: Stored;
  #directory: Directory;

  private constructor(options: DirectoryKeeperOptions, stored: Stored, directory: Directory) {
    this.#options = options;
    this.#stored = stored;
    this.#directory = directory;
  }

  /** Reads the folder's snapshot, from the pinned root down: what somebody else put there is refused with a SealError. */
  static async open(options: DirectoryKeeperOptions): Promise<DirectoryKeeper> {
    const { folder, organisation, rootThumbprint } = options;
    const stored = (await readJson(join(folder, 'directory.json'))) as Stored;
    const snapshot = Buffer.from(stored.snapshot, 'base64url');
    const directory = await verifySnapshot(snapshot, { rootThumbprint, organisation, now: stored.issuedAt });
    const keeper = new DirectoryKeeper(options, stored, directory);
    await keeper.renew();
    return keeper;
  }

  get directory(): Directory {
    return this.#directory;
  }

  /** Seconds since 1970. */
  seconds(): number {
    return Math.floor(this.#options.now() / 1000);
  }

  answer(): SnapshotAnswer {
    const { epoch, digest } = this.#directory;
    return { snapshot: this.#stored.snapshot, epoch, digest };
  }

  /** Events for the log, oldest first. */
  pending(): readonly CustodianEvent[] {
    return this.#stored.unlogged;
  }

  /** The log has them. */
  logged(ids: readonly string[]): Promise<void> {
    return this.#queue(async () => {
      const unlogged = this.#stored.unlogged.filter(({ id }) => !ids.includes(id));
      if (unlogged.length !== this.#stored.unlogged.length) await this.#write({ ...this.#stored, unlogged });
    });
  }

  /** Signs anew when the snapshot has grown old. */
  async renew(): Promise<void> {
    const age = this.seconds() - this.#directory.issuedAt;
    // From the future: somebody set the clock, and clients refuse it beyond their own slack.
    if (age >= RENEW_AFTER_SECONDS || age < -MAX_SKEW_SECONDS) await this.change((entries) => entries);
  }

  /** Signs the changed entries as the next snapshot. Nothing is changed when they break a rule of directories. */
  change(
    edit: (entries: readonly DirectoryEntry[], now: number) => readonly DirectoryEntry[],
    enrolled?: DirectoryEntry,
  ): Promise<Directory> {
    return this.#queue(async () => {
      const { organisation, rootThumbprint, directoryKey, delegation } = this.#options;
      const now = this.seconds();
      const entries = edit(this.#directory.entries, now);
      const epoch = this.#directory.epoch + 1;
      const previous = this.#directory.digest;
      const signed = await signSnapshot(entries, { directoryKey, delegation, organisation, epoch, previous, now });
      const directory = await verifySnapshot(signed, { rootThumbprint, organisation, since: this.#directory, now });
      const at = this.#options.now();
      const news = [...(enrolled === undefined ? [] : [enrolEvent(enrolled, at)]), snapshotEvent(directory, at)];
      const snapshot = Buffer.from(signed).toString('base64url');
      await this.#write({ snapshot, issuedAt: now, unlogged: [...this.#stored.unlogged, ...news] });
      this.#directory = directory;
      return directory;
    });
  }

  async #write(stored: Stored): Promise<void> {
    await writeWhole(join(this.#options.folder, 'directory.json'), JSON.stringify(stored));
    this.#stored = stored;
  }
}

function enrolEvent({ person, organisation, signingKey }: DirectoryEntry, now: number): CustodianEvent {
  const object = { kind: 'person', id: person, contentHash: signingKeyThumbprint(signingKey) };
  return custodianEvent('enrol', object, organisation, now);
}
