import { type Command, command } from '@wardseal/primitives/cli';
import { readPolicy } from './policy-file.js';
import { SETTINGS, settled, writePolicy } from './settings.js';

const revise: Command = command({
  usage: 'revise [--set PARAMETER=N]... [--configured SOURCE]... [--review-by DATE] [-o FILE] [POLICY]',
  about: `Begins the next version of a policy: a draft with the next number that says which version it follows. Approvals and both
dates are left out: they were those of the version before. A version never comes back under its old number, and an older text comes
back as a new version.`,
  examples: [['revise --set sendUnlockMinutes=10 -o next.json policy.json', 'then: diff policy.json next.json']],
  options: SETTINGS,
  operands: [0, 1],
  named: 'policy',
  payload: true,
  async run(values, [path]) {
    const { document, digest } = await readPolicy(path);
    const { approvals: _, effectiveFrom: _from, reviewBy: _by, ...text } = document;
    const { version } = document;
    const next = { ...text, version: version + 1, status: 'draft', supersedes: { version, digest } } as const;
    return writePolicy(settled(next, values), values);
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': revise };
