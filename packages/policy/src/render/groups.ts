import { attributesOf } from '../condition.js';
import type { ForbidRule } from '../document.js';

/** What people do, in the order in which they do it. */
const DOING: readonly (readonly [string, readonly string[]])[] = [
  ['Record', ['capture']],
  ['Send', ['send', 'share-outside']],
  ['Look and advise', ['view', 'advise', 'annotate', 'release']],
  ['Links', ['link-create', 'link-open']],
  ['File in the record', ['file']],
  ['Take copies out', ['download', 'export']],
  ['Take back', ['recall']],
  ['Erase and keep', ['erase', 'hold']],
  ['Teach and research', ['teach', 'research']],
  ['Oversee', ['audit-read', 'investigate']],
  ['Administer', ['policy-change', 'directory-change', 'team-change']],
];

/** What prohibitions protect, and by which facts one is known to do so; the first that fits counts. */
const PROTECTING: readonly (readonly [string, RegExp])[] = [
  ['The patient’s wishes', /^resource\.(consentLevel|withdrawnLevels)/],
  ['The life of an item, and evidence', /^resource\.(state|hold|notAfter|sentAt)/],
  ['Sensitive items', /^resource\.(sensitivity|identifiable)/],
  ['Recipients and channels', /^context\.(recipients|channel)/],
  ['Devices and places', /^context\.(device|network|address|place|country)/],
  ['Sign-in and keys', /^subject\.(assurance|authenticatedAt|unlockedAt)/],
  ['Decisions that need two people', /^context\.secondApprover/],
  ['Who may act at all', /^(subject\.(status|outsider|acknowledgedVersion|trainedUntil)|context\.ownRecord)/],
];
const OTHER = 'Other matters';

/** Things by what people do; none of a group is left out, and none stands twice. */
export function byDoing<T>(
  items: readonly T[],
  actionOf: (item: T) => string,
): readonly (readonly [string, readonly T[]])[] {
  const groupOf = (item: T): string => DOING.find(([, actions]) => actions.includes(actionOf(item)))?.[0] ?? OTHER;
  return grouped(items, groupOf, [...DOING.map(([name]) => name), OTHER]);
}

/** Prohibitions by what they protect. */
export function byProtecting(rules: readonly ForbidRule[]): readonly (readonly [string, readonly ForbidRule[]])[] {
  const groupOf = ({ when }: ForbidRule): string => {
    const facts = [...attributesOf(when)];
    return PROTECTING.find(([, pattern]) => facts.some((fact) => pattern.test(fact)))?.[0] ?? OTHER;
  };
  return grouped(rules, groupOf, [...PROTECTING.map(([name]) => name), OTHER]);
}

function grouped<T>(
  items: readonly T[],
  groupOf: (item: T) => string,
  order: readonly string[],
): readonly (readonly [string, readonly T[]])[] {
  return order
    .map((name) => [name, items.filter((item) => groupOf(item) === name)] as const)
    .filter(([, found]) => found.length > 0);
}
