import { type Options, readText, writeOutput } from '@wardseal/primitives/cli';
import { type Comparison, compareRecords } from '../record/compare-records.js';
import { readEvidenceRecord } from '../record/read-evidence-record.js';
import type { EvidenceRecord, Version, WrittenRecord } from '../record/record.js';
import { loadSharp } from '../sharp/load-sharp.js';
import { EXIT } from './exits.js';

/** Options for the record of a trace. */
export const RECORD = {
  record: {
    kind: 'text',
    value: 'FILE',
    help: 'write the record by which others can repeat the trace here, for its owner alone',
  },
  against: {
    kind: 'text',
    value: 'RECORD',
    help: 'repeat the trace of a record, as it was asked for, and say whether the same is found',
  },
} as const satisfies Options;

/** The record that a trace is held against. */
export async function earlier(path: string | undefined): Promise<WrittenRecord | undefined> {
  return path === undefined ? undefined : readEvidenceRecord(await readText(path, 'the record'));
}

/** What a record asked for, as options: those that are given go before. */
export function asThen<T extends object>(values: T, then: WrittenRecord | undefined): T {
  if (then === undefined) return values;
  const { imageId, layer, parameters } = then.record;
  const asked = {
    ...(imageId !== null && { image: imageId }),
    layer,
    decoys: String(parameters.decoys),
    ...(parameters.corners !== null && { corners: parameters.corners.flat().join() }),
  };
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  return { ...asked, ...given } as T;
}

/** Ids as they pass, kept for a record that is made afterwards. */
export function keeping(ids: AsyncIterable<string>): { ids: AsyncIterable<string>; kept: readonly string[] } {
  const kept: string[] = [];
  async function* passing(): AsyncGenerator<string> {
    for await (const id of ids) {
      kept.push(id);
      yield id;
    }
  }
  return { ids: passing(), kept };
}

/** Runs `act` with what writes a file for its owner alone, or with nothing where none is asked for. */
export async function into<T>(
  path: string | undefined,
  force: boolean,
  act: (write?: (text: string) => Promise<void>) => Promise<T>,
): Promise<T> {
  // A file that exists is refused before the work, not after it.
  if (path === undefined) return act();
  return writeOutput({ path, force, secret: true, content: 'text' }, ({ write }) => act(write));
}

/** What computes scores here. */
export function runtime(): readonly Version[] {
  return versionsOf({ node: process.versions.node, v8: process.versions.v8, [process.platform]: process.arch });
}

/** What reads pictures here. */
export async function pictureReaders(): Promise<readonly Version[]> {
  return versionsOf(((await loadSharp()) as unknown as { versions: Readonly<Record<string, string>> }).versions);
}

function versionsOf(facts: Readonly<Record<string, string>>): readonly Version[] {
  return Object.entries(facts).map(([name, version]) => ({ name, version }));
}

/** What a repetition comes to, for a terminal, and its exit code: 0 the same, 1 something else. */
export function held(
  then: EvidenceRecord,
  now: EvidenceRecord,
): { words: string[]; exit: number; comparison: Comparison } {
  const comparison = compareRecords(then, now);
  const { sameQuestion, sameFindings, differences } = comparison;
  const words = differences.map(({ part, words }) => `${part.padEnd(12)}${words}`);
  const found = sameFindings ? 'THE SAME WAS FOUND AS' : 'SOMETHING ELSE WAS FOUND THAN';
  const asked = sameQuestion ? '' : ', BUT ANOTHER QUESTION WAS ASKED';
  const exit = sameQuestion && sameFindings ? EXIT.yes : EXIT.no;
  return { words: [...words, `${found} ON ${then.madeAt.slice(0, 10)}${asked}`], exit, comparison };
}
