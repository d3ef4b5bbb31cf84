import type { ItemRow } from '../../src/wire/api.js';
import { type Desk, roleName } from './desk.js';
import { button, h } from './dom.js';
import { form, required, textArea } from './forms.js';
import { titleOf } from './inbox.js';
import { type Opened, openItem } from './opening.js';
import { Sending } from './sending.js';
import { during, status } from './shell.js';
import { when } from './times.js';

/** Advice on this item: each piece is opened, and logged, by itself. */
export function adviceThread(desk: Desk, about: ItemRow): HTMLElement {
  const rows = desk.rows.filter(({ labels }) => labels.about === about.id);
  const item = (row: ItemRow): HTMLElement => {
    const line = status();
    const entry = h('li', {}, h('p', {}, `${titleOf(row)}, ${when(row.sentAt)} `), line);
    const read = button('Read advice', () => {
      void during(entry, read, line, 'Opening', async () => {
        const { clinical, sender, text } = await openItem(desk, row.id, { purpose: row.labels.purpose });
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
    : h('div', {}, h('h2', { class: 'nhsuk-heading-m' }, 'Advice'), h('ul', { class: 'ward-list' }, ...rows.map(item)));
}

/** Writing advice on an item that is open here. */
export function adviceForm(desk: Desk, row: ItemRow, opened: Opened): HTMLElement {
  const { clinical, case: number, labels } = opened;
  let sending: Sending | null = null;
  const line = status();
  const submit = (): void => {
    const note = required(place, 'advice', 'Write your advice');
    if (note === null) return;
    // The same words sent again are the same item; other words are another.
    if (sending === null || (place.dataset['sent'] !== note && !sending.unsure)) {
      sending = new Sending(desk, {
        case: number,
        to: { same: row.id },
        labels: { ...labels, kind: 'message', consentLevel: [], team: 'none', about: row.id },
        clinical: { ...clinical, consent: null, capturedAt: new Date().toISOString(), note },
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
