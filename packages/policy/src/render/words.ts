import type { PolicyDocument } from '../document.js';
import { instant } from '../engine/time.js';
import { DAY_MS, dateInWords, daysSince, inDays } from '../governance/moments.js';
import { nameOfFact, word } from '../plain-english/names.js';

/** The first letter as a capital. */
export function capital(text: string): string {
  return text.replace(/^./u, (first) => first.toUpperCase());
}

/** A moment as people write it, in UTC: "2 March 2026", with the time where it is not midnight. What is none stays as it is. */
export function moment(text: string): string {
  const ms = instant(text);
  if (ms === null) return text;
  const time = ms % DAY_MS === 0 ? '' : `, ${new Date(ms).toISOString().slice(11, 16)} UTC`;
  return dateInWords(text) + time;
}

/** Whole days from one moment to a later one: "1 day", "12 days". */
export function days(from: number, to: number): string {
  const count = daysSince(from, to);
  return count === 0 ? 'less than a day' : inDays(count);
}

/** What a status means for those who work with the policy. */
export const STATUSES: Readonly<Record<PolicyDocument['status'], string>> = {
  draft: 'Draft: not approved, not in force',
  approved: 'Approved: not yet in force',
  'in-force': 'In force',
  superseded: 'Superseded: a later version is in force',
  withdrawn: 'Withdrawn: no longer in force',
};

const FACT = /`?\b(?:subject|action|resource|context)(?:\.[a-z][a-zA-Z]*)+`?/g;

/** What the analysis puts together from parts, as people say it. */
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/is at least 0 seconds old/g, 'has passed'],
  [/is less than 0 seconds old/g, 'is yet to come'],
  [/about 0 seconds old/g, 'of this moment'],
  [/-(\d+ [a-z]+) old/g, '$1 ahead'],
  // A name that stands for any: of two facts with two of them, neither is the other.
  [/is name-\d+/g, 'is not the same as any other'],
  [/the recipients is there/g, 'recipients are named'],
];

/** A sentence of the analysis with plain names for facts and values. */
export function plainSentence(sentence: string): string {
  // Values first: the names of facts have hyphens of their own.
  const [first, ...rest] = sentence.split(FACT).map((text) => text.replaceAll(/\b[a-z]+(?:-[a-z]+)*\b/g, word));
  const names = [...sentence.matchAll(FACT)].map(([name]) => `the ${nameOfFact(name.replaceAll('`', ''))}`);
  const plain = [first, ...rest.flatMap((text, i) => [names[i]!, text])].join('');
  return PHRASES.reduce((text, [pattern, words]) => text.replaceAll(pattern, words), plain);
}
