import { equal } from '@wardseal/primitives';
import type { Claims } from './claims.js';
import { LinkError } from './errors.js';
import type { IssuerState } from './issuer.js';
import { nonceFits } from './proof/nonce.js';
import { tokenOf } from './proof/opening-token.js';
import { type VerifiedProof, verifyProof } from './proof/verify-proof.js';

/** A proof of the recipient's key and the HTTP request it came with. */
export interface ShownProof {
  /** The DPoP proof, a JWT: see `createProof`. */
  readonly jwt: string;
  /** Of the request, such as `POST`. */
  readonly method: string;
  /** Of the request, as the opener's browser sees it: at the grant's audience. */
  readonly url: string;
}

/** Checks that a proof is of the recipient's key and covers this link, this one-opening key and this request. */
export async function checkProof(
  state: IssuerState,
  claims: Claims,
  opening: { readonly id: Uint8Array; readonly ephemeralKey: Uint8Array; readonly proof: ShownProof },
): Promise<VerifiedProof> {
  const { jwt, method, url } = opening.proof;
  const now = state.clock();
  if (!url.startsWith(`${claims.audience}/`))
    throw new LinkError('PROOF_REFUSED', 'proof came to another origin than the audience of the grant', {
      claim: 'htu',
    });
  const needed = state.requireProofNonce !== false;
  const shown = await verifyProof(jwt, {
    method,
    url,
    token: tokenOf(opening.id, opening.ephemeralKey),
    nonce: (nonce) => (nonce === undefined ? !needed : nonceFits(nonce, state.tagKeys, now)),
    now,
  });
  if (!claims.recipientKey || !equal(shown.recipientKey, claims.recipientKey))
    throw new LinkError('EVIDENCE_REFUSED', 'proof is of another key than the recipient has');
  return shown;
}
