import { type Command, command, type JsonObject, UsageError } from '@wardseal/primitives/cli';
import type { Decision, Request } from '../decision.js';
import type { Pack } from '../document.js';
import { createPdp } from '../evaluate.js';
import { type Audience, type Explanation, explain } from '../explain.js';
import { evaluateWithRemedies } from '../remedies/remedies.js';
import { AUDIENCE, audienceOf } from './decide.js';
import { readPolicy } from './policy-file.js';
import { given, notesOn, QUESTION, requestIn } from './question.js';
import { momentOr } from './times.js';

const explanation: Command = command({
  usage: 'explain [--audience WHO] [--at TIME] [--with POLICY]... POLICY [DECISION|REQUEST]',
  about: `Says in plain English why a decision came out as it did, and what to do next: to a clinician by titles alone, to information
governance with rationale, source and tests, to an engineer with the names as the document has them. Takes a decision as decide --json
writes it (or your log keeps it), or a request, which it then decides. Exit code 0 also for a refusal: it was explained.`,
  examples: [
    ['explain --audience ig policy.json decision.json', 'a decision out of the log'],
    ['explain policy.json request.json', 'a request, decided now'],
  ],
  options: {
    ...QUESTION,
    ...AUDIENCE,
    decision: { kind: 'object', value: 'FILE', help: 'the decision, where it is not the second file' },
    with: { kind: 'texts', value: 'POLICY', help: 'a further policy of a decision of several organisations' },
  },
  operands: [1, 2],
  named: 'policy',
  payload: false,
  async run(values, [path, file]) {
    const audience = audienceOf(values.audience);
    const now = momentOr(values.at, 'at');
    if (values.request !== undefined && values.decision !== undefined)
      throw new UsageError('either --request or --decision');
    const pack = await readPolicy(path);
    const packs = [pack];
    for (const other of values.with) packs.push(await readPolicy(other, 'a further policy'));
    const asked = await given(values.decision ?? values.request, file, 'the decision or request');
    if (typeof asked['decision'] === 'boolean') return said(recorded(packs, asked, audience));
    if (values.decision !== undefined) throw new UsageError('that is no decision, as decide --json writes it');
    const request = requestIn(asked) as unknown as Request; // what is no request is refused
    const pdp = createPdp(pack, { clock: { now: () => now }, reveal: audience === 'clinician' ? 'nothing' : 'actual' });
    const decision = evaluateWithRemedies(pdp, pack, request);
    return said(explain(pack, decision, audience), notesOn(request, pack.document));
  },
});

/** A decision from a file may be anybody's making. */
function recorded(packs: readonly Pack[], decision: JsonObject, audience: Audience): Explanation {
  try {
    return explain(packs, decision as unknown as Decision, audience);
  } catch (error) {
    if (error instanceof RangeError) {
      const digests = packs.map(({ digest }) => digest).join(', ');
      throw new UsageError(`${error.message} than ${digests}: give the one that it names`);
    }
    if (error instanceof TypeError) throw new UsageError('that is no decision, as decide --json writes it');
    throw error;
  }
}

function said({ headline, lines, next }: Explanation, notes: readonly string[] = []) {
  return {
    facts: { headline, lines, next, ...(notes.length > 0 && { notes }) },
    words: [
      headline,
      ...lines,
      ...(next.length > 0 ? ['What you can do:', ...next.map((way) => `  ${way}`)] : []),
      ...notes.map((note) => `Note: ${note}`),
    ],
  };
}

export const verbs: Readonly<Record<string, Command>> = { '': explanation };
