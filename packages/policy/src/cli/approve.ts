import { type Command, command, objectOf, UsageError } from '@wardseal/primitives/cli';
import { approve as approveVersion } from '../governance/approve.js';
import type { Approval } from '../governance/register.js';
import { GUARDIANS, guardiansOf, REGISTER, readRegister, record, versionOf } from './register-file.js';

const approve: Command = command({
  usage: 'approve --register FILE --guardians FILE... [--version N] APPROVAL',
  about: `Adds a guardian's approval, as sign wrote it, to a version in the register. The signature is checked against the guardian's key;
two that count, of two people with two keys and neither of them the proposer, make it approved.`,
  examples: [['approve -r register.json -g reid.json -g moss.json yes-reid.json', 'once for each guardian']],
  options: {
    ...REGISTER,
    ...GUARDIANS,
    version: { kind: 'text', value: 'N', help: 'which; the one that the approval names without it' },
  },
  operands: [1, 1],
  named: 'approval',
  payload: false,
  async run(values, [path]) {
    const approvers = await guardiansOf(values);
    const read = await readRegister(values.register);
    const approval = (await objectOf(path, 'the approval')) as unknown as Approval; // its shape is looked at
    const { version } = approval;
    if (typeof version !== 'string') throw new UsageError(`${path}: it is no approval, as sign writes it`);
    const asked = versionOf(values.version ?? version, read.register);
    const step = await approveVersion(read.register, { version: asked, approval, ...approvers });
    const { status } = step.register.versions.find((each) => each.version === asked)!;
    return record(read, step, [status === 'draft' ? 'one more guardian has to approve it' : `it is ${status}`]);
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': approve };
