import type { EventType, Outcome, Purpose } from '../event-codes.js';
import type { Row } from './row.js';
import { clockTime, type WallClock } from './time-zone.js';

const MINUTE = 60_000;
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** What each kind of entry is called in front of people who know no log. */
const TYPES: Readonly<Record<EventType, string>> = {
  'image.capture': 'Took a picture',
  'image.store': 'Stored a picture',
  'image.view': 'Looked at a picture',
  'image.list': 'Saw a list of pictures',
  'image.thumbnail': 'Saw a small preview',
  'image.download': 'Downloaded a picture',
  'image.export': 'Exported a picture',
  'image.print': 'Printed a picture',
  'image.share': 'Shared a picture',
  'link.create': 'Made a link to a picture',
  'link.open': 'Opened a link to a picture',
  'link.revoke': 'Withdrew a link',
  'watermark.apply': 'Marked a picture for one viewer',
  delete: 'Deleted an item',
  erase: 'Erased a patient from the log',
  'key.release': 'Was given the key to an item',
  'screenshot.detected': 'A screenshot was noticed',
  'record.attach': 'Added an item to the health record',
  'outsider.add': 'Let in somebody from outside',
  'member.add': 'Added a team member',
  'member.remove': 'Removed a team member',
  'auth.login': 'Signed in',
  'auth.step-up': 'Confirmed who they are',
  'auth.fail': 'Failed to sign in',
  'access.deny': 'Was refused access',
  'breakglass.open': 'Opened an item in an emergency',
  'breakglass.review': 'Reviewed an emergency access',
  'policy.change': 'Changed the access rules',
  'policy.acknowledge': 'Acknowledged the access rules',
  'consent.change': 'Recorded a change of consent',
  'breach.report': 'Reported a possible breach',
  'sar.export': 'Gave out a report of accesses',
  'audit.read': 'Read the access log',
  'audit.verify': 'Checked the access log',
  'clock.skew': 'A clock was wrong',
  'witness.fail': 'An outside witness did not answer',
  send: 'Sent an item',
  advise: 'Gave advice',
  recall: 'Recalled an item',
  hold: 'Put a hold on, or took one off',
  file: 'Filed an item in the health record',
  expire: 'An item expired',
  enrol: 'Enrolled a device or key',
  suspend: 'Suspended an account',
  'directory.snapshot': 'Recorded who works here',
  'item.handled': 'Recorded whose item it is',
  'log.succeed': 'Began a new log',
  'log.override': 'Started the log without an outside witness',
  'log.merge': 'Took over an emergency log',
  'flag.raise': 'Raised a flag for review',
  approval: 'Approved a decision',
  'auth.logout': 'Signed out',
  restore: 'Took a suspension back',
};

const OUTCOMES: Readonly<Record<Outcome, string>> = {
  success: '',
  minor: 'not fully done',
  serious: 'did not succeed',
  major: 'did not succeed',
  intent: 'begun; no outcome was recorded, so it counts as done',
};

const PURPOSES: Readonly<Record<Purpose, string>> = {
  TREAT: 'Care and treatment',
  BTG: 'Emergency access',
  ETREAT: 'Emergency treatment',
  CAREMGT: 'Care management',
  COC: 'Coordination of care',
  PATRQT: 'Request of the patient',
  FAMRQT: 'Request of the family',
  PATSFTY: 'Patient safety',
  PATADMIN: 'Patient administration',
  HOPERAT: 'Running the service',
  HQUALIMP: 'Improving quality',
  HCOMPL: 'Checking compliance',
  HLEGAL: 'Legal matter',
  HRESCH: 'Research',
  HSYSADMIN: 'System administration',
  RECORDMGT: 'Record management',
  TRAIN: 'Training',
  PUBHLTH: 'Public health',
  HPAYMT: 'Payment',
  FRAUD: 'Investigation of fraud',
  GOV: 'Public authority',
};

/** What was done, and how it went where it did not go well. */
export function act({ type, outcome }: Pick<Row, 'type' | 'outcome'>): string {
  const how = OUTCOMES[outcome];
  return how === '' ? TYPES[type] : `${TYPES[type]} (${how})`;
}

/** Why it was done. */
export function why({ purpose }: Pick<Row, 'purpose'>): string {
  return purpose === undefined ? 'No reason recorded' : PURPOSES[purpose];
}

/** What an item is called. Items are what most rows are about: they need no kind in front. */
export function itemOf({ kind, id }: NonNullable<Row['object']>): string {
  return kind === 'item' || id.startsWith(kind) ? id : `${kind} ${id}`;
}

/** A day and time as people in the UK write them, with the zone said: `1 July 2026, 09:05 BST`. */
export function moment(iso: string, clock: WallClock): string {
  const time = Date.parse(iso);
  const [year, month, day] = clock.date(time).split('-');
  const minutes = clock.minutes(time);
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}, ${clockTime(minutes)} ${zone(time, clock)}`;
}

/** A cell of a further table: times as people read them, the rest as it is. */
export function cell(text: string, clock: WallClock): string {
  return ISO.test(text) ? moment(text, clock) : text;
}

/** `GMT` or `BST` in the UK, elsewhere the hours from UTC. */
function zone(time: number, clock: WallClock): string {
  const shown = Date.parse(`${clock.date(time)}T${clockTime(clock.minutes(time))}:00Z`);
  const offset = Math.round((shown - Math.floor(time / MINUTE) * MINUTE) / MINUTE);
  if (clock.timeZone === 'Europe/London') return offset === 0 ? 'GMT' : 'BST';
  if (offset === 0) return 'UTC';
  return `UTC${offset < 0 ? '−' : '+'}${clockTime(Math.abs(offset))}`;
}
