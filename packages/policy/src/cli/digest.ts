import { type Command, command } from '@wardseal/primitives/cli';
import { EXIT } from './exits.js';
import { readPolicy } from './policy-file.js';

const digest: Command = command({
  usage: 'digest [--is DIGEST] [POLICY]',
  about: `Prints the digest of a policy: SHA-256 of its canonical JSON without status and approvals. Approvers sign it, and every
decision carries it. With --is it says whether the policy is the one that you know by its digest.`,
  options: {
    is: { kind: 'text', value: 'DIGEST', help: 'the digest that it must have; exit code 1 where it has another' },
  },
  operands: [0, 1],
  named: 'policy',
  payload: false,
  async run(values, [path]) {
    const { document, digest } = await readPolicy(path);
    const { id, version, status } = document;
    const same = values.is === undefined || values.is === digest;
    return {
      facts: { id, version, status, digest, ...(values.is !== undefined && { same }) },
      words: same ? [digest] : [digest, 'ANOTHER POLICY'],
      exit: same ? EXIT.yes : EXIT.no,
    };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': digest };
