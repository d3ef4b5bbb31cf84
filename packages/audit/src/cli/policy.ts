import { type Command, command, readText } from '@wardseal/primitives/cli';
import { parsePolicy } from '../witness/policy.js';

const check: Command = command({
  usage: 'policy check FILE',
  about: `Reads a policy file (C2SP tlog-policy) as strictly as every other command does, and says in words what it demands.`,
  options: {},
  operands: [1, 1],
  named: 'policy',
  payload: false,
  async run(_, [path]) {
    const policy = parsePolicy(await readText(path!, 'the policy'));
    const { logs, witnesses, groups, quorum } = policy;
    return {
      facts: policy,
      words: [
        ...logs.map(({ vkey, url }) => `log      ${vkey}${url === undefined ? '' : `, ${url}`}`),
        ...witnesses.map(({ name, vkey, url }) => `witness  ${name}: ${vkey}${url === undefined ? '' : `, ${url}`}`),
        ...groups.map(({ name, threshold, members }) => `group    ${name}: ${threshold} of ${members.join(', ')}`),
        quorum === 'none' ? 'quorum   none: no witness is demanded' : `quorum   ${quorum}`,
      ],
    };
  },
});

export const verbs: Readonly<Record<string, Command>> = { check };
