import { type Child, h } from './dom.js';

interface Labelled {
  readonly id: string;
  readonly label: string;
  readonly hint?: Child;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** A control under its label, its hint and the place of its error. */
function group({ id, label, hint }: Labelled, control: Control): HTMLElement {
  control.id = id;
  if (hint !== undefined) control.setAttribute('aria-describedby', `${id}-hint`);
  return h(
    'div',
    { class: 'nhsuk-form-group', 'data-field': id },
    h('label', { class: 'nhsuk-label', for: id }, label),
    hint !== undefined && h('div', { class: 'nhsuk-hint', id: `${id}-hint` }, hint),
    control,
  );
}

export const textField = (field: Labelled, attributes: Record<string, string> = {}): HTMLElement =>
  group(
    field,
    h('input', { class: 'nhsuk-input', type: 'text', autocomplete: 'off', spellcheck: 'false', ...attributes }),
  );

export const textArea = (field: Labelled, rows: number, maxlength: number): HTMLElement =>
  group(field, h('textarea', { class: 'nhsuk-textarea', rows, maxlength }));

export type Option = readonly [value: string, text: string];

export function selectField(
  field: Labelled,
  groups: readonly { readonly label?: string; readonly options: readonly Option[] }[],
): HTMLElement {
  const control = h('select', { class: 'nhsuk-select' }, h('option', { value: '' }, 'Choose'));
  for (const { label, options } of groups) {
    const items = options.map(([value, text]) => h('option', { value }, text));
    control.append(...(label === undefined ? items : [h('optgroup', { label }, ...items)]));
  }
  return group(field, control);
}

/** Radios under a legend; the group's id is the field's name. */
export function radios(
  { id, label, hint }: Labelled,
  options: readonly Option[],
  onchange: () => void = () => {},
): HTMLElement {
  const item = ([value, text]: Option, n: number) => {
    const own = n === 0 ? id : `${id}-${n}`;
    return h(
      'div',
      { class: 'nhsuk-radios__item' },
      h('input', { class: 'nhsuk-radios__input', type: 'radio', name: id, id: own, value, onchange }),
      h('label', { class: 'nhsuk-label nhsuk-radios__label', for: own }, text),
    );
  };
  return h(
    'div',
    { class: 'nhsuk-form-group', 'data-field': id },
    h(
      'fieldset',
      { class: 'nhsuk-fieldset', 'aria-describedby': hint === undefined ? null : `${id}-hint` },
      h('legend', { class: 'nhsuk-fieldset__legend' }, label),
      hint !== undefined && h('div', { class: 'nhsuk-hint', id: `${id}-hint` }, hint),
      h('div', { class: 'nhsuk-radios nhsuk-radios--inline ward-choice' }, ...options.map(item)),
    ),
  );
}

export function checkbox(id: string, label: string, onchange: () => void = () => {}): HTMLElement {
  return h(
    'div',
    { class: 'nhsuk-form-group', 'data-field': id },
    h(
      'div',
      { class: 'nhsuk-checkboxes' },
      h(
        'div',
        { class: 'nhsuk-checkboxes__item' },
        h('input', { class: 'nhsuk-checkboxes__input', type: 'checkbox', id, onchange }),
        h('label', { class: 'nhsuk-label nhsuk-checkboxes__label', for: id }, label),
      ),
    ),
  );
}

/** A form that is read and sent by script alone. */
export function form(submit: () => void, ...children: readonly Child[]): HTMLFormElement {
  const onsubmit = (event: SubmitEvent): void => {
    event.preventDefault();
    submit();
  };
  return h('form', { novalidate: true, onsubmit }, ...children);
}

/** Fields that belong together, under a heading. */
export function section(title: string, kind: string, ...children: readonly Child[]): HTMLFieldSetElement {
  const legend = { class: 'nhsuk-fieldset__legend nhsuk-fieldset__legend--m' };
  const heading = h('h2', { class: 'nhsuk-fieldset__heading' }, title);
  return h('fieldset', { class: `nhsuk-fieldset ${kind}`.trim() }, h('legend', legend, heading), ...children);
}

/** What is written in a field, trimmed; of radios the chosen value; of a checkbox `on` or nothing. */
export function entered(root: ParentNode, id: string): string {
  const control = root.querySelector<Control>(`#${id}`);
  if (control instanceof HTMLInputElement && control.type === 'radio') {
    return root.querySelector<HTMLInputElement>(`input[name="${id}"]:checked`)?.value ?? '';
  }
  if (control instanceof HTMLInputElement && control.type === 'checkbox') return control.checked ? 'on' : '';
  return control?.value.trim() ?? '';
}

/** Shows or takes away the field's error, where eyes and screen readers find it. */
export function setError(root: ParentNode, id: string, error: string | null): void {
  const field = root.querySelector(`[data-field="${id}"]`);
  const control = root.querySelector(`#${id}`);
  if (field === null || control === null) return;
  field.querySelector('.nhsuk-error-message')?.remove();
  field.classList.toggle('nhsuk-form-group--error', error !== null);
  const described = control.closest('fieldset[aria-describedby]') ?? control;
  const hints = (described.getAttribute('aria-describedby') ?? '')
    .split(' ')
    .filter((part) => part !== `${id}-error` && part !== '');
  if (error === null) control.removeAttribute('aria-invalid');
  else {
    hints.push(`${id}-error`);
    control.setAttribute('aria-invalid', 'true');
    const message = h('span', { class: 'nhsuk-error-message', id: `${id}-error` }, error);
    const before = field.querySelector('.nhsuk-radios, .nhsuk-checkboxes') ?? control;
    before.before(message);
  }
  if (hints.length > 0) described.setAttribute('aria-describedby', hints.join(' '));
  else described.removeAttribute('aria-describedby');
}

/** What is entered in a field that has to have something; where it has not, null, and the field says so and has the focus. */
export function required(root: ParentNode, id: string, error: string, characters = 1): string | null {
  const value = entered(root, id);
  const enough = value.length >= characters;
  setError(root, id, enough ? null : error);
  if (!enough) root.querySelector<HTMLElement>(`#${id}`)?.focus();
  return enough ? value : null;
}

/** A box that says what is wrong, with a link to each place; focus goes there so that nobody misses it. */
export function errorSummary(
  title: string,
  errors: readonly { readonly id?: string; readonly text: string }[],
): HTMLElement {
  const link = (id: string, text: string) =>
    h(
      'a',
      {
        href: `#${id}`,
        onclick: (event: Event) => {
          event.preventDefault();
          document.getElementById(id)?.focus();
        },
      },
      text,
    );
  const box = h(
    'div',
    { class: 'nhsuk-error-summary', tabindex: -1 },
    h(
      'div',
      { role: 'alert' },
      h('h2', { class: 'nhsuk-error-summary__title nhsuk-error-summary__heading' }, title),
      h(
        'div',
        { class: 'nhsuk-error-summary__body' },
        h(
          'ul',
          { class: 'nhsuk-list nhsuk-error-summary__list' },
          ...errors.map(({ id, text }) => h('li', {}, id === undefined ? text : link(id, text))),
        ),
      ),
    ),
  );
  return box;
}
