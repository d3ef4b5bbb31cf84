import { readCondition } from '../condition.js';
import type { Condition, PermitRule } from '../document.js';
import { listed, word } from '../plain-english/names.js';

/** What a permit's claim is called where it says enough by itself. */
const BASES: Readonly<Partial<Record<PermitRule['basis'], string>>> = { 'break-glass': 'in an emergency' };

const RELATIONS: Readonly<Record<string, string>> = {
  recipient: 'named recipient',
  'on-duty': 'on duty',
  referral: 'referred to',
  none: 'stranger',
};

/** Each of several things that must be so, as the ways in which it can be. */
type Said = readonly (readonly string[])[];

/**
 * A permit's condition in a few words: what tells it from the other permits. The rule itself says all of it.
 *
 * @param rule - whose condition it is.
 * @param condition - what is left of it for one role.
 */
export function shortCondition({ basis }: PermitRule, condition: Condition): string {
  if (BASES[basis] !== undefined) return BASES[basis];
  const words = together(said(condition));
  if (words !== '') return words;
  return isOwnOrganisation(condition) ? 'items held here' : 'on conditions';
}

const together = (words: Said): string => [...new Set(words.map((ways) => listed(ways, 'or')))].join(', ');

/** Several things that must be so at once, as one of several ways: "for MDT (team or referred to)". */
function oneWay([first, ...rest]: Said): string {
  return `${together([first!])} (${together(rest)})`;
}

function said(condition: Condition): Said {
  const node = readCondition(condition);
  if (node.kind === 'not') return [];
  if (node.kind === 'test') {
    const values = Array.isArray(node.operand) ? node.operand : [node.operand];
    const test = `${node.negated ? 'not ' : ''}${node.attribute} ${node.op}`;
    const ways = Object.hasOwn(SHORT, test) ? SHORT[test]!(values) : [];
    return ways.length === 0 ? [] : [ways];
  }
  if (node.kind === 'all') return node.parts.flatMap(said);
  const parts = node.parts.map(said);
  // Of a choice nothing is said unless each part can be.
  if (parts.length === 0 || parts.some(({ length }) => length === 0)) return [];
  return [[...new Set(parts.flatMap((part) => (part.length === 1 ? part[0]! : [oneWay(part)])))]];
}

const none = (words: string): ((values: readonly unknown[]) => readonly string[]) => {
  return ([value]) => (value === 'none' ? [words] : []);
};
const relations = (kinds: readonly unknown[]): readonly string[] =>
  kinds.map((kind) => (Object.hasOwn(RELATIONS, String(kind)) ? RELATIONS[String(kind)]! : word(kind)));

const SHORT: Readonly<Record<string, (values: readonly unknown[]) => readonly string[]>> = {
  'context.purpose equals': ([purpose]) => [`for ${word(purpose)}`],
  'context.purpose in': (purposes) => (purposes.length < 3 ? [`for ${listed(purposes, 'or')}`] : []),
  'context.recipients.verified equals': none('for whoever holds it'),
  'not context.recipients.verified equals': none('for known recipients'),
  'context.relationship.kind equals': relations,
  'context.relationship.kind in': relations,
  'not context.secondApprover equals': none('with a second person'),
  'resource.consentLevel includes': ([level]) =>
    typeof level === 'object' ? [] : [level === 'record' ? 'with consent' : `with consent to ${word(level)}`],
  'resource.identifiable equals': ([value]) => (value === false ? ['not identifiable'] : []),
  'resource.sensitivity equals': ([value]) => [`${value === 'normal' ? 'ordinary' : word(value)} items`],
  'subject.id sameAs': ([other]) => (other === 'resource.author' ? ['own items'] : []),
};

function isOwnOrganisation(condition: Condition): boolean {
  const node = readCondition(condition);
  if (node.kind === 'all') return node.parts.some(isOwnOrganisation);
  if (node.kind !== 'test' || node.negated) return false;
  return `${node.attribute} ${node.op} ${String(node.operand)}` === 'subject.org sameAs resource.ownerOrg';
}
