import type { PolicyTest } from '../../document.js';
import { colleague, type Example, NOW, named, onDuty, registrar } from './example.js';

const gp = { ...registrar, id: 'p-marsh', org: 'Y99901', role: 'gp' };
const referred = {
  purpose: 'referral',
  relationship: { kind: 'referral', from: '2026-03-01T12:00:00Z', until: '2026-03-08T12:00:00Z' },
};
const meeting = {
  purpose: 'mdt',
  relationship: { kind: 'team', from: '2026-03-02T03:00:00Z', until: '2026-03-02T05:00:00Z' },
};
const agreed = { approvedBy: ['p-a', 'p-b'], purpose: 'direct-care', until: '2026-03-05T00:00:00Z' };

/** Examples of who else is let in: recipients, referrals, links, meetings and outsiders. */
export const sharingExamples = (example: Example): readonly PolicyTest[] => [
  example(
    'An unverified recipient stops a send',
    'send',
    { context: { recipients: [colleague, { ...colleague, id: 'p-unknown', verified: false }] } },
    { decision: false, outcome: 'forbidden', rules: ['NO-07'] },
  ),
  example(
    'A recipient about whom nothing is known stops a send, and it says so',
    'send',
    { context: { recipients: [{ id: 'p-unknown' }] } },
    {
      decision: false,
      outcome: 'missing-information',
      missing: [
        'context.recipients.org',
        'context.recipients.status',
        'context.recipients.teams',
        'context.recipients.verified',
      ],
    },
  ),
  example(
    'Nobody is chosen, so nothing is sent, and it says just that',
    'send',
    { context: { recipients: 'none' } },
    { decision: false, outcome: 'forbidden', rules: ['NO-34'] },
  ),
  example(
    'The author sends an intimate picture to the team on call',
    'send',
    { resource: { sensitivity: 'intimate' } },
    { decision: true, rules: ['SD-01'] },
  ),
  example(
    'Nobody else sends an intimate picture on',
    'send',
    { subject: registrar, resource: { sensitivity: 'intimate' }, context: onDuty },
    { decision: false, outcome: 'forbidden', rules: ['NO-35'] },
  ),
  example(
    'A recipient from another team stops a send to this one',
    'send',
    { context: { recipients: [colleague, { ...colleague, id: 'p-hollis', teams: ['ward-7'] }] } },
    { decision: false, outcome: 'forbidden', rules: ['NO-26'] },
  ),
  example(
    'A phone put down two hours ago sends nothing',
    'send',
    { subject: { unlockedAt: '2026-03-02T01:00:00Z' } },
    {
      decision: false,
      outcome: 'forbidden',
      rules: ['NO-06'],
    },
  ),
  example(
    'An app nobody assessed carries nothing',
    'send',
    { context: { channel: { status: 'unassessed' } } },
    {
      decision: false,
      outcome: 'forbidden',
      rules: ['NO-24'],
    },
  ),
  example(
    'A GP elsewhere opens what was referred to her',
    'view',
    { subject: gp, context: referred },
    {
      decision: true,
      basis: 'referral',
      obligations: ['max-lifetime', 'watermark'],
    },
  ),
  example(
    'The registrar who was asked refers on',
    'share-outside',
    { subject: registrar, context: onDuty },
    {
      decision: true,
      basis: 'referral',
      obligations: ['share-mark', 'max-lifetime', 'notify'],
    },
  ),
  example(
    'A link for a known colleague may live longer',
    'link-create',
    { action: { lifetimeSeconds: 86_400, maxViews: 1 } },
    { decision: true, rules: ['LK-01'], obligations: ['max-lifetime', 'share-mark'] },
  ),
  example(
    'A link for whoever holds it does not live for days',
    'link-create',
    { action: { lifetimeSeconds: 300_000, maxViews: 1 }, context: { recipients: 'none' } },
    { decision: false, outcome: 'not-permitted' },
  ),
  example(
    'A link for whoever holds it, opened once within the hour',
    'link-create',
    { action: { lifetimeSeconds: 3_600, maxViews: 1 }, context: { recipients: 'none' } },
    { decision: true, rules: ['LK-02'], obligations: ['max-lifetime', 'max-views', 'share-mark'] },
  ),
  example(
    'A link opens for its holder',
    'link-open',
    { subject: { id: 'link-1' } },
    {
      decision: true,
      obligations: ['watermark', 'max-lifetime'],
    },
  ),
  example(
    'Somebody on the list of a meeting sees it',
    'view',
    { subject: registrar, context: meeting },
    {
      decision: true,
      rules: ['MD-01'],
      obligations: ['watermark', 'no-download'],
    },
  ),
  example(
    'A coordinator shows the list while the meeting lasts',
    'view',
    { subject: { id: 'p-hollis', role: 'medical-secretary' }, context: meeting },
    { decision: true, rules: ['MD-02'] },
  ),
  example(
    'The meeting is over, and so is the access',
    'view',
    { subject: registrar, context: { ...meeting, relationship: { ...meeting.relationship, until: NOW } } },
    { decision: false, outcome: 'not-permitted' },
  ),
  example(
    'An agreed outsider sees what was sent to her',
    'view',
    { subject: { ...registrar, outsider: agreed }, context: named },
    {
      decision: true,
      rules: ['VW-01'],
    },
  ),
  example(
    'An agreed outsider who signs in for another organisation sees what was sent to them',
    'view',
    { subject: { ...gp, outsider: agreed }, context: named },
    { decision: true, rules: ['VW-06'], obligations: ['no-download', 'watermark'] },
  ),
  example(
    'An outsider in the team does not see what came before her',
    'view',
    { subject: { ...registrar, outsider: agreed }, context: { relationship: { ...named.relationship, kind: 'team' } } },
    { decision: false, outcome: 'forbidden', rules: ['NO-29'] },
  ),
  example(
    'The agreed time of an outsider is over',
    'view',
    { subject: { ...registrar, outsider: { ...agreed, until: NOW } }, context: named },
    { decision: false, outcome: 'forbidden', rules: ['NO-02'] },
  ),
  example(
    'An outsider comes for another purpose than agreed',
    'view',
    { subject: { ...registrar, outsider: { ...agreed, purpose: 'referral' } }, context: named },
    { decision: false, outcome: 'forbidden', rules: ['NO-03'] },
  ),
  example(
    'An outsider whom one person approved is nobody',
    'view',
    { subject: { ...registrar, outsider: { ...agreed, approvedBy: ['p-a'] } }, context: named },
    { decision: false, outcome: 'missing-information', missing: ['subject.outsider.approvedBy'] },
  ),
];
