import { type Command, command, UsageError } from '@wardseal/primitives/cli';
import type { Decision, Request } from '../decision.js';
import type { Pack } from '../document.js';
import { createPdp, type Pdp } from '../evaluate.js';
import { type Batch, evaluateMany } from '../evaluate-many.js';
import { type Audience, explain } from '../explain.js';
import { evaluateWithRemedies } from '../remedies/remedies.js';
import { EXIT } from './exits.js';
import { readPolicy } from './policy-file.js';
import { given, notesOn, QUESTION, requestIn } from './question.js';
import { momentOr } from './times.js';

/** Who reads the words. */
export const AUDIENCE = {
  audience: { kind: 'text', value: 'WHO', help: 'clinician (without it), ig or engineer; the last two see facts too' },
} as const;

const decide: Command = command({
  usage: 'decide [--at TIME] [--audience WHO] POLICY [REQUEST]',
  about: `Decides a request, or every one of a batch ({"evaluations":[...]}, with the sections they share and the semantics of AuthZEN),
and says what could be done about a refusal. REQUEST is a JSON file, stdin without it, with facts straight in its sections or under
"properties" as in AuthZEN. Exit code 1 is a refusal. It believes every fact that it is given.`,
  examples: [
    ['decide policy.json request.json', 'in words'],
    ['decide --json --at 2026-03-02T03:12Z policy.json < request.json', 'the decision itself, as of a moment'],
  ],
  options: { ...QUESTION, ...AUDIENCE },
  operands: [1, 2],
  named: 'policy',
  payload: false,
  async run(values, [path, file]) {
    const audience = audienceOf(values.audience);
    const now = momentOr(values.at, 'at');
    const pack = await readPolicy(path);
    const asked = await given(values.request, file, 'the request');
    // Facts may be another person's: only these two read them.
    const pdp = createPdp(pack, { clock: { now: () => now }, reveal: audience === 'clinician' ? 'nothing' : 'actual' });
    if (asked['evaluations'] !== undefined) {
      const decisions = batch(pdp, asked as unknown as Batch); // its shape is looked at there
      return {
        facts: { evaluations: decisions },
        words: decisions.map((one, i) => `${i + 1}. ${inWords(pack, one, audience).slice(0, 2).join(': ')}`),
        exit: decisions.every(({ decision }) => decision) ? EXIT.yes : EXIT.no,
      };
    }
    const request = requestIn(asked) as unknown as Request; // what is no request is refused
    const decision = evaluateWithRemedies(pdp, pack, request);
    const notes = notesOn(request, pack.document);
    return {
      facts: { ...decision, ...(notes.length > 0 && { notes }) },
      words: [...inWords(pack, decision, audience), ...notes.map((note) => `Note: ${note}`)],
      exit: decision.decision ? EXIT.yes : EXIT.no,
    };
  },
});

/** The reader that an option names. */
export function audienceOf(text: string | undefined): Audience {
  const audience = text ?? 'clinician';
  if (audience !== 'clinician' && audience !== 'ig' && audience !== 'engineer')
    throw new UsageError('--audience takes clinician, ig or engineer');
  return audience;
}

function batch(pdp: Pdp, asked: Batch): readonly Decision[] {
  const { evaluations } = asked;
  return evaluateMany(pdp, {
    ...requestIn(asked),
    evaluations: Array.isArray(evaluations) ? evaluations.map(requestIn) : evaluations,
  });
}

/** A decision as lines for its reader. */
export function inWords(packs: Pack | readonly Pack[], decision: Decision, audience: Audience): string[] {
  const { headline, lines, next } = explain(packs, decision, audience);
  return [headline, ...lines, ...(next.length > 0 ? ['What you can do:', ...next.map((way) => `  ${way}`)] : [])];
}

export const verbs: Readonly<Record<string, Command>> = { '': decide };
