import { type Command, command, UsageError } from '@wardseal/primitives/cli';
import { accessReview, type Membership } from '../governance/access-review.js';
import type { Acknowledgement } from '../governance/acknowledgement.js';
import { acknowledgementReport, type StaffMember } from '../governance/acknowledgement-report.js';
import { type Reviewable, reviews as reviewsOf } from '../governance/reviews.js';
import { EXIT } from './exits.js';
import { ASSESSMENTS, assessmentsOf, listOf } from './records.js';
import { REGISTER, readRegister } from './register-file.js';
import { iso, moment, momentOr } from './times.js';

const AT = { kind: 'text', value: 'TIME', help: 'as of then; now without it' } as const;

const reviews: Command = command({
  usage: 'report reviews --register FILE [--assessment FILE]... [--others FILE]',
  about: `Says what has to be reviewed: the policy in force, the assessments that are relied on with their conditions, and what else you keep.
Exit code 1 when something is overdue, or no policy is in force. Nothing here stops care.`,
  examples: [['report reviews -r register.json -a web-app.json', 'every night']],
  options: {
    ...REGISTER,
    ...ASSESSMENTS,
    others: {
      kind: 'text',
      value: 'FILE',
      help: '{"others":[{"kind":"dpia","id":...,"title":...,"reviewBy":...}]}, or one a line',
    },
    at: AT,
  },
  operands: [0, 0],
  payload: false,
  async run(values) {
    const now = momentOr(values.at, 'at');
    const { register } = await readRegister(values.register);
    const assessments = await assessmentsOf(values.assessment);
    const others = values.others === undefined ? [] : await listOf<Reviewable>(values.others, 'others');
    const report = reviewsOf(register, assessments, { now, others });
    const words = report.lines.length > 0 ? report.lines : ['nothing is due'];
    // What has no date, or is not in force, never becomes overdue.
    const isBare = report.reviews.some(({ kind, state }) => kind === 'policy' && state === 'undated');
    return { facts: report, words, exit: report.overdue || isBare ? EXIT.no : EXIT.yes };
  },
});

const acknowledgements: Command = command({
  usage: 'report acknowledgements --register FILE --people FILE --acknowledgements FILE',
  about: `Says who has acknowledged the policy in force, by department, and who has not. Exit code 1 when somebody's time to do so has run out,
or nothing is in force.`,
  options: {
    ...REGISTER,
    people: {
      kind: 'text',
      value: 'FILE',
      help: '{"people":[{"id":...,"department":...,"status":"active"}]}, or one a line',
    },
    acknowledgements: { kind: 'text', value: 'FILE', help: '{"acknowledgements":[...]}, or one a line' },
    at: AT,
  },
  operands: [0, 0],
  payload: false,
  async run(values) {
    const now = momentOr(values.at, 'at');
    const { register } = await readRegister(values.register);
    const people = await listOf<StaffMember>(values.people, 'people');
    const given = await listOf<Acknowledgement>(values.acknowledgements, 'acknowledgements');
    const report = acknowledgementReport(register, { acknowledgements: given, people, now });
    const isLate = report.departments.some(({ waiting }) => waiting.some(({ state }) => state === 'due'));
    return { facts: report, words: report.lines, exit: isLate || report.version === null ? EXIT.no : EXIT.yes };
  },
});

const access: Command = command({
  usage: 'report access --memberships FILE --opened TIME --due TIME [--dormant-days N]',
  about: `The quarterly review of who has access to what: who confirmed it, what is dormant, and what ends because nobody did, 14 days after it
was due and never of somebody on duty. Exit code 1 when access is to be suspended now.`,
  options: {
    memberships: { kind: 'text', value: 'FILE', help: '{"memberships":[...]}, or one a line' },
    opened: { kind: 'text', value: 'TIME', help: 'when this review began' },
    due: { kind: 'text', value: 'TIME', help: 'by when it is to be done' },
    'dormant-days': { kind: 'text', value: 'N', help: 'unused for so long is dormant; 90 without it' },
    at: AT,
  },
  operands: [0, 0],
  payload: false,
  async run(values) {
    const { opened, due } = values;
    const days = values['dormant-days'];
    const now = momentOr(values.at, 'at');
    if (opened === undefined || due === undefined) throw new UsageError('--opened and --due are needed');
    if (days !== undefined && !/^[1-9]\d{0,5}$/.test(days)) throw new UsageError('--dormant-days takes a whole number');
    const report = accessReview(await listOf<Membership>(values.memberships, 'memberships'), {
      now,
      openedAt: iso(moment(opened, 'opened')),
      dueAt: iso(moment(due, 'due')),
      ...(days !== undefined && { dormantDays: Number(days) }),
    });
    return {
      facts: report,
      words: [...report.lines, ...report.suspend.map(({ id, group }) => `SUSPEND ${id} in ${group}`)],
      exit: report.suspend.length > 0 ? EXIT.no : EXIT.yes,
    };
  },
});

export const verbs: Readonly<Record<string, Command>> = { reviews, acknowledgements, access };
