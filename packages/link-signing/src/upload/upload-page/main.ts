import { by, hide, input, Missing, onClick, onSubmit, show, write } from '@wardseal/primitives/page';
import type { Purpose } from '../../claims.js';
import { ask, NotGiven } from '../../opening-page/ask.js';
import { onNewLink } from '../../opening-page/link-of-page.js';
import type { ParsedUploadLink } from '../link.js';
import { isSensitivity, type Sensitivity } from '../sensitivity.js';
import { takeUploadLink } from './link-of-page.js';
import { type Begun, begin, type Parcel, send, wrap } from './send.js';
import type { UploaderModule, UploadOneOff } from './uploader.js';
import { AGAIN, ENDS, type End, WHY } from './words.js';

// One section is shown at a time: checking -> ready -> taking -> sent -> ended. Loading the page asks whether the link is
// alive and takes nothing; the module is loaded, and a key made, when a person presses Continue; a use is taken by Send.
const SECTIONS = ['checking', 'ready', 'taking', 'sent', 'ended'] as const;
const WHEN: Intl.DateTimeFormatOptions = {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
};

let link: ParsedUploadLink;
let purpose: unknown;
let wantsPasscode = false;
let intimateUnder18 = false;
let upload: { readonly oneOff: UploadOneOff; readonly begun: Begun } | undefined;
/** What is being sent: once an attempt was made it stays the same, so that nothing arrives twice. */
let parcel: Parcel | undefined;
const left = new AbortController();

function stage(id: (typeof SECTIONS)[number]): void {
  hide(...SECTIONS);
  show(id, `${id}-h`);
}

function end(why: End): void {
  const [heading, reason, next] = ENDS[why];
  forget();
  document.title = `${heading} – ${document.title.split(' – ').at(-1)}`;
  write('ended-h', heading);
  write('ended-why', reason);
  write('ended-next', next);
  stage('ended');
}

/** Ends, or gives the failure on to be said beside the button. */
function endOrThrow(error: unknown): void {
  if (!(error instanceof NotGiven)) throw error;
  const { failure } = error;
  if (failure === 'passcode') throw new Missing('passcode', AGAIN.passcode);
  if (failure === 'unreachable' || failure === 'unavailable') throw error;
  end(failure === 'proof' ? 'refused' : failure);
}

function requireNetwork(): void {
  if (!navigator.onLine) throw new Error(AGAIN.offline);
}

async function check(): Promise<void> {
  write('check-status', 'Checking the link…');
  try {
    requireNetwork();
    const told = await ask('/u/status', { handle: link.handle });
    ({ purpose } = told);
    wantsPasscode = told['binding'] === 'passcode';
    const when = new Date(Number(told['expires']) * 1000);
    by<HTMLTimeElement>('expires').dateTime = when.toISOString();
    write('expires', when.toLocaleString('en-GB', WHEN));
    write('why', WHY[purpose as Purpose] ?? 'for your care');
    by('passcode-part').hidden = !wantsPasscode;
    const allowed = told['intimateUnder18'] as { clinician?: unknown; policy?: unknown } | undefined;
    intimateUnder18 = allowed !== undefined;
    if (allowed)
      write('under18-but', `, unless ${String(allowed.clinician)} asked for exactly this one, as ${String(allowed.policy)} allows`); // biome-ignore format: one sentence
    stage('ready');
  } catch (error) {
    endOrThrow(error);
  } finally {
    write('check-status', '');
    by('check-again').hidden = false;
  }
}

function shown(): Sensitivity {
  const value = document.querySelector<HTMLInputElement>('input[name="shows"]:checked')?.value;
  if (!isSensitivity(value)) throw new Missing('usual', AGAIN.noAnswer);
  return value;
}

/** A fresh one-off key, certified for this link. Null when the page ended. */
async function start(sensitivity: Sensitivity): Promise<boolean> {
  requireNetwork();
  const uploader: UploaderModule = await import(by('main').dataset['uploader']!).catch(() => {
    throw new Error(AGAIN.module);
  });
  // Before anything is asked for or sent: whom it would be sealed to.
  const oneOff = await uploader.prepare({ root: link.root, signal: left.signal }).catch(() => null);
  if (oneOff === null) {
    end('unverified');
    return false;
  }
  // Passcodes have no blanks; people put them in to keep their place.
  const passcode = wantsPasscode ? input('passcode').value.replaceAll(/\s/g, '') : undefined;
  const begun = await begin(link.handle, oneOff, sensitivity, passcode);
  // What the person was told must be what the signed grant says.
  if (begun.claims.purpose !== purpose) throw new NotGiven('refused');
  upload = { oneOff, begun };
  return true;
}

async function onBegin(): Promise<void> {
  const sensitivity = shown();
  if (sensitivity === 'intimate-under-18' && !intimateUnder18) return end('face-to-face');
  if (wantsPasscode && input('passcode').value.replaceAll(/\s/g, '').length < 6)
    throw new Missing('passcode', AGAIN.noPasscode);
  write('begin-status', 'Checking who will receive it…');
  try {
    if (await start(sensitivity)) stage('taking');
  } catch (error) {
    endOrThrow(error);
  } finally {
    write('begin-status', '');
  }
}

async function sealed(picture: Blob): Promise<Parcel> {
  const { oneOff, begun } = upload!;
  const { put, maxBytes, ...sealing } = begun;
  const file = await oneOff.seal({ picture, ...sealing }).catch(() => {
    throw new Error(AGAIN.sealing);
  });
  if (file.size > maxBytes) throw new Error(AGAIN.size);
  return wrap(file, oneOff, begun);
}

async function onSend(): Promise<void> {
  const picture = input('picture').files?.[0];
  if (picture === undefined) throw new Missing('picture', AGAIN.noPicture);
  if (!picture.type.startsWith('image/')) throw new Missing('picture', AGAIN.notPicture);
  try {
    requireNetwork();
    write('send-status', 'Locking the picture…');
    parcel ??= await sealed(picture);
    input('picture').disabled = true;
    write('send-status', 'Sending… Keep this page open.');
    const { use, of } = await send(parcel).catch(async (error) => {
      if (!(error instanceof NotGiven) || error.failure !== 'gone') throw error;
      // Its time was over, or that of a lost answer: not delivered. A new key is a new upload, if the link has one left.
      if (!(await start(upload!.begun.sensitivity))) throw error;
      parcel = await sealed(picture);
      return send(parcel);
    });
    forget();
    write('sent-count', `It was picture ${use} of ${of} that this link allows.`);
    by('another').hidden = use >= of;
    stage('sent');
  } catch (error) {
    endOrThrow(error);
  } finally {
    write('send-status', '');
  }
}

/** Lets go of the picture and of its key; the passcode stays for another picture until the page is left. */
function forget(): void {
  upload = undefined;
  parcel = undefined;
  const field = input('picture');
  field.value = '';
  field.disabled = false;
  preview(undefined);
  for (const one of document.querySelectorAll<HTMLInputElement>('input[name="shows"]')) one.checked = false;
}

function preview(picture: Blob | undefined): void {
  const image = by<HTMLImageElement>('preview');
  if (image.src !== '') URL.revokeObjectURL(image.src);
  image.hidden = picture === undefined;
  if (picture) image.src = URL.createObjectURL(picture);
  else image.removeAttribute('src');
}

function leave(): void {
  if (by('checking').hidden === false || by('ended').hidden === false) return;
  left.abort();
  input('passcode').value = '';
  end('left');
}

/** What is said of a failure: what was thrown to be said, or the words for a lost answer. */
function words(unreachable: string): (error: unknown) => string {
  const said: readonly string[] = Object.values(AGAIN);
  return (error) => {
    if (error instanceof NotGiven && error.failure === 'unreachable') return unreachable;
    return error instanceof Error && said.includes(error.message) ? error.message : AGAIN.unavailable;
  };
}

const taken = takeUploadLink();
onNewLink();
onSubmit('check', check, words(AGAIN.unavailable));
onSubmit('begin', onBegin, words(AGAIN.unavailable));
onSubmit('send', onSend, words(AGAIN.lost));
by('picture').addEventListener('change', () => preview(input('picture').files?.[0]));
onClick('another', () => stage('ready'));
onClick('leave', leave);
onClick('finish', leave);
addEventListener('pagehide', leave);
if (typeof taken === 'string') end(taken);
else {
  link = taken;
  stage('checking');
  by<HTMLFormElement>('check-form').requestSubmit();
}
