import { type Html, html } from '@wardseal/primitives';
import type { Change, Diff, Difference } from '../analyse/diff.js';
import type { ChangeSummary, ToldChange } from '../governance/summarise-change.js';
import { actionInWords } from '../plain-english/action.js';
import { dutyInWords } from '../plain-english/duty.js';
import { capital, plainSentence } from './words.js';

/** A sentence of the analysis names what sets requests apart from others: where nothing does, it is all of them. */
const WHOLE: Readonly<Record<Change, string>> = {
  'newly-allowed': ', in every case in which this version allows it',
  'newly-refused': ', in every case in which it was allowed before',
  'duties-changed': ', in every case in which it is allowed',
};

const HEADINGS: readonly (readonly [Change, string])[] = [
  ['newly-allowed', 'Newly allowed'],
  ['newly-refused', 'No longer allowed'],
  ['duties-changed', 'Allowed with other duties'],
];

/** What changes, as a fragment for a page made here. */
export function changeHtml(change: Diff | ChangeSummary): Html {
  const { verdict, more, reason } = change;
  const told: readonly (Difference | ToldChange)[] = 'differences' in change ? change.differences : change.changes;
  if (verdict === 'first')
    return html`<p>Nothing was in force before. Until now everything was refused; whatever this policy allows is new.</p>`;
  if (verdict === 'equal')
    return html`<p><span class="good">Proved: no request is answered differently.</span> Nobody gains access, nobody loses it, and every duty stays.</p>`;
  const doubt =
    verdict === 'not-decided'
      ? html`<p class="bad"><strong>The two versions could not be compared</strong>${reason === undefined ? null : html`: ${plainSentence(reason)}`}. Nothing may be concluded from what is not listed.</p>`
      : html`<p>Worked out from both versions, for every request there can be. Each line stands for requests that the two versions answer differently, and says what sets them apart from others that are allowed.</p>`;
  const parts = HEADINGS.map(([kind, heading]) => {
    const found = told.filter((each) => each.change === kind);
    if (found.length === 0 && verdict === 'not-decided') return html``;
    if (found.length === 0) return html`<h3>${heading}</h3><p>Nothing.</p>`;
    return html`<h3>${heading}</h3><ul>${found.map((each) => html`<li>${line(each)}</li>`)}</ul>`;
  });
  const rest = more
    ? html`<p><strong>There are further differences of these kinds</strong> that are not listed.</p>`
    : null;
  return html`${doubt}${parts}${rest}`;
}

function line(told: Difference | ToldChange): Html {
  const { action, change, sentence } = told;
  const words = `: ${action}`;
  const rest = sentence.slice(sentence.indexOf(words) + words.length);
  const isPlain = sentence.includes(words);
  if (!isPlain) return html`${plainSentence(sentence)}`;
  const isWhole = rest === '.' || rest.startsWith(':');
  const act = html`<strong>${capital(actionInWords(action))}</strong>${isWhole ? WHOLE[change] : null}`;
  if (change !== 'duties-changed' || typeof told.before === 'string' || typeof told.after === 'string')
    return html`${act}${plainSentence(rest)}`;
  const [was, is] = [told.before, told.after].map(({ context }) => context.obligations.map(dutyInWords));
  const end = rest.lastIndexOf(': ');
  return html`${act}${plainSentence(end < 0 ? '' : rest.slice(0, end))}.<ul><li>Before: ${was!.join('; ') || 'no duty'}</li><li>Now: ${is!.join('; ') || 'no duty'}</li></ul>`;
}
