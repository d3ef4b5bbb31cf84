import { readFileSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // not Linux
  }
}

const SCHEDULING = '/proc/thread-self/schedstat'; // "time on a processor, time ready but waiting for one, slices", ns
const waits = read(SCHEDULING) !== undefined;

/**
 * Nanoseconds this thread has so far stood ready without getting a processor. Taking it off wall time makes a figure
 * from a busy machine comparable with one from a quiet machine; time spent waiting for a disk stays in.
 * Zero where the system does not tell (`exact` is false).
 */
export const waitedNanoseconds: { (): number; readonly exact: boolean } = Object.assign(
  () => (waits ? Number(read(SCHEDULING)!.split(' ')[1]) : 0),
  { exact: waits },
);

let collector: (() => void) | undefined;

/** A full garbage collection, without Node having been started with a flag. */
export function collectGarbage(): void {
  if (collector === undefined) {
    setFlagsFromString('--expose-gc');
    collector = runInNewContext('gc') as () => void;
  }
  collector();
}

function kibibytes(field: string): number | undefined {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(read('/proc/self/status') ?? '');
  return found === null ? undefined : Number(found[1]);
}

/** How far resident memory rises above where it was when this was made. */
export class MemoryPeak {
  readonly #start: number;
  constructor() {
    try {
      writeFileSync('/proc/self/clear_refs', '5'); // sets the high-water mark back to the present (proc(5))
    } catch {
      // Elsewhere the mark only grows: a rise is then seen once, in the first sample that reaches it.
    }
    this.#start = kibibytes('VmRSS') ?? process.resourceUsage().maxRSS;
  }

  /** The rise so far, bytes, never negative. */
  rise(): number {
    return Math.max(0, (kibibytes('VmHWM') ?? process.resourceUsage().maxRSS) - this.#start) * 1024;
  }
}
