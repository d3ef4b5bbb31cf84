import { utf8 } from '@wardseal/primitives';
import {
  type Command,
  command,
  type Options,
  OUTPUT,
  objectOf,
  UsageError,
  writeOutput,
} from '@wardseal/primitives/cli';
import { analyse } from '../analyse/analyse.js';
import { article30 as article30Of } from '../governance/article30.js';
import type { PaperInput } from '../governance/configuration.js';
import { dpia as dpiaOf } from '../governance/dpia.js';
import type { Paper } from '../governance/paper.js';
import { checkProcessingForm } from '../governance/processing-form.js';
import { renderPaper } from '../render/render-paper.js';
import { readPolicy } from './policy-file.js';
import { ASSESSMENTS, assessmentsOf } from './records.js';
import { REGISTER, readRegister } from './register-file.js';
import { momentOr } from './times.js';

const OPTIONS = {
  ...OUTPUT,
  ...REGISTER,
  ...ASSESSMENTS,
  channel: { kind: 'texts', value: 'ID', help: 'a channel in use, assessed or not' },
  form: { kind: 'object', value: 'FILE', help: 'what only people know: {"controller":{"name":...,"contact":...},...}' },
  organisation: { kind: 'text', value: 'NAME', help: 'whose it is' },
  format: { kind: 'text', value: 'FORMAT', help: 'html (without it) or json' },
  at: { kind: 'text', value: 'TIME', help: 'as of then; now without it' },
} as const satisfies Options;

function paper(name: string, what: string, make: (input: PaperInput) => Paper): Command {
  return command({
    usage: `${name} [--register FILE] [--assessment FILE]... [--form FILE] [-o FILE] POLICY`,
    about: `Makes ${what} from what is running: the policy with its rules, duties, evidence and proofs, the register, the assessments. Every
statement says where it comes from; what only people know is listed as missing until the form says it. It is a draft for people to judge.`,
    examples: [
      [`${name} -r register.json -a web-app.json --form form.json -o ${name}.html policy.json`, 'to read and sign'],
    ],
    options: OPTIONS,
    operands: [1, 1],
    named: 'policy',
    payload: true,
    async run(values, [path]) {
      const { format = 'html', organisation, output, force } = values;
      if (format !== 'html' && format !== 'json') throw new UsageError('--format takes html or json');
      const now = momentOr(values.at, 'at');
      const pack = await readPolicy(path);
      const form = await objectOf(values.form, 'the form');
      const made = make({
        pack,
        now,
        ...(values.register !== undefined && { register: (await readRegister(values.register)).register }),
        assessments: await assessmentsOf(values.assessment),
        channels: values.channel,
        proofs: analyse(pack).prove(),
        ...(form !== undefined && { form: checkProcessingForm(form) }),
      });
      const text = format === 'html' ? renderPaper(made, organisation) : `${JSON.stringify(made, null, 2)}\n`;
      await writeOutput({ path: output, force, content: 'text' }, (file) => file.write(utf8(text)));
      const { title, missing } = made;
      return {
        facts: { title, format, missing },
        words: [title, ...missing.map(({ question, field }) => `missing     ${question} (${field} of the form)`)],
      };
    },
  });
}

/** The verbs of two commands. */
export const dpia: { readonly verbs: Readonly<Record<string, Command>> } = {
  verbs: { '': paper('dpia', 'a data protection impact assessment (UK GDPR Article 35)', dpiaOf) },
};
export const article30: { readonly verbs: Readonly<Record<string, Command>> } = {
  verbs: { '': paper('article30', 'the record of processing (UK GDPR Article 30)', article30Of) },
};
