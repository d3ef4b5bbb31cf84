import type { EventType } from '../../event-codes.js';
import type { BreachClock } from './clock.js';

/** What only people know of a breach; each may be left out, and the report says that it is missing. */
export interface BreachForm {
  /** What happened, in plain words. */
  readonly nature?: string;
  /** Default `patients`. */
  readonly subjectCategories?: readonly string[];
  readonly consequences?: string;
  /** Beside those that the log shows. */
  readonly measuresTaken?: readonly string[];
  readonly measuresPlanned?: readonly string[];
  /** The data protection officer, or whoever answers. */
  readonly contact?: { readonly name: string; readonly email?: string; readonly phone?: string };
  /** Needed after 72 hours (Article 33(1)). */
  readonly delayReason?: string;
}

/** The contents of a notification, UK GDPR Article 33(3): counted from the log, or told by people. */
export interface Article33 {
  /** (a) nature, categories and approximate numbers. */
  readonly nature: string | null;
  readonly subjectCategories: readonly string[];
  readonly subjects: number;
  /** Of these, people who were erased since: they can be counted, not named. */
  readonly erasedSubjects: number;
  readonly recordCategories: readonly string[];
  readonly records: number;
  /** Disclosures of items of which the log does not know whose they are. */
  readonly unknownSubjects: number;
  readonly acts: { readonly [type in EventType]?: number };
  /** (b) */
  readonly contact: BreachForm['contact'] | null;
  /** (c) */
  readonly consequences: string | null;
  /** (d) */
  readonly measuresTaken: readonly string[];
  readonly measuresPlanned: readonly string[];
  readonly delayReason: string | null;
  /** What Article 33 asks for and is not there yet, in plain words. It may follow in phases (Article 33(4)). */
  readonly missing: readonly string[];
}

/** What was counted. */
export type Counted = Pick<
  Article33,
  'subjects' | 'erasedSubjects' | 'recordCategories' | 'records' | 'unknownSubjects' | 'acts'
> & { readonly containment: readonly string[] };

/** Joins what was counted and what people told. */
export function article33({ containment, ...counted }: Counted, form: BreachForm, clock: BreachClock): Article33 {
  const measuresTaken = [...containment, ...(form.measuresTaken ?? [])];
  const measuresPlanned = form.measuresPlanned ?? [];
  const missing = [
    form.nature === undefined && 'what happened, in plain words: Article 33(3)(a)',
    form.contact === undefined && 'the data protection officer or another contact: Article 33(3)(b)',
    form.consequences === undefined && 'the likely consequences: Article 33(3)(c)',
    measuresTaken.length + measuresPlanned.length === 0 && 'measures taken or planned: Article 33(3)(d)',
    clock.overdue && form.delayReason === undefined && 'the reasons for the delay: Article 33(1)',
  ].filter((text) => text !== false);
  return {
    nature: form.nature ?? null,
    subjectCategories: form.subjectCategories ?? ['patients'],
    ...counted,
    contact: form.contact ?? null,
    consequences: form.consequences ?? null,
    measuresTaken,
    measuresPlanned,
    delayReason: form.delayReason ?? null,
    missing,
  };
}
