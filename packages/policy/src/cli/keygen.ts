import { type Command, command, OUTPUT, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { APPROVER_ROLES, checkApprovers } from '../governance/guardians.js';
import { newGuardianKey } from './guardian-key.js';

const keygen: Command = command({
  usage: 'keygen --id ID --role ROLE -o FILE [--public FILE]',
  about: `Makes the key with which a guardian approves policies. -o takes the private file, which never leaves the guardian's own computer
and is written for its owner alone (0600); --public the public one, which goes to whoever keeps the register and to whoever verifies.`,
  examples: [['keygen --id p-reid --role caldicott-guardian -o reid.secret --public reid.json', 'each guardian, once']],
  options: {
    ...OUTPUT,
    id: { kind: 'text', value: 'ID', help: 'who it is, as the directory has it' },
    role: {
      kind: 'text',
      value: 'ROLE',
      help: `${APPROVER_ROLES.join(', ')}, or another that your trust lets approve`,
    },
    public: { kind: 'text', value: 'FILE', help: 'write the public key here' },
  },
  operands: [0, 0],
  payload: true,
  async run({ id, role, output, force, public: open }) {
    if (id === undefined || role === undefined) throw new UsageError('--id and --role are needed');
    if (output === undefined || output === '-')
      throw new UsageError('-o is needed: a private key is for a file of its own');
    if (id.includes('+')) throw new UsageError('--id holds no plus sign');
    const { secret, guardian } = await newGuardianKey(id, role);
    checkApprovers({ guardians: [guardian] });
    await writeOutput({ path: output, force, secret: true, content: 'safe' }, async (file) => {
      await file.write(`${JSON.stringify(secret, null, 2)}\n`);
      if (open !== undefined)
        await writeOutput({ path: open, force, content: 'safe' }, (other) =>
          other.write(`${JSON.stringify(guardian, null, 2)}\n`),
        );
    });
    return { facts: guardian, words: [`public key of ${id}, ${role}: ${guardian.publicKey}`] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': keygen };
