import type { ItemRow, Opening, Recalled, WhoOpened } from '../../src/wire/api.js';
import { consentInWords, placeOf } from './capture.js';
import { type Desk, people, roleName, teamName } from './desk.js';
import { button, h, hidden, summary } from './dom.js';
import { form, required, textArea } from './forms.js';
import { call } from './http.js';
import { ageBadge, titleOf } from './inbox.js';
import { type Asked, awaitWitness, type Opened, openItem, releaseItem } from './opening.js';
import { PageError } from './page-error.js';
import { patientLine } from './patient.js';
import { pictureView } from './picture.js';
import { Sending } from './sending.js';
import { during, showProblem, status } from './shell.js';
import { when } from './times.js';
import { wordsOf } from './words.js';

/** What the policy asks of a reason for breaking the glass. */
const REASON_CHARS = 20;
/** How often it is looked whether a viewing that the policy limits is over. */
const OVER_MS = 5_000;
/** A sender's clock may be off by this much before it is said (H10). */
const CLOCK_MS = 5 * 60_000;

/** `<wardseal-viewer>`: one item, from asking for it to advice on it, recall and closing of its case. */
export class WardsealViewer extends HTMLElement {
  desk!: Desk;
  row!: ItemRow;
  /** Whether somebody has just pressed a button for it: a page loaded anew opens nothing by itself. */
  pressed = false;
  leave: () => void = () => {};
  readonly #line = status();
  readonly #body = h('div', { tabindex: -1 });
  #ticking = 0;

  connectedCallback(): void {
    if (this.hasChildNodes()) return;
    const { row } = this;
    this.append(
      this.#line,
      this.#body,
      button('Back to the inbox', () => this.leave(), 'secondary'),
    );
    if (row.canOpen === 'release') this.#askRelease();
    else if (row.canOpen === 'break-glass') this.#askGlass();
    else if (row.canOpen === 'no') showProblem(this, new PageError(CLOSED_BY[row.state] ?? 'POLICY_REFUSED'));
    else if (this.pressed) this.#start({ purpose: row.labels.purpose });
    else
      this.#body.append(
        h('p', {}, 'Opening is written into the log.'),
        button('Open', () => this.#start({ purpose: row.labels.purpose })),
      );
  }

  /** A picture leaves the page with its view. */
  disconnectedCallback(): void {
    clearInterval(this.#ticking);
    for (const canvas of this.querySelectorAll('canvas')) canvas.width = 0;
    this.replaceChildren();
  }

  /** Takes what is shown away when the policy's time for it is over; by the clock, since a laptop that slept has not ticked. */
  #endAt(until: string | null): void {
    clearInterval(this.#ticking);
    if (until === null) return;
    this.#ticking = window.setInterval(() => {
      if (this.desk.now().getTime() < Date.parse(until)) return;
      clearInterval(this.#ticking);
      for (const canvas of this.querySelectorAll('canvas')) canvas.width = 0;
      this.#body.replaceChildren(
        h('p', {}, 'The time for looking at this in an emergency is over. If you still need it, open it again.'),
      );
    }, OVER_MS);
  }

  #start(asked: Asked, before?: () => Promise<void>): void {
    void during(this, null, this.#line, 'Asking', async () => {
      try {
        await before?.();
        const opened = await openItem(this.desk, this.row.id, asked, (doing) => {
          this.#line.textContent = doing;
        });
        await this.#show(opened, asked.reason !== undefined);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === 'RELEASE_NEEDED') return this.#askRelease();
        // What cannot be opened in the usual way can be in an emergency: blocking always offers the safe way out (H8).
        if (code === 'LOG_DOWN' || code === 'POLICY_REFUSED' || code === 'RELEASE_REFUSED') this.#askGlass();
        throw error;
      }
    });
  }

  #askRelease(): void {
    const asked = { purpose: this.row.labels.purpose };
    const ask = button('Ask for release', () =>
      this.#start(asked, () => releaseItem(this.desk, this.row.id, asked, false)),
    );
    this.#body.replaceChildren(
      h('h2', { class: 'nhsuk-heading-m' }, 'Release'),
      h(
        'p',
        {},
        'This was sealed before it was your turn. Your trust’s key service can let you in: you confirm with your passkey, the sender sees it.',
      ),
      h(
        'div',
        { class: 'ward-actions' },
        ask,
        button('Break the glass instead', () => this.#askGlass(), 'secondary'),
      ),
    );
    ask.focus();
  }

  #askGlass(): void {
    const submit = (): void => {
      const short = `Say why you need it now, in at least ${REASON_CHARS} characters`;
      const reason = required(this, 'reason', short, REASON_CHARS);
      if (reason === null) return;
      const asked = { purpose: 'emergency', reason };
      this.#start(asked, () => releaseItem(this.desk, this.row.id, asked, true));
    };
    this.#body.replaceChildren(
      form(
        submit,
        h('h2', { class: 'nhsuk-heading-m' }, 'Break the glass'),
        h(
          'div',
          { class: 'ward-warn' },
          h(
            'p',
            {},
            'For an emergency only. Your privacy officer is told at once, the sender sees it, and it is reviewed within 24 hours.',
          ),
          h('p', {}, 'If a life is at risk and this fails, do not wait: phone the team.'),
        ),
        textArea(
          {
            id: 'reason',
            label: 'Reason',
            hint: 'Why you need to see this patient’s picture now. Do not name the patient here.',
          },
          3,
          200,
        ),
        h('button', { type: 'submit', class: 'nhsuk-button nhsuk-button--warning' }, 'Break the glass'),
      ),
    );
    this.querySelector<HTMLElement>('#reason')?.focus();
  }

  async #show(opened: Opened, glass: boolean): Promise<void> {
    const { clinical, sender, labels, text, picture } = opened;
    const now = this.desk.now();
    const taken = clinical.capturedAt;
    const ahead = Date.parse(taken) - Date.parse(opened.sentAt) > CLOCK_MS;
    const advice = h('div');
    const { consent } = clinical;
    const place =
      picture !== undefined &&
      h('p', {}, `${placeOf(clinical.site, clinical.side)} · taken ${when(taken)} `, ageBadge(taken, now));
    const who = h('p', {}, hidden('Patient: '), patientLine(clinical.patient));
    const banner = h('div', { class: 'ward-patient' }, who, place);
    const shown = picture === undefined ? null : await pictureView(picture, labels.sensitivity === 'intimate');
    this.#body.replaceChildren(
      banner,
      opened.breakGlass || glass ? h('p', { class: 'ward-warn' }, 'You broke the glass. It will be reviewed.') : '',
      ahead ? h('p', { class: 'ward-warn' }, 'The sender’s clock was wrong: trust the time when it was sent.') : '',
      shown ?? '',
      summary([
        [
          labels.about === 'none' ? 'Message' : 'Advice',
          h('span', { class: 'ward-prose' }, text || clinical.note || 'None'),
        ],
        ['Sent', h('span', {}, `${when(opened.sentAt)} `, ageBadge(opened.sentAt, now))],
        ['From', `${sender.name}, ${roleName(sender.role)}`],
        ['To', labels.team === 'none' ? '' : teamName(labels.team)],
        ['Consent', consent === null ? '' : `${consentInWords(consent.form)}: ${consent.givenBy}. For care only.`],
        ['Case number', h('span', { class: 'ward-number' }, opened.case)],
      ]),
      this.#receipt(opened),
      advice,
    );
    this.#endAt(opened.until);
    if (labels.about === 'none') advice.append(this.#thread(), this.#adviceForm(opened), this.#ending());
    this.#body.focus();
  }

  /** The receipt, and the witness as soon as there is one. */
  #receipt(opened: Opened): HTMLElement {
    const { receipt, emergency, code } = opened;
    const where = emergency ? 'the emergency journal' : 'the log';
    const witness = h('span', { role: 'status' }, emergency ? '' : 'Waiting for a witness.');
    const wanted = (): boolean => this.isConnected;
    const late = 'No witness has confirmed it within a minute: your information governance lead can see that, too.';
    if (!emergency) {
      awaitWitness(this.desk, opened, wanted).then(
        (state) => witness.replaceChildren(state === 'witnessed' ? 'Confirmed by an independent witness.' : late),
        (error: unknown) => {
          const { said, next } = wordsOf(error);
          witness.replaceChildren(`${said} ${next}`);
        },
      );
    }
    return h(
      'p',
      { class: 'nhsuk-hint' },
      `Your viewing is in ${where} as entry ${receipt.index} (${when(receipt.at)}). Its code on the picture: ${code}. `,
      witness,
    );
  }

  /** Advice on this item: each piece is opened, and logged, by itself. */
  #thread(): HTMLElement {
    const rows = this.desk.rows.filter(({ labels }) => labels.about === this.row.id);
    const item = (row: ItemRow): HTMLElement => {
      const line = status();
      const entry = h('li', {}, h('p', {}, `${titleOf(row)}, ${when(row.sentAt)} `), line);
      const read = button('Read advice', () => {
        void during(entry, read, line, 'Opening', async () => {
          const { clinical, sender, text } = await openItem(this.desk, row.id, { purpose: row.labels.purpose });
          read.replaceWith(
            h(
              'blockquote',
              { class: 'nhsuk-inset-text ward-prose', tabindex: -1 },
              text || clinical.note,
              h('p', { class: 'nhsuk-hint' }, `${sender.name}, ${roleName(sender.role)}`),
            ),
          );
          entry.querySelector('blockquote')?.focus();
        });
      });
      if (row.canOpen === 'open') entry.append(read);
      return entry;
    };
    return rows.length === 0
      ? h('div')
      : h(
          'div',
          {},
          h('h2', { class: 'nhsuk-heading-m' }, 'Advice'),
          h('ul', { class: 'ward-list' }, ...rows.map(item)),
        );
  }

  #adviceForm(opened: Opened): HTMLElement {
    const { clinical, case: number, labels } = opened;
    let sending: Sending | null = null;
    const line = status();
    const submit = (): void => {
      const note = required(place, 'advice', 'Write your advice');
      if (note === null) return;
      // The same words sent again are the same item; other words are another.
      if (sending === null || (place.dataset['sent'] !== note && !sending.unsure)) {
        sending = new Sending(this.desk, {
          case: number,
          to: { same: this.row.id },
          labels: { ...labels, kind: 'message', consentLevel: [], team: 'none', about: this.row.id },
          clinical: {
            ...clinical,
            consent: null,
            capturedAt: new Date().toISOString(),
            note,
          },
        });
        place.dataset['sent'] = note;
        progress.replaceChildren(sending.element);
      }
      const going = sending;
      void during(place, press, line, '', async () => {
        await going.run();
        fields.hidden = true;
      });
    };
    const press = h('button', { type: 'submit', class: 'nhsuk-button' }, 'Send advice');
    const fields = h(
      'div',
      {},
      textArea(
        {
          id: 'advice',
          label: 'Your advice',
          hint: 'It is filed in the record under your name, bound to this picture.',
        },
        4,
        4000,
      ),
      press,
    );
    const progress = h('div');
    const place = form(submit, fields, progress, line);
    return place;
  }

  /** Recall and closing: each says what it does and asks once more. */
  #ending(): HTMLElement {
    const line = status();
    const told = h('div', { role: 'status' });
    const place = h('div', {});
    const names = (list: readonly Opening[]): string => list.map(({ name, at }) => `${name} (${when(at)})`).join(', ');
    const act = (label: string, question: string, work: () => Promise<HTMLElement>): HTMLButtonElement => {
      const press = button(
        label,
        () => {
          const sure = button(
            `Yes, ${label.toLowerCase()}`,
            () =>
              void during(place, sure, line, label, async () => {
                told.replaceChildren(await work());
                press.focus();
              }),
            'warning',
          );
          told.replaceChildren(h('p', {}, question), sure);
          sure.focus();
        },
        'secondary',
      );
      return press;
    };
    const recall = act(
      'Recall',
      'Nobody will be able to open it from now on. Whoever has opened it has seen it.',
      async () => {
        const { openedBy } = await call<Recalled>('POST', `/api/items/${this.row.id}/recall`, {});
        const others = openedBy.filter(({ name }) => name !== this.desk.me.name);
        const before = `Recalled, but ${people(others.length)} had opened it before: ${names(others)}.`;
        return others.length === 0
          ? done('Recalled. Nobody had opened it.')
          : h('p', { class: 'ward-warn' }, `${before} Tell them, and report it if it went to the wrong person.`);
      },
    );
    const close = act(
      'Close case',
      'The case is finished. It is kept until it is in the record, then deleted here.',
      async () => {
        await call('POST', `/api/cases/${this.row.case}/close`, {});
        return done('The case is closed.');
      },
    );
    const who = button(
      'Who opened it',
      () =>
        void during(place, who, line, 'Asking', async () => {
          const { openings } = await call<WhoOpened>('GET', `/api/items/${this.row.id}/who`);
          told.replaceChildren(
            h('p', {}, openings.length === 0 ? 'Nobody has opened it.' : `Opened by ${names(openings)}.`),
          );
        }),
      'secondary',
    );
    place.append(h('div', { class: 'ward-actions' }, ...(this.row.mine ? [who, recall] : []), close), line, told);
    return place;
  }
}

/** Why an item cannot be opened, by what became of it. */
const CLOSED_BY: Partial<Record<ItemRow['state'], string>> = {
  recalled: 'ITEM_RECALLED',
  expired: 'ITEM_EXPIRED',
  closed: 'ITEM_CLOSED',
  held: 'ITEM_HELD',
};

const done = (text: string): HTMLElement => h('p', { class: 'ward-status ward-status--sent' }, text);

customElements.define('wardseal-viewer', WardsealViewer);
