import { button, h } from './dom.js';

/** How long before the end somebody is warned: long enough to wash hands and come back (WCAG 2.2, 2.2.1). */
const WARNING_MS = 2 * 60_000;
/** How often the server is told that somebody is at work here, at most. */
const TOUCH_MS = 60_000;

export interface Idle {
  stop(): void;
  /** Whether somebody touched the page within the last two minutes: only then does the page ask the server by itself. */
  readonly present: boolean;
}

/**
 * Watches for hands on the page. Shortly before the session ends of idleness it asks; nobody answering, `ended` is called.
 *
 * @param seconds what the server allows without a request
 * @param touch tells the server that somebody is here
 */
export function watchIdle(seconds: number, touch: () => Promise<unknown>, ended: () => void): Idle {
  let active = Date.now();
  let told = active;
  const stay = (): void => {
    active = told = Date.now();
    void touch().catch(() => {});
  };
  const heading = h('h2', { class: 'nhsuk-heading-m', id: 'idle-title' }, 'Are you still there?');
  const words = h(
    'p',
    {},
    'You will be signed out in 2 minutes to keep patients’ pictures safe. What you have written here is kept.',
  );
  const dialog = h(
    'dialog',
    { 'aria-labelledby': 'idle-title', onclose: stay },
    heading,
    words,
    button('Stay signed in', () => dialog.close()),
  );
  document.body.append(dialog);

  const seen = (): void => {
    if (dialog.open) return;
    active = Date.now();
    if (active - told > TOUCH_MS) stay();
  };
  const signs = ['pointerdown', 'keydown', 'scroll'] as const;
  for (const sign of signs) addEventListener(sign, seen, { passive: true, capture: true });
  const check = (): void => {
    // The clock is asked, not counted: a laptop that slept has not ticked.
    const left = told + seconds * 1000 - Date.now();
    if (left <= 0) {
      stop();
      ended();
    } else if (left <= WARNING_MS && !dialog.open) dialog.showModal();
  };
  const ticking = setInterval(check, 5_000);
  addEventListener('visibilitychange', check);
  const stop = (): void => {
    clearInterval(ticking);
    removeEventListener('visibilitychange', check);
    for (const sign of signs) removeEventListener(sign, seen, { capture: true });
    dialog.remove();
  };
  return {
    stop,
    get present() {
      return Date.now() - active < WARNING_MS;
    },
  };
}
