import { type Html, html } from '@wardseal/primitives';
import type { Proof } from '../analyse/prove.js';
import type { Pack, PolicyDocument } from '../document.js';
import type { TestResult } from '../test-policy.js';
import { plainSentence } from './words.js';

/** The numbers that may be changed without touching a rule. */
export function parameters({ parameters: all }: PolicyDocument): Html {
  const rows = Object.values(all).map(({ title, value, min, max }) => [title, String(value), `${min} to ${max}`]);
  if (rows.length === 0) return html`<p>This policy has no such number.</p>`;
  return table(
    'Each may be changed within its range without touching a rule; that makes a new version',
    ['What', 'Set to', 'May be'],
    rows.map((row) => row.map((text) => html`${text}`)),
  );
}

/** What no version of the policy may allow, and whether that was proved of this one. */
export function promises(pack: Pack, proofs: readonly Proof[] | null): Html {
  const { invariants, sources } = pack.document;
  if (invariants.length === 0) return html`<p>This policy makes no promise that could be proved.</p>`;
  const rows = invariants.map(({ id, title, requires = [] }) => {
    const needed = requires.map((name) => sources[name]?.title ?? name).join('; ');
    return [
      html`<span class="id">${id}</span> ${title}`,
      verdictOf(
        proofs?.find(({ invariant }) => invariant === id),
        needed,
      ),
    ];
  });
  return html`<p>“Proved” means worked out for every request there can be, facts that are missing and clocks that fail included: not tried on examples.</p>
${table('No version of this policy may break these', ['Promise', 'Holds?'], rows)}`;
}

function verdictOf(proof: Proof | undefined, needed: string): Html {
  if (proof?.verdict === 'proved') return html`<span class="good">Proved for every possible request</span>`;
  if (proof?.verdict === 'not-claimed')
    return html`Not promised here: it needs evidence that is not configured (${needed})`;
  if (proof?.verdict === 'broken')
    return html`<strong class="bad">NOT TRUE: a request was found that breaks it</strong>`;
  const why = proof?.reason === undefined ? null : html`: ${plainSentence(proof.reason)}`;
  return html`<strong class="bad">NOT PROVED${why}</strong>`;
}

/** The examples that travel with the policy, and how they came out when this page was made. */
export function examples(results: readonly TestResult[], { tests }: PolicyDocument): Html {
  if (results.length === 0) return html`<p>No example travels with this policy.</p>`;
  const rows = results.map(({ name, passed, differences, decision }, i) => {
    const out = decision.decision ? 'allowed' : 'refused';
    const wanted = tests[i]!.expect.decision ? 'allowed' : 'refused';
    return [
      html`${name}`,
      html`${wanted}`,
      passed
        ? html`<span class="good">${out}, as it should be</span>`
        : html`<strong class="bad">WRONG: ${out}; ${plainSentence(differences.join('; '))}</strong>`,
    ];
  });
  return table('Examples, decided again when this page was made', ['Example', 'Should be', 'Came out'], rows);
}

/** A table in which each line has the whole width on a phone. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Html[])[]): Html {
  return html`<table role="table"><caption>${caption}</caption>
<thead role="rowgroup"><tr role="row">${heads.map((head) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    ([first, ...rest]) => html`<tr role="row"><th role="rowheader" scope="row">${first!}</th>${rest.map(
      (cell, i) => html`<td role="cell" data-label="${heads[i + 1]!}">${cell}</td>`,
    )}</tr>
`,
  )}</tbody></table>`;
}
