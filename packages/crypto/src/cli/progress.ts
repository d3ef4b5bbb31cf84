// Below this nobody sees a bar, ms; and a line is drawn at most so often.
const PATIENCE = 300;
const PAUSE = 100;
const BAR = 30;

export interface Progress {
  /** Counts bytes that were dealt with. */
  add(bytes: number): void;
  clear(): void;
}

/** A line on stderr that says how far it is; only where stderr is a terminal. `total` bytes, when that is known. */
export function progressLine(verb: string, total: number | undefined): Progress {
  if (process.stderr.isTTY !== true) return { add() {}, clear() {} };
  let done = 0;
  let next = performance.now() + PATIENCE;
  let shown = false;
  return {
    add(bytes) {
      done += bytes;
      const now = performance.now();
      if (now < next) return;
      next = now + PAUSE;
      shown = true;
      process.stderr.write(`\r\u001b[K${verb} ${total ? bar(done, total) : megabytes(done)}`);
    },
    clear() {
      if (shown) process.stderr.write('\r\u001b[K');
      shown = false;
    },
  };
}

function bar(done: number, total: number): string {
  const full = Math.min(BAR, Math.round((BAR * done) / total));
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${megabytes(done)} of ${megabytes(total)}`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
