import { utf8 } from '@wardseal/primitives';
import { type Command, command, OUTPUT, writeOutput } from '@wardseal/primitives/cli';
import type { Assessment } from '../governance/assessment.js';
import { channelStatus } from '../governance/channel-status.js';
import { checkAssessment } from '../governance/check-assessment.js';
import { renderAssessment } from '../render/render-assessment.js';
import { EXIT } from './exits.js';
import { PolicyFileError } from './policy-file.js';
import { readChecked } from './records.js';
import { momentOr } from './times.js';

const check: Command = command({
  usage: 'assessment check [--at TIME] FILE',
  about: `Says whether the assessment of an app is one: risks with what is done about them, decided by somebody else than who assessed it, with the
data protection officer's advice where a risk stays high; and what it makes of the channel. Exit code 1 when it is refused, the channel is
neither approved nor conditional, or the review is overdue.`,
  options: { at: { kind: 'text', value: 'TIME', help: 'as of then; now without it' } },
  operands: [1, 1],
  named: 'assessment',
  payload: false,
  async run(values, [path]) {
    const now = momentOr(values.at, 'at');
    let assessment: Assessment;
    try {
      assessment = await readChecked(path!, 'the assessment', (json) => checkAssessment(json));
    } catch (error) {
      if (!(error instanceof PolicyFileError)) throw error;
      const { message, file, refusal } = error;
      const { code, path: at } = refusal;
      return {
        facts: { error: { code, message, file, path: at } },
        words: [`REFUSED     ${code}: ${message}`],
        exit: EXIT.no,
      };
    }
    const { id, version, channel, risks } = assessment;
    const standing = channelStatus([assessment], channel.id, now);
    const { status, overdue, reviewBy, conditions } = standing;
    return {
      facts: { id, version, channel, risks: risks.length, ...standing },
      words: [
        `assessment  ${id} version ${version} of ${channel.title} (${channel.id}), ${risks.length} risks`,
        `channel     ${status}`,
        ...conditions.map(({ title, dueBy }) => `condition   ${title}${dueBy === undefined ? '' : `, by ${dueBy}`}`),
        ...(reviewBy === null ? [] : [`review      ${overdue ? 'OVERDUE since' : 'by'} ${reviewBy}`]),
      ],
      exit: !overdue && (status === 'approved' || status === 'conditional') ? EXIT.yes : EXIT.no,
    };
  },
});

const render: Command = command({
  usage: 'assessment render [--at TIME] [-o FILE] FILE',
  about: 'Writes the assessment of an app as one HTML page to read, print and sign.',
  options: { ...OUTPUT, at: { kind: 'text', value: 'TIME', help: 'the moment of printing; now without it' } },
  operands: [1, 1],
  named: 'assessment',
  payload: true,
  async run({ at, output, force }, [path]) {
    const assessment = await readChecked(path!, 'the assessment', (json) => checkAssessment(json));
    const page = utf8(renderAssessment(assessment, momentOr(at, 'at')));
    await writeOutput({ path: output, force, content: 'text' }, (file) => file.write(page));
    const { id, version } = assessment;
    return { facts: { id, version, bytes: page.length }, words: [`${id} version ${version}`] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { check, render };
