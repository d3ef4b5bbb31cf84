// The numbers that stand for names in a leaf. A number is never used again for another name; new names go to the end
// of their list with the next number. docs/spec/leaf.md repeats these tables.

/** What happened. */
export const EVENT_TYPES = {
  'image.capture': 1,
  'image.store': 2,
  'image.view': 3,
  'image.list': 4,
  'image.thumbnail': 5,
  'image.download': 6,
  'image.export': 7,
  'image.print': 8,
  'image.share': 9,
  'link.create': 10,
  'link.open': 11,
  'link.revoke': 12,
  'watermark.apply': 13,
  delete: 14,
  erase: 15,
  'key.release': 16,
  'screenshot.detected': 17,
  'record.attach': 18,
  'outsider.add': 19,
  'member.add': 20,
  'member.remove': 21,
  'auth.login': 22,
  'auth.step-up': 23,
  'auth.fail': 24,
  'access.deny': 25,
  'breakglass.open': 26,
  'breakglass.review': 27,
  'policy.change': 28,
  'policy.acknowledge': 29,
  'consent.change': 30,
  'breach.report': 31,
  'sar.export': 32,
  'audit.read': 33,
  'audit.verify': 34,
  'clock.skew': 35,
  'witness.fail': 36,
  send: 37,
  advise: 38,
  recall: 39,
  hold: 40,
  file: 41,
  expire: 42,
  enrol: 43,
  suspend: 44,
  'directory.snapshot': 45,
  'item.handled': 46,
  'log.succeed': 47,
  'log.override': 48,
  'log.merge': 49,
  'flag.raise': 50,
  approval: 51,
  'auth.logout': 52,
  restore: 53,
} as const;

/** How it went; `intent` is written before the act, and counts as happened until an outcome follows. */
export const OUTCOMES = { success: 1, minor: 2, serious: 3, major: 4, intent: 5 } as const;

/** Why: codes of HL7 v3-PurposeOfUse. */
export const PURPOSES = {
  TREAT: 1,
  BTG: 2,
  ETREAT: 3,
  CAREMGT: 4,
  COC: 5,
  PATRQT: 6,
  FAMRQT: 7,
  PATSFTY: 8,
  PATADMIN: 9,
  HOPERAT: 10,
  HQUALIMP: 11,
  HCOMPL: 12,
  HLEGAL: 13,
  HRESCH: 14,
  HSYSADMIN: 15,
  RECORDMGT: 16,
  TRAIN: 17,
  PUBHLTH: 18,
  HPAYMT: 19,
  FRAUD: 20,
  GOV: 21,
} as const;

/** Where the actor's device stood. */
export const GEOFENCES = { inside: 1, outside: 2, unknown: 3 } as const;

/** What kind of actor it was. */
export const ACTOR_KINDS = { practitioner: 1, patient: 2, system: 3, outsider: 4 } as const;

/** What the policy answered. */
export const DECISIONS = { permit: 1, deny: 2 } as const;

/** An organisation's or a site's code: 3 to 9 letters and digits; no meaning is read from them. */
export const ODS_CODE: RegExp = /^[A-Z0-9]{3,9}$/;

export type EventType = keyof typeof EVENT_TYPES;
export type Outcome = keyof typeof OUTCOMES;
export type Purpose = keyof typeof PURPOSES;
export type Geofence = keyof typeof GEOFENCES;
export type ActorKind = keyof typeof ACTOR_KINDS;
export type Decision = keyof typeof DECISIONS;

// Names by number of each table that was asked, so that a log of a million entries is not searched a million times.
const names = new WeakMap<object, ReadonlyMap<number, string>>();

/** The name that a number stands for, or undefined. */
export function nameOf<T extends string>(table: Readonly<Record<T, number>>, code: number): T | undefined {
  let known = names.get(table);
  if (known === undefined) {
    known = new Map(Object.entries<number>(table).map(([name, number]) => [number, name]));
    names.set(table, known);
  }
  return known.get(code) as T | undefined;
}
