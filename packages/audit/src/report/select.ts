import { equal, leafHash, MerkleBuilder } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { decodeLeaf, type Leaf } from '../leaf.js';
import { matches } from '../log-source.js';
import type { EntryQuery, LogReader, StoredEntry } from '../store/store.js';
import type { Checkpoint } from '../verify-checkpoint.js';

// Entries that are passed over rather than asked for anew: about a batch, which the store reads as a whole.
const MAX_GAP = 128;

const SUBJECT_FIELD = 10;
const OBJECT_FIELD = 11;

/** An entry and its place. */
export type Placed = readonly [index: number, stored: StoredEntry];

/** The entries that at least one of the queries asks for, found by the reader's index. */
export async function* byIndex(
  reader: Required<Pick<LogReader, 'readEntries' | 'select'>>,
  size: number,
  queries: readonly EntryQuery[],
): AsyncGenerator<Placed> {
  const found = new Set<number>();
  for (const query of queries)
    for await (const index of reader.select(query)) {
      if (index >= size) break;
      found.add(index);
    }
  for (const [first, ...more] of runsOf([...found].sort((a, b) => a - b))) {
    let index = first!;
    for await (const stored of reader.readEntries(index, (more.at(-1) ?? index) + 1)) {
      if (found.has(index)) yield [index, stored];
      index++;
    }
  }
}

/** Indices in groups that are read in one go: passing over a batch costs less than asking the store again. */
function* runsOf(indices: readonly number[]): Generator<readonly number[]> {
  let run: number[] = [];
  for (const index of indices) {
    if (run.length > 0 && index - run.at(-1)! > MAX_GAP) {
      yield run;
      run = [];
    }
    run.push(index);
  }
  if (run.length > 0) yield run;
}

/** What a replay looks for. */
export interface Wanted {
  /** Whether it is worth decoding an entry; a malformed one is found out by its hash. Default: always. */
  readonly worth?: (leaf: Uint8Array) => boolean;
  readonly match: (leaf: Leaf, index: number) => boolean;
}

/** Looks for the entries that at least one of the queries asks for. */
export function asksFor(queries: readonly EntryQuery[]): Wanted {
  const sorted = new Queries(queries);
  return { worth: (leaf) => sorted.worth(leaf), match: (leaf) => sorted.match(leaf) };
}

/**
 * The wanted entries by reading everything, which also shows that nothing is hidden: what was read must have the root
 * that the checkpoint signs. Throws AuditError `LOG_CORRUPT` at the end when it has not.
 */
export async function* byReplay(
  readEntries: NonNullable<LogReader['readEntries']>,
  { size, root }: Checkpoint,
  { worth = () => true, match }: Wanted,
  alreadyChecked: boolean,
): AsyncGenerator<Placed> {
  const tree = new MerkleBuilder();
  let index = 0;
  for await (const stored of readEntries(0, size)) {
    if (!alreadyChecked) tree.append(leafHash(stored.leaf));
    if (worth(stored.leaf) && match(decodeLeaf(stored.leaf), index)) yield [index, stored];
    index++;
  }
  if (index !== size || !(alreadyChecked || equal(tree.root(), root)))
    throw new AuditError('LOG_CORRUPT', 'the entries do not have the root that the checkpoint signs');
}

/** Queries by what they ask for, so that a replay does not hold every entry against hundreds of objects. */
class Queries {
  readonly #bySubject = new Map<number, EntryQuery[]>();
  readonly #byObject = new Map<number, EntryQuery[]>();
  readonly #others: EntryQuery[] = [];

  constructor(queries: readonly EntryQuery[]) {
    for (const query of queries) {
      const { object, objects, ...rest } = query;
      if (object && !objects) add(this.#byObject, object, query);
      else if (objects && !object) for (const one of objects) add(this.#byObject, one, { ...rest, object: one });
      else if (query.subject) add(this.#bySubject, query.subject, query);
      else this.#others.push(query);
    }
  }

  worth(leaf: Uint8Array): boolean {
    if (this.#others.length > 0) return true;
    const [subject, object] = handlesIn(leaf);
    return (
      (subject !== undefined && this.#bySubject.has(subject)) || (object !== undefined && this.#byObject.has(object))
    );
  }

  match(leaf: Leaf): boolean {
    const fits = (query: EntryQuery): boolean => matches(leaf, query);
    const near = (map: Map<number, EntryQuery[]>, handle: Uint8Array | undefined): boolean =>
      handle !== undefined && (map.get(start(handle))?.some(fits) ?? false);
    return (
      near(this.#bySubject, leaf.subjectHandle) || near(this.#byObject, leaf.objectHandle) || this.#others.some(fits)
    );
  }
}

function add(map: Map<number, EntryQuery[]>, handle: Uint8Array, query: EntryQuery): void {
  const key = start(handle);
  const known = map.get(key);
  if (known) known.push(query);
  else map.set(key, [query]);
}

/** How the handles of subject and object begin in an encoded leaf (docs/spec/leaf.md): each field has a length of one byte. */
function handlesIn(leaf: Uint8Array): readonly [subject: number | undefined, object: number | undefined] {
  let [subject, object]: (number | undefined)[] = [];
  for (let at = 2; at + 2 < leaf.length; at += 2 + leaf[at + 1]!) {
    if (leaf[at] === SUBJECT_FIELD) subject = start(leaf, at + 2);
    if (leaf[at] === OBJECT_FIELD) object = start(leaf, at + 2);
  }
  return [subject, object];
}

/** The first bytes of a handle: enough to sort by; `matches` looks at all of them. */
function start(bytes: Uint8Array, at = 0): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
