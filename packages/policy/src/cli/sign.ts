import { type Command, command, OUTPUT, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { signApproval } from '../governance/sign-approval.js';
import { signerIn } from './guardian-key.js';
import { readPolicy } from './policy-file.js';
import { iso, momentOr } from './times.js';

const sign: Command = command({
  usage: 'sign --key FILE [--at TIME] [-o FILE] POLICY',
  about: `Signs a guardian's approval of exactly this text, on the guardian's own computer: the digest is computed here, of what lies here
to be read. The approval goes to whoever keeps the register, in any way: it cannot be changed and is worth nothing for another text.
Read the policy first (render), and what it changes (diff).`,
  examples: [['sign --key reid.secret -o yes-reid.json policy.json', 'then send yes-reid.json']],
  options: {
    ...OUTPUT,
    key: { kind: 'text', short: 'k', value: 'FILE', help: "the guardian's private file, as keygen -o writes it" },
    at: { kind: 'text', value: 'TIME', help: 'when; now without it' },
  },
  operands: [1, 1],
  named: 'policy',
  payload: true,
  async run({ key, at, output: path, force }, [policy]) {
    if (key === undefined) throw new UsageError('the key is missing: --key');
    const pack = await readPolicy(policy);
    const signer = await signerIn(key);
    const approval = await signApproval(pack, { ...signer, at: iso(momentOr(at, 'at')) });
    await writeOutput({ path, force, content: 'safe' }, (file) => file.write(`${JSON.stringify(approval, null, 2)}\n`));
    const { id, version, title } = pack.document;
    return { facts: approval, words: [`${approval.by} approves ${id} version ${version}: ${title}`, pack.digest] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': sign };
