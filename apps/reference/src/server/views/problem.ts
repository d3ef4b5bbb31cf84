import { html } from 'hono/html';
import type { Problem } from '../http/problem.js';
import type { Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { type Html, layout } from './layout.js';

/** A refusal as a page: what, why, and what to do next. */
export function problemPage({ assets }: App, session: Session | null, { message, lines, next, code }: Problem): Html {
  const main = html`
    <h1 class="nhsuk-heading-l">${message}</h1>
    ${lines.length > 0 && html`<ul class="nhsuk-list nhsuk-list--bullet">${lines.map((line) => html`<li>${line}</li>`)}</ul>`}
    ${
      next.length > 0 &&
      html`<h2 class="nhsuk-heading-m">What you can do</h2>
      <ul class="nhsuk-list nhsuk-list--bullet">${next.map((step) => html`<li>${step}</li>`)}</ul>`
    }
    <p><a href="/">${code === 'SIGN_IN_REQUIRED' ? 'Sign in' : 'Go to the first page'}</a></p>`;
  return layout({ assets, title: message, session, main });
}
