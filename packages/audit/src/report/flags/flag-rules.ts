import type { EventType } from '../../event-codes.js';
import { wallClock } from '../time-zone.js';
import { afterLeavingRule } from './after-leaving.js';
import { type BreakGlassParameters, breakGlassRule } from './break-glass.js';
import { type BulkParameters, bulkRule } from './bulk.js';
import { type ClockJumpParameters, clockJumpRule } from './clock-jump.js';
import { colleagueRule } from './colleague.js';
import { type DanglingIntentParameters, danglingIntentRule } from './dangling-intent.js';
import { type DeniedThenSeenParameters, deniedThenSeenRule } from './denied-then-seen.js';
import { noRelationshipRule, type RelationshipFact } from './no-relationship.js';
import { type OutOfHoursParameters, outOfHoursRule, type Shift } from './out-of-hours.js';
import { outsideGeofenceRule } from './outside-geofence.js';
import { ownRecordRule } from './own-record.js';
import type { FlagRule } from './rule.js';
import { sharedSessionRule } from './shared-session.js';
import { takenOutRule } from './taken-out.js';
import { type Geography, twoPlacesRule } from './two-places.js';
import { watchListRule } from './watch-list.js';

/** What the trust knows and the log does not. A rule without what it needs stays idle, and the report says so. */
export interface FlagFacts extends Geography {
  /** Actor id to the patient handle of that person, computed by the custodian. */
  readonly ownHandles?: ReadonlyMap<string, string>;
  /** Patient handles of members of staff; default: those of `ownHandles`. */
  readonly staffHandles?: ReadonlySet<string>;
  /** Patient handles that are watched over. */
  readonly watchList?: ReadonlySet<string>;
  /** Actor id to turns of duty. */
  readonly rota?: ReadonlyMap<string, readonly Shift[]>;
  /** Dates such as `2026-12-25`. */
  readonly bankHolidays?: ReadonlySet<string>;
  /** Actor id to the instant of leaving, ms. */
  readonly leavers?: ReadonlyMap<string, number>;
  /** IANA name; default `Europe/London`. */
  readonly timeZone?: string;
}

/** What to change of the rules' parameters; every default is a named constant. */
export interface FlagParameters {
  readonly bulk?: Partial<BulkParameters>;
  readonly outOfHours?: Partial<OutOfHoursParameters>;
  readonly noRelationship?: readonly RelationshipFact[];
  readonly deniedThenSeen?: Partial<DeniedThenSeenParameters>;
  readonly takenOut?: readonly EventType[];
  readonly breakGlass?: Partial<BreakGlassParameters>;
  readonly danglingIntent?: Partial<DanglingIntentParameters>;
  readonly clockJump?: Partial<ClockJumpParameters>;
}

/**
 * All rules of this package (docs/spec/flags.md), with what the trust knows.
 *
 * @param facts - what the log does not know
 * @param parameters - what to change of the defaults
 * @throws RangeError for an unknown parameter or zone, NaN or a negative number
 * @example
 * const rules = flagRules({ bankHolidays: new Set(['2026-12-25']) }, { bulk: { ceiling: 40 } });
 */
export function flagRules(facts: FlagFacts = {}, parameters: FlagParameters = {}): readonly FlagRule[] {
  const { ownHandles, staffHandles = ownHandles && new Set(ownHandles.values()) } = facts;
  return [
    ownRecordRule(ownHandles),
    colleagueRule(staffHandles, ownHandles),
    watchListRule(facts.watchList),
    noRelationshipRule(parameters.noRelationship),
    breakGlassRule(parameters.breakGlass),
    bulkRule(parameters.bulk),
    deniedThenSeenRule(parameters.deniedThenSeen),
    takenOutRule(parameters.takenOut),
    afterLeavingRule(facts.leavers),
    twoPlacesRule(facts),
    sharedSessionRule(),
    outsideGeofenceRule(),
    outOfHoursRule(wallClock(facts.timeZone), facts.rota, facts.bankHolidays, parameters.outOfHours),
    danglingIntentRule(parameters.danglingIntent),
    clockJumpRule(parameters.clockJump),
  ];
}
