import { type Command, command, OUTPUT, writeOutput } from '@wardseal/primitives/cli';
import { signPack } from '../governance/sign-pack.js';
import { GUARDIANS, guardiansOf, REGISTER, readRegister } from './register-file.js';

const publish: Command = command({
  usage: 'publish --register FILE --guardians FILE... [-o FILE]',
  about: `Writes the file that travels to servers and browsers: the version in force with the approvals that count today. Who reads it checks it
again (verify). Publish anew when the guardians change.`,
  options: { ...OUTPUT, ...REGISTER, ...GUARDIANS },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const { output: path, force } = values;
    const approvers = await guardiansOf(values);
    const { register } = await readRegister(values.register);
    const text = await signPack(register, approvers);
    await writeOutput({ path, force, content: 'safe' }, (file) => file.write(text));
    const { version, digest } = register.versions.find(({ status }) => status === 'in-force')!;
    return { facts: { id: register.id, version, digest }, words: [`${register.id} version ${version}`, digest] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': publish };
