import type { Decision } from '../decision.js';
import type { Pack } from '../document.js';
import type { Witness } from '../errors.js';
import { coverOf } from './cubes.js';
import { literalsOf, sentence } from './describe.js';
import { and, isEnd, minus, NO, type Node, type Operation, YES } from './diagram.js';
import { modelOf } from './model.js';
import { witnessOf } from './variables.js';
import { decider } from './witness.js';

/** Most differences told of one action and one kind; the verdict and `more` are exact in any case. */
export const MAX_DIFFERENCES = 3;

export type Change = 'newly-allowed' | 'newly-refused' | 'duties-changed';

/** Requests that the two policies answer differently, all for one reason. */
export interface Difference {
  readonly change: Change;
  readonly action: string;
  /** Plain English. It names what sets these requests apart from others that the policy in question allows. */
  readonly sentence: string;
  /** One of the requests; both policies were asked about it. */
  readonly witness: Witness;
  readonly before: Decision;
  readonly after: Decision;
}

/** `equal` is a proof that no request is answered differently. */
export interface Diff {
  readonly verdict: 'equal' | 'different' | 'not-decided';
  readonly differences: readonly Difference[];
  /** True when there are further differences of a kind and action that is told. */
  readonly more: boolean;
  /** Why nothing was decided. */
  readonly reason?: string;
}

const TITLES: Readonly<Record<Change, string>> = {
  'newly-allowed': 'Newly allowed',
  'newly-refused': 'No longer allowed',
  'duties-changed': 'Allowed with other duties',
};

/** Compares what two policies allow, and with which duties, over every request there can be. */
export function diff(before: Pack, after: Pack): Diff {
  const { diagram, domain, policies } = modelOf([before, after]);
  const [reason] = domain.undecided;
  if (reason !== undefined) return { verdict: 'not-decided', differences: [], more: false, reason };
  const [old, young] = policies as [(typeof policies)[0], (typeof policies)[0]];
  const width = (variable: number): number => domain.variables[variable]!.values.length;
  const unequal: Operation = (a, b) => (a === b || a === NO || b === NO ? NO : isEnd(a) && isEnd(b) ? YES : undefined);
  const [decideOld, decideYoung] = [decider(before), decider(after)];
  const differences: Difference[] = [];
  let more = false;
  for (const action of new Set([...before.document.actions, ...after.document.actions])) {
    const [was, is] = [old.allowed(action), young.allowed(action)];
    const changes: readonly (readonly [Change, Node, Node])[] = [
      ['newly-allowed', diagram.apply(minus, is, was), is],
      ['newly-refused', diagram.apply(minus, was, is), was],
      ['duties-changed', diagram.apply(unequal, old.duties(action), young.duties(action)), diagram.apply(and, was, is)],
    ];
    for (const [change, region, cared] of changes) {
      const cover = coverOf(diagram, region, cared, width, MAX_DIFFERENCES);
      more ||= cover.more;
      for (const { cube, path } of cover.cubes) {
        const witness = witnessOf(domain, path, action);
        const [decided, redecided] = [decideOld(witness), decideYoung(witness)];
        if (dutiesIn(decided) === dutiesIn(redecided))
          return {
            verdict: 'not-decided',
            differences,
            more,
            reason: 'a difference did not stand when it was decided',
          };
        const words = `${TITLES[change]}: ${action}${sentence(literalsOf(domain, cube))}`;
        const duties = change === 'duties-changed' ? `: ${dutiesText(decided)} became ${dutiesText(redecided)}` : '';
        differences.push({
          change,
          action,
          sentence: `${words}${duties}.`,
          witness,
          before: decided,
          after: redecided,
        });
      }
    }
  }
  return { verdict: differences.length > 0 ? 'different' : 'equal', differences, more };
}

function dutiesText({ context }: Decision): string {
  const words = context.obligations.map(({ type, properties }) =>
    [type, ...Object.entries(properties).map(([name, value]) => `${name} ${[value].flat().join(' and ')}`)].join(' '),
  );
  return words.join(', ') || 'none';
}

/** The duties of a decision, or null for a refusal. */
function dutiesIn({ decision, context }: Decision): string | null {
  return decision ? JSON.stringify(context.obligations) : null;
}
