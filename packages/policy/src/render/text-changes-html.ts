import { type Html, html } from '@wardseal/primitives';
import type { PolicyDocument } from '../document.js';
import { nameOfFact } from '../plain-english/names.js';
import { type TextChange, textChanges } from '../text-changes.js';

const MEMBERS: Readonly<Record<string, string>> = {
  id: 'What the policy is called in logs',
  title: 'The title',
  owner: 'The owner',
  effectiveFrom: 'When it takes effect',
  reviewBy: 'The review date',
  actions: 'The list of actions',
  breakGlass: 'When the glass may be broken, and its duties',
};

/** What stands in the text otherwise than in the version before: also what changes no answer. */
export function textChangesHtml(before: PolicyDocument, after: PolicyDocument): Html {
  const found = textChanges(before, after);
  const list = html`<ul>${found.map((each) => html`<li><strong>${nameOf(each, before, after)}</strong>: ${each.change}</li>`)}</ul>`;
  return html`<h3>In the text</h3>${found.length === 0 ? html`<p>Nothing.</p>` : list}`;
}

function nameOf({ part, id }: TextChange, before: PolicyDocument, after: PolicyDocument): string {
  const titled = (list: readonly { readonly id: string; readonly title: string }[]): string =>
    `${id} ${list.find((each) => each.id === id)!.title}`;
  switch (part) {
    case 'parameter':
      return (after.parameters[id] ?? before.parameters[id]!).title;
    case 'source':
      return (after.sources[id] ?? before.sources[id]!).title;
    case 'fact':
      return `What may be known: ${nameOfFact(id)}`;
    case 'rule':
      return titled([...after.rules, ...before.rules]);
    case 'invariant':
      return titled([...after.invariants, ...before.invariants]);
    case 'example':
      return `Example: ${id}`;
    default:
      return MEMBERS[id]!;
  }
}
