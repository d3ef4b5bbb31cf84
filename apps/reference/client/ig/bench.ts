import { h } from '../app/dom.js';
import { wordsOf } from '../app/words.js';

/** An element of the page by its id: the server has put it there. */
export function byId<K extends keyof HTMLElementTagNameMap>(id: string, kind: K): HTMLElementTagNameMap[K] {
  const found = document.getElementById(id);
  if (found?.localName !== kind) throw new TypeError(`the page has no ${kind} ${id}`);
  return found as HTMLElementTagNameMap[K];
}

export interface Bench {
  readonly signal: AbortSignal;
  /** What is being done now, and how far it is, 0 to 1. */
  tell(words: string, done?: number): void;
}

// What only these pages meet; the rest has its words with the app's.
const WORDS: ReadonlyMap<string, string> = new Map([
  ['TRACE_PICTURES', 'Choose both pictures: the leaked copy and the original from the record.'],
  ['TRACE_WHICH', 'Write the number of the item, or between which days it was sent.'],
  ['NOT_FOUND', 'There is no such item in your trust. Look at the number again.'],
  ['TOO_LARGE', 'More than 200 pictures were sent in these days. Choose fewer days.'],
  [
    'BAD_REQUEST',
    'Something in the form cannot be right. Look at the number of the item and the days, and write a reason.',
  ],
  ['REASON_REFUSED', 'The log does not take this reason. Leave out numbers of patients, and make it shorter.'],
  ['IMAGE_INVALID', 'One of the files is no picture that this browser reads. Save it as JPEG or PNG and try again.'],
  ['IMAGE_TOO_SMALL', 'One of the pictures is too small: 64 pixels a side are the least.'],
  [
    'IMAGE_TOO_LARGE',
    'One of the pictures is too large for this browser. The command line reads it: wardseal-watermark trace.',
  ],
  ['CORNERS_INVALID', 'These four corners make no picture. Click top left first, and go on clockwise.'],
  [
    'LOG_DOWN',
    'The access log does not answer, so nothing can be read. Try again in a minute, and tell the service desk if it lasts.',
  ],
]);

/** Runs one piece of work at a time: progress and words while it runs, a way to stop it, and its result or what went wrong. */
export async function atTheBench(work: (bench: Bench) => Promise<Node>): Promise<void> {
  const [start, stop] = [byId('start', 'button'), byId('stop', 'button')];
  const [progress, status, result] = [byId('done', 'progress'), byId('status', 'p'), byId('result', 'div')];
  const ending = new AbortController();
  const running = (on: boolean): void => {
    start.disabled = on;
    stop.hidden = !on;
    progress.hidden = !on;
  };
  stop.onclick = () => ending.abort();
  running(true);
  result.replaceChildren();
  try {
    const found = await work({
      signal: ending.signal,
      tell(words, done = 0) {
        if (status.textContent !== words) status.textContent = words;
        progress.value = done;
      },
    });
    status.textContent = 'Done.';
    result.replaceChildren(found);
    result.querySelector('h2')?.focus();
  } catch (error) {
    const { said, next } = wordsOf(error);
    const own = WORDS.get((error as { code?: string }).code ?? '');
    status.textContent = ending.signal.aborted ? 'Stopped.' : (own ?? `${said} ${next}`);
  } finally {
    running(false);
  }
}

/** A heading that the result begins with, and that takes the focus. */
export const verdict = (words: string): HTMLElement => h('h2', { class: 'nhsuk-heading-m', tabindex: '-1' }, words);

/** A link to something that this page made: opened on its own, or saved under a name. */
export function madeHere(text: string, blob: Blob, name?: string): HTMLElement {
  const href = URL.createObjectURL(blob);
  return h('a', { href, ...(name === undefined ? { target: '_blank', rel: 'noopener' } : { download: name }) }, text);
}
