import type { AuditEvent, AuditLog } from '@wardseal/audit';
import {
  createIssuer,
  type Issuer,
  type IssuerOptions,
  type OpenDecision,
  type OpenFacts,
  type Redeemed,
} from '@wardseal/link-signing';
import { enforce, type ObligationHandler, type Pdp, type Request } from '@wardseal/policy';

/** What the server knows of a redeem request besides the request itself. */
export interface Knocking {
  readonly handle: string;
  readonly ephemeralKey: Uint8Array;
  readonly passcode?: string;
  /** The opening as it will stand in the log. */
  readonly event: Omit<AuditEvent, 'outcome' | 'policy'>;
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
 * costs no use and is logged), then a use is taken, and nothing is released before the log holds the opening.
 */
export async function createLinkDesk(
  parts: { pdp: Pdp; log: AuditLog },
  options: Omit<IssuerOptions, 'audit'>,
): Promise<LinkDesk> {
  const append = async (
    event: Knocking['event'],
    permit: boolean,
    facts: Pick<AuditEvent, 'policy'>,
  ): Promise<unknown> => {
    const said = { ...event, ...facts, type: permit ? event.type : ('access.deny' as const) };
    const { receipt } = await parts.log.append(
      { ...said, outcome: permit ? 'success' : 'minor' },
      { await: 'integrated' },
    );
    return receipt;
  };
  const issuer = await createIssuer({
    ...options,
    audit: ({ context }) => {
      const { event, policy } = context as Decided;
      return append(event, true, { policy });
    },
  });
  return {
    issuer,
    async redeem({ handle, ephemeralKey, passcode, event, request, duties }) {
      // Filled by the decision, read by the log: one object per redeem.
      const context: Partial<Decided> & Pick<Decided, 'event'> = { event };
      const authorize = async (facts: OpenFacts): Promise<OpenDecision> => {
        const decision = parts.pdp.evaluate(request(facts));
        const { permitted } = await enforce(decision, duties);
        const why = decision.context;
        context.policy = {
          id: why.policy.id,
          version: String(why.policy.version),
          decision: permitted ? 'permit' : 'deny',
        };
        if (!permitted) await append(event, false, { policy: context.policy });
        return { permit: permitted, obligations: why.obligations };
      };
      return issuer.redeem(handle, {
        ephemeralKey,
        ...(passcode === undefined ? {} : { passcode }),
        context,
        authorize,
      });
    },
  };
}

interface Decided {
  event: Knocking['event'];
  policy: NonNullable<AuditEvent['policy']>;
}
