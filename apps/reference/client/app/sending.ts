import { base64url } from '@wardseal/primitives';
import type { ItemSent, NewItem } from '../../src/wire/api.js';
import type { SealedItem, SealRequest } from '../core/core.js';
import type { Desk } from './desk.js';
import { h } from './dom.js';
import { call, Refused, upload } from './http.js';

/** What goes out, but for its id. */
export type Draft = Omit<SealRequest, 'item'>;

const STEPS = ['preparing', 'sealing', 'uploading', 'waiting'] as const;
const WORDS: Readonly<Record<(typeof STEPS)[number], string>> = {
  preparing: 'Preparing: checking who is on the team now',
  sealing: 'Sealing: only the people named can open it',
  uploading: 'Uploading',
  waiting: 'Waiting for the server to confirm',
};

export const UNSENT = 'NOT SENT - phone them if urgent';

/**
 * One item on its way. However often `run` is called, it is one item: the id stays, the sealed bytes stay, and the server
 * knows both again.
 */
export class Sending {
  readonly id: string = crypto.randomUUID();
  /** Shows how far it is. */
  readonly element: HTMLElement;
  readonly #desk: Desk;
  readonly #draft: Draft;
  #sealed: SealedItem | null = null;
  #unsure = false;
  readonly #line = h('p', { class: 'ward-status ward-status--unsent', role: 'status' }, UNSENT);
  readonly #bar = h('progress', { max: 1, value: 0, 'aria-label': 'Uploaded' });
  readonly #step = h('p', { role: 'status' });
  // Apart from the line above: read out at every step, not at every hundredth of one.
  readonly #bytes = h('p', { class: 'nhsuk-hint' });

  constructor(desk: Desk, draft: Draft) {
    this.#desk = desk;
    this.#draft = draft;
    this.element = h('div', {}, this.#line, this.#step, this.#bar, this.#bytes);
  }

  /** Whether the server may have it though no answer came: then only trying again is safe, never sending anew. */
  get unsure(): boolean {
    return this.#unsure;
  }

  #at(step: (typeof STEPS)[number]): void {
    this.#step.textContent = `Step ${STEPS.indexOf(step) + 1} of ${STEPS.length}. ${WORDS[step]}`;
  }

  /** @throws Refused or CoreError; until it resolves, nothing is sent */
  async run(): Promise<ItemSent> {
    try {
      return await this.#run();
    } catch (error) {
      if (error instanceof Refused && error.status >= 400 && error.status < 500) this.#unsure = false;
      this.#step.textContent = '';
      throw error;
    }
  }

  async #run(): Promise<ItemSent> {
    const { id } = this;
    this.#at('preparing');
    await this.#desk.directory();
    this.#at('sealing');
    this.#sealed ??= await this.#desk.core.seal({ ...this.#draft, item: id });
    const { header, labels, payload, payloadDigest, recipients } = this.#sealed;
    this.#at('uploading');
    const left = (sent: number): void => {
      this.#bar.value = sent / payload.size;
      this.#bytes.textContent = `${Math.ceil(sent / 1000)} of ${Math.ceil(payload.size / 1000)} kB`;
    };
    await upload(`/api/items/${id}/payload`, payload, left);
    this.#at('waiting');
    this.#unsure = true;
    const item: NewItem = { id, case: this.#draft.case, labels, header: base64url(header), payloadDigest, recipients };
    const sent = await call<ItemSent>('POST', '/api/items', item);
    this.#line.className = 'ward-status ward-status--sent';
    this.#line.textContent = 'Sent';
    this.#bar.remove();
    this.#bytes.remove();
    this.#step.textContent = '';
    return sent;
  }
}
