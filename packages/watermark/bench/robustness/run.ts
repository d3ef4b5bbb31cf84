// Hands the cases out to workers and writes down what comes back, line by line.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { attackSuite, FULL_SIZE } from '@wardseal/watermark/testing';
import type { Case, Marked, Result, Run } from './case.ts';
import { codec } from './codec.ts';
import { photographs } from './pictures.ts';
import type { Setting } from './worker.ts';

export interface Job {
  readonly photo: string;
  readonly attack: string;
}

/**
 * Every attack that fits the size of every photograph, the largest photographs first. `photos` lists parts of names,
 * `attacks` names or groups, both with commas.
 */
export async function jobsOf(which: {
  readonly folder: string | undefined;
  readonly seed: number;
  readonly photos?: string | undefined;
  readonly attacks?: string | undefined;
}): Promise<Job[]> {
  const [photos, attacks] = [which.photos?.split(','), which.attacks?.split(',')];
  const sized: { photo: string; long: number; area: number }[] = [];
  for (const { name, load } of photographs(which.folder, which.seed)) {
    if (photos !== undefined && !photos.some((part) => name.includes(part))) continue;
    const { width, height } = await load();
    sized.push({ photo: name, long: Math.max(width, height), area: width * height });
  }
  const suite = attackSuite({ jpeg: codec }).filter(
    ({ name, group }) => attacks === undefined || attacks.includes(name) || attacks.includes(group),
  );
  return sized
    .sort((a, b) => b.area - a.area)
    .flatMap(({ photo, long }) =>
      suite.filter(({ fullSize }) => !fullSize || long > FULL_SIZE).map(({ name }) => ({ photo, attack: name })),
    );
}

/** What a run's file holds already; a last line that an interruption cut short is left out. */
export function earlier(path: string): { run: Run | undefined; results: Result[] } {
  if (!existsSync(path)) return { run: undefined, results: [] };
  const results: Result[] = [];
  let run: Run | undefined;
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (!line.endsWith('}')) continue;
    const entry = JSON.parse(line) as Run | Result;
    if (entry.kind === 'run') run = entry;
    else results.push(entry);
  }
  return { run, results };
}

/** Appends lines to a file, making its folder when needed. */
export function append(path: string, entry: Run | Result): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}

/** Runs every job on as many threads; `onResult` is told of each as it comes. */
export async function runAll(
  jobs: readonly Job[],
  setting: Setting,
  threads: number,
  onResult: (result: Result, done: number) => void,
): Promise<void> {
  const waiting = new Map<string, string[]>();
  for (const { photo, attack } of jobs) waiting.set(photo, [...(waiting.get(photo) ?? []), attack]);
  const known = new Set<string>();
  let done = 0;

  /** The next job: of the worker's own photograph, else of the one that has most left. */
  const take = (own: string | undefined): Job | undefined => {
    const most = [...waiting].sort((a, b) => b[1].length - a[1].length)[0]?.[0];
    const photo = own !== undefined && waiting.has(own) ? own : most;
    const attack = photo === undefined ? undefined : waiting.get(photo)!.shift();
    if (photo === undefined || attack === undefined) return undefined;
    if (waiting.get(photo)!.length === 0) waiting.delete(photo);
    return { photo, attack };
  };

  await Promise.all(
    Array.from({ length: Math.min(threads, jobs.length) }, async () => {
      const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: setting });
      try {
        for (let job = take(undefined); job !== undefined; job = take(job.photo)) {
          const { marked, result } = await ask(worker, job);
          if (!known.has(marked.photo)) {
            known.add(marked.photo);
            onResult(marked, done);
          }
          onResult(result, ++done);
        }
      } finally {
        await worker.terminate();
      }
    }),
  );
}

function ask(worker: Worker, job: Job): Promise<{ marked: Marked; result: Case }> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      worker.off('message', answered).off('error', failed);
    };
    const answered = (answer: { marked: Marked; result: Case }): void => {
      end();
      resolve(answer);
    };
    const failed = (error: unknown): void => {
      end();
      reject(error);
    };
    worker.on('message', answered).on('error', failed);
    worker.postMessage(job);
  });
}
