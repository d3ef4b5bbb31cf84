import type { ForbidRule } from '../../document.js';
import { CLOSE, HIGH } from './conditions.js';
import { SECONDARY, USE } from './scope.js';

const GMC = 'GMC, Making and using visual and audio recordings of patients';

/** Countries from which the internet will do: the United Kingdom and the Crown dependencies. */
export const HOME: readonly string[] = ['GB', 'GG', 'IM', 'JE'];

/** What may not happen to an item because of what it is, what became of it, and where from. `home` are country codes. */
export const prohibitionsOfItems = (home: readonly string[]): readonly ForbidRule[] => [
  {
    id: 'NO-12',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['link-create', 'link-open'],
    title: 'No links to the most private items: send to a named person',
    rationale:
      'A link reaches people whom nobody signed in. Intimate and VIP items are not named, not even to who asks.',
    source: 'RCPCH principles on intimate images',
    when: CLOSE,
  },
  {
    id: 'NO-13',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: [...USE, ...SECONDARY, 'link-open'],
    title: 'Consent to use for care was withdrawn',
    rationale: 'The patient may withdraw at any time; an emergency is judged afterwards. A patient’s own copy goes on.',
    source: `${GMC}, paragraphs 10-17`,
    when: { any: [{ 'resource.withdrawnLevels': { includes: 'record' } }, { 'resource.state': 'withdrawn' }] },
  },
  {
    id: 'NO-31',
    effect: 'forbid',
    strength: 'absolute',
    actions: SECONDARY,
    title: 'Consent to teaching was withdrawn',
    rationale: 'It can be withdrawn without touching the care copy; what was published cannot be called back.',
    source: 'UK trusts’ consent forms for clinical photography; local policy, to be confirmed by the trust',
    when: { 'resource.withdrawnLevels': { includes: 'teaching' } },
  },
  {
    id: 'NO-14',
    effect: 'forbid',
    strength: 'absolute',
    actions: [...USE, ...SECONDARY, 'link-open'],
    title: 'The item has expired: look in the record, or ask the sender to send again',
    rationale: 'A transfer copy is for a short time; the record holds the original.',
    source: 'Records Management Code of Practice 2021; UK GDPR Article 5(1)(e)',
    when: { any: [{ 'resource.state': 'expired' }, { 'resource.notAfter': { olderThan: { seconds: 0 } } }] },
  },
  {
    id: 'NO-15',
    effect: 'forbid',
    strength: 'absolute',
    actions: [...USE, ...SECONDARY, 'link-open', 'file', 'recall', 'erase', 'export', 'hold', 'investigate'],
    title: 'The item is erased',
    rationale: 'What is erased is gone for everybody.',
    source: 'UK GDPR Article 17',
    when: { 'resource.state': 'erased' },
  },
  {
    id: 'NO-16',
    effect: 'forbid',
    strength: 'absolute',
    actions: [...USE, ...SECONDARY, 'link-open'],
    title: 'The item was recalled: ask its author',
    rationale: 'It went to the wrong person or shows the wrong patient.',
    source: 'ICO reprimand of NHS Highland, 2023: a recall that failed',
    when: { 'resource.state': 'recalled' },
  },
  {
    id: 'NO-18',
    effect: 'forbid',
    strength: 'absolute',
    actions: ['erase'],
    title: 'A hold stops erasure',
    rationale: 'Evidence for a court, an inquiry or an incident must be kept.',
    source: 'Inquiries Act 2005 section 35; UK GDPR Article 17(3)(e)',
    when: { 'resource.hold': { not: 'none' } },
  },
  {
    id: 'NO-20',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: ['view', 'release', 'download'],
    requires: ['device-management'],
    title: 'Sensitive items on managed devices only',
    rationale: 'Nobody can wipe a private phone.',
    source: 'NHS England, bring your own device guidance; local policy, to be confirmed by the trust',
    when: { all: [HIGH, { 'context.device': { not: 'managed' } }] },
  },
  {
    id: 'NO-30',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: ['capture', ...USE],
    requires: ['device-management'],
    title: 'Not from a device about which device management knows nothing',
    rationale: 'A jailbroken or unregistered device is unknown; a registered private phone is not.',
    source: 'NHS England, bring your own device guidance; local policy, to be confirmed by the trust',
    when: { 'context.device': 'unknown' },
  },
  {
    id: 'NO-22',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: [...USE, ...SECONDARY, 'export', 'investigate'],
    requires: ['country'],
    title: 'Not from abroad over the internet',
    rationale: 'Deters and catches mistakes; a determined person can defeat it.',
    source: 'UK GDPR chapter V',
    when: {
      all: [{ 'context.network': 'internet' }, { 'context.country.network': { not: { in: home } } }],
    },
  },
  {
    id: 'NO-23',
    effect: 'forbid',
    strength: 'emergency-waivable',
    actions: ['view', 'release', 'download'],
    requires: ['fence'],
    title: 'The most private items only where presence on site is shown',
    rationale:
      'Intimate and VIP items. The organisation’s network shows it as well as a position. A determined person can defeat it.',
    source: 'Local policy, to be confirmed by the trust',
    when: {
      all: [
        CLOSE,
        {
          any: [
            { 'context.place.fence': 'outside' },
            { 'context.place.ageSeconds': { moreThan: { parameter: 'fixMaxAgeSeconds' } } },
            {
              all: [
                { 'context.place.fence': { not: 'inside' } },
                { 'context.place.evidence': { not: { in: ['network', 'attested'] } } },
              ],
            },
          ],
        },
      ],
    },
  },
];
