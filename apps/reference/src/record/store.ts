import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeWhole } from '../custodian/files.js';
import { oneAtATime } from '../custodian/one-at-a-time.js';

/** A resource as it came, with the id that it got. */
export interface Stored {
  readonly resourceType: string;
  readonly id: string;
  readonly [member: string]: unknown;
}

/** One entry of a transaction. */
export interface Incoming {
  readonly fullUrl: string;
  readonly resource: Readonly<Record<string, unknown>> & { readonly resourceType: string };
  /** Search by which an existing resource takes the place of this one. */
  readonly ifNoneExist?: string;
}

export interface Outcome {
  readonly status: '201 Created' | '200 OK';
  readonly location: string;
}

/** More than one resource fits a condition (FHIR R4, 3.1.0.9.1: 412). */
export class ConditionFailed extends Error {}

const FILE = /^(\d{10})\.json$/;

/** The resources of one trust: a file a transaction, so that all of it is stored or nothing. */
export class RecordStore {
  readonly #folder: string;
  readonly #queue = oneAtATime();
  /** File of each resource, by type and id; resources themselves stay on disk. */
  readonly #files = new Map<string, string>();
  /** Types and ids by `identifier` search. */
  readonly #identifiers = new Map<string, string[]>();
  #next = 1;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(folder: string): Promise<RecordStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const store = new RecordStore(folder);
    for (const name of (await readdir(folder)).sort()) {
      const number = FILE.exec(name)?.[1];
      if (number === undefined) continue;
      for (const resource of await store.#read(name)) store.#index(name, resource);
      store.#next = Number(number) + 1;
    }
    return store;
  }

  async read(type: string, id: string): Promise<Stored | null> {
    const file = this.#files.get(`${type}/${id}`);
    if (file === undefined) return null;
    return (await this.#read(file)).find((each) => each.resourceType === type && each.id === id) ?? null;
  }

  /** Resources of a type under an identifier, `system|value`. */
  async search(type: string, identifier: string): Promise<readonly Stored[]> {
    const found = this.#identifiers.get(`${type} ${identifier}`) ?? [];
    const all = await Promise.all(found.map((id) => this.read(type, id)));
    return all.filter((each) => each !== null);
  }

  /** Stores every entry or none. @throws ConditionFailed */
  transact(entries: readonly Incoming[]): Promise<readonly Outcome[]> {
    return this.#queue(async () => {
      const places = entries.map(({ fullUrl, resource, ifNoneExist }) => {
        const known = ifNoneExist === undefined ? [] : this.#matching(resource.resourceType, ifNoneExist);
        if (known.length > 1) throw new ConditionFailed();
        const [id = randomUUID()] = known;
        return { fullUrl, resource, isNew: known.length === 0, id, location: `${resource.resourceType}/${id}` };
      });
      const urls = new Map(places.map(({ fullUrl, location }) => [fullUrl, location]));
      const resources = places
        .filter(({ isNew }) => isNew)
        .map(({ resource, id }) => ({ ...(resolved(resource, urls) as typeof resource), id }));
      if (resources.length > 0) {
        const name = `${String(this.#next).padStart(10, '0')}.json`;
        await writeWhole(join(this.#folder, name), JSON.stringify(resources));
        this.#next++;
        for (const resource of resources) this.#index(name, resource);
      }
      return places.map(({ isNew, location }) => ({ status: isNew ? '201 Created' : '200 OK', location }));
    });
  }

  #matching(type: string, search: string): readonly string[] {
    const identifier = new URLSearchParams(search).get('identifier');
    if (identifier === null) throw new ConditionFailed();
    return this.#identifiers.get(`${type} ${identifier}`) ?? [];
  }

  #index(file: string, resource: Stored): void {
    const { resourceType, id, identifier } = resource;
    this.#files.set(`${resourceType}/${id}`, file);
    for (const one of Array.isArray(identifier) ? (identifier as { system?: string; value?: string }[]) : []) {
      const key = `${resourceType} ${one.system}|${one.value}`;
      this.#identifiers.set(key, [...(this.#identifiers.get(key) ?? []), id]);
    }
  }

  async #read(file: string): Promise<readonly Stored[]> {
    return JSON.parse(await readFile(join(this.#folder, file), 'utf8')) as Stored[];
  }
}

/** References between entries of one transaction, by the places that they got. */
function resolved(value: unknown, urls: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return urls.get(value) ?? value;
  if (Array.isArray(value)) return value.map((each) => resolved(each, urls));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, urls)]));
}
