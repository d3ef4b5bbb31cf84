import { base64url } from '@wardseal/primitives';
import type { SealedHeader } from '../index.js';

/** What is said of a sealed file. */
export function sealedFacts(sealed: SealedHeader): { facts: object; words: string[] } {
  const { manifestId, mode, size, recipients, unverifiedRecipients, recoverable } = sealed;
  return {
    facts: {
      manifestId,
      headerDigest: base64url(sealed.headerDigest),
      headerBytes: sealed.header.length,
      root: base64url(sealed.root),
      size,
      mode,
      recipients: recipients.map(({ thumbprint, role }) => ({ thumbprint, role })),
      unverifiedRecipients,
      recoverable,
    },
    words: unverifiedRecipients.map((thumbprint) => `nobody vouches for recipient ${thumbprint}`),
  };
}
