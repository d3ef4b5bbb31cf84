import { call } from '../app/http.js';
import { wordsOf } from '../app/words.js';

/** The script of the page of people: its forms go by fetch, and what became of them is said where it is read out. */
const status = document.querySelector<HTMLElement>('#status');

for (const form of document.querySelectorAll<HTMLFormElement>('form[data-post]'))
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send(form);
  });

async function send(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector('button');
  if (button?.disabled) return;
  if (button) button.disabled = true;
  say('Working…');
  try {
    const reason = String(new FormData(form).get('reason') ?? '').trim();
    const { state } = await call<{ state: string }>('POST', form.dataset['post'] ?? '', { reason });
    // Shown after the page has come anew, with everybody as they are now.
    location.hash = state;
    location.reload();
  } catch (error) {
    const { said, next } = wordsOf(error);
    say(`${said} ${next}`);
    if (button) button.disabled = false;
  }
}

const DONE: Readonly<Record<string, string>> = {
  '#suspended': 'Suspended. Every session of theirs has ended.',
  '#waiting': 'You have agreed. A second person, an administrator or guardian, has to do it within 24 hours.',
  '#active': 'The suspension is taken back.',
};
const done = DONE[location.hash];
if (done !== undefined) say(done);

function say(text: string): void {
  if (status === null) return;
  status.hidden = false;
  status.textContent = text;
}
