/** One thing the demo did: what, what came of it, how long it took. */
export interface Step {
  title: string;
  result: string;
  ms: number;
}

/** Where lines go; a terminal also gets a moving line for work beyond 0.3 s. */
export interface Screen {
  write(text: string): void;
  isTTY: boolean;
}

/** Says how far a long step is: 0 to 1, or nothing known yet. */
export type Progress = (done: number) => void;

// A person starts to wonder after about a third of a second.
const PATIENCE_MS = 300;
const BAR = 24;

/** Runs steps one after the other, prints each with its time and keeps them for the report. */
export class Steps {
  readonly done: Step[] = [];
  readonly #screen: Screen;
  readonly #now: () => number;

  constructor(screen: Screen, now: () => number = () => performance.now()) {
    this.#screen = screen;
    this.#now = now;
  }

  /** Runs `work`; `describe` turns its value into the words printed beside the title. */
  async run<T>(
    title: string,
    work: (progress: Progress) => Promise<T> | T,
    describe: (value: T) => string,
  ): Promise<T> {
    const started = this.#now();
    let reached: number | undefined;
    const timer = this.#screen.isTTY
      ? setInterval(() => this.#moving(title, this.#now() - started, reached), 100)
      : undefined;
    try {
      const value = await work((done) => {
        reached = done;
        if (this.#screen.isTTY) this.#moving(title, this.#now() - started, reached);
      });
      this.#finish(title, describe(value), this.#now() - started);
      return value;
    } finally {
      clearInterval(timer);
      if (this.#screen.isTTY) this.#screen.write('\r\u001b[K');
    }
  }

  #moving(title: string, ms: number, reached: number | undefined): void {
    if (ms < PATIENCE_MS) return;
    const bar = reached === undefined ? '' : `${'█'.repeat(Math.round(reached * BAR)).padEnd(BAR, '░')} `;
    this.#screen.write(`\r\u001b[K    ${title} ${bar}${(ms / 1000).toFixed(1)} s`);
  }

  #finish(title: string, result: string, ms: number): void {
    this.done.push({ title, result, ms });
    const number = String(this.done.length).padStart(2);
    if (this.#screen.isTTY) this.#screen.write('\r\u001b[K');
    this.#screen.write(`${number}  ${title.padEnd(22)} ${time(ms).padStart(8)}  ${result}\n`);
  }
}

/** A time as people read it. */
export function time(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
