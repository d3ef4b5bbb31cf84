// Small handles on the one page there is. Text goes in as text, never as markup.

/** The element of an id, which the page has. */
export function by<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new TypeError(`the page has no ${id}`);
  return found as T;
}

export const input = (id: string): HTMLInputElement => by<HTMLInputElement>(id);

/** Text of others as it is shown: nothing invisible, nothing that turns the direction of what follows. */
export function visible(text: string): string {
  return text.replace(/\s/g, ' ').replace(/[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu, '\ufffd');
}

export function write(id: string, text: string): void {
  by(id).textContent = visible(text);
}

/** Shows a part and takes the reader there: the focus goes to its heading. */
export function show(id: string, heading?: string): void {
  by(id).hidden = false;
  if (heading !== undefined) by(heading).focus();
}

export function hide(...ids: readonly string[]): void {
  for (const id of ids) by(id).hidden = true;
}

export function list(id: string, lines: readonly string[]): void {
  by(id).replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement('li');
      item.textContent = visible(line);
      return item;
    }),
  );
}

/** What a person must put right before anything is tried. */
export class Missing extends Error {
  readonly field: string;
  constructor(field: string, words: string) {
    super(words);
    this.field = field;
  }
}

/** Runs an act on submit, once at a time; what goes wrong is said beside the form's button, at the field where there is one. */
export function onSubmit(name: string, act: () => Promise<void>, words: (error: unknown) => string): void {
  const form = by<HTMLFormElement>(`${name}-form`);
  const button = form.querySelector('button')!;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    write(`${name}-error`, '');
    for (const field of form.querySelectorAll('[aria-invalid]')) field.removeAttribute('aria-invalid');
    try {
      await act();
    } catch (error) {
      write(`${name}-error`, error instanceof Missing ? error.message : words(error));
      const field = error instanceof Missing ? input(error.field) : null;
      field?.setAttribute('aria-invalid', 'true');
      field?.closest('details')?.setAttribute('open', '');
      field?.focus();
    } finally {
      button.disabled = false;
    }
  });
}

export function onClick(id: string, act: () => unknown): void {
  by(id).addEventListener('click', () => act());
}

/** Hands a file to the browser's own saving. */
export function save(name: string, data: Uint8Array<ArrayBuffer> | string, type: string): void {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The first `most` bytes and one more of a chosen file, or null without one: whoever reads them sees when it is too long. */
export async function chosen(id: string, most: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const file = input(id).files?.[0];
  return file === undefined ? null : startOf(file, most);
}

export async function startOf(file: Blob, most: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(0, most + 1).arrayBuffer());
}
