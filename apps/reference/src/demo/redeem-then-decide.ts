import type { AuditEvent, AuditLog } from '@wardseal/audit';
import {
  createIssuer,
  type Issuer,
  type IssuerOptions,
  LinkError,
  type OpenDecision,
  type OpenFacts,
  type Redeemed,
} from '@wardseal/link-signing';
import { enforce, type ObligationHandler, type Pdp, type Request } from '@wardseal/policy';
import { asDecided, type Intended } from '../server/wiring/decide-then-log.js';

/** What the server knows of a redeem request besides the request itself. */
export interface Knocking {
  readonly handle: string;
  readonly ephemeralKey: Uint8Array;
  readonly passcode?: string;
  /** The opening as it will stand in the log, but for the link and the opening, which the desk knows. */
  readonly event: Omit<Intended, 'object' | 'request'>;
  /** What the policy is asked, given what the grant says. */
  readonly request: (facts: OpenFacts) => Request;
  /** How to carry out each kind of duty here; an unknown duty is a refusal. */
  readonly duties: Readonly<Record<string, ObligationHandler>>;
}

/** An issuer whose every opening is decided by the policy and logged before it is released. */
export interface LinkDesk {
  readonly issuer: Issuer;
  readonly redeem: (knocking: Knocking) => Promise<Redeemed>;
}

/**
 * Joins links, policy and log: a link is checked first, then the policy decides and its duties are carried out (a refusal
 * costs no use and is logged), then a use is taken, and nothing is released before the log holds the opening. Each entry
 * names the link as its object; a repeated answer of one opening names the same `request`. A wrong passcode is logged as
 * a failed sign-in, at most as often as a link takes one; knocks at a dead link are not, or its holder could fill the log.
 */
export async function createLinkDesk(
  parts: { pdp: Pdp; log: AuditLog },
  options: Omit<IssuerOptions, 'audit'>,
): Promise<LinkDesk> {
  const append = async (entry: AuditEvent): Promise<unknown> =>
    (await parts.log.append(entry, { await: 'integrated' })).receipt;
  const issuer = await createIssuer({
    ...options,
    audit: ({ id, use, of, repeated, context }) => {
      const { entry } = context as Required<Decided>;
      const reason = `opening ${use} of ${of}${repeated ? ', answered again' : ''}`;
      return append({ ...entry, request: id, reason });
    },
  });
  return {
    issuer,
    async redeem({ handle, ephemeralKey, passcode, event, request, duties }) {
      // Filled by the decision, read by the log: one object per redeem.
      const context: Decided = {};
      const authorize = async (facts: OpenFacts): Promise<OpenDecision> => {
        const decision = parts.pdp.evaluate(request(facts));
        const { permitted } = await enforce(decision, duties);
        context.entry = asDecided({ ...event, object: linkObject(facts.link) }, decision, permitted);
        if (!permitted) await append(context.entry);
        return { permit: permitted, obligations: decision.context.obligations };
      };
      const knock = { ephemeralKey, ...(passcode === undefined ? {} : { passcode }), context, authorize };
      try {
        return await issuer.redeem(handle, knock);
      } catch (error) {
        if (passcode !== undefined && error instanceof LinkError && error.code === 'PASSCODE_REFUSED') {
          const { id } = await issuer.inspect(handle);
          await append({ ...event, type: 'auth.fail', outcome: 'minor', object: linkObject(id) });
        }
        throw error;
      }
    },
  };
}

function linkObject(id: Uint8Array): NonNullable<AuditEvent['object']> {
  return { kind: 'link', id: Buffer.from(id).toString('hex') };
}

interface Decided {
  entry?: AuditEvent;
}
