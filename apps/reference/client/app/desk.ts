import type { Inbox, ItemRow, Me } from '../../src/wire/api.js';
import type { Core, DirectorySummary } from '../core/core.js';
import { call, download } from './http.js';

/** A directory this old is loaded again before somebody is sealed to: leavers are out within a minute. */
const DIRECTORY_AGE_MS = 60_000;

/** What everything on the page works with once somebody is signed in and unlocked. */
export class Desk {
  readonly core: Core;
  readonly me: Me;
  #directory: DirectorySummary | null = null;
  #loaded = 0;
  /** The inbox as it was last seen. */
  rows: readonly ItemRow[] = [];
  /** The server's clock less this device's, in milliseconds (H10). */
  clockAhead = 0;

  constructor(core: Core, me: Me) {
    this.core = core;
    this.me = me;
  }

  /** The verified directory; loaded again when it is older than a minute, or when `fresh` is asked for. */
  async directory(fresh = false): Promise<DirectorySummary> {
    if (this.#directory === null || fresh || Date.now() - this.#loaded > DIRECTORY_AGE_MS) {
      this.#directory = await this.core.loadDirectory(await download('/api/directory'));
      this.#loaded = Date.now();
    }
    return this.#directory;
  }

  async inbox(): Promise<readonly ItemRow[]> {
    const { items, now } = await call<Inbox>('GET', '/api/inbox');
    this.clockAhead = Date.parse(now) - Date.now();
    this.rows = items;
    return items;
  }

  /** The time by the server's clock. */
  now(): Date {
    return new Date(Date.now() + this.clockAhead);
  }
}

/** A team's name from its id: `plastics-on-call` is read as "Plastics on call". */
export const teamName = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1).replaceAll('-', ' ');
/** A role's name from its id. */
export const roleName = (id: string): string => id.replaceAll('-', ' ');
/** "1 person", "3 people". */
export const people = (count: number): string => (count === 1 ? '1 person' : `${count} people`);
