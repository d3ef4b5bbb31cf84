import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { collectGarbage, MemoryPeak, waitedNanoseconds } from './measure.js';

/** Rounds unless said otherwise: odd, so that a median is a measured value; nine survive two disturbed ones on each side. */
const ROUNDS = 9;
/** A sample lasts at least this long, ms, so that the timer's own cost (about 1 µs) is below 0.01 %. */
const MIN_MS = 20;
/** Warm-up lasts this many samples: enough for the optimising compiler to have settled on the case. */
const WARM_UP_SAMPLES = 3;

export interface CompareOptions {
  /** The case that ratios refer to: the first one that is not ours unless named. */
  baseline?: string;
  /** How often every case is sampled. Default 9. */
  rounds?: number;
  /** The least length of a sample, ms. Default 20. */
  minMs?: number;
  /** What one call does `perCall` of, in the singular: 'entry', 'MiB'. Default 'call'. */
  unit?: string;
  /** Units of work in one call. Default 1. */
  perCall?: number;
  /** Name of the file in bench/results, without `.json`. Default: from the title. */
  out?: string;
  /** What a reader must know to judge the figures. */
  notes?: string;
}

export interface CaseResult {
  name: string;
  /** Median, quartiles and extremes over the rounds, nanoseconds per unit. */
  nsPerUnit: { median: number; lower: number; upper: number; least: number; most: number };
  unitsPerSecond: number;
  /** How many times as fast as the baseline: above 1 is faster. Medians of the ratios within each round. */
  speedToBaseline: number;
  /** How many times as fast ours (the first case) is as this one: above 1, ours is faster. */
  oursToThis: number;
  callsPerSample: number;
  /** The most that resident memory rose above its start during one sample, bytes. */
  rssHighWaterBytes: number;
}

export interface Comparison {
  title: string;
  date: string;
  machine: { node: string; platform: string; cpu: string; cores: number; memoryGiB: number };
  /** How time was taken: waiting for a processor is left out where the system reports it. */
  clock: 'wall time less the time spent waiting for a processor' | 'wall time';
  rounds: number;
  unit: string;
  ours: string;
  baseline: string;
  notes: string;
  cases: CaseResult[];
}

type Work = () => unknown;

class Case {
  readonly samples: number[] = [];
  callsPerSample = 1;
  rssHighWaterBytes = 0;
  readonly name: string;
  readonly work: Work;
  /** The last answer: kept so that the compiler cannot drop work whose answer nobody reads. */
  answer: unknown;
  constructor(name: string, work: Work) {
    this.name = name;
    this.work = work;
  }

  async #run(calls: number): Promise<number> {
    const waited = waitedNanoseconds();
    const start = process.hrtime.bigint();
    for (let i = 0; i < calls; i++) {
      // Awaiting a value that is there already would charge a synchronous case for a turn of the queue.
      const result = this.work();
      this.answer = result instanceof Promise ? await result : result;
    }
    const wall = Number(process.hrtime.bigint() - start);
    return Math.max(wall - (waitedNanoseconds() - waited), 1);
  }

  /** Warms the case up and finds how many calls fill a sample. */
  async warmUp(minMs: number): Promise<void> {
    const wanted = minMs * 1e6;
    let spent = 0;
    let calls = 1;
    while (spent < wanted * WARM_UP_SAMPLES) {
      const took = await this.#run(calls);
      spent += took;
      this.callsPerSample = Math.max(1, Math.ceil((wanted * calls) / took));
      calls = Math.min(this.callsPerSample, calls * 8);
    }
  }

  async sample(): Promise<void> {
    collectGarbage();
    const peak = new MemoryPeak();
    this.samples.push((await this.#run(this.callsPerSample)) / this.callsPerSample);
    this.rssHighWaterBytes = Math.max(this.rssHighWaterBytes, peak.rise());
    this.answer = undefined;
  }
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const low = sorted[Math.floor(at)]!;
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at));
}

const median = (values: readonly number[]): number => quantile(values, 0.5);
const significant = (value: number): number => Number(value.toPrecision(4));

/** Medians of the ratio within a round, because what disturbs a round disturbs its neighbours alike. */
function ratio(slower: Case, faster: Case): number {
  return significant(median(slower.samples.map((sample, round) => sample / faster.samples[round]!)));
}

function result(one: Case, ours: Case, baseline: Case, perCall: number): CaseResult {
  const per = one.samples.map((sample) => sample / perCall);
  return {
    name: one.name,
    nsPerUnit: {
      median: significant(median(per)),
      lower: significant(quantile(per, 0.25)),
      upper: significant(quantile(per, 0.75)),
      least: significant(quantile(per, 0)),
      most: significant(quantile(per, 1)),
    },
    unitsPerSecond: significant(1e9 / median(per)),
    speedToBaseline: ratio(baseline, one),
    oursToThis: ratio(one, ours),
    callsPerSample: one.callsPerSample,
    rssHighWaterBytes: one.rssHighWaterBytes,
  };
}

function duration(ns: number): string {
  const [value, unit] =
    ns < 1e3 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1e3, 'µs'] : ns < 1e9 ? [ns / 1e6, 'ms'] : [ns / 1e9, 's'];
  return `${value.toPrecision(3)} ${unit}`;
}

function table(comparison: Comparison): string {
  const { unit, cases, baseline, ours } = comparison;
  const rows = [
    ['', `per ${unit}`, 'quartiles', `${unit}/s`, `speed to ${baseline}`, `${ours} to it`, 'RSS rise'],
    ...cases.map((one) => [
      one.name,
      duration(one.nsPerUnit.median),
      `${duration(one.nsPerUnit.lower)} to ${duration(one.nsPerUnit.upper)}`,
      Math.round(one.unitsPerSecond).toLocaleString('en-GB'),
      `${one.speedToBaseline.toFixed(2)}x`,
      `${one.oursToThis.toFixed(2)}x`,
      `${(one.rssHighWaterBytes / 2 ** 20).toFixed(1)} MiB`,
    ]),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  '),
  );
  return lines.join('\n');
}

/**
 * Measures cases against each other: in every round each case is sampled once, the order turning by one from round to
 * round, after warm-up and a garbage collection. Time is wall time less what the thread spent waiting for a processor.
 * Prints a table and writes `bench/results/<out>.json` below the working directory. It judges nothing.
 *
 * The first case is ours. A case that throws ends the comparison with an Error naming it (`cause` kept).
 * Throws RangeError when there is no case, the baseline names none, or a number is not positive.
 *
 * @example
 * await compare('SHA-256 of 1 MiB', { ours: () => sha256(data), noble: () => nobleSha256(data) }, { unit: 'MiB' });
 */
export async function compare(
  title: string,
  cases: Record<string, () => unknown | Promise<unknown>>,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { rounds = ROUNDS, minMs = MIN_MS, perCall = 1, unit = 'call', notes = '' } = options;
  for (const [name, value] of Object.entries({ rounds, minMs, perCall })) {
    if (!(value > 0 && Number.isFinite(value))) throw new RangeError(`${name} must be a positive number`);
  }
  const all = Object.entries(cases).map(([name, work]) => new Case(name, work));
  const ours = all[0];
  if (ours === undefined) throw new RangeError('nothing to compare');
  const baseline =
    options.baseline === undefined ? (all[1] ?? ours) : all.find(({ name }) => name === options.baseline);
  if (baseline === undefined) throw new RangeError(`no case is called \`${options.baseline}\``);

  const run = async (one: Case, step: () => Promise<void>): Promise<void> => {
    try {
      await step();
    } catch (cause) {
      throw new Error(`case \`${one.name}\` failed`, { cause });
    }
  };
  for (const one of all) await run(one, () => one.warmUp(minMs));
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < all.length; i++) {
      const one = all[(i + round) % all.length]!;
      await run(one, () => one.sample());
    }
  }

  const comparison: Comparison = {
    title,
    date: new Date().toISOString(),
    machine: {
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
      cpu: cpus()[0]?.model ?? 'unknown',
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    clock: waitedNanoseconds.exact ? 'wall time less the time spent waiting for a processor' : 'wall time',
    rounds,
    unit,
    ours: ours.name,
    baseline: baseline.name,
    notes,
    cases: all.map((one) => result(one, ours, baseline, perCall)),
  };
  const name =
    options.out ??
    title
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '');
  const folder = join(process.cwd(), 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(comparison, null, 2)}\n`);
  console.log(`\n${title} (${rounds} rounds, medians)\n${table(comparison)}\n`);
  return comparison;
}
