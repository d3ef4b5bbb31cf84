import { type Html, html } from '@wardseal/primitives';
import { attributesOf, readCondition } from '../condition.js';
import type { Condition, PolicyDocument } from '../document.js';
import { testInWords } from '../plain-english/test.js';
import { ROLE } from './for-role.js';
import { capital } from './words.js';

/** Conditions that must all hold, taken apart; each to hold, or not. */
interface Part {
  readonly condition: Condition;
  readonly holds: boolean;
}

/** Whom a rule speaks of, and what else must be so. */
export interface Split {
  readonly who: string;
  readonly when: Html;
}

/** A rule's condition as its two questions: who, by the role, and when. */
export function whoAndWhen(condition: Condition, document: PolicyDocument): Split {
  const parts = conjuncts({ condition, holds: true });
  const ofRole = parts.filter(isOfRole);
  const rest = parts.filter((part) => !isOfRole(part));
  const said = ofRole.map(({ condition: test, holds }) =>
    testInWords(readCondition(test) as Parameters<typeof testInWords>[0], document, holds),
  );
  return {
    // "The person's role is" goes without saying below "Who".
    who:
      said.length === 0
        ? rest.some(({ condition: part }) => attributesOf(part).has(ROLE))
          ? 'It depends on the role: see “When”'
          : 'Anybody'
        : capital(said.join(', and ').replaceAll('the person’s role is ', '')),
    when: rest.length === 0 ? html`<p>Always.</p>` : list(rest, document),
  };
}

/** A condition as a list; each choice is a list of its own. */
export function conditionHtml(condition: Condition, document: PolicyDocument): Html {
  const parts = conjuncts({ condition, holds: true });
  return parts.length === 0 ? html`<p>Always.</p>` : list(parts, document);
}

function list(parts: readonly Part[], document: PolicyDocument): Html {
  return html`<ul>${parts.map((part) => html`<li>${item(part, document)}</li>`)}</ul>`;
}

function item({ condition, holds }: Part, document: PolicyDocument): Html {
  const node = readCondition(condition);
  if (node.kind === 'test') return html`${testInWords(node, document, holds)}`;
  if (node.kind === 'not') return item({ condition: node.part, holds: !holds }, document);
  if (node.parts.length === 0) return html`${(node.kind === 'all') === holds ? 'always' : 'never'}`;
  const parts = node.parts.map((part) => ({ condition: part, holds }));
  if (parts.length === 1) return item(parts[0]!, document);
  const isChoice = (node.kind === 'any') === holds;
  const words = parts.map((part) => plainly(part, document));
  // Two short ways need no list of their own.
  if (isChoice && words.length === 2 && !words.includes(null)) return html`either ${words[0]!}, or ${words[1]!}`;
  return html`${isChoice ? 'at least one of these:' : 'all of these:'}${list(isChoice ? parts : parts.flatMap(conjuncts), document)}`;
}

/** A part that is one test, in words. */
function plainly({ condition, holds }: Part, document: PolicyDocument): string | null {
  const node = readCondition(condition);
  if (node.kind === 'not') return plainly({ condition: node.part, holds: !holds }, document);
  return node.kind === 'test' ? testInWords(node, document, holds) : null;
}

/** "This and that" as its parts, however it was nested; what always holds is left out. */
function conjuncts({ condition, holds }: Part): readonly Part[] {
  const node = readCondition(condition);
  if (node.kind === 'test') return [{ condition, holds }];
  if (node.kind === 'not') return conjuncts({ condition: node.part, holds: !holds });
  if ((node.kind === 'all') === holds || node.parts.length === 1)
    return node.parts.flatMap((part) => conjuncts({ condition: part, holds }));
  return [{ condition, holds }];
}

function isOfRole({ condition }: Part): boolean {
  const node = readCondition(condition);
  return node.kind === 'test' && node.attribute === ROLE && (node.op === 'equals' || node.op === 'in');
}
