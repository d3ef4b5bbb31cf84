import type { PreparedPicture } from '../core/core.js';
import { Camera, mayUseCamera, type Shot } from './camera.js';
import type { Desk } from './desk.js';
import { button, h } from './dom.js';
import { section, setError } from './forms.js';
import { PageError } from './page-error.js';
import { clearProblem, showProblem, status } from './shell.js';
import { isOld, when } from './times.js';
import { wordsOf } from './words.js';

const REMOVED: Readonly<Record<string, string>> = {
  exif: 'camera details',
  gps: 'location',
  xmp: 'editing history',
  iptc: 'captions',
  'maker-note': 'the maker’s notes',
  thumbnail: 'small hidden preview',
  icc: 'colour profile (colours kept as sRGB)',
  'data-after-end': 'data hidden after the picture',
};

/** The picture to be sent: taken here or chosen, made ready by the worker, and shown as it will be sent. */
export class PictureField {
  readonly element: HTMLFieldSetElement;
  capturedAt = '';
  /** Settles when the picture chosen last is ready (true), or cannot be sent. */
  preparing: Promise<boolean> | null = null;
  #picture: PreparedPicture | null = null;
  #source: [file: Blob, capturedAt: Date, hint: string] | null = null;
  #preparedBy: Desk | null = null;
  readonly #owner: HTMLElement & { readonly desk: Desk };
  readonly #line = status();
  readonly #chosen = h('div', { tabindex: -1 });
  readonly #locked = h(
    'p',
    { class: 'nhsuk-hint ward-locked' },
    'Record the consent above first: then the camera and the files open.',
  );
  readonly #camera = new Camera(
    (shot) => this.#take(shot),
    (error) => showProblem(this.#owner, error),
  );

  /** @param owner - shows what goes wrong; its desk is another after signing in anew */
  constructor(owner: HTMLElement & { readonly desk: Desk }) {
    this.#owner = owner;
    this.element = this.#fields();
  }

  /** The prepared picture in the worker; empty while there is none. */
  get handle(): string {
    return this.#picture?.picture ?? '';
  }

  /** Opens the camera and the files, or closes them. */
  open(yes: boolean): void {
    if (!yes && !this.element.disabled) this.stop();
    this.element.disabled = !yes;
    this.#locked.hidden = yes;
  }

  /** Starts the camera where that was allowed before and there is no picture yet. */
  async startCamera(): Promise<void> {
    try {
      if ((await mayUseCamera()) && this.#picture === null && !this.element.disabled) await this.#camera.start();
    } catch {
      // Nobody asked for it: who wants it presses the button, and is told.
    }
  }

  stop(): void {
    this.#camera.stop();
  }

  /** Signed in anew: the worker that held the picture ended with the keys. */
  renew(): void {
    if (this.#source !== null && this.#preparedBy !== this.#owner.desk) void this.#prepare(...this.#source);
  }

  #fields(): HTMLFieldSetElement {
    const start = button(
      'Use the camera',
      () => void this.#camera.start().catch((error: unknown) => showProblem(this.#owner, error)),
      'secondary',
    );
    const file = h('input', {
      class: 'nhsuk-file-upload',
      type: 'file',
      id: 'file',
      accept: 'image/jpeg,image/png,video/*',
      'aria-describedby': 'file-hint',
      onchange: () => {
        const chosen = file.files?.[0];
        if (chosen !== undefined) void this.#prepare(chosen, new Date(Math.min(chosen.lastModified, Date.now())), '');
        file.value = '';
      },
    });
    return section(
      'Picture',
      'ward-shutter',
      this.#locked,
      start,
      this.#camera.element,
      h(
        'div',
        { class: 'nhsuk-form-group', 'data-field': 'file' },
        h('label', { class: 'nhsuk-label', for: 'file' }, 'Choose a picture'),
        h(
          'div',
          { class: 'nhsuk-hint', id: 'file-hint' },
          'A picture taken outside this page stays in this device’s own gallery and backups: delete it there afterwards.',
        ),
        file,
      ),
      this.#line,
      this.#chosen,
    );
  }

  #take({ file, few }: Shot): void {
    const hint =
      'This camera gives a small picture. If detail matters, take it with your phone’s camera and press "Choose a picture".';
    // The button that was pressed is gone with the camera: the focus goes on to what it took.
    void this.#prepare(file, new Date(), few ? hint : '').then(() => this.#chosen.focus());
  }

  async #prepare(...source: [file: Blob, capturedAt: Date, hint: string]): Promise<void> {
    const going = this.#prepared(...source);
    this.preparing = going;
    await going;
    if (this.preparing === going) this.preparing = null;
  }

  async #prepared(file: Blob, capturedAt: Date, hint: string): Promise<boolean> {
    const { desk } = this.#owner;
    clearProblem(this.#owner);
    this.#line.textContent = 'Preparing the picture';
    try {
      if (file.type.startsWith('video/')) throw new PageError('VIDEO_LATER');
      const before = this.#picture;
      this.#picture = await desk.core.prepare(file);
      if (before !== null) void desk.core.drop(before.picture).catch(() => {});
      this.capturedAt = capturedAt.toISOString();
      this.#source = [file, capturedAt, hint];
      this.#preparedBy = desk;
      setError(this.#owner, 'file', null);
      this.#line.textContent = 'The picture is ready';
      this.#showChosen(hint);
      return true;
    } catch (error) {
      this.#line.textContent = '';
      // Said where the picture is chosen, which on a phone is far from the top of the form.
      const { said, next } = wordsOf(error);
      setError(this.#owner, 'file', `${said} ${next}`);
      this.#owner.querySelector<HTMLElement>('#file')?.focus();
      return false;
    }
  }

  #showChosen(hint: string): void {
    const { preview, removed, width, height } = this.#picture!;
    const url = URL.createObjectURL(preview);
    const forget = (): void => URL.revokeObjectURL(url);
    const old = isOld(this.capturedAt, new Date());
    this.#chosen.replaceChildren(
      h('img', {
        class: 'ward-preview',
        src: url,
        alt: 'The picture that will be sent',
        onload: forget,
        onerror: forget,
      }),
      h(
        'p',
        {},
        `${width} by ${height} pixels, taken ${when(this.capturedAt)}. `,
        removed.length === 0
          ? 'It held nothing but the picture.'
          : `Removed before sending: ${removed.map((kind) => REMOVED[kind] ?? kind).join(', ')}.`,
      ),
      ...(old ? [warning('The file says that this picture is more than a day old. Is it the one you mean?')] : []),
      ...(hint === '' ? [] : [warning(hint)]),
      button('Remove this picture', () => this.#retake(), 'secondary'),
    );
  }

  #retake(): void {
    this.forget();
    this.element.querySelector<HTMLElement>('.nhsuk-button')?.focus();
  }

  /** The picture is sent, or not wanted. */
  forget(): void {
    if (this.#picture !== null) void this.#owner.desk.core.drop(this.#picture.picture).catch(() => {});
    this.#picture = this.#source = null;
    this.#chosen.replaceChildren();
    this.#line.textContent = '';
  }
}

const warning = (text: string): HTMLElement => h('p', { class: 'ward-warn' }, text);
