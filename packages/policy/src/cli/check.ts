import { type Command, command, type Result } from '@wardseal/primitives/cli';
import { analyse } from '../analyse/analyse.js';
import type { Proof } from '../analyse/prove.js';
import type { RedundancyReport } from '../analyse/redundant.js';
import type { Pack, PolicyDocument } from '../document.js';
import { lacking } from '../enforced.js';
import { PolicyError } from '../errors.js';
import { type TestResult, testPolicy } from '../test-policy.js';
import { EXIT } from './exits.js';
import { PolicyFileError, readPolicy } from './policy-file.js';
import { proofInWords, countOf as provedOf } from './prove.js';
import { type Review, reviewInWords, reviewOf } from './review.js';
import { countOf, redInWords } from './test.js';
import { iso, momentOr } from './times.js';

const check: Command = command({
  usage: 'check [--at TIME] [POLICY]',
  about: `Says whether a policy is sound: its form, where nothing unknown passes; its examples; its invariants, proved over every request
there can be; and its review date. Made for a pipeline: exit code 1 where something of that is not so, overdue reviews among it.`,
  examples: [['check policy.json', 'before every commit, and every night']],
  options: { at: { kind: 'text', value: 'TIME', help: 'look at the review date as of then; now without it' } },
  operands: [0, 1],
  named: 'policy',
  payload: false,
  async run(values, [path]) {
    const now = momentOr(values.at, 'at');
    let pack: Pack;
    try {
      pack = await readPolicy(path);
    } catch (error) {
      if (error instanceof PolicyFileError) return refused(error);
      throw error;
    }
    const examples = testPolicy(pack);
    const proofs = proofsOf(pack);
    const review = reviewOf(pack.document, now);
    const verdict = verdictOf(examples, proofs, review);
    const redundant = Array.isArray(proofs) ? analyse(pack).redundant() : null;
    return {
      facts: {
        verdict,
        at: iso(now),
        ...about(pack),
        examples: examples.filter(({ passed }) => !passed),
        invariants: proofs,
        redundant,
        review,
      },
      words: [
        ...aboutInWords(pack),
        ...examples.filter(({ passed }) => !passed).flatMap(redInWords),
        countOf(examples),
        ...proofsInWords(proofs),
        ...(redundant === null ? [] : redundantInWords(redundant)),
        reviewInWords(review),
        { sound: 'SOUND', 'not-sound': 'NOT SOUND', unknown: 'CANNOT TELL' }[verdict],
      ],
      exit: EXITS[verdict],
    };
  },
});

type Verdict = 'sound' | 'not-sound' | 'unknown';
/** Why the invariants could not be looked at. */
interface Unanswered {
  readonly reason: string;
}

const EXITS: Readonly<Record<Verdict, number>> = { sound: EXIT.yes, 'not-sound': EXIT.no, unknown: EXIT.unknown };

/** A document that may not be used: that is what was asked. */
function refused(error: PolicyFileError): Result {
  const { file, line, shown, message, refusal } = error;
  const { code, path } = refusal;
  return {
    facts: { verdict: 'not-sound', error: { code, message, file, line, shown, path } },
    words: [
      `REFUSED     ${code}: ${message}`,
      ...(shown === undefined ? [] : [`            line ${line} is: ${shown}`]),
      'NOT SOUND',
    ],
    exit: EXIT.no,
  };
}

function proofsOf(pack: Pack): readonly Proof[] | Unanswered {
  try {
    return analyse(pack).prove();
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'ANALYSIS_TOO_LARGE') return { reason: error.message };
    throw error;
  }
}

function verdictOf(examples: readonly TestResult[], proofs: readonly Proof[] | Unanswered, review: Review): Verdict {
  const proved = 'reason' in proofs ? [] : proofs;
  const isBad =
    examples.some(({ passed }) => !passed) || proved.some(({ verdict }) => verdict === 'broken') || !review.inOrder;
  if (isBad) return 'not-sound';
  return 'reason' in proofs || proved.some(({ verdict }) => verdict === 'not-decided') ? 'unknown' : 'sound';
}

function notEnforced(document: PolicyDocument): readonly { rule: string; requires: readonly string[] }[] {
  return document.rules.flatMap((rule) => {
    const requires = lacking(document, rule);
    return requires.length > 0 ? [{ rule: rule.id, requires }] : [];
  });
}

function about({ document, digest }: Pack): object {
  const { id, version, title, status, rules } = document;
  const permits = rules.filter(({ effect }) => effect === 'permit').length;
  return {
    policy: { id, version, title, status, digest },
    rules: { permits, prohibitions: rules.length - permits, notEnforced: notEnforced(document) },
  };
}

function aboutInWords({ document, digest }: Pack): string[] {
  const { id, version, title, status, rules } = document;
  const permits = rules.filter(({ effect }) => effect === 'permit').length;
  return [
    `policy      ${id} version ${version}, ${status}: ${title}`,
    `digest      ${digest}`,
    `rules       ${permits} permits, ${rules.length - permits} prohibitions`,
    ...notEnforced(document).map(
      ({ rule, requires }) => `not in use  ${rule}: needs ${requires.join(' and ')}, which is not configured`,
    ),
  ];
}

function proofsInWords(proofs: readonly Proof[] | Unanswered): string[] {
  if ('reason' in proofs) return [`CANNOT TELL ${proofs.reason}`];
  const bad = proofs.filter(({ verdict }) => verdict === 'broken' || verdict === 'not-decided');
  return [...bad.flatMap(proofInWords), provedOf(proofs)];
}

function redundantInWords({ rules }: RedundancyReport): string[] {
  return rules.map(({ rule, kind, coveredBy }) => {
    const by = coveredBy.length > 0 ? `, made up for by ${coveredBy.join(', ')}` : '';
    return `idle rule   ${rule}: ${kind.replaceAll('-', ' ')}${by}`;
  });
}

export const verbs: Readonly<Record<string, Command>> = { '': check };
