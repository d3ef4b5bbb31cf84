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
import { asDecided, type Intended } from './decide-then-log.js';

/** What the server knows of a redeem request besides the request itself. */
export interface Knocking {
  readonly handle: string;
  readonly ephemeralKey: Uint8Array;
  readonly passcode?: string;
  /** The opening as it will stand in the log. */
  readonly event: Intended;
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
  const append = async (entry: AuditEvent): Promise<unknown> =>
    (await parts.log.append(entry, { await: 'integrated' })).receipt;
  const issuer = await createIssuer({
    ...options,
    audit: ({ context }) => append((context as Required<Decided>).entry),
  });
  return {
    issuer,
    async redeem({ handle, ephemeralKey, passcode, event, request, duties }) {
      // Filled by the decision, read by the log: one object per redeem.
      const context: Decided = {};
      const authorize = async (facts: OpenFacts): Promise<OpenDecision> => {
        const decision = parts.pdp.evaluate(request(facts));
        const { permitted } = await enforce(decision, duties);
        context.entry = asDecided(event, decision, permitted);
        if (!permitted) await append(context.entry);
        return { permit: permitted, obligations: decision.context.obligations };
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
  entry?: AuditEvent;
}
