import { html } from 'hono/html';
import type { Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import type { PersonRow } from '../wiring/people.js';
import { type Html, layout } from './layout.js';

/** Who can sign in, and a form for each to end or give back that. The forms go by script: `data-post` says where to. */
export function peoplePage({ assets, trusts }: App, session: Session, rows: readonly PersonRow[]): Html {
  const { config } = trusts.get(session.org) ?? {};
  const main = html`
    <h1 class="nhsuk-heading-l">People</h1>
    <p>One person can suspend somebody, and it counts at once. Taking it back takes two: one agrees, and an administrator or
    guardian does it.</p>
    <p role="status" id="status" class="ward-status" hidden></p>
    <div class="ward-wide" role="region" aria-label="People" tabindex="0"><table class="nhsuk-table ward-cards" role="table">
      <thead role="rowgroup"><tr role="row"><th scope="col" role="columnheader">Name</th><th scope="col" role="columnheader">Role</th><th scope="col" role="columnheader">Teams</th><th scope="col" role="columnheader">Sign-in</th></tr></thead>
      <tbody role="rowgroup">${rows.map((row) => line(row, config?.teams ?? {}))}</tbody>
    </table></div>`;
  const trustName = config && { trustName: config.name };
  return layout({ assets, session, ...trustName, title: 'People', script: 'people.js', main });
}

function line(row: PersonRow, teams: Readonly<Record<string, string>>): Html {
  const { person, name, role, suspendedAt, restoreAgreedBy } = row;
  const [verb, label] = suspendedAt === null ? ['suspend', 'Suspend'] : ['restore', 'Take the suspension back'];
  return html`<tr role="row">
    <th scope="row" role="rowheader">${name}</th>
    <td role="cell">${role.replaceAll('-', ' ')}</td>
    <td role="cell">${row.teams.map((team) => teams[team] ?? team).join(', ')}</td>
    <td role="cell">
      ${suspendedAt !== null && html`<p><strong class="nhsuk-tag">Suspended</strong></p>`}
      ${restoreAgreedBy !== null && html`<p>One person has agreed to take it back.</p>`}
      <form data-post="/api/people/${person}/${verb}">
        <div class="nhsuk-form-group">
          <label class="nhsuk-label" for="reason-${person}">Reason<span class="nhsuk-u-visually-hidden"> for ${name}</span></label>
          <input class="nhsuk-input" id="reason-${person}" name="reason" required minlength="3" maxlength="500" autocomplete="off">
        </div>
        <button class="nhsuk-button nhsuk-button--secondary">${label}<span class="nhsuk-u-visually-hidden"> ${name}</span></button>
      </form>
    </td>
  </tr>`;
}
