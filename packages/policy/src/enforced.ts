import type { PolicyDocument } from './document.js';

interface Stated {
  readonly requires?: readonly string[];
}

/** The evidence sources that a rule or an invariant needs and that are not configured; of an enforced one, none. */
export function lacking({ sources }: Pick<PolicyDocument, 'sources'>, { requires = [] }: Stated): readonly string[] {
  return requires.filter((name) => sources[name]?.configured !== true);
}

/** The rules or invariants that are enforced here. */
export function enforced<T extends Stated>(
  document: Pick<PolicyDocument, 'sources'>,
  stated: readonly T[],
): readonly T[] {
  return stated.filter((each) => lacking(document, each).length === 0);
}
