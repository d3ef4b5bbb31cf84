#!/usr/bin/env node
import { type Failure, type Program, runProgram, visible } from '@wardseal/primitives/cli';
import { PolicyError } from '../errors.js';
import { EXIT } from './exits.js';
import { PolicyFileError } from './policy-file.js';

function judge(error: Error): Failure | null {
  if (error instanceof PolicyFileError) {
    const { message, file, line, shown, refusal } = error;
    const { code, path } = refusal;
    // Whoever asked something else of the policy got no answer.
    return { kind: 'refused', exit: EXIT.unknown, code, message, facts: { file, line, shown, path } };
  }
  if (!(error instanceof PolicyError)) return null;
  const { code, message, path } = error;
  return { kind: 'refused', exit: EXIT.unknown, code, message, facts: { path } };
}

const program: Program = {
  name: 'wardseal-policy',
  about: 'Checks, proves, compares and asks a policy for the sharing of clinical pictures.',
  commands: {
    init: { about: 'write the first policy of a trust, to change and to approve', load: () => import('./init.js') },
    revise: { about: 'begin the next version of a policy', load: () => import('./revise.js') },
    check: { about: 'is it sound: form, examples, invariants, review date', load: () => import('./check.js') },
    test: { about: 'run the examples that travel with a policy', load: () => import('./test.js') },
    prove: { about: 'prove its invariants over every request there can be', load: () => import('./prove.js') },
    diff: { about: 'what another version newly allows and newly refuses', load: () => import('./diff.js') },
    'who-can': { about: 'who can ever do something', load: () => import('./who-can.js') },
    decide: { about: 'may this person do this now, and on what conditions', load: () => import('./decide.js') },
    explain: { about: 'say why a decision came out as it did', load: () => import('./explain.js') },
    digest: { about: 'print what approvers sign and decisions carry', load: () => import('./digest.js') },
  },
  request: '{"command":"check","policy":"policy.json"}',
  exits: {
    refused: EXIT.no,
    usage: EXIT.unknown,
    trouble: EXIT.unknown,
    words: '0 yes, 1 no: refused, denied, different, broken, red, overdue, nobody, 2 cannot tell, or wrongly asked',
  },
  manifest: new URL('../../package.json', import.meta.url),
  judge,
  hint: ({ facts }) => {
    const { shown, line } = (facts ?? {}) as { shown?: string; line?: number };
    return shown === undefined ? undefined : `line ${line} is: ${visible(shown)}`;
  },
};

runProgram(program, process.argv.slice(2));
