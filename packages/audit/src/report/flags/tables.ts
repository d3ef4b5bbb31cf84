import type { FlagReport, ReportedFlag } from '../flags.js';
import type { ReportTable, Row } from '../row.js';
import type { Plain } from './rule.js';

// Places named in a cell; the report's data has all of them.
const SHOWN = 12;

/** What the rules found, a table for each rule that found something, and what each rule was. */
export function flagTables(
  rules: FlagReport['rules'],
  flags: readonly ReportedFlag[],
  rows: readonly Row[],
): readonly ReportTable[] {
  const byPlace = new Map(rows.map((row) => [`${row.origin} ${row.index}`, row]));
  const groups = new Map<string, ReportedFlag[]>();
  for (const { title } of rules) groups.set(title, []);
  for (const flag of flags) groups.set(flag.title, [...(groups.get(flag.title) ?? []), flag]);
  return [
    ...[...groups].flatMap(([title, found]) => (found.length === 0 ? [] : [table(title, found, byPlace, rules)])),
    {
      title: 'Rules',
      caption: 'What each rule looks for, and with which parameters it ran',
      columns: ['Rule', 'Why', 'Parameters', 'Flags'],
      rows: rules.map(({ title, why, parameters, idle, flags: count }) => [
        title,
        why,
        Object.entries(parameters)
          .map(([name, value]) => `${name}: ${plainWords(value)}`)
          .join(', '),
        idle === undefined ? String(count) : `did not run: ${idle}`,
      ]),
    },
  ];
}

function table(
  title: string,
  flags: readonly ReportedFlag[],
  rows: ReadonlyMap<string, Row>,
  rules: FlagReport['rules'],
): ReportTable {
  const several = new Set([...rows.values()].map(({ origin }) => origin)).size > 1;
  const why = rules.find((rule) => rule.title === title)?.why;
  return {
    title,
    ...(why !== undefined && { caption: why.replace(/\.$/, '') }),
    columns: ['When', 'Who', 'What was found', 'Entries', 'Flag in the log'],
    rows: flags.map((flag) => [
      flag.at,
      who(flag, rows),
      flag.reason,
      several ? `${places(flag.entries)} of ${flag.origin}` : places(flag.entries),
      flag.loggedAt === undefined ? 'no' : `entry ${flag.loggedAt}`,
    ]),
  };
}

/** Everybody behind the flag's entries: a shared session has two. */
function who({ origin, entries }: ReportedFlag, rows: ReadonlyMap<string, Row>): string {
  const names = new Set<string>();
  for (const index of entries) {
    const actor = rows.get(`${origin} ${index}`)?.actor;
    if (actor !== undefined) names.add('withheld' in actor ? 'not known any more' : (actor.name ?? actor.id));
  }
  return [...names].join(', ');
}

function places(entries: readonly number[]): string {
  const shown = entries.slice(0, SHOWN).join(', ');
  return entries.length > SHOWN ? `${shown} and ${entries.length - SHOWN} more` : shown;
}

function plainWords(value: Plain): string {
  if (Array.isArray(value)) return value.map(plainWords).join(' ') || 'none';
  if (value !== null && typeof value === 'object') return Object.values(value).map(plainWords).join(' = ');
  return String(value);
}
