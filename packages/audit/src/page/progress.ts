import { by, hide, show, write } from '@wardseal/primitives/page';

// Below this nobody sees a bar, ms; and the page answers at least so often.
const PATIENCE = 300;
const PAUSE = 50;

class Stopped extends Error {}

/** Shows how far long work is, with a button that ends it. Null when it was ended. */
export async function withProgress<T>(
  work: (onProgress: (done: number, total: number) => Promise<void>) => Promise<T>,
): Promise<T | null> {
  const bar = by<HTMLProgressElement>('progress');
  const started = performance.now();
  let last = started;
  let stopped = false;
  const stop = (): void => {
    stopped = true;
  };
  by('stop').addEventListener('click', stop);
  try {
    return await work(async (done, total) => {
      const now = performance.now();
      if (now - last < PAUSE) return;
      last = now;
      bar.max = total;
      bar.value = done;
      write('progress-words', `${done} of ${total} rows`);
      if (now - started > PATIENCE) show('working');
      await new Promise((resolve) => setTimeout(resolve));
      if (stopped) throw new Stopped();
    });
  } catch (error) {
    if (error instanceof Stopped) return null;
    throw error;
  } finally {
    by('stop').removeEventListener('click', stop);
    hide('working');
  }
}
