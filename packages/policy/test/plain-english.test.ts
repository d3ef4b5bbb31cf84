import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OBLIGATIONS } from '../src/engine/obligations.js';
import {
  actionInWords,
  type Condition,
  conditionInLines,
  conditionInWords,
  dutyInWords,
  nameOfFact,
} from '../src/index.js';
import { document } from './support/nhs.js';
import { condition } from './support/random.js';
import { sample } from './support/sample.js';

test.each<[Condition, string, string]>([
  [{ 'subject.role': 'nurse' }, 'the person’s role is nurse', 'the person’s role is not nurse'],
  [
    { 'context.purpose': { in: ['direct-care', 'mdt', 'referral'] } },
    'the purpose is direct care, MDT or referral',
    'the purpose is not direct care, MDT or referral',
  ],
  [{ 'subject.assurance': { atLeast: 2 } }, 'the sign-in level is at least 2', 'the sign-in level is less than 2'],
  [
    { 'subject.assurance': { atLeast: { parameter: 'breakGlassLevel' } } },
    'the sign-in level is at least 2',
    'the sign-in level is less than 2',
  ],
  [
    { 'subject.authenticatedAt': { olderThan: { hours: { parameter: 'viewSignInHours' } } } },
    'the sign-in was 13 hours ago or longer',
    'the sign-in was less than 13 hours ago',
  ],
  [
    { 'subject.authenticatedAt': { olderThan: { minutes: -2 } } },
    'the sign-in is dated at most 2 minutes ahead',
    'the sign-in is dated more than 2 minutes ahead',
  ],
  [
    { 'resource.notAfter': { olderThan: { seconds: 0 } } },
    'the item’s expiry has passed',
    'the item’s expiry is yet to come',
  ],
  [
    { 'resource.notAfter': { notOlderThan: { days: 1 } } },
    'the item’s expiry was less than 1 day ago',
    'the item’s expiry was 1 day ago or longer',
  ],
  [{ 'context.secondApprover': 'none' }, 'there is no second approver', 'there is a second approver'],
  [{ 'context.secondApprover': { not: 'none' } }, 'there is a second approver', 'there is no second approver'],
  [
    { 'subject.org': { sameAs: 'resource.ownerOrg' } },
    'the person’s organisation is the organisation that owns the item',
    'the person’s organisation is not the organisation that owns the item',
  ],
  [
    { 'subject.onDutyTeams': { includes: { attribute: 'resource.team' } } },
    'the teams the person is on duty for include the item’s team',
    'the teams the person is on duty for do not include the item’s team',
  ],
  [
    { 'context.recipients.verified': { includes: false } },
    'a recipient is not verified',
    'every recipient is verified',
  ],
  [
    { 'context.recipients.status': { overlaps: ['suspended', 'left'] } },
    'a recipient is suspended or no longer employed',
    'no recipient is suspended or no longer employed',
  ],
  [{ 'context.ownRecord': true }, 'the record is the person’s own', 'the record is not the person’s own'],
  [
    { 'action.lifetimeSeconds': { atMost: { days: { parameter: 'linkBoundDays' } } } },
    'the lifetime asked for is at most 7 days',
    'the lifetime asked for is more than 7 days',
  ],
  [
    { 'context.justification': { atLeast: 20 } },
    'the reason given is at least 20 characters of substance',
    'the reason given is less than 20 characters of substance',
  ],
  [
    { 'context.relationship.kind': { in: ['recipient', 'on-duty'] } },
    'the person is a named recipient or on duty for the team',
    'the person is not a named recipient or on duty for the team',
  ],
  [
    { not: { 'context.relationship.until': { olderThan: { seconds: 0 } } } },
    'the relationship has not ended',
    'the relationship has ended',
  ],
  [
    { 'resource.withdrawnLevels': { includes: 'record' } },
    'the patient withdrew consent to use for care',
    'the patient did not withdraw consent to use for care',
  ],
  [
    { 'subject.acknowledgedVersion': { sameAs: 'context.policyVersion' } },
    'the person has acknowledged the policy version in force',
    'the person has not acknowledged the policy version in force',
  ],
  [{ all: [] }, 'always', 'never'],
  [
    {
      all: [
        { 'subject.role': 'nurse' },
        { any: [{ 'subject.assurance': 3 }, { not: { 'resource.state': 'erased' } }] },
      ],
    },
    'the person’s role is nurse, and (either the sign-in level is 3, or the item’s state is not erased)',
    'either the person’s role is not nurse, or (the sign-in level is not 3, and the item’s state is erased)',
  ],
])('%j is said in plain English, and so is its opposite', (asked, words, opposite) => {
  expect(conditionInWords(asked, document)).toBe(words);
  expect(conditionInWords(asked, document, false)).toBe(opposite);
  expect(conditionInWords({ not: asked }, document)).toBe(opposite);
});

test('a page has a line for each part', () => {
  const asked: Condition = {
    all: [{ 'subject.role': 'nurse' }, { any: [{ 'subject.assurance': 3 }, { 'resource.hold': 'none' }] }],
  };
  expect(conditionInLines(asked, document)).toEqual([
    'all of these:',
    '  the person’s role is nurse',
    '  any of these:',
    '    the sign-in level is 3',
    '    there is no hold on the item',
  ]);
  expect(conditionInLines(asked, document, false)[0]).toBe('any of these:');
  expect(conditionInLines({ not: { any: [{ all: [] }] } }, document)).toEqual(['never']);
});

test('every fact of the NHS pack has a name, every rule a sentence without a technical name in it', () => {
  for (const attribute of Object.keys(document.attributes)) expect(nameOfFact(attribute)).not.toContain('.');
  for (const { when } of document.rules) {
    const words = conditionInWords(when, document);
    expect(words).not.toMatch(/undefined|null|NaN|\[object|subject\.|resource\.|context\.|action\./);
  }
});

test('what the package has no words for is said in words all the same', () => {
  expect(nameOfFact('subject.badgeColour')).toBe('person’s badge colour');
  expect(nameOfFact('context.weather.windSpeed')).toBe('wind speed of the weather');
  expect(actionInWords('share-outside')).toBe('share with another organisation');
  expect(actionInWords('dance-about')).toBe('dance about');
  for (const action of document.actions) expect(actionInWords(action)).not.toContain('-');
});

test('any condition can be said', () => {
  fc.assert(
    fc.property(condition, (asked) => {
      const words = conditionInWords(asked, sample());
      expect(words).not.toMatch(/undefined|null|NaN|\[object/);
      expect(words.length).toBeGreaterThan(0);
    }),
    { numRuns: 300, seed: 5 },
  );
});

test('every duty has words of its own', () => {
  const said = Object.keys(OBLIGATIONS).map((type) =>
    dutyInWords({
      id: type,
      type,
      properties: {
        mode: 'tile',
        strength: 'strong',
        seconds: 86_400,
        n: 1,
        whom: ['siro', 'privacy-officer'],
        within: 3_600,
        level: 3,
      },
    }),
  );
  expect(new Set(said).size).toBe(said.length);
  expect(said).toContain('A strong watermark across the picture');
  expect(said).toContain('The copy lives at most 1 day');
  expect(said).toContain('It can be seen at most 1 time');
  expect(said).toContain('These are told: SIRO and privacy officer');
  for (const words of said) expect(words).not.toMatch(/undefined/);
  expect(dutyInWords({ id: 'x', type: 'x', properties: {} })).toBe('x');
});
