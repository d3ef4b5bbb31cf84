import { type Child, h } from './dom.js';
import { errorSummary } from './forms.js';
import { wordsOf } from './words.js';

/** Where the page builds itself. */
export const root = (): HTMLElement => document.getElementById('app') ?? document.body;

/** Shows one view: its heading gets the focus, so that a screen reader begins there and a keyboard goes on from there. */
export function show(title: string, ...children: readonly Child[]): HTMLElement {
  const heading = h('h1', { class: 'nhsuk-heading-l', tabindex: -1 }, title);
  const view = h('div', { class: 'ward-view' }, heading, ...children);
  root().replaceChildren(view);
  document.title = `${title} - Wardseal`;
  heading.focus({ preventScroll: true });
  scrollTo(0, 0);
  return view;
}

/** What leaves nothing but the telephone. */
const DOWN = ['LOG_DOWN', 'CUSTODIAN_DOWN', 'DATABASE_DOWN', 'DISK_FULL', 'OFFLINE', 'INTERNAL'];

/** An error in words, with what to do next, at the top of `place` and with the focus. */
export function showProblem(place: ParentNode, error: unknown): void {
  const { said, next } = wordsOf(error);
  const { phone = '' } = root().dataset;
  const down = phone !== '' && DOWN.includes((error as { code?: string } | null)?.code ?? '');
  clearProblem(place);
  const box = errorSummary(said, [{ text: next }, ...(down ? [{ text: `The number to ring: ${phone}` }] : [])]);
  const heading = place.querySelector(':scope > h1');
  if (heading === null) place.prepend(box);
  else heading.after(box);
  box.focus();
}

export const clearProblem = (place: ParentNode): void => place.querySelector('.nhsuk-error-summary')?.remove();

/** A line that screen readers read out when it changes. */
export const status = (): HTMLElement => h('p', { class: 'ward-status', role: 'status' });

/** Runs what a button asks for: the button rests meanwhile, the line says what is going on, an error is said in words. */
export async function during(
  place: ParentNode,
  pressed: HTMLButtonElement | null,
  line: HTMLElement,
  doing: string,
  work: () => Promise<void>,
): Promise<void> {
  // A second press does nothing; `disabled` would throw the focus away.
  if (pressed?.getAttribute('aria-disabled') === 'true') return;
  pressed?.setAttribute('aria-disabled', 'true');
  clearProblem(place);
  line.textContent = doing;
  try {
    await work();
    line.textContent = '';
  } catch (error) {
    line.textContent = '';
    showProblem(place, error);
  } finally {
    pressed?.removeAttribute('aria-disabled');
  }
}
