import type { EventType } from '../event-codes.js';

// Where every event type goes in every format. docs/spec/export.md explains the choices; a test holds the table against
// the profiles, so that no type can be added without a place.

/**
 * What kind of audit record an event makes; IHE BALP has a profile for most. `disclose`: given out to somebody whom the
 * entry does not name; `collect`: the actor is the one who receives.
 */
export type Shape =
  | 'read'
  | 'search'
  | 'create'
  | 'update'
  | 'delete'
  | 'disclose'
  | 'collect'
  | 'export'
  | 'import'
  | 'authz'
  | 'login'
  | 'alert'
  | 'log-used';

/** How much it matters before the outcome is known: 1 information, 2 low, 3 medium, 4 high. */
export type Severity = 1 | 2 | 3 | 4;

/** One row of the table. */
export interface EventMapping {
  readonly shape: Shape;
  /** Plain words, for a line that a person reads. */
  readonly text: string;
  /** Event id of DICOM PS3.15 A.5 (CID 400), where the shape alone does not say it, and event type code (CID 401, 403). */
  readonly dicom?: string;
  /** Code of ISO 21089 record lifecycle events, where one says more than the shape. */
  readonly lifecycle?: string;
  /** OCSF class and activity; activity 99 is named after the event type. */
  readonly ocsf: readonly [classUid: OcsfClass, activity: number];
  /** ECS categories and types; each type is one that ECS expects for the category. */
  readonly ecs: readonly [category: EcsCategory, type: EcsType];
  readonly severity: Severity;
  /** The event is itself a refusal: an export never says that it succeeded, whatever the outcome of logging it. */
  readonly refusal?: true;
}

/** OCSF 1.8: Event Log Activity, Detection Finding, Authentication, Entity Management, Web Resources Activity. */
export type OcsfClass = 1008 | 2004 | 3002 | 3004 | 6001;
export type EcsCategory = 'api' | 'authentication' | 'configuration' | 'file' | 'iam' | 'intrusion_detection';
export type EcsType =
  | 'access'
  | 'admin'
  | 'change'
  | 'creation'
  | 'deletion'
  | 'denied'
  | 'end'
  | 'group'
  | 'info'
  | 'start'
  | 'user';

const item = (
  shape: Shape,
  text: string,
  activity: number,
  ecs: EcsType,
  rest: Partial<EventMapping> = {},
): EventMapping => ({ shape, text, ocsf: [6001, activity], ecs: ['file', ecs], severity: 1, ...rest });

const entity = (
  shape: Shape,
  text: string,
  activity: number,
  ecs: readonly [EcsCategory, EcsType],
  rest: Partial<EventMapping> = {},
): EventMapping => ({ shape, text, ocsf: [3004, activity], ecs, severity: 1, ...rest });

const login = (text: string, activity: number, ecs: EcsType, severity: Severity): EventMapping => ({
  shape: 'login',
  text,
  dicom: '110122',
  ocsf: [3002, activity],
  ecs: ['authentication', ecs],
  severity,
});

const alert = (text: string, severity: Severity, dicom?: string): EventMapping => ({
  shape: 'alert',
  text,
  ...(dicom !== undefined && { dicom }),
  ocsf: [2004, 1],
  ecs: ['intrusion_detection', 'info'],
  severity,
});

const ofLog = (shape: Shape, text: string, activity: number, rest: Partial<EventMapping> = {}): EventMapping => ({
  shape,
  text,
  ocsf: [1008, activity],
  ecs: ['configuration', 'info'],
  severity: 1,
  ...rest,
});

/** Every event type, and where it goes. */
export const EVENT_MAP: Readonly<Record<EventType, EventMapping>> = {
  'image.capture': item('create', 'Picture captured', 1, 'creation', { lifecycle: 'originate' }),
  'image.store': item('create', 'Picture stored', 1, 'creation'),
  'image.view': item('read', 'Picture viewed', 2, 'access'),
  'image.list': item('search', 'Pictures listed', 5, 'access'),
  'image.thumbnail': item('read', 'Thumbnail viewed', 2, 'access'),
  'image.download': item('export', 'Picture downloaded', 7, 'access', { severity: 2 }),
  'image.export': item('export', 'Picture exported', 7, 'access', { severity: 2 }),
  'image.print': item('export', 'Picture printed', 7, 'access', { severity: 2 }),
  'image.share': item('disclose', 'Picture shared', 8, 'access', { severity: 2 }),
  'link.create': item('create', 'Link created', 1, 'creation'),
  'link.open': item('collect', 'Link opened', 2, 'access'),
  'link.revoke': item('delete', 'Link revoked', 4, 'deletion'),
  'watermark.apply': item('create', 'Marked copy made', 1, 'creation', { lifecycle: 'transform' }),
  delete: item('delete', 'Item deleted', 4, 'deletion'),
  erase: item('delete', 'Erased for ever', 4, 'deletion', { lifecycle: 'destroy', severity: 2 }),
  'key.release': item('alert', 'Key released', 8, 'access', { dicom: '110135', severity: 2 }),
  'screenshot.detected': alert('Screenshot detected', 3, '110132'),
  'record.attach': item('update', 'Attached to the record', 3, 'change'),
  'outsider.add': entity('alert', 'Outsider added', 1, ['iam', 'user'], { dicom: '110136', severity: 2 }),
  'member.add': entity('alert', 'Team member added', 3, ['iam', 'group'], { dicom: '110136' }),
  'member.remove': entity('alert', 'Team member removed', 3, ['iam', 'group'], { dicom: '110136' }),
  'auth.login': login('Signed in', 1, 'start', 1),
  'auth.step-up': login('Signed in again for more', 99, 'info', 1),
  'auth.fail': { ...login('Sign-in failed', 1, 'start', 2), refusal: true },
  'access.deny': item('authz', 'Access denied', 99, 'access', {
    ecs: ['api', 'denied'],
    severity: 3,
    refusal: true,
  }),
  'breakglass.open': item('alert', 'Opened by break-glass', 2, 'access', { dicom: '110127', severity: 4 }),
  'breakglass.review': ofLog('log-used', 'Break-glass reviewed', 99),
  'policy.change': entity('alert', 'Policy changed', 3, ['configuration', 'change'], { dicom: '110129', severity: 2 }),
  'policy.acknowledge': entity('create', 'Policy acknowledged', 99, ['configuration', 'info'], { lifecycle: 'attest' }),
  'consent.change': entity('update', 'Consent changed', 3, ['configuration', 'change']),
  'breach.report': alert('Breach reported', 4),
  'sar.export': ofLog('disclose', 'Access report given out', 3),
  'audit.read': ofLog('log-used', 'Audit log read', 99),
  'audit.verify': ofLog('log-used', 'Audit log verified', 99, { lifecycle: 'verify' }),
  'clock.skew': alert('Clock found wrong', 2),
  'witness.fail': alert('Witness out of reach', 3),
  send: item('create', 'Sent', 1, 'creation', { lifecycle: 'transmit' }),
  advise: item('create', 'Advice given', 1, 'creation'),
  recall: item('update', 'Recalled', 3, 'change', { severity: 2 }),
  hold: item('update', 'Put on hold', 3, 'change', { lifecycle: 'hold' }),
  file: item('export', 'Filed into the record', 7, 'access', { lifecycle: 'archive' }),
  expire: item('update', 'Expired', 3, 'change', { lifecycle: 'deprecate' }),
  enrol: entity('alert', 'Person enrolled', 6, ['iam', 'user'], { dicom: '110137' }),
  suspend: entity('alert', 'Person suspended', 12, ['iam', 'user'], { dicom: '110137', severity: 2 }),
  'directory.snapshot': entity('alert', 'Directory published', 3, ['iam', 'admin'], { dicom: '110129' }),
  'item.handled': item('update', 'Item linked to its patient', 3, 'change', { lifecycle: 'link' }),
  'log.succeed': ofLog('alert', 'Log follows another', 5, { dicom: '110134', ecs: ['configuration', 'change'] }),
  'log.override': ofLog('alert', 'Log opened without asking a witness', 6, { dicom: '110127', severity: 4 }),
  'log.merge': ofLog('import', 'Emergency journal merged', 99, { ecs: ['configuration', 'change'], severity: 2 }),
  'flag.raise': alert('Flag raised', 3, '110132'),
  approval: entity('authz', 'Approved', 99, ['iam', 'admin']),
  'auth.logout': { ...login('Signed out', 2, 'end', 1), dicom: '110123' },
  restore: entity('alert', 'Suspension taken back', 13, ['iam', 'user'], { dicom: '110137', severity: 2 }),
};
