import { type Html, html } from '@wardseal/primitives';
import type { Pack } from '../document.js';

/** Where two guardians sign on paper, below the digest of what they read. */
export function signatures({ document, digest }: Pack): Html {
  const fields = ['Name', 'Role', 'Organisation', 'Date', 'Signature'];
  const block = (who: string): Html =>
    html`<div class="sign" role="group" aria-label="${who}"><p><strong>${who}</strong></p><dl>${fields.map(
      (field) => html`<dt>${field}</dt><dd class="${field === 'Signature' ? 'blank tall' : 'blank'}"></dd>`,
    )}</dl></div>`;
  return html`<p>We have read <strong>version ${document.version} of ${document.id}</strong> as it is printed here and approve it. Its digest is:</p>
<p><code>${digest}</code></p>
<p>The digest is worked out from the whole text of the policy: change one sign and it is another. Compare it with the one shown where the policy is activated.</p>
<div class="pair">${[block('First guardian'), block('Second guardian')]}</div>
<p class="quiet">Two different people sign, and neither is the one who proposed this version. A signature on paper is a record; a policy is activated by signatures made with the guardians’ own keys.</p>`;
}
