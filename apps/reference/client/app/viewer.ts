import type { ItemRow } from '../../src/wire/api.js';
import { adviceForm, adviceThread } from './advice.js';
import { CONSENT, placeOf } from './consent.js';
import { type Desk, roleName, teamName } from './desk.js';
import { button, h, hidden, summary } from './dom.js';
import { endingView } from './ending.js';
import { form, required, textArea } from './forms.js';
import { ageBadge } from './inbox.js';
import { type Asked, awaitWitness, type Opened, openItem, releaseItem } from './opening.js';
import { PageError } from './page-error.js';
import { patientLine } from './patient.js';
import { pictureView } from './picture.js';
import { during, root, showProblem, status } from './shell.js';
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
          h(
            'p',
            {},
            `If a life is at risk and this fails, do not wait: phone ${root().dataset['phone'] || 'the team'}.`,
          ),
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
        ['Consent', consent === null ? '' : `${CONSENT[consent.form]}: ${consent.givenBy}. For care only.`],
        ['Case number', h('span', { class: 'ward-number' }, opened.case)],
      ]),
      this.#receipt(opened),
      advice,
    );
    this.#endAt(opened.until);
    const { desk, row } = this;
    if (labels.about === 'none') {
      const answer = adviceForm(desk, row, opened);
      const recalled = (): void => {
        for (const canvas of this.querySelectorAll('canvas')) canvas.width = 0;
        shown?.remove();
        answer.remove();
      };
      advice.append(adviceThread(desk, row), answer, endingView(desk, row, recalled));
    }
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
}

/** Why an item cannot be opened, by what became of it. */
const CLOSED_BY: Partial<Record<ItemRow['state'], string>> = {
  recalled: 'ITEM_RECALLED',
  expired: 'ITEM_EXPIRED',
  closed: 'ITEM_CLOSED',
  held: 'ITEM_HELD',
};

customElements.define('wardseal-viewer', WardsealViewer);
