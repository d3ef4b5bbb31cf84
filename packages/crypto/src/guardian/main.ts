import { by, hide, list, show, write } from '@wardseal/primitives/page';
import { clearAnswer, wireAnswer } from './answer.js';
import { wireDrill } from './drill.js';
import { leaveMake, wireMake } from './make.js';
import { currentSeat, wireSeat } from './seat.js';

// The guardian's page: everything happens in this one document, and its policy lets it connect to nothing.

const TASKS = ['make', 'answer', 'test'];

function hasSeat(): boolean {
  try {
    return currentSeat() !== null;
  } catch {
    return false;
  }
}

/** Shows the task that the address names; the seat comes first where it is needed. */
function route(): void {
  const task = TASKS.find((id) => location.hash === `#${id}`);
  for (const link of document.querySelectorAll('.choices a')) {
    if (link.getAttribute('href') === location.hash) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (task === undefined && location.hash !== '') return;
  hide(...TASKS, 'unlock');
  if (task === undefined) return;
  const ready = task === 'make' || hasSeat();
  if (task !== 'make') leaveMake();
  if (task !== 'make') show('unlock', ready ? undefined : 'unlock-h');
  if (ready) show(task, `${task}-h`);
}

function tellConnection(): void {
  write(
    'connection',
    navigator.onLine
      ? 'This computer is online. You can disconnect it now: the page needs no network.'
      : 'This computer is offline. Good: the page needs no network.',
  );
}

wireMake();
wireSeat(route, () => {
  clearAnswer();
  list('results', []);
  hide('answer', 'test');
});
wireAnswer();
wireDrill();
addEventListener('hashchange', route);
addEventListener('online', tellConnection);
addEventListener('offline', tellConnection);
tellConnection();
route();
by('main').dataset['ready'] = 'true';
