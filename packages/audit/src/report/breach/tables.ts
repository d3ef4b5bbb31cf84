import type { BreachReport } from '../breach.js';
import type { ReportTable, Row } from '../row.js';
import { act, itemOf } from '../words.js';

/** The pack as tables: the form first, then whom it is about, who did it, and what was done against it. */
export function breachTables(
  {
    article33: form,
    subjects,
    highRisk,
    containment,
  }: Pick<BreachReport, 'article33' | 'subjects' | 'highRisk' | 'containment'>,
  doers: readonly (readonly string[])[],
): readonly ReportTable[] {
  const letters = { true: 'People to write to', false: 'People affected', undefined: 'People affected' } as const;
  return [
    formTable(form),
    {
      title: letters[`${highRisk?.decision}`],
      caption: highRisk
        ? `Whether they must be told (Article 34) was decided: ${highRisk.reason}`
        : 'Nobody has decided yet whether they must be told (Article 34)',
      columns: ['Patient handle', 'First', 'Last', 'Times shown', 'Times made available', 'Items', 'Sealed details'],
      rows: subjects.map(({ handle, first, last, seen, shared, objects, unnamedObjects, sealed }) => [
        handle,
        first,
        last,
        String(seen),
        String(shared),
        [...objects.map(itemOf), ...(unnamedObjects > 0 ? [`${unnamedObjects} not known any more`] : [])].join(', '),
        sealed === undefined ? 'none' : 'for the guardians',
      ]),
    },
    { title: 'Who did it', columns: ['Who', 'Organisation', 'Times', 'First', 'Last'], rows: doers },
    {
      title: 'Containment',
      caption: 'What the log shows that was done against it',
      columns: ['When', 'Act', 'Who', 'Item', 'Log', 'Entry'],
      rows: containment.map((row) => [
        row.recordedAt,
        act(row),
        nameIn(row),
        row.object ? itemOf(row.object) : '',
        row.origin,
        String(row.index),
      ]),
    },
  ];
}

function formTable(form: BreachReport['article33']): ReportTable {
  const list = (texts: readonly string[]): string => texts.join('; ') || 'none yet';
  const contact =
    form.contact && [form.contact.name, form.contact.email, form.contact.phone].filter(Boolean).join(', ');
  return {
    title: 'Notification',
    caption: 'What UK GDPR Article 33(3) asks for; numbers come from the log',
    columns: ['Point', 'Content'],
    rows: [
      ['(a) What happened', form.nature ?? 'missing'],
      ['(a) Kinds of people', list(form.subjectCategories)],
      [
        '(a) Number of people',
        `about ${form.subjects}${form.erasedSubjects > 0 ? `, ${form.erasedSubjects} of them erased since` : ''}`,
      ],
      ['(a) Disclosures of items whose patient is not known', String(form.unknownSubjects)],
      ['(a) Kinds of records', list(form.recordCategories)],
      ['(a) Number of records', `about ${form.records}`],
      ['(b) Contact', contact ?? 'missing'],
      ['(c) Likely consequences', form.consequences ?? 'missing'],
      ['(d) Measures taken', list(form.measuresTaken)],
      ['(d) Measures planned', list(form.measuresPlanned)],
      ...(form.delayReason === null ? [] : [['Reasons for the delay', form.delayReason]]),
    ],
  };
}

/** Whom a row names. */
export function nameIn({ actor }: Pick<Row, 'actor'>): string {
  if (actor === undefined || 'withheld' in actor) return 'not known any more';
  return actor.name ?? actor.id;
}
