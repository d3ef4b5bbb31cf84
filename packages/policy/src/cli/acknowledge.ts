import { type Command, command, OUTPUT, readText, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { acknowledge as acknowledged } from '../governance/acknowledgement.js';
import { readPolicy } from './policy-file.js';
import { iso, momentOr } from './times.js';

const acknowledge: Command = command({
  usage: 'acknowledge --subject ID --text FILE [--method WORD] [--at TIME] [-o FILE] POLICY',
  about: `Writes the record that somebody has read and acknowledged a version, for those who did so on paper: it names the policy and the text
that was shown by their digests.`,
  options: {
    ...OUTPUT,
    subject: { kind: 'text', value: 'ID', help: 'who, as the directory has them' },
    text: { kind: 'text', value: 'FILE', help: 'all the text that was shown' },
    method: { kind: 'text', value: 'WORD', help: 'how it was given; paper without it' },
    at: { kind: 'text', value: 'TIME', help: 'when; now without it' },
  },
  operands: [1, 1],
  named: 'policy',
  payload: true,
  async run({ subject, text, method = 'paper', at, output: path, force }, [policy]) {
    if (subject === undefined || text === undefined) throw new UsageError('--subject and --text are needed');
    const pack = await readPolicy(policy);
    const shown = await readText(text, 'the text that was shown');
    const record = acknowledged(pack, { subject, text: shown, method, at: iso(momentOr(at, 'at')) });
    // It names a person: nobody else may read the file.
    await writeOutput({ path, force, secret: true, content: 'safe' }, (file) =>
      file.write(`${JSON.stringify(record)}\n`),
    );
    return { facts: record, words: [`${subject} has acknowledged ${record.policy} version ${record.version}`] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': acknowledge };
