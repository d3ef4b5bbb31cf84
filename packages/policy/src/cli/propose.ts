import { type Command, command, UsageError } from '@wardseal/primitives/cli';
import { propose as proposeVersion } from '../governance/propose.js';
import { readPolicy } from './policy-file.js';
import { readRegister, record, STEP, stepBy } from './register-file.js';

const propose: Command = command({
  usage: 'propose --register FILE --by ID --reason TEXT POLICY',
  about: `Takes a version into the register, as a draft that waits for two guardians. The first version of a policy begins the register.
Whoever proposes it cannot approve it. Its number is above every earlier one; it has a review date that is to come.`,
  examples: [
    ['propose -r register.json --by p-shah --reason "First policy" policy.json', 'then: sign, by two guardians'],
  ],
  options: { ...STEP, reason: { kind: 'text', value: 'TEXT', help: 'why, in a sentence' } },
  operands: [1, 1],
  named: 'policy',
  payload: false,
  async run(values, [path]) {
    if (values.reason === undefined) throw new UsageError('why is missing: --reason');
    const step = stepBy(values);
    const pack = await readPolicy(path);
    const read = await readRegister(values.register, pack.document.id);
    return record(read, proposeVersion(read.register, { pack, ...step, reason: values.reason }), [pack.digest]);
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': propose };
