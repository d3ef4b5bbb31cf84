import { type Command, command } from '@wardseal/primitives/cli';
import { activate as activateVersion } from '../governance/activate.js';
import { GUARDIANS, guardiansOf, readRegister, record, STEP, stepBy, versionOf } from './register-file.js';

const activate: Command = command({
  usage: 'activate --register FILE --guardians FILE... --by ID [--version N]',
  about: `Brings an approved version into force; the one before is superseded for ever. Nothing is taken on trust: the signatures are checked,
the examples run, the invariants proved, and what changes is told and recorded. Then publish it.`,
  options: {
    ...STEP,
    ...GUARDIANS,
    version: { kind: 'text', value: 'N', help: 'which; the last approved without it' },
  },
  operands: [0, 0],
  payload: false,
  async run(values) {
    const by = stepBy(values);
    const approvers = await guardiansOf(values);
    const read = await readRegister(values.register);
    const version = versionOf(values.version, read.register, 'approved', 'draft');
    const step = await activateVersion(read.register, { version, ...by, ...approvers });
    const { activated } = step.register.versions.find((each) => each.version === version)!;
    return record(read, step, activated!.change.lines);
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': activate };
