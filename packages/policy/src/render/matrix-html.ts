import { type Html, html } from '@wardseal/primitives';
import type { Pack, PolicyDocument } from '../document.js';
import { actionInWords } from '../plain-english/action.js';
import { listed, word } from '../plain-english/names.js';
import { table } from './evidence-html.js';
import { byDoing } from './groups.js';
import { linkTo } from './rules-html.js';
import type { Matrix, MatrixCell } from './to-matrix.js';
import { capital, plainSentence } from './words.js';

/** Who may do what, as a table: for each action a line, for each group of roles a column. */
export function matrixTable(matrix: Matrix, { document }: Pack): Html {
  const { groups, actions, cells, reason } = matrix;
  if (reason !== undefined)
    return html`<p class="bad"><strong>Who may do what could not be worked out:</strong> ${plainSentence(reason)}. Do not rely on a reading of the rules alone.</p>`;
  const names = groups.map((roles) =>
    capital(
      listed(
        roles.map((role) => (role === null ? 'role not known' : word(role))),
        'and',
      ),
    ),
  );
  const heads = ['What', ...names];
  const lines = actions.map((action, i) => ({ action, cells: cells[i]! }));
  return html`<p>Worked out from the whole policy, for every request there can be, not read off the rules. “Never” is a proof: no request by such a person is allowed. Elsewhere the words tell the ways apart; the rule named beside them says all that it asks.</p>
<table class="matrix" role="table"><caption>Who may do what, and on what conditions</caption>
<thead role="rowgroup"><tr role="row">${heads.map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}</tr></thead>
${byDoing(lines, ({ action }) => action).map(
  ([
    heading,
    found,
  ]) => html`<tbody role="rowgroup"><tr role="row" class="group"><th role="rowheader" scope="rowgroup" colspan="${heads.length}">${heading}</th></tr>
${found.map((line) => row(line, names, document))}</tbody>`,
)}</table>
${stops(lines, document, (id) => linkTo(document, id))}`;
}

interface Line {
  readonly action: string;
  readonly cells: readonly MatrixCell[];
}

function row({ action, cells }: Line, names: readonly string[], document: PolicyDocument): Html {
  return html`<tr role="row"><th role="rowheader" scope="row">${capital(actionInWords(action))}${others(cells)}</th>
${cells.map((cell, i) => html`<td role="cell" data-label="${names[i]!}"${cell.verdict === 'never' ? html` class="never"` : null}>${words(cell, document)}</td>`)}</tr>
`;
}

/** The prohibitions that take something away from whoever may do each thing. */
function stops(lines: readonly Line[], { rules }: PolicyDocument, link: (id: string) => Html): Html {
  const rows = lines.flatMap(({ action, cells }) => {
    const ids = new Set(cells.flatMap(({ verdict, stoppedBy }) => (verdict === 'never' ? [] : stoppedBy)));
    const links = rules.filter(({ id }) => ids.has(id)).map(({ id }, i) => html`${i === 0 ? '' : ', '}${link(id)}`);
    return links.length === 0 ? [] : [[html`${capital(actionInWords(action))}`, html`${links}`]];
  });
  return rows.length === 0
    ? html``
    : table('Prohibitions that take something away from those who may', ['What', 'Stopped by'], rows);
}

/** On a phone only those are listed who may. */
function others(cells: readonly MatrixCell[]): Html | null {
  const never = cells.filter(({ verdict }) => verdict === 'never').length;
  if (never === 0) return null;
  return html`<span class="narrow">${never === cells.length ? 'Nobody, ever' : 'Those not named here: never'}</span>`;
}

function words({ verdict, ways }: MatrixCell, document: PolicyDocument): Html {
  if (verdict === 'never') return html`never`;
  if (verdict === 'not-decided') return html`<strong class="bad">not decided</strong>`;
  const all = verdict === 'always' ? html`<span class="line">always</span>` : null;
  return html`${all}${ways.map((way) => html`<span class="line">${way.words} ${linkTo(document, way.rule)}</span>`)}`;
}
