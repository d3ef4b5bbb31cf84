import type { Decision, Request } from './decision.js';
import type { Pack, PolicyTest } from './document.js';
import { instant } from './engine/time.js';
import { createPdp } from './evaluate.js';

/** How one example of a policy came out. */
export interface TestResult {
  readonly name: string;
  readonly passed: boolean;
  /** What differed, each in a few words; empty when it passed. */
  readonly differences: readonly string[];
  readonly decision: Decision;
}

/**
 * Runs the examples that travel with a policy, each at its own moment.
 *
 * @returns one result an example, in their order; an example that fails is a result, not an exception.
 * @throws PolicyError as `createPdp`, when `loadPolicy` would have refused the document.
 * @example
 * ```ts
 * const failures = testPolicy(loadPolicy(nhs())).filter(({ passed }) => !passed);
 * ```
 */
export function testPolicy(pack: Pack): readonly TestResult[] {
  let now = 0;
  const pdp = createPdp(pack, { clock: { now: () => now } });
  return pack.document.tests.map((example) => {
    now = instant(example.now) ?? Number.NaN;
    const decision = pdp.evaluate(example.request as unknown as Request);
    const differences = compare(example.expect, decision);
    return { name: example.name, passed: differences.length === 0, differences, decision };
  });
}

function compare(expected: PolicyTest['expect'], { decision, context }: Decision): string[] {
  const out: string[] = [];
  const same = (what: string, wanted: unknown, got: unknown): void => {
    if (wanted !== undefined && wanted !== got) out.push(`${what}: expected ${String(wanted)}, got ${String(got)}`);
  };
  const among = (what: string, wanted: readonly string[] = [], got: readonly string[]): void => {
    for (const each of wanted)
      if (!got.includes(each)) out.push(`${what}: ${each} is not among ${got.join(', ') || 'none'}`);
  };
  same('decision', expected.decision, decision);
  same('outcome', expected.outcome, context.outcome);
  same('basis', expected.basis, context.basis);
  same('missing', expected.missing && [...expected.missing].sort().join(), context.missing.join());
  among(
    'rules',
    expected.rules,
    context.reasons.map(({ rule }) => rule),
  );
  among(
    'obligations',
    expected.obligations,
    context.obligations.map(({ type }) => type),
  );
  return out;
}
