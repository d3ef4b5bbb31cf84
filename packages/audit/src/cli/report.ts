import { type Command, command, counted, objectOf, progressLine, UsageError } from '@wardseal/primitives/cli';
import { type BreachOptions, breachPack } from '../report/breach.js';
import { breakGlassReport } from '../report/break-glass.js';
import { exposure } from '../report/exposure.js';
import { flagRules } from '../report/flags/flag-rules.js';
import { flagReport } from '../report/flags.js';
import { subjectAccess } from '../report/subject-access.js';
import { actorOf, entitlementsIn, entryIn, exposureOf, objectIn } from './asked.js';
import { factsIn, parametersIn } from './flag-facts.js';
import { REPORT, scopeOf, writeReport } from './report-output.js';
import { SOURCES, sourcesOf, subjectOf } from './sources.js';
import { moment, whole } from './times.js';

const READING = '--log FOLDER --secrets FOLDER --key KEY';

const sar: Command = command({
  usage: `report sar ${READING} [--name-staff] [-o FILE] SUBJECT`,
  about: `Answers "who has looked at my record": every access to one patient's items, row by row with its proof. SUBJECT is the patient
handle that the custodian makes, 43 characters, or a file that holds it. Nobody is named unless --name-staff says that local
policy allows it.`,
  examples: [
    [
      'report sar --log /srv/audit/2026 --secrets /srv/audit-secrets -o answer.html handle.txt',
      'to print and hand out',
    ],
  ],
  options: {
    ...REPORT,
    ...SOURCES,
    'name-staff': { kind: 'flag', help: 'name the staff, by --names where they are known' },
    openings: { kind: 'flag', help: 'let the proofs open all that an entry holds of a named person' },
  },
  operands: [1, 1],
  named: 'subject',
  payload: true,
  async run(values, [who]) {
    const subject = await subjectOf(who);
    const { range, nameOf } = await scopeOf(values);
    const bar = progressLine('reading', undefined, counted('entries and tiles'));
    const { sources, unpinned } = await sourcesOf(values, bar.at);
    const report = await subjectAccess({
      sources,
      subject,
      ...range,
      openings: values.openings,
      ...(values['name-staff'] && {
        disclose: ({ actor, org }) => {
          const name = actor && 'id' in actor ? nameOf?.(actor.id, org) : undefined;
          return name === undefined ? {} : { name };
        },
      }),
    }).finally(bar.clear);
    return writeReport(report, values, unpinned, subject);
  },
});

const breach: Command = command({
  usage: `report breach ${READING} --aware TIME [--actor ID --org ODS] [--object KIND:ID]... [-o FILE]`,
  about: `Makes the pack for a personal data breach: who is affected, what was seen, first and last, what was done against it, the
fields of the notification and the 72-hour clock. Say what it is about by person, objects and time.`,
  examples: [
    [
      'report breach --log 2026 --secrets keys --actor person-9 --org RX1 --from 2026-03-01 --aware 2026-03-09T08:00Z -o pack.html',
      'everything that one account did',
    ],
  ],
  options: {
    ...REPORT,
    ...SOURCES,
    aware: { kind: 'text', value: 'TIME', help: 'when the trust became aware: the 72 hours run from then' },
    actor: { kind: 'text', value: 'ID', help: 'whose acts; with --org' },
    org: { kind: 'text', value: 'ODS', help: 'their organisation' },
    object: { kind: 'texts', value: 'KIND:ID', help: 'an object that it is about' },
    entry: { kind: 'texts', value: 'ORIGIN#INDEX', help: 'a further entry, as behind a flag' },
    form: { kind: 'object', value: 'FILE', help: 'what only people know: {"nature":...,"contact":{"name":...}}' },
    'high-risk': { kind: 'object', value: 'FILE', help: 'must people be told? {"decision":true,"reason":...}' },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    if (values.aware === undefined) throw new UsageError('--aware is missing');
    const { range, nameOf } = await scopeOf(values);
    const actor = actorOf(values.actor, values.org);
    const form = await objectOf(values.form, 'the form');
    const highRisk = await objectOf(values['high-risk'], 'the decision');
    const zone = values['time-zone'];
    const bar = progressLine('reading', undefined, counted('entries and tiles'));
    const { sources, unpinned } = await sourcesOf(values, bar.at);
    const report = await breachPack({
      sources,
      about: {
        ...range,
        ...(actor && { actor }),
        ...(values.object.length > 0 && { objects: values.object.map(objectIn) }),
        ...(values.entry.length > 0 && { entries: values.entry.map(entryIn) }),
      },
      awareAt: moment(values.aware, 'aware'),
      // The package looks at their shape.
      ...(form && { form: form as NonNullable<BreachOptions['form']> }),
      ...(highRisk && { highRisk: highRisk as unknown as NonNullable<BreachOptions['highRisk']> }),
      ...(nameOf && { nameOf }),
      ...(zone !== undefined && { timeZone: zone }),
    }).finally(bar.clear);
    return writeReport(report, values, unpinned);
  },
});

const breakglass: Command = command({
  usage: `report breakglass ${READING} [--within-hours N] [-o FILE]`,
  about: `Lists every use of emergency access with its reason, what was done under it, and its review: waiting, overdue, done, done too
late. A review by somebody who took part does not count.`,
  options: {
    ...REPORT,
    ...SOURCES,
    'within-hours': { kind: 'text', value: 'N', help: 'until a review is due; 24 without it' },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const hours = values['within-hours'];
    const { range, nameOf } = await scopeOf(values);
    const bar = progressLine('reading', undefined, counted('entries and tiles'));
    const { sources, unpinned } = await sourcesOf(values, bar.at);
    const report = await breakGlassReport({
      sources,
      ...range,
      ...(nameOf && { nameOf }),
      ...(hours !== undefined && { withinHours: whole(hours, '--within-hours') }),
    }).finally(bar.clear);
    return writeReport(report, values, unpinned);
  },
});

const flags: Command = command({
  usage: `report flags ${READING} [--facts FILE] [--parameters FILE] [-o FILE]`,
  about: `Runs the flag rules over the log: bulk viewing, own record, colleagues, out of hours, outside the geofence, after leaving and the
others, each with its reason and its entries. What the log cannot know (rota, leavers, who is whose patient) comes from --facts. A
flag is a question to a person, never a verdict.`,
  options: {
    ...REPORT,
    ...SOURCES,
    facts: { kind: 'object', value: 'FILE', help: 'ownHandles, staffHandles, watchList, rota, bankHolidays, leavers' },
    parameters: { kind: 'object', value: 'FILE', help: "what to change of the rules' figures" },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const facts = factsIn((await objectOf(values.facts, 'the facts')) ?? {});
    const parameters = parametersIn((await objectOf(values.parameters, 'the parameters')) ?? {});
    const { range, nameOf } = await scopeOf(values);
    const zone = values['time-zone'];
    const bar = progressLine('reading', undefined, counted('entries and tiles'));
    const { sources, unpinned } = await sourcesOf(values, bar.at);
    const report = await flagReport({
      sources,
      rules: flagRules({ ...facts, ...(zone !== undefined && { timeZone: zone }) }, parameters),
      ...range,
      ...(nameOf && { nameOf }),
      ...(zone !== undefined && { timeZone: zone }),
    }).finally(bar.clear);
    return writeReport(report, values, unpinned);
  },
});

const exposed: Command = command({
  usage: `report exposure ${READING} --could FILE (--subject HANDLE | --object KIND:ID | --actor ID --org ODS) [-o FILE]`,
  about: `Shows who could open something and who did: the entitlements come from directory and policy as JSON
({"could":[{"actor":...,"org":...,"from":"2026-01-01","why":...}]}), the acts from the log. Whoever did without being able to is
marked.`,
  options: {
    ...REPORT,
    ...SOURCES,
    could: { kind: 'object', value: 'FILE', help: 'who could, from when to when, and why' },
    subject: { kind: 'text', value: 'HANDLE', help: 'about a patient: the handle, or a file that holds it' },
    object: { kind: 'text', value: 'KIND:ID', help: 'about one item' },
    actor: { kind: 'text', value: 'ID', help: 'about one person; with --org' },
    org: { kind: 'text', value: 'ODS', help: 'their organisation' },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const { range, nameOf } = await scopeOf(values);
    const could = entitlementsIn(await objectOf(values.could, 'the entitlements'));
    const about = await exposureOf(values);
    const bar = progressLine('reading', undefined, counted('entries and tiles'));
    const { sources, unpinned } = await sourcesOf(values, bar.at);
    const report = await exposure({ sources, of: about, could, ...range, ...(nameOf && { nameOf }) }).finally(
      bar.clear,
    );
    return writeReport(report, values, unpinned);
  },
});

export const verbs: Readonly<Record<string, Command>> = { sar, breach, breakglass, flags, exposure: exposed };
