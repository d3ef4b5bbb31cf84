import { type Command, command } from '@wardseal/primitives/cli';
import { checkRegister } from '../governance/check-register.js';
import { inForce } from '../governance/in-force.js';
import type { RegisteredVersion } from '../governance/register.js';
import { EXIT } from './exits.js';
import { REGISTER, readRegister } from './register-file.js';
import { reviewInWords, reviewOf } from './review.js';
import { iso, momentOr } from './times.js';

const status: Command = command({
  usage: 'status --register FILE [--at TIME]',
  about: `Lists the versions of a policy, who proposed and approved them, which is in force, and whether its review is overdue. Exit code 1 when
nothing is in force or the review is overdue.`,
  options: { ...REGISTER, at: { kind: 'text', value: 'TIME', help: 'as of then; now without it' } },
  operands: [0, 0],
  payload: false,
  async run(values) {
    const now = momentOr(values.at, 'at');
    const { register } = await readRegister(values.register);
    checkRegister(register);
    const binding = inForce(register, now);
    const review = binding === null ? null : reviewOf({ ...binding.document, status: 'in-force' }, now);
    const versions = register.versions.map(({ document: _, ...version }) => version);
    return {
      facts: { id: register.id, at: iso(now), inForce: binding?.version ?? null, review, versions },
      words: [
        ...register.versions.map(inWords),
        binding === null
          ? 'in force    NOTHING: everything is refused'
          : `in force    ${register.id} version ${binding.version}, ${binding.digest}`,
        ...(review === null ? [] : [reviewInWords(review)]),
      ],
      exit: review?.inOrder === true ? EXIT.yes : EXIT.no,
    };
  },
});

function inWords({ version, status: state, proposed, approvals, activated, withdrawn }: RegisteredVersion): string {
  return [
    `version ${version}`.padEnd(12) + state,
    `proposed by ${proposed.by} at ${proposed.at}`,
    ...approvals.map(({ by, at }) => `approved by ${by} at ${at}`),
    ...(activated ? [`activated by ${activated.by} at ${activated.at}`] : []),
    ...(withdrawn ? [`withdrawn by ${withdrawn.by} and ${withdrawn.secondApprover}: ${withdrawn.reason}`] : []),
  ].join(', ');
}

export const verbs: Readonly<Record<string, Command>> = { '': status };
