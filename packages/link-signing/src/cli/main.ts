#!/usr/bin/env node
import { type Failure, type Program, runProgram } from '@wardseal/primitives/cli';
import { LinkError, type LinkErrorCode } from '../errors.js';
import { EXIT } from './exits.js';

/** Something was looked at, and the answer is no. The rest is trouble with a store or a request that cannot be. */
const REFUSALS: ReadonlySet<LinkErrorCode> = new Set([
  'CTI_UNPREPARED',
  'CTI_USED',
  'DELEGATION_REFUSED',
  'ENCODING_INVALID',
  'GRANT_EXPIRED',
  'GRANT_INVALID',
  'GRANT_NOT_YET_VALID',
  'GRANT_UNTRUSTED',
  'HANDLE_INVALID',
  'LINK_GONE',
  'LINK_INVALID',
  'ORIGIN_UNKNOWN',
]);

function judge(error: Error): Failure | null {
  if (!(error instanceof LinkError)) return null;
  const { code, message, claim, reason } = error;
  const exit = REFUSALS.has(code) ? EXIT.no : EXIT.trouble;
  // Outside every dead link looks the same; whoever holds the issuer's keys may know why.
  return { kind: 'refused', exit, code, message: reason ? `${message}: ${reason}` : message, facts: { claim, reason } };
}

const program: Program = {
  name: 'wardseal-link',
  about:
    'Mints, looks at and takes back links to clinical pictures. A link is a secret: it is read from stdin or a file.',
  commands: {
    keys: {
      about: "init, list, rotate, retire, publish: an issuer's folder and keys",
      load: () => import('./keys.js'),
    },
    mint: {
      about: 'make a link; with prepare, its half of the file key before sealing',
      load: () => import('./mint.js'),
    },
    inspect: { about: 'say whether a link still opens, and why not', load: () => import('./inspect.js') },
    verify: { about: 'check a grant by itself, with public keys alone', load: () => import('./verify.js') },
    revoke: { about: 'take links back: by link, object, recipient or sender', load: () => import('./revoke.js') },
  },
  request: '{"command":"revoke","folder":"links","id":"..."}',
  exits: {
    refused: EXIT.no,
    usage: EXIT.trouble,
    trouble: EXIT.trouble,
    words: '0 good, 1 no: it does not open, is not genuine, or nothing was found, 2 wrongly asked, or trouble',
  },
  manifest: new URL('../../package.json', import.meta.url),
  judge,
};

runProgram(program, process.argv.slice(2));
