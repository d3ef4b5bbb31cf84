import type { ItemRow, Opening, Recalled, WhoOpened } from '../../src/wire/api.js';
import { type Desk, people } from './desk.js';
import { button, h } from './dom.js';
import { call } from './http.js';
import { during, status } from './shell.js';
import { when } from './times.js';

/**
 * Recall and closing: each says what it does and asks once more.
 *
 * @param recalled - called when the item was recalled: nobody looks at it or advises on it any more, its sender included
 */
export function endingView(desk: Desk, row: ItemRow, recalled: () => void): HTMLElement {
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
      const { openedBy } = await call<Recalled>('POST', `/api/items/${row.id}/recall`, {});
      recalled();
      const others = openedBy.filter(({ name }) => name !== desk.me.name);
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
      await call('POST', `/api/cases/${row.case}/close`, {});
      return done('The case is closed.');
    },
  );
  const who = button(
    'Who opened it',
    () =>
      void during(place, who, line, 'Asking', async () => {
        const { openings } = await call<WhoOpened>('GET', `/api/items/${row.id}/who`);
        told.replaceChildren(
          h('p', {}, openings.length === 0 ? 'Nobody has opened it.' : `Opened by ${names(openings)}.`),
        );
      }),
    'secondary',
  );
  place.append(h('div', { class: 'ward-actions' }, ...(row.mine ? [who, recall] : []), close), line, told);
  return place;
}

const done = (text: string): HTMLElement => h('p', { class: 'ward-status ward-status--sent' }, text);
