import type { ItemSent } from '../../src/wire/api.js';
import type { Clinical } from '../../src/wire/clinical.js';
import type { ItemLabels } from '../../src/wire/labels.js';
import type { DirectorySummary, PreparedPicture } from '../core/core.js';
import { Camera, mayUseCamera, type Shot } from './camera.js';
import { type Desk, people, roleName, teamName } from './desk.js';
import { button, h, summary } from './dom.js';
import { entered, errorSummary, form, radios, section, selectField, setError, textArea, textField } from './forms.js';
import { PageError } from './page-error.js';
import { type Errors, patientFields, patientLine, readPatient } from './patient.js';
import { type Draft, Sending, UNSENT } from './sending.js';
import { clearProblem, showProblem, status } from './shell.js';
import { SITES } from './sites.js';
import { isOld, when } from './times.js';

/** Whom something was sent to last, on this device: a team's or a person's id, nothing of a patient. */
const LAST = 'wardseal.to';

/** Nobody views an item longer than this, whatever becomes of its case: by then the record has had it for weeks. */
const LIFETIME_MS = 30 * 24 * 60 * 60_000;

type ConsentForm = NonNullable<Clinical['consent']>['form'];
const CONSENT: Readonly<Record<ConsentForm, string>> = {
  oral: 'Patient, spoken',
  written: 'Patient, in writing',
  parental: 'Parent or guardian',
  'best-interests': 'Best interests',
  emergency: 'Emergency',
};
export const consentInWords = (form: ConsentForm): string => CONSENT[form];

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

/** `<wardseal-capture>`: from the patient to "Sent". It keeps what was entered as long as the element lives. */
export class WardsealCapture extends HTMLElement {
  desk!: Desk;
  kind: ItemLabels['kind'] = 'photo';
  /** Called to go back to the inbox. */
  leave: () => void = () => {};
  #case: string = crypto.randomUUID();
  #picture: PreparedPicture | null = null;
  #capturedAt = '';
  #source: [file: Blob, capturedAt: Date, hint: string] | null = null;
  #preparedBy: Desk | null = null;
  #sending: Sending | null = null;
  /** Settles when the picture chosen last is ready (true), or cannot be sent. */
  #preparing: Promise<boolean> | null = null;
  #form: HTMLFormElement | null = null;
  readonly #line = status();
  readonly #wait = status();
  readonly #check = h('div');
  readonly #chosen = h('div', { tabindex: -1 });
  readonly #camera = new Camera(
    (shot) => this.#take(shot),
    (error) => showProblem(this, error),
  );

  /** Whether leaving now would lose something. */
  get unsent(): boolean {
    return (
      this.#sending !== null ||
      this.#picture !== null ||
      entered(this, 'number') !== '' ||
      entered(this, 'message') !== ''
    );
  }

  connectedCallback(): void {
    if (this.#form === null) void this.#build().catch((error: unknown) => showProblem(this, error));
    // Signed in anew: the worker that held the picture ended with the keys.
    else if (this.#source !== null && this.#preparedBy !== this.desk) void this.#prepare(...this.#source);
  }

  disconnectedCallback(): void {
    this.#camera.stop();
  }

  async #build(): Promise<void> {
    const directory = await this.desk.directory();
    const photo = this.kind === 'photo';
    this.#form = form(
      () => void this.#pressed(directory),
      patientFields(),
      photo && this.#consentFields(),
      photo && this.#pictureFields(),
      textArea(
        {
          id: 'message',
          label: 'Message',
          hint: photo ? 'Your question, and what the picture shows' : 'Stays with the case and is filed in the record',
        },
        photo ? 3 : 6,
        4000,
      ),
      this.#toField(directory),
      this.#check,
      h('button', { type: 'submit', class: 'nhsuk-button' }, 'Seal and send'),
      this.#wait,
      h(
        'p',
        { class: 'nhsuk-hint' },
        'Only the people named above and your trust’s record service can open it. The server cannot.',
      ),
    );
    this.#form.addEventListener('input', ({ target }) => {
      const field = (target as Element).closest<HTMLElement>('[data-field]')?.dataset['field'];
      // What is being mended is not called wrong any longer.
      if (field !== undefined) setError(this, field, null);
      this.#changed();
    });
    this.append(this.#form);
    this.#changed();
  }

  #consentFields(): HTMLElement {
    const given: Partial<Record<ConsentForm, string>> = {
      oral: 'The patient',
      written: 'The patient',
      'best-interests': `${this.desk.me.name}, in the patient’s best interests`,
      emergency: `${this.desk.me.name}, in an emergency`,
    };
    const chosen = (): void => {
      const field = this.querySelector<HTMLInputElement>('#givenBy');
      const usual = [...Object.values(given), ''];
      // Only what this form wrote itself is written over.
      if (field !== null && usual.includes(field.value.trim())) {
        field.value = given[entered(this, 'consent') as ConsentForm] ?? '';
        setError(this, 'givenBy', null);
      }
      void mayUseCamera()
        .then((may) => (may && this.#consented() && this.#picture === null ? this.#camera.start() : undefined))
        .catch(() => {});
    };
    const order: readonly ConsentForm[] = ['oral', 'written', 'parental', 'best-interests', 'emergency'];
    return section(
      'Consent and place',
      '',
      radios(
        {
          id: 'consent',
          label: 'How was consent given?',
          hint: 'To a picture for care, kept in the record. Nothing else is allowed by it.',
        },
        order.map((form) => [form, CONSENT[form]]),
        chosen,
      ),
      textField({ id: 'givenBy', label: 'Consent given by' }, { maxlength: '200' }),
      selectField({ id: 'site', label: 'Body site' }, [{ options: SITES.map(({ name, meaning }) => [meaning, name]) }]),
      radios({ id: 'side', label: 'Side', hint: 'The patient’s own left or right' }, [
        ['left', 'Left'],
        ['right', 'Right'],
        ['both', 'Both'],
        ['not-applicable', 'Does not apply'],
      ]),
      radios({ id: 'sensitivity', label: 'How private is it?' }, [
        ['normal', 'Ordinary'],
        ['sensitive', 'Sensitive'],
        ['intimate', 'Intimate'],
      ]),
    );
  }

  #pictureFields(): HTMLElement {
    const start = button(
      'Use the camera',
      () => void this.#camera.start().catch((error: unknown) => showProblem(this, error)),
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
      h(
        'p',
        { class: 'nhsuk-hint ward-locked' },
        'Record the consent above first: then the camera and the files open.',
      ),
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

  #toField(directory: DirectorySummary): HTMLElement {
    const { me } = this.desk;
    const teams = directory.teams.map(({ id, members }): [string, string] => [
      id,
      `${teamName(id)} (team, ${people(members.length)})`,
    ]);
    const others = directory.people
      .filter(({ id }) => id !== me.person)
      .map(({ id, name, role }): [string, string] => [id, `${name}, ${roleName(role)}`]);
    const field = selectField({ id: 'to', label: 'Send to', hint: 'From your trust’s signed staff directory' }, [
      { label: 'On-call teams', options: teams },
      { label: 'People', options: others },
    ]);
    const last = localStorage.getItem(LAST);
    const usual = [...teams, ...others].some(([id]) => id === last) ? last : teams.length === 1 ? teams[0]?.[0] : null;
    const select = field.querySelector('select');
    if (select !== null && usual) select.value = usual;
    return field;
  }

  #consented(): boolean {
    return entered(this, 'consent') !== '' && entered(this, 'givenBy') !== '';
  }

  /** Consent is the shutter; an intimate site is sent as intimate; what will be sent is said again above the button. */
  #changed(): void {
    const shutter = this.querySelector<HTMLFieldSetElement>('.ward-shutter');
    if (shutter !== null) {
      const closed = !this.#consented();
      if (closed && !shutter.disabled) this.#camera.stop();
      shutter.disabled = closed;
      shutter.querySelector<HTMLElement>('.ward-locked')!.hidden = !closed;
      const site = SITES.find(({ meaning }) => meaning === entered(this, 'site'));
      const level = site?.intimate === true ? 'intimate' : 'normal';
      const now = entered(this, 'sensitivity');
      if (now === '' || (level === 'intimate' && now === 'normal'))
        this.querySelector<HTMLInputElement>(`[name="sensitivity"][value="${level}"]`)!.checked = true;
    }
    const to = this.querySelector<HTMLSelectElement>('#to');
    const patient = readPatient(this, []);
    this.#check.replaceChildren(
      summary([
        ['About', patient === null ? '' : patientLine(patient)],
        ['Where', placeOf(entered(this, 'site'), entered(this, 'side'))],
        ['To', to === null || to.value === '' ? '' : (to.selectedOptions[0]?.textContent ?? '')],
      ]),
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
    this.#preparing = going;
    await going;
    if (this.#preparing === going) this.#preparing = null;
  }

  async #prepared(file: Blob, capturedAt: Date, hint: string): Promise<boolean> {
    clearProblem(this);
    this.#line.textContent = 'Preparing the picture';
    try {
      if (file.type.startsWith('video/')) throw new PageError('VIDEO_LATER');
      const before = this.#picture;
      this.#picture = await this.desk.core.prepare(file);
      if (before !== null) void this.desk.core.drop(before.picture).catch(() => {});
      this.#capturedAt = capturedAt.toISOString();
      this.#source = [file, capturedAt, hint];
      this.#preparedBy = this.desk;
      setError(this, 'file', null);
      this.#line.textContent = 'The picture is ready';
      this.#showChosen(hint);
      return true;
    } catch (error) {
      this.#line.textContent = '';
      showProblem(this, error);
      return false;
    }
  }

  #showChosen(hint: string): void {
    const { preview, removed, width, height } = this.#picture!;
    const url = URL.createObjectURL(preview);
    const forget = (): void => URL.revokeObjectURL(url);
    const old = isOld(this.#capturedAt, new Date());
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
        `${width} by ${height} pixels, taken ${when(this.#capturedAt)}. `,
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
    this.#forget();
    this.querySelector<HTMLElement>('.ward-shutter .nhsuk-button')?.focus();
  }

  #forget(): void {
    if (this.#picture !== null) void this.desk.core.drop(this.#picture.picture).catch(() => {});
    this.#picture = this.#source = null;
    this.#chosen.replaceChildren();
    this.#line.textContent = '';
  }

  /** Reads the whole form, or notes what is missing at every place where it is. */
  #read(directory: DirectorySummary, errors: Errors): Draft | null {
    const patient = readPatient(this, errors);
    const photo = this.kind === 'photo';
    const need = (id: string, text: string): string => {
      const value = id === 'file' ? (this.#picture?.picture ?? '') : entered(this, id);
      if (value === '') errors.push({ id, text });
      return value;
    };
    const form = photo ? need('consent', 'Say how consent was given') : '';
    const givenBy = photo ? need('givenBy', 'Say who gave consent') : '';
    const site = photo ? need('site', 'Choose the body site') : '';
    const side = photo ? need('side', 'Choose the side, or "Does not apply"') : 'not-applicable';
    if (side === 'not-applicable' && SITES.find(({ meaning }) => meaning === site)?.sided === true) {
      errors.push({ id: 'side', text: 'Choose the side: this part of the body has a left and a right' });
    }
    const picture = photo ? need('file', 'Take or choose a picture') : '';
    const note = photo ? entered(this, 'message') : need('message', 'Write the message');
    const to = need('to', 'Choose who it is for');
    if (errors.length > 0 || patient === null) return null;
    const team = directory.teams.find(({ id }) => id === to);
    const capturedAt = photo ? this.#capturedAt : new Date().toISOString();
    const consent: Clinical['consent'] = photo
      ? { level: 'record', form: form as ConsentForm, givenBy, at: new Date().toISOString() }
      : null;
    return {
      case: this.#case,
      ...(photo && { picture }),
      to: team === undefined ? { person: to } : { team: to },
      labels: {
        kind: this.kind,
        sensitivity: photo ? (entered(this, 'sensitivity') as ItemLabels['sensitivity']) : 'normal',
        purpose: this.desk.me.teams.includes(to) ? 'direct-care' : 'referral',
        consentLevel: photo ? ['record'] : [],
        identifiable: true,
        team: team === undefined ? 'none' : to,
        notAfter: new Date(this.desk.now().getTime() + LIFETIME_MS).toISOString(),
        about: 'none',
      },
      clinical: { patient, consent, site, side: side as Clinical['side'], capturedAt, note },
    };
  }

  /** Pressed while the picture is still being prepared, it goes on by itself, unless that one cannot be sent. */
  async #pressed(directory: DirectorySummary): Promise<void> {
    if (this.#preparing !== null) {
      this.#wait.textContent = 'Waiting until the picture is ready';
      const ready = await this.#preparing;
      this.#wait.textContent = '';
      // A second press waited as well: it is sent once.
      if (!ready || this.#sending !== null) return;
    }
    this.#submit(directory);
  }

  #submit(directory: DirectorySummary): void {
    const errors: Errors = [];
    const draft = this.#read(directory, errors);
    clearProblem(this);
    for (const { dataset } of this.querySelectorAll<HTMLElement>('[data-field]'))
      setError(this, dataset['field']!, null);
    if (draft === null) {
      for (const { id, text } of errors) setError(this, id, text);
      const box = errorSummary(`${UNSENT.split(' - ')[0]}: something is missing`, errors);
      this.prepend(box);
      box.focus();
      return;
    }
    localStorage.setItem(LAST, entered(this, 'to'));
    const sending = new Sending(this.desk, draft);
    this.#sending = sending;
    const place = h(
      'div',
      { tabindex: -1 },
      h('p', {}, h('b', {}, patientLine(draft.clinical.patient))),
      sending.element,
    );
    this.#form!.hidden = true;
    this.append(place);
    place.focus();
    void this.#run(sending, place);
  }

  async #run(sending: Sending, place: HTMLElement): Promise<void> {
    try {
      this.#sent(await sending.run(), place);
    } catch (error) {
      const again = button('Try again', () => {
        clearProblem(place);
        actions.remove();
        place.focus();
        void this.#run(sending, place);
      });
      const back = button('Back to the form', () => this.#reopen(place), 'secondary');
      const unsure = h('p', {}, 'The server may have received it. Trying again sends it once, not twice.');
      const actions = h('div', {}, sending.unsure ? unsure : null, again, !sending.unsure && back);
      place.append(actions);
      showProblem(place, error);
    }
  }

  #reopen(place: HTMLElement): void {
    place.remove();
    this.#sending = null;
    this.#form!.hidden = false;
    this.#changed();
    this.querySelector<HTMLElement>('#to')?.focus();
  }

  #sent({ sentAt }: ItemSent, place: HTMLElement): void {
    const to = this.querySelector<HTMLSelectElement>('#to')?.selectedOptions[0]?.textContent ?? '';
    const photo = this.kind === 'photo';
    this.#forget();
    this.#sending = null;
    for (const control of this.querySelectorAll<HTMLInputElement>('#message, #site')) control.value = '';
    for (const chosen of this.querySelectorAll<HTMLInputElement>('[name="side"]:checked')) chosen.checked = false;
    place.append(
      h(
        'p',
        {},
        `Sent at ${when(sentAt)} to ${to}. You will see in the inbox who opened it. If it is urgent, phone them as well.`,
      ),
      photo ? h('p', {}, 'If you chose a file, delete it from this device now.') : '',
      summary([['Case number', h('span', { class: 'ward-number' }, this.#case)]]),
      button('Back to the inbox', () => this.leave()),
      button(
        photo ? 'Another picture of this patient' : 'Another message on this patient',
        () => this.#reopen(place),
        'secondary',
      ),
    );
    place.focus();
  }
}

const warning = (text: string): HTMLElement => h('p', { class: 'ward-warn' }, text);

/** "Skin of hand, left side". */
export function placeOf(site: string, side: string): string {
  const words: Readonly<Record<string, string>> = { left: ', left side', right: ', right side', both: ', both sides' };
  return site === '' ? '' : `${site}${words[side] ?? ''}`;
}

customElements.define('wardseal-capture', WardsealCapture);
