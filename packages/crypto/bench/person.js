import { generateIdentity, generateSigningKey } from '@wardseal/crypto';

/** Somebody with keys of their own; plain JSON, so that another process or a page can be given it. */
export async function person(kind = 'pq') {
  const { identity, recipient } = await generateIdentity({ kind });
  const keys = await generateSigningKey();
  const times = { validFrom: 0, validTo: 2 ** 40 };
  const entry = { person: 'p', organisation: 'o', recipient, signingKey: keys.publicKey, ...times };
  return { identity, keys, entry };
}

/** What a file from somebody to themselves is sealed and opened with. */
export function optionsOf({ identity, keys, entry }) {
  return {
    sealing: {
      directory: 'unverified',
      recipients: [entry],
      sender: { keys, entry },
      mediaType: 'image/jpeg',
      case: 'c',
      labels: { kind: 'photo' },
    },
    opening: { identities: [identity], resolveSender: () => entry },
  };
}
