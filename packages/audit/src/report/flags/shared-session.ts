import { base64url, sha256, utf8 } from '@wardseal/primitives';
import * as z from 'zod/mini';
import type { Act } from './act.js';
import { restored } from './parameters.js';
import { Recent } from './recent.js';
import type { Finding, FlagRule, Plain, Watch } from './rule.js';

/** Hours that a session is remembered: longer than the longest night shift's. */
export const SESSION_HOURS = 24;

const schema = z.array(
  z.tuple([
    z.string(),
    z.array(z.tuple([z.number(), z.object({ person: z.string(), device: z.nullable(z.string()), index: z.number() })])),
  ]),
);

interface Use {
  person: string;
  device: string | null;
  index: number;
}

/** One session serves two people, or two devices. */
export function sharedSessionRule(): FlagRule {
  return {
    id: 'shared-session',
    title: 'Shared session',
    why: 'A session belongs to one person at one device: an account left open, shared or stolen.',
    parameters: { sessionHours: SESSION_HOURS },
    watch: (saved) => new SharedSession(saved),
  };
}

class SharedSession implements Watch {
  readonly #uses: Recent<Use>;

  constructor(saved: Plain | undefined) {
    this.#uses = new Recent(
      SESSION_HOURS * 3_600_000,
      saved === undefined ? [] : restored('shared-session', schema, saved),
    );
  }

  see(act: Act): readonly Finding[] {
    const { actor, index, leaf } = act.entry;
    if (actor?.session === undefined || actor.actor.kind === 'system') return [];
    // A state that is kept needs to tell sessions and devices apart, not to know them.
    const session = shortHash(actor.session);
    const use: Use = {
      person: act.person,
      device: actor.where?.device === undefined ? null : shortHash(actor.where.device),
      index,
    };
    const uses = this.#uses.of(session, leaf.recordedAt);
    const same = ({ person, device }: Use): boolean => person === use.person && device === use.device;
    if (!uses.some(same)) this.#uses.add(session, leaf.recordedAt, use);
    return [
      ...this.#judge(
        act,
        session,
        'people',
        uses.find(({ person }) => person !== use.person),
      ),
      ...this.#judge(
        act,
        session,
        'devices',
        uses.find(({ device }) => device !== null && use.device !== null && device !== use.device),
      ),
    ];
  }

  #judge(act: Act, session: string, what: 'people' | 'devices', other: Use | undefined): Finding[] {
    if (other === undefined) return [];
    return [
      {
        key: ['shared-session', what, session, act.day].join(':'),
        since: act.dayTime,
        at: act.at,
        entries: [other.index, act.entry.index],
        reason: `one session was used by two ${what}`,
      },
    ];
  }

  save(): Plain {
    return this.#uses.save().map(([session, uses]) => [session, uses.map(([at, use]) => [at, { ...use }])]);
  }
}

function shortHash(text: string): string {
  return base64url(sha256(utf8(text)).subarray(0, 16));
}
