import { type Command, command, UsageError } from '@wardseal/primitives/cli';
import { release } from '../index.js';
import { CHANGE, changeOf, rewriteHeader } from './change.js';
import { recipientOn } from './people.js';

const releaseCommand: Command = command({
  usage: 'release -i KEYS -d SNAPSHOT --root THUMBPRINT --to WHO --log-entry ID --reason TEXT [-o FILE] [FILE]',
  about: `Lets one entitled person open a file, under an entry of the audit log. Only the header changes; FILE may be the header alone.
Whether they are entitled is decided before.`,
  options: {
    ...CHANGE,
    to: { kind: 'text', value: 'WHO', help: "the person's id in the directory, or their entry" },
    'session-key': {
      kind: 'text',
      value: 'RECIPIENT',
      help: 'an age1... key of theirs for one session, in place of their own',
    },
  },
  operands: [0, 1],
  payload: true,
  async run(values, [path]) {
    const logEntry = values['log-entry'];
    if (values.to === undefined || logEntry === undefined) throw new UsageError('--to and --log-entry are needed');
    const { known, options } = await changeOf(values);
    const entry = recipientOn(values.to, '--to', known);
    if (typeof entry === 'string') throw new UsageError('--to takes a person, not a bare recipient');
    const session = values['session-key'];
    const { person, organisation } = entry;
    const to = session === undefined ? entry : { recipient: session, person, organisation };
    return rewriteHeader(values, path, (header) => release(header, to, { ...options, logEntry }));
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': releaseCommand };
