import type { Condition } from './document.js';

/** One test of one fact, with `not` counted in. */
export interface FactTest {
  readonly kind: 'test';
  readonly attribute: string;
  readonly op: string;
  readonly operand: unknown;
  /** True when the test must not hold. */
  readonly negated: boolean;
}

/** A condition taken apart by one step. */
export type ConditionNode =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | FactTest;

/** Takes a condition of a checked document apart by one step. */
export function readCondition(condition: Condition): ConditionNode {
  const [[key, body]] = Object.entries(condition) as [[string, unknown]];
  if (key === 'all' || key === 'any') return { kind: key, parts: body as readonly Condition[] };
  if (key === 'not') return { kind: 'not', part: body as Condition };
  let asked = body;
  let negated = false;
  for (;;) {
    if (typeof asked !== 'object') return { kind: 'test', attribute: key, op: 'equals', operand: asked, negated };
    const [[op, operand]] = Object.entries(asked as object) as [[string, unknown]];
    if (op !== 'not') return { kind: 'test', attribute: key, op, operand, negated };
    negated = !negated;
    asked = operand;
  }
}

/** Every test in a condition, from left to right. */
export function testsOf(condition: Condition): readonly FactTest[] {
  const node = readCondition(condition);
  if (node.kind === 'test') return [node];
  return node.kind === 'not' ? testsOf(node.part) : node.parts.flatMap(testsOf);
}

/** The other fact that a test compares with, if it names one. */
export function otherFact({ op, operand }: Pick<FactTest, 'op' | 'operand'>): string | undefined {
  if (op === 'sameAs') return operand as string;
  const other: unknown = typeof operand === 'object' && operand !== null ? Object.entries(operand)[0] : undefined;
  return Array.isArray(other) && other[0] === 'attribute' ? (other[1] as string) : undefined;
}

/** Every fact that a condition may read, as it names them. */
export function attributesOf(condition: Condition): ReadonlySet<string> {
  return new Set(
    testsOf(condition).flatMap((test) => {
      const other = otherFact(test);
      return other === undefined ? [test.attribute] : [test.attribute, other];
    }),
  );
}
