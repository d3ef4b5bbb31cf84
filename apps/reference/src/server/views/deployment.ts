import { html } from 'hono/html';
import type { Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import type { Finding } from '../wiring/deployment.js';
import { type Html, layout } from './layout.js';

/** What this deployment enforces, and what it does not: as found now, not as written down once. */
export function deploymentPage({ assets }: App, session: Session | null, findings: readonly Finding[]): Html {
  const part = (title: string, enforced: boolean) => html`
    <h2 class="nhsuk-heading-m">${title}</h2>
    <dl class="nhsuk-summary-list">${findings
      .filter((finding) => finding.enforced === enforced)
      .map(
        ({ what, found }) => html`<div class="nhsuk-summary-list__row">
          <dt class="nhsuk-summary-list__key">${what}</dt>
          <dd class="nhsuk-summary-list__value">${found}</dd>
        </div>`,
      )}</dl>`;
  const main = html`
    <h1 class="nhsuk-heading-l">What is enforced here</h1>
    <p>Found by looking at this running service just now.</p>
    ${part('Not enforced here', false)}
    ${part('Enforced', true)}`;
  return layout({ assets, session, title: 'What is enforced here', main });
}
