// Below this nobody sees a bar, ms; and a line is drawn at most so often.
const PATIENCE = 300;
const PAUSE = 100;
const BAR = 30;

export interface Progress {
  /** Says how much is dealt with, and of how much where that was not known before. */
  at(done: number, of?: number): void;
  /** Passes bytes on and counts them. */
  count(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  clear(): void;
}

/** Says how much of how much, where that is known. */
export type Amount = (done: number, of?: number) => string;

/**
 * A line on stderr that says how far it is; only where stderr is a terminal. `total`, where that is known; `inWords` says
 * an amount, bytes when it is not given.
 */
export function progressLine(verb: string, total?: number, inWords: Amount = megabytes): Progress {
  let next = performance.now() + PATIENCE;
  let shown = false;
  const at = (done: number, of: number | undefined = total): void => {
    const now = performance.now();
    if (process.stderr.isTTY !== true || now < next) return;
    next = now + PAUSE;
    shown = true;
    process.stderr.write(`\r\u001b[K${verb} ${of ? `${bar(done, of)} ` : ''}${inWords(done, of)}`);
  };
  return {
    at,
    async *count(chunks) {
      let done = 0;
      for await (const chunk of chunks) {
        done += chunk.length;
        at(done);
        yield chunk;
      }
    },
    clear() {
      if (shown) process.stderr.write('\r\u001b[K');
      shown = false;
    },
  };
}

function bar(done: number, total: number): string {
  const full = Math.min(BAR, Math.round((BAR * done) / total));
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}]`;
}

const megabytes: Amount = (done, of) => {
  const text = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  return of ? `${text(done)} of ${text(of)}` : text(done);
};

/** Counts things, as `5 of 10 entries`. */
export function counted(things: string): Amount {
  return (done, of) => `${done}${of ? ` of ${of}` : ''} ${things}`;
}
