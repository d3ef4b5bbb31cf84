import { type Command, command, UsageError } from '@wardseal/primitives/cli';
import { withdraw as withdrawVersion } from '../governance/withdraw.js';
import { readRegister, record, STEP, stepBy, versionOf } from './register-file.js';

const withdraw: Command = command({
  usage: 'withdraw --register FILE --version N --by ID --second ID --reason TEXT',
  about: `Takes a version back for ever, on two people's word: a draft that is not wanted, or the one in force. When it was in force, NOTHING IS
IN FORCE afterwards and everything is refused until another is activated; an older text comes back as a new version (revise).`,
  options: {
    ...STEP,
    version: { kind: 'text', value: 'N', help: 'which one' },
    second: { kind: 'text', value: 'ID', help: 'somebody else who agrees' },
    reason: { kind: 'text', value: 'TEXT', help: 'why, in a sentence' },
  },
  operands: [0, 0],
  payload: false,
  async run(values) {
    const { second: secondApprover, reason } = values;
    const by = stepBy(values);
    if (values.version === undefined || secondApprover === undefined || reason === undefined)
      throw new UsageError('--version, --second and --reason are needed');
    const read = await readRegister(values.register);
    const version = versionOf(values.version, read.register);
    const step = withdrawVersion(read.register, { version, ...by, secondApprover, reason });
    const isBare = !step.register.versions.some(({ status }) => status === 'in-force');
    return record(read, step, isBare ? ['NOTHING IS IN FORCE: everything is refused'] : []);
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': withdraw };
