import { by, hide, input, Missing, onClick, onSubmit, show, write } from '@wardseal/primitives/page';
import type { ParsedLink } from '../link.js';
import { linkKey } from '../link-key.js';
import { ask, type Failure, NotGiven } from './ask.js';
import { knock, type Released } from './knock.js';
import { onNewLink, takeLink } from './link-of-page.js';
import type { OpenerModule, Opening } from './opener.js';
import { AGAIN, ENDS, type End } from './words.js';

// One section is shown at a time: checking -> ready -> opened -> ended. Loading the page asks whether the link would open and
// takes nothing; a use is taken when a person presses the button.
const SECTIONS = ['checking', 'ready', 'opened', 'ended'] as const;
const WHEN: Intl.DateTimeFormatOptions = {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};

let link: ParsedLink;
let binding = '';
let nonce: string | undefined;
let opener: OpenerModule;
let opening: Opening | undefined;
let held = new AbortController();

function stage(id: (typeof SECTIONS)[number]): void {
  hide(...SECTIONS);
  show(id, `${id}-h`);
}

function end(why: End): void {
  const [heading, reason, next] = ENDS[why];
  document.title = `${heading} – ${document.title.split(' – ').at(-1)}`;
  write('ended-h', heading);
  write('ended-why', reason);
  write('ended-next', next);
  stage('ended');
}

// Failures after which trying again is of no use.
const ENDING: Partial<Record<Failure, End>> = { gone: 'gone', denied: 'denied', refused: 'refused', proof: 'key' };

/** Ends, or gives the failure on to be said beside the button. */
function endOrThrow(error: unknown): void {
  const failure = error instanceof NotGiven ? error.failure : null;
  if (failure === 'passcode') throw new Missing('passcode', AGAIN.passcode);
  const why = failure && ENDING[failure];
  if (!why) throw error;
  end(why);
}

function requireNetwork(): void {
  if (!navigator.onLine) throw new Error(AGAIN.offline);
}

async function check(): Promise<void> {
  write('check-status', 'Checking the link…');
  try {
    requireNetwork();
    const { expires, binding: wanted, withShare, nonce: given } = await ask('/o/status', { handle: link.handle });
    // Opening half a link would take a use and show nothing.
    if (withShare === true && link.secret === undefined) return end('damaged');
    binding = String(wanted);
    nonce = typeof given === 'string' ? given : undefined;
    const when = new Date(Number(expires) * 1000);
    by<HTMLTimeElement>('expires').dateTime = when.toISOString();
    write('expires', when.toLocaleString('en-GB', WHEN));
    by('passcode-part').hidden = binding !== 'passcode';
    stage('ready');
  } catch (error) {
    endOrThrow(error);
  } finally {
    write('check-status', '');
    by('check-again').hidden = false;
  }
}

async function open(): Promise<void> {
  const wantsPasscode = binding === 'passcode';
  // Passcodes have no blanks; people put them in to keep their place.
  const passcode = wantsPasscode ? input('passcode').value.replaceAll(/\s/g, '') : undefined;
  if (passcode !== undefined && passcode.length < 6) throw new Missing('passcode', AGAIN.noPasscode);
  write('open-status', 'Opening…');
  try {
    requireNetwork();
    // Before a use is taken: what cannot be shown is not opened.
    opener = await import(by('main').dataset['opener']!).catch(() => {
      throw new Error(AGAIN.module);
    });
    const wantsProof = !wantsPasscode && binding !== 'bearer';
    if (wantsProof && !opener.prove) return end('key');
    const prove = wantsProof ? opener.prove : undefined;
    const released = await knock({ handle: link.handle, passcode, prove, nonce });
    input('passcode').value = '';
    hold(released);
    stage('opened');
    by<HTMLFormElement>('show-form').requestSubmit();
  } catch (error) {
    endOrThrow(error);
  } finally {
    write('open-status', '');
  }
}

function hold({ answer, ...rest }: Released): void {
  const { claims, grant, share, cti } = answer;
  const { secret } = link;
  const key = secret && share ? linkKey({ secret, share, cti }) : null;
  share?.fill(0);
  secret?.fill(0);
  held = new AbortController();
  opening = { view: by('view'), signal: held.signal, claims, grant, cti, linkKey: key, ...rest };
}

async function present(): Promise<void> {
  if (opening === undefined) return;
  write('show-status', 'Loading…');
  opening.view.replaceChildren();
  try {
    await opener.open(opening);
    by('show-again').hidden = true;
  } catch (error) {
    by('show-again').hidden = false;
    throw error;
  } finally {
    write('show-status', '');
  }
}

/** Lets go of everything that was opened; also when the page is left, so that going back shows nothing. */
function close(): void {
  if (opening === undefined) return;
  held.abort();
  opening.linkKey?.fill(0);
  opening.view.replaceChildren();
  opening = undefined;
  end('closed');
}

/** What is said of a failure: of a request that got no answer, of one that got a bad one, or what was thrown to be said. */
function words(unreachable: string, unavailable: string): (error: unknown) => string {
  const said: readonly string[] = Object.values(AGAIN);
  return (error) => {
    if (error instanceof NotGiven && error.failure === 'unreachable') return unreachable;
    return error instanceof Error && said.includes(error.message) ? error.message : unavailable;
  };
}

const taken = takeLink();
onNewLink();
onSubmit('check', check, words(AGAIN.unreachableBefore, AGAIN.unavailableBefore));
onSubmit('open', open, words(AGAIN.unreachable, AGAIN.unavailable));
onSubmit('show', present, () => AGAIN.show);
onClick('close', close);
addEventListener('pagehide', () => {
  // Browsers put back what was typed, also from disk.
  input('passcode').value = '';
  close();
});
if (typeof taken === 'string') end(taken);
else {
  link = taken;
  stage('checking');
  by<HTMLFormElement>('check-form').requestSubmit();
}
