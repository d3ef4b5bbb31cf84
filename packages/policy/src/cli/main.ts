#!/usr/bin/env node
import { type Failure, type Program, runProgram, visible } from '@wardseal/primitives/cli';
import { PolicyError, type PolicyErrorCode } from '../errors.js';
import { EXIT } from './exits.js';
import { PolicyFileError } from './policy-file.js';

/** A step of a policy's life, or a file that claims to be signed, was looked at, and the answer is no. */
const REFUSALS: ReadonlySet<PolicyErrorCode> = new Set([
  'APPROVALS_MISSING',
  'APPROVAL_INVALID',
  'APPROVER_REPEATED',
  'APPROVER_UNKNOWN',
  'DIGEST_MISMATCH',
  'INVARIANT_BROKEN',
  'NOT_IN_FORCE',
  'NOT_YET_EFFECTIVE',
  'REVIEW_DATE_INVALID',
  'SELF_APPROVAL',
  'TESTS_FAILED',
  'TRANSITION_INVALID',
  'VERSION_INVALID',
]);

const exitOf = (code: PolicyErrorCode): number => (REFUSALS.has(code) ? EXIT.no : EXIT.unknown);

function judge(error: Error): Failure | null {
  if (error instanceof PolicyFileError) {
    const { message, file, line, shown, refusal } = error;
    const { code, path } = refusal;
    // Whoever asked something else of the policy got no answer.
    return { kind: 'refused', exit: EXIT.unknown, code, message, facts: { file, line, shown, path } };
  }
  if (!(error instanceof PolicyError)) return null;
  const { code, path, invariant, witness, cause } = error;
  // Why an approval that is there does not count.
  const message =
    cause instanceof PolicyError && code === 'APPROVALS_MISSING' ? `${error.message}: ${cause.message}` : error.message;
  return { kind: 'refused', exit: exitOf(code), code, message, facts: { path, invariant, witness } };
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
    render: { about: 'the policy as a page to read, to print and to sign', load: () => import('./render.js') },
    keygen: { about: "make a guardian's key", load: () => import('./keygen.js') },
    propose: { about: 'take a version into the register', load: () => import('./propose.js') },
    sign: { about: "sign a guardian's approval of a text", load: () => import('./sign.js') },
    approve: { about: "add a guardian's approval to the register", load: () => import('./approve.js') },
    activate: { about: 'bring an approved version into force', load: () => import('./activate.js') },
    withdraw: { about: "take a version back, on two people's word", load: () => import('./withdraw.js') },
    status: { about: 'which version is in force, and who said so', load: () => import('./status.js') },
    publish: { about: 'write the signed file for servers and browsers', load: () => import('./publish.js') },
    verify: { about: 'is a published policy what two guardians signed', load: () => import('./verify.js') },
    acknowledge: {
      about: 'record that somebody acknowledged a version on paper',
      load: () => import('./acknowledge.js'),
    },
    report: { about: 'reviews, acknowledgements, access: what is due and who', load: () => import('./report.js') },
    assessment: { about: 'check or render the assessment of an app', load: () => import('./assessment.js') },
    dpia: {
      about: 'the impact assessment, from what is running',
      load: async () => (await import('./papers.js')).dpia,
    },
    article30: { about: 'the record of processing', load: async () => (await import('./papers.js')).article30 },
    retention: { about: 'how long a record is kept', load: () => import('./retention.js') },
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
