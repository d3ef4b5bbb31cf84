import * as z from 'zod/mini';
import type { EventType } from '../../event-codes.js';
import type { Act } from './act.js';
import { parametersOf, restored } from './parameters.js';
import { Recent } from './recent.js';
import type { Finding, FlagRule, Plain, Watch } from './rule.js';

/** Minutes between a refusal and a view that belong together: one sitting. */
export const DENIED_MINUTES = 10;
/** What turns a refusal into a permission as the policy means it, when it comes between the two. */
export const REMEDIES: readonly EventType[] = ['auth.login', 'auth.step-up', 'policy.acknowledge', 'breakglass.open'];

/** What the rule may be run with; every default is a constant of its own. */
export interface DeniedThenSeenParameters {
  /** Default `DENIED_MINUTES`. */
  readonly minutes: number;
}

const DEFAULTS: DeniedThenSeenParameters = { minutes: DENIED_MINUTES };

// Late entries find their partner for this long after it was recorded, beside the rule's own minutes.
const LATE = 50 * 60_000;
const stepSchema = z.object({
  kind: z.enum(['deny', 'view', 'remedy']),
  at: z.number(),
  index: z.number(),
  object: z.nullable(z.string()),
  subject: z.nullable(z.string()),
});
const schema = z.array(z.tuple([z.string(), z.array(z.tuple([z.number(), stepSchema]))]));

interface Step {
  kind: 'deny' | 'view' | 'remedy';
  at: number;
  index: number;
  object: string | null;
  subject: string | null;
}

/** Somebody is refused, and shortly after is shown the same object or patient without a remedy in between. */
export function deniedThenSeenRule(given: Partial<DeniedThenSeenParameters> = {}): FlagRule {
  const parameters = parametersOf('denied-then-seen', DEFAULTS, given);
  return {
    id: 'denied-then-seen',
    title: 'Refused, then seen',
    why: 'A refusal was got round, or a right was granted in haste. A second factor or break-glass in between is the policy at work.',
    parameters: { ...parameters, remedies: REMEDIES },
    watch: (saved) => new DeniedThenSeen(parameters.minutes * 60_000, saved),
  };
}

class DeniedThenSeen implements Watch {
  readonly #window: number;
  readonly #steps: Recent<Step>;

  constructor(window: number, saved: Plain | undefined) {
    this.#window = window;
    this.#steps = new Recent(window + LATE, saved === undefined ? [] : restored('denied-then-seen', schema, saved));
  }

  see(act: Act): readonly Finding[] {
    const kind = kindOf(act);
    if (kind === null) return [];
    const { index, leaf } = act.entry;
    const step: Step = { kind, at: act.at, index, object: act.object ?? null, subject: act.subject ?? null };
    const steps = this.#steps.of(act.person, leaf.recordedAt);
    this.#steps.add(act.person, leaf.recordedAt, step);
    if (kind === 'remedy') return [];
    // Entries may come late or at the same time: the refusal may be the second of the two to be seen here.
    return steps.flatMap((other) => {
      if (kind === 'view') return other.kind === 'deny' ? this.#judge(act, other, step, steps) : [];
      return other.kind === 'view' ? this.#judge(act, step, other, steps) : [];
    });
  }

  #judge({ person, day, dayTime }: Act, deny: Step, view: Step, steps: readonly Step[]): Finding[] {
    const same = (a: string | null, b: string | null): boolean => a !== null && a === b;
    if (!same(deny.object, view.object) && !same(deny.subject, view.subject)) return [];
    const apart = view.at - deny.at;
    if (apart < 0 || apart > this.#window) return [];
    if (steps.some(({ kind, at }) => kind === 'remedy' && at >= deny.at && at < view.at)) return [];
    return [
      {
        key: ['denied-then-seen', person, day, deny.object ?? '', deny.subject ?? ''].join(':'),
        since: dayTime,
        at: view.at,
        person,
        entries: [deny.index, view.index].sort((a, b) => a - b),
        reason: `was refused, and ${Math.round(apart / 1000)} s later was shown the same item or patient`,
      },
    ];
  }

  save(): Plain {
    return this.#steps.save().map(([person, steps]) => [person, steps.map(([at, step]) => [at, { ...step }])]);
  }
}

function kindOf({ seen, entry: { leaf } }: Act): Step['kind'] | null {
  if (seen) return 'view';
  if (leaf.type === 'access.deny') return 'deny';
  return REMEDIES.includes(leaf.type) && leaf.outcome === 'success' ? 'remedy' : null;
}
