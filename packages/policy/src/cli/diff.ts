import { type Command, command } from '@wardseal/primitives/cli';
import { analyse } from '../analyse/analyse.js';
import type { Change, Diff, Difference } from '../analyse/diff.js';
import type { Pack } from '../document.js';
import { type TextChange, textChanges } from '../text-changes.js';
import { EXIT } from './exits.js';
import { readPolicy } from './policy-file.js';
import { witnessInWords } from './witness-words.js';

const diff: Command = command({
  usage: 'diff [--brief] OLD NEW',
  about: `Says in sentences what NEW allows that OLD refuses, what it no longer allows, and what it allows with other duties, over every
request there can be, each with a request that both policies were asked. Exit code 0: no request is answered differently; 1: some are;
2: it could not be decided.`,
  examples: [['diff policy.json next.json', 'what approvers want to know before they sign']],
  options: { brief: { kind: 'flag', help: 'sentences alone, without the requests' } },
  operands: [2, 2],
  payload: false,
  async run(values, [old, young]) {
    const before = await readPolicy(old, 'the old policy');
    const after = await readPolicy(young, 'the new policy');
    const found = analyse(before).diff(after);
    const changes = textChanges(before.document, after.document);
    return {
      facts: { before: nameOf(before), after: nameOf(after), ...found, changes },
      words: [
        `${inWords(before)} -> ${inWords(after)}`,
        ...changes.map(changeInWords),
        ...ORDER.flatMap((change) => section(change, found.differences, values.brief)),
        conclusion(found, before.digest === after.digest),
      ],
      exit: EXITS[found.verdict],
    };
  },
});

const EXITS: Readonly<Record<Diff['verdict'], number>> = {
  equal: EXIT.yes,
  different: EXIT.no,
  'not-decided': EXIT.unknown,
};
const ORDER: readonly Change[] = ['newly-allowed', 'newly-refused', 'duties-changed'];

const nameOf = ({ document: { id, version }, digest }: Pack): object => ({ id, version, digest });
const inWords = ({ document: { id, version } }: Pack): string => `${id} version ${version}`;

function changeInWords({ part, id, change }: TextChange): string {
  return `text        ${part} ${id}: ${change}`;
}

function section(kind: Change, differences: readonly Difference[], brief: boolean): string[] {
  return differences
    .filter(({ change }) => change === kind)
    .flatMap((difference) => [
      difference.sentence,
      ...(brief ? [] : [...witnessInWords(difference.witness), ...whyInWords(difference)]),
    ]);
}

/** Which rules refuse what one of the two allows. */
function whyInWords({ change, before, after }: Difference): string[] {
  if (change === 'duties-changed') return [];
  const { context } = change === 'newly-allowed' ? before : after;
  const { outcome, missing, reasons } = context;
  const [word, rules] = [
    change === 'newly-allowed' ? 'was' : 'is now',
    outcome === 'forbidden' ? reasons.map(({ rule, title }) => `${rule} ${title}`) : missing,
  ];
  return [`            ${word} ${outcome.replaceAll('-', ' ')}${rules.length > 0 ? `: ${rules.join('; ')}` : ''}`];
}

function conclusion({ verdict, differences, more, reason }: Diff, same: boolean): string {
  if (verdict === 'not-decided') return `CANNOT TELL  ${reason}`;
  if (verdict === 'different')
    return `DIFFERENT    ${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}${more ? ', and more' : ''}`;
  return same ? 'EQUAL        the same document' : 'EQUAL        no request is answered differently';
}

export const verbs: Readonly<Record<string, Command>> = { '': diff };
