import { type Command, command, objectOf, UsageError } from '@wardseal/primitives/cli';
import type { Pack } from '../document.js';
import { type TestResult, testPolicy } from '../test-policy.js';
import { EXIT } from './exits.js';
import { readPolicy, withPart } from './policy-file.js';

const test: Command = command({
  usage: 'test [--tests FILE] [POLICY]',
  about: `Runs the examples that travel with a policy, each at its own moment, and says what came out differently. --tests runs yours
instead, in the same form: {"tests":[{"name":...,"now":...,"request":{...},"expect":{"decision":false}}]}.`,
  examples: [['test --tests scenarios.json policy.json', 'examples that are kept beside the policy']],
  options: { tests: { kind: 'object', value: 'FILE', help: 'run these, not those of the policy' } },
  operands: [0, 1],
  named: 'policy',
  payload: false,
  async run(values, [path]) {
    const pack = await readPolicy(path);
    const given = await objectOf(values.tests, 'the examples');
    const results = testPolicy(given === undefined ? pack : withTests(pack, given, values.tests));
    const red = results.filter(({ passed }) => !passed);
    const facts = { total: results.length, passed: results.length - red.length, results };
    if (results.length === 0) return { facts, words: ['there is no example to run'], exit: EXIT.unknown };
    return { facts, words: [...red.flatMap(redInWords), countOf(results)], exit: red.length > 0 ? EXIT.no : EXIT.yes };
  },
});

function withTests({ document }: Pack, given: object, from: unknown): Pack {
  const { tests, ...more } = given as { tests?: unknown };
  if (!Array.isArray(tests) || Object.keys(more).length > 0)
    throw new UsageError('the examples are {"tests":[...]}, each with name, now, request and expect');
  return withPart(typeof from === 'string' ? from : 'tests', { ...document, tests });
}

/** An example that came out differently, in lines. */
export function redInWords({ name, differences }: TestResult): string[] {
  return [`RED         ${name}`, ...differences.map((difference) => `            ${difference}`)];
}

/** How many came out as they say. */
export function countOf(results: readonly TestResult[]): string {
  return `examples    ${results.filter(({ passed }) => passed).length} of ${results.length} come out as they say`;
}

export const verbs: Readonly<Record<string, Command>> = { '': test };
