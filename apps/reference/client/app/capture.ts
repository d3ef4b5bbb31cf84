import type { ItemSent } from '../../src/wire/api.js';
import type { Clinical } from '../../src/wire/clinical.js';
import type { ItemLabels } from '../../src/wire/labels.js';
import type { DirectorySummary } from '../core/core.js';
import { type ConsentForm, consentFields, placeOf } from './consent.js';
import type { Desk } from './desk.js';
import { button, h, summary } from './dom.js';
import { entered, errorSummary, form, setError, textArea } from './forms.js';
import { type Errors, patientFields, patientLine, readPatient } from './patient.js';
import { PictureField } from './picture-field.js';
import { keepRecipient, recipientField } from './recipient-field.js';
import { type Draft, Sending, UNSENT } from './sending.js';
import { clearProblem, showProblem, status } from './shell.js';
import { SITES } from './sites.js';
import { when } from './times.js';

/** Nobody views an item longer than this, whatever becomes of its case: by then the record has had it for weeks. */
const LIFETIME_MS = 30 * 24 * 60 * 60_000;

/** `<wardseal-capture>`: from the patient to "Sent". It keeps what was entered as long as the element lives. */
export class WardsealCapture extends HTMLElement {
  desk!: Desk;
  kind: ItemLabels['kind'] = 'photo';
  /** Called to go back to the inbox. */
  leave: () => void = () => {};
  #case: string = crypto.randomUUID();
  #sending: Sending | null = null;
  #form: HTMLFormElement | null = null;
  readonly #wait = status();
  readonly #check = h('div');
  readonly #picture = new PictureField(this);

  /** Whether leaving now would lose something. */
  get unsent(): boolean {
    return (
      this.#sending !== null ||
      this.#picture.handle !== '' ||
      entered(this, 'number') !== '' ||
      entered(this, 'message') !== ''
    );
  }

  connectedCallback(): void {
    if (this.#form === null) void this.#build().catch((error: unknown) => showProblem(this, error));
    else this.#picture.renew();
  }

  disconnectedCallback(): void {
    this.#picture.stop();
  }

  async #build(): Promise<void> {
    const directory = await this.desk.directory();
    const photo = this.kind === 'photo';
    this.#form = form(
      () => void this.#pressed(directory),
      patientFields(),
      photo &&
        consentFields(this.desk.me.name, () => {
          this.#changed();
          void this.#picture.startCamera();
        }),
      photo && this.#picture.element,
      textArea(
        {
          id: 'message',
          label: 'Message',
          hint: photo ? 'Your question, and what the picture shows' : 'Stays with the case and is filed in the record',
        },
        photo ? 3 : 6,
        4000,
      ),
      recipientField(this.desk.me.person, directory),
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

  #consented(): boolean {
    return entered(this, 'consent') !== '' && entered(this, 'givenBy') !== '';
  }

  /** Consent is the shutter; an intimate site is sent as intimate; what will be sent is said again above the button. */
  #changed(): void {
    if (this.kind === 'photo') {
      this.#picture.open(this.#consented());
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

  /** Reads the whole form, or notes what is missing at every place where it is. */
  #read(directory: DirectorySummary, errors: Errors): Draft | null {
    const patient = readPatient(this, errors);
    const photo = this.kind === 'photo';
    const need = (id: string, text: string): string => {
      const value = id === 'file' ? this.#picture.handle : entered(this, id);
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
    const capturedAt = photo ? this.#picture.capturedAt : new Date().toISOString();
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
    const { preparing } = this.#picture;
    if (preparing !== null) {
      this.#wait.textContent = 'Waiting until the picture is ready';
      const ready = await preparing;
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
      const box = errorSummary(`${UNSENT.split(' - ')[0]}: something is missing or wrong`, errors);
      this.prepend(box);
      box.focus();
      return;
    }
    keepRecipient(entered(this, 'to'));
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
      const press = h('div', { class: 'ward-actions' }, again, !sending.unsure && back);
      const actions = h('div', {}, sending.unsure ? unsure : null, press);
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
    this.#picture.forget();
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
      h(
        'div',
        { class: 'ward-actions' },
        button('Back to the inbox', () => this.leave()),
        button(
          photo ? 'Another picture of this patient' : 'Another message on this patient',
          () => this.#reopen(place),
          'secondary',
        ),
      ),
    );
    place.focus();
  }
}

customElements.define('wardseal-capture', WardsealCapture);
