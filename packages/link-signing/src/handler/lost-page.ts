import { html } from '@wardseal/primitives/html';
import { type Asset, chrome, type Organisation } from './chrome.js';

/** The page for an address that there is not. */
export function lostPage(organisation: Organisation, style: Asset): string {
  return chrome({
    title: 'Not found',
    organisation,
    style,
    main: html`<h1>There is nothing at this address</h1>
<p>The address of a link was changed on its way. Open the link again from the message it came in, or copy the whole of it.</p>`
      .text,
  });
}
