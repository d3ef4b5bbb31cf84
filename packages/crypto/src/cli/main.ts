#!/usr/bin/env node
import { type Failure, type Program, runProgram } from '@wardseal/primitives/cli';

/** What to do next where the message of the package cannot know of options: by code and `what`. */
const HINTS: Readonly<Record<string, string>> = {
  'HEADER_INVALID version line': 'this is no sealed file; a header that was written apart is given with --header',
  'GRANT_INVALID authority': '--changes-by names whose changes of recipients you accept',
};

function judge(error: Error): Failure | null {
  if (error.name !== 'SealError') return null;
  const { code, what, limit, found } = error as Error & {
    code: string;
    what?: string;
    limit?: number;
    found?: number;
  };
  return { kind: 'refused', code, message: error.message, facts: { what, limit, found } };
}

const program: Program = {
  name: 'wardseal-crypto',
  about: 'Seals files for named people; every sealed file is an age v1 file.',
  commands: {
    keygen: { about: 'make keys for receiving and for signing; protect them', load: () => import('./keygen.js') },
    seal: { about: 'seal a file for named people', load: () => import('./seal.js') },
    open: { about: 'open a file and prove who sealed it', load: () => import('./open.js') },
    inspect: { about: 'show what a file shows to everybody', load: () => import('./inspect.js') },
    recipients: { about: 'list, add or remove people of a file', load: () => import('./recipients.js') },
    release: { about: 'let one entitled person open a file', load: () => import('./release.js') },
    recover: { about: 'open a file with its guardians', load: () => import('./recover.js') },
    directory: { about: 'sign and verify who is who; enrol people', load: () => import('./directory.js') },
    erase: { about: "destroy a file's header and certify it", load: () => import('./erase.js') },
  },
  request: '{"command":"inspect","files":["picture.age"]}',
  exits: {
    refused: 1,
    usage: 2,
    trouble: 3,
    words: '0 done, 1 refused by a check (its code is printed), 2 wrong usage, 3 trouble with files, pipes or terminal',
  },
  manifest: new URL('../../package.json', import.meta.url),
  judge,
  hint: ({ code, facts }) => HINTS[`${code} ${(facts as { what?: string } | undefined)?.what}`],
};

runProgram(program, process.argv.slice(2));
