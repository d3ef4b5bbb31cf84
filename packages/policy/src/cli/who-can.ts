import { type Command, command, UsageError } from '@wardseal/primitives/cli';
import { analyse } from '../analyse/analyse.js';
import type { WhoCanAnswer } from '../analyse/who-can.js';
import { EXIT } from './exits.js';
import { readPolicy } from './policy-file.js';
import { asked, conditionOf } from './when.js';
import { witnessInWords } from './witness-words.js';

const whoCan: Command = command({
  usage: 'who-can [--when CONDITION]... [--by FACT]... [--witness] POLICY ACTION',
  about: `Says who can ever do something: every combination of roles and relationships for which some request is allowed. NOBODY is a
proof over every request there can be, and exit code 1. --when says what is known to hold: FACT=VALUE, FACT!=VALUE, or a condition as a
rule has it, in JSON; of a set, = asks whether it holds the value.`,
  examples: [
    ['who-can --when resource.state=erased policy.json view', 'nobody, one hopes'],
    ['who-can --by subject.role --witness policy.json erase', 'which roles, each with a request'],
  ],
  options: {
    when: { kind: 'texts', value: 'CONDITION', help: 'what is known to hold' },
    by: { kind: 'texts', value: 'FACT', help: 'answer by this fact; role, status and relationship without it' },
    witness: { kind: 'flag', help: 'show a request for each' },
  },
  operands: [2, 2],
  named: 'files',
  payload: false,
  async run(values, [path, action]) {
    if (action!.endsWith('.json')) throw new UsageError('the policy comes first, then the action');
    const pack = await readPolicy(path);
    const { actions, attributes } = pack.document;
    if (!actions.includes(action!))
      throw new UsageError(`the policy has no action ${action}; it has ${actions.join(', ')}`);
    for (const fact of values.by)
      if (!Object.hasOwn(attributes, fact)) throw new UsageError(`--by: the policy has no fact ${fact}`);
    const answer = asked(() =>
      analyse(pack).whoCan({
        action: action!,
        when: conditionOf(values.when, pack.document),
        ...(values.by.length > 0 && { by: values.by }),
      }),
    );
    return { facts: answer, words: inWords(answer, values.witness), exit: EXITS[answer.verdict] };
  },
});

const EXITS: Readonly<Record<WhoCanAnswer['verdict'], number>> = {
  somebody: EXIT.yes,
  nobody: EXIT.no,
  'not-decided': EXIT.unknown,
};

function inWords({ verdict, who, more, reason }: WhoCanAnswer, witnesses: boolean): string[] {
  if (verdict === 'nobody') return ['NOBODY'];
  if (verdict === 'not-decided') return [`CANNOT TELL  ${reason}`];
  return [
    ...who.flatMap(({ sentence, witness }) => (witnesses ? [sentence, ...witnessInWords(witness)] : [sentence])),
    ...(more ? ['There are further combinations.'] : []),
  ];
}

export const verbs: Readonly<Record<string, Command>> = { '': whoCan };
