import { type Command, command, OUTPUT, readText, writeOutput } from '@wardseal/primitives/cli';
import { compareCheckpoints } from '../gossip.js';
import { EXIT } from './exits.js';
import { LOG, openFiles } from './log-files.js';
import { neededTrust, TRUST } from './trust.js';

const WORDS = {
  same: 'GOOD        both saw the same log',
  consistent: 'GOOD        the newer one extends the older one',
  split: 'TAMPERED WITH: the log showed two histories',
  unknown: 'CANNOT TELL: the sizes differ, and the hashes in between are not at hand',
} as const;

const gossip: Command = command({
  usage: 'gossip --key KEY [--log FOLDER|URL] [-o EVIDENCE] MINE THEIRS',
  about: `Holds the checkpoint that you were shown against the one that somebody else was shown. A log that shows each of you something
else is caught here, and -o keeps the evidence: a file that proves it to anybody who has the log's public key. When the sizes differ,
--log gives the hashes in between; whoever serves them is not trusted.`,
  options: {
    output: { ...OUTPUT.output, help: 'write the evidence here' },
    force: OUTPUT.force,
    ...LOG,
    key: TRUST.key,
    'pq-key': TRUST['pq-key'],
  },
  operands: [2, 2],
  named: 'checkpoints',
  payload: false,
  async run(values, [first, second]) {
    const files = values.log === undefined ? null : await openFiles(values.log);
    const { policy } = await neededTrust({ ...values, policy: undefined, 'max-age': undefined });
    const mine = await readText(first!, 'your checkpoint');
    const theirs = await readText(second!, 'their checkpoint');
    const { verdict, evidence } = await compareCheckpoints(mine, theirs, policy, files?.reader);
    const { output, force } = values;
    if (evidence !== null && output !== undefined)
      await writeOutput({ path: output, force, content: 'safe' }, (file) => file.write(evidence));
    const told = evidence !== null && output === undefined ? ['keep both files, or the evidence with -o'] : [];
    const exit = { same: EXIT.good, consistent: EXIT.good, split: EXIT.tampered, unknown: EXIT.unknown }[verdict];
    return { facts: { verdict, evidence }, words: [WORDS[verdict], ...told], exit };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': gossip };
