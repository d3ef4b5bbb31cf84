import type { Inbox, ItemRow } from '../../src/wire/api.js';
import { type Desk, teamName } from './desk.js';
import { button, type Child, h } from './dom.js';
import { entered, form, textField } from './forms.js';
import { call } from './http.js';
import { during, show, status } from './shell.js';
import { ago, isOld, when } from './times.js';

const STATES: Readonly<Record<ItemRow['state'], readonly [text: string, colour: string]>> = {
  active: ['New', 'blue'],
  filed: ['In the record', 'green'],
  closed: ['Closed', 'grey'],
  expired: ['Expired', 'grey'],
  recalled: ['Recalled', 'red'],
  held: ['Held back', 'orange'],
};
const OVER: readonly ItemRow['state'][] = ['expired', 'recalled', 'held'];
const ACTS = { open: 'Open', release: 'Ask for release', 'break-glass': 'Break the glass' } as const;

const GOVERNANCE = ['privacy-officer', 'caldicott-guardian', 'siro', 'guardian'];

const tag = (text: string, colour: string): HTMLElement =>
  h('strong', { class: `nhsuk-tag nhsuk-tag--${colour}` }, text);

/** How old something is: grey, or red from a day on (H7). */
export const ageBadge = (iso: string, now: Date): HTMLElement => tag(ago(iso, now), isOld(iso, now) ? 'red' : 'grey');

/** What an item is called without saying anything about the patient. */
export function titleOf({ labels, mine, author }: ItemRow): string {
  const what = labels.about === 'none' ? (labels.kind === 'photo' ? 'Picture' : 'Message') : 'Advice';
  const team = labels.team === 'none' ? '' : ` to ${teamName(labels.team)}`;
  return `${what} ${mine ? 'from you' : `from ${author.name}`}${team}`;
}

function rowView(desk: Desk, row: ItemRow, advice: readonly ItemRow[], open: (id: string) => void): HTMLElement {
  const [state, colour] = STATES[row.state];
  const over = OVER.includes(row.state);
  const id = `row-${row.id}`;
  const others = row.openedBy?.filter(({ name }) => name !== desk.me.name);
  const opened = others?.map(({ name, at }) => `${name} ${when(at)}`).join('; ');
  const seen: Child =
    row.mine && h('p', {}, opened ? `Opened by ${opened}` : over ? 'Nobody opened it' : 'Nobody has opened it yet');
  const unread = advice.filter(({ mine }) => !mine);
  return h(
    'li',
    { class: `ward-row${over ? ' ward-row--over' : row.canOpen === 'open' && !row.mine ? ' ward-row--waiting' : ''}` },
    h(
      'div',
      {},
      h('h2', { class: 'nhsuk-heading-xs', id }, titleOf(row)),
      h('p', {}, `${when(row.sentAt)} `, ageBadge(row.sentAt, desk.now()), ' ', tag(state, colour)),
      seen,
      advice.length > 0 &&
        h('p', {}, `Advice from ${advice.map(({ author, mine }) => (mine ? 'you' : author.name)).join(', ')}`),
      row.mine && !row.filed && !over && h('p', { class: 'nhsuk-hint' }, 'Not in the record yet'),
    ),
    ...unread
      .filter(({ canOpen }) => canOpen === 'open')
      .slice(-1)
      .map((one) => button('Read advice', () => open(one.id), '', { 'aria-describedby': id })),
    row.canOpen !== 'no' &&
      button(ACTS[row.canOpen], () => open(row.id), row.canOpen === 'open' ? '' : 'secondary', {
        'aria-describedby': id,
      }),
  );
}

/** Rows with their advice under them; advice whose original is not here stands for itself. */
function rowList(desk: Desk, rows: readonly ItemRow[], open: (id: string) => void): HTMLElement {
  const ids = new Set(rows.map(({ id }) => id));
  const own = rows.filter(({ labels }) => !ids.has(labels.about));
  const adviceOn = (id: string): ItemRow[] => rows.filter(({ labels }) => labels.about === id);
  return h('ul', { class: 'ward-list' }, ...own.map((row) => rowView(desk, row, adviceOn(row.id), open)));
}

/** What each role begins with. A hint: the policy decides. */
function starts(role: string, go: (route: string) => void): HTMLElement[] {
  const keeper = role === 'administrator' || GOVERNANCE.includes(role);
  if (!keeper) {
    return [
      button('New picture', () => go('new-picture')),
      button('New message', () => go('new-message'), 'secondary'),
    ];
  }
  const link = (href: string, text: string): HTMLElement => h('a', { href, class: 'nhsuk-button' }, text);
  const people = link('/people', 'People');
  return role === 'administrator' ? [people] : [link('/ig', 'Information governance'), people];
}

/** The inbox: who, when, how old, in which state. Whom it is about is told only after opening. */
export function inboxView(
  desk: Desk,
  present: () => boolean,
  open: (id: string) => void,
  go: (route: string) => void,
): void {
  const line = status();
  const list = h('div');
  const paint = (rows: readonly ItemRow[]): void => {
    // Whoever is about to press a button keeps it: a list that is the same is not built again.
    const print = JSON.stringify([rows, Math.floor(Date.now() / 60_000)]);
    if (
      list.dataset['print'] === print ||
      (list.dataset['print'] !== undefined && list.contains(document.activeElement))
    )
      return;
    list.dataset['print'] = print;
    list.replaceChildren(
      rows.length === 0
        ? h('p', {}, 'Nothing here yet. What is sent to you or your team appears by itself.')
        : rowList(desk, rows, open),
    );
  };
  const load = async (): Promise<void> => paint(await desk.inbox());
  const refresh = button(
    'Refresh',
    () => {
      list.removeAttribute('data-print');
      void during(view, refresh, line, 'Loading', load);
    },
    'secondary',
  );
  const duty = desk.me.onDuty.map(teamName).join(', ');
  const view = show(
    'Inbox',
    h('p', {}, `${desk.me.name}, ${desk.me.trustName}${duty === '' ? '' : `. On duty for ${duty}`}.`),
    h('div', { class: 'ward-actions' }, ...starts(desk.me.role, go)),
    line,
    list,
    h(
      'div',
      { class: 'ward-actions' },
      refresh,
      button('Find a case by its number', () => go('find'), 'secondary'),
    ),
  );
  void during(view, null, line, 'Loading', load);
  const timer = setInterval(() => {
    if (!view.isConnected) clearInterval(timer);
    else if (!document.hidden && present())
      load().then(
        () => line.replaceChildren(),
        () => {
          line.textContent = 'Not up to date: the server does not answer.';
        },
      );
  }, 10_000);
}

/** Cases that are not in one's inbox are found only by their number, which the sender reads out. */
export function findView(desk: Desk, open: (id: string) => void, back: () => void): void {
  const line = status();
  const found = h('div', { role: 'status' });
  const go = async (): Promise<void> => {
    const number = entered(view, 'case').toLowerCase();
    const { items } = await call<Inbox>('GET', `/api/items?case=${encodeURIComponent(number)}`);
    const known = new Set(items.map(({ id }) => id));
    desk.rows = [...desk.rows.filter(({ id }) => !known.has(id)), ...items];
    found.replaceChildren(
      h('p', {}, items.length === 0 ? 'No case of this number.' : 'This is what the case holds.'),
      rowList(desk, items, open),
    );
  };
  const press = h('button', { type: 'submit', class: 'nhsuk-button' }, 'Find');
  const view = show(
    'Find a case',
    h(
      'p',
      {},
      'For when you are asked to help with a patient who was not sent to you. Ask the sender for the case number: it is on their screen.',
    ),
    form(
      () => void during(view, press, line, 'Looking', go),
      textField({ id: 'case', label: 'Case number' }, { maxlength: '36' }),
      press,
    ),
    line,
    found,
    button('Back to the inbox', back, 'secondary'),
  );
}
