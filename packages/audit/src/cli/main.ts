#!/usr/bin/env node
import { type Failure, type Program, runProgram } from '@wardseal/primitives/cli';
import { AuditError } from '../errors.js';
import { verdictOf } from '../verdict-of.js';
import { EXIT } from './exits.js';

function judge(error: Error): Failure | null {
  if (!(error instanceof AuditError)) return null;
  const { code, message, path, index, field } = error;
  const at = path === undefined ? '' : ` (${path})`;
  return {
    kind: verdictOf(code) === 'tampered' ? 'refused' : 'trouble',
    code,
    message: `${message}${at}`,
    facts: { verdict: verdictOf(code), path, index, field },
  };
}

const program: Program = {
  name: 'wardseal-audit',
  about: 'Checks, proves and reports what an audit log of accesses to clinical pictures holds.',
  commands: {
    verify: { about: 'check a whole log, in a folder or on the web', load: () => import('./verify.js') },
    prove: { about: 'write the proof of one entry', load: () => import('./prove.js') },
    check: { about: 'check a proof file against a pinned key', load: () => import('./check.js') },
    consistency: { about: 'show that a log only grew between two checkpoints', load: () => import('./consistency.js') },
    gossip: { about: "hold your checkpoint against somebody else's", load: () => import('./gossip.js') },
    monitor: { about: 'watch a log from outside', load: () => import('./monitor.js') },
    witness: { about: "sign that other people's logs only grow", load: () => import('./witness.js') },
    report: { about: 'sar, breach, breakglass, flags, exposure', load: () => import('./report.js') },
    export: { about: 'write entries for a SIEM or a record system', load: () => import('./export.js') },
    erase: { about: "destroy a patient's secrets, on two people's word", load: () => import('./erase.js') },
    anchor: { about: 'print the latest checkpoint for paper or e-mail', load: () => import('./anchor.js') },
    succeed: { about: 'begin a new log where another ended', load: () => import('./succeed.js') },
    merge: { about: 'bring an emergency journal into the log', load: () => import('./merge.js') },
    keygen: { about: "make a log's or a witness's key", load: () => import('./keygen.js') },
    policy: { about: 'check: read a policy file', load: () => import('./policy.js') },
  },
  request: '{"command":"verify","log":"/srv/audit/2026"}',
  exits: {
    refused: EXIT.tampered,
    usage: EXIT.unknown,
    trouble: EXIT.unknown,
    words: '0 good, 1 tampered with: something is false, changed or missing, 2 cannot tell, or wrongly asked',
  },
  manifest: new URL('../../package.json', import.meta.url),
  judge,
};

runProgram(program, process.argv.slice(2));
