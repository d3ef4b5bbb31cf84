type Props = Readonly<Record<string, string | number | boolean | null | undefined | ((event: never) => void)>>;
export type Child = Node | string | null | undefined | false;

/**
 * Builds an element: functions under `on...` listen, booleans are attributes that are there or not, `null` and
 * `undefined` are left out. Text stays text: nothing here is ever parsed as HTML.
 *
 * @example
 * h('button', { class: 'nhsuk-button', onclick: send }, 'Send');
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value as EventListener);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : String(value));
    }
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** A button; `kind` is one of nhsuk-frontend's: secondary, warning, reverse. */
export function button(label: Child, onclick: () => void, kind = '', props: Props = {}): HTMLButtonElement {
  return h(
    'button',
    { type: 'button', class: `nhsuk-button${kind && ` nhsuk-button--${kind}`}`, onclick, ...props },
    label,
  );
}

/** Words for a screen reader only. */
export const hidden = (text: string): HTMLElement => h('span', { class: 'nhsuk-u-visually-hidden' }, text);

/** A term and what it is, as rows of a summary list; rows without a value are left out. */
export function summary(rows: readonly (readonly [string, Child])[]): HTMLElement {
  const cell = (tag: 'dt' | 'dd', name: string, child: Child) =>
    h(tag, { class: `nhsuk-summary-list__${name}` }, child);
  const shown = rows.filter(([, value]) => value !== '' && value !== null && value !== undefined && value !== false);
  return h(
    'dl',
    { class: 'nhsuk-summary-list' },
    ...shown.map(([key, value]) =>
      h('div', { class: 'nhsuk-summary-list__row' }, cell('dt', 'key', key), cell('dd', 'value', value)),
    ),
  );
}
