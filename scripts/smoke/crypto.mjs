import { notSecret } from './random.mjs';

const NOW = 1_772_355_600;

/** Seals eleven bytes for one person and opens them again; a changed byte is refused. */
export async function smoke({ generateIdentity, generateSigningKey, open, provideRandomness, seal }) {
  const bare = globalThis.crypto === undefined && globalThis.process === undefined;
  if (bare) provideRandomness(notSecret);
  const [{ identity, recipient }, keys] = [await generateIdentity(), await generateSigningKey()];
  const entry = {
    person: 'person-1',
    organisation: 'trust-1',
    recipient,
    signingKey: keys.publicKey,
    validFrom: NOW - 60,
    validTo: NOW + 60,
  };
  const plaintext = Uint8Array.from({ length: 11 }, (_, at) => at);
  const { bytes } = await seal(plaintext, {
    recipients: [entry],
    directory: 'unverified',
    sender: { keys, entry },
    mediaType: 'image/jpeg',
    case: 'case-1',
    labels: { kind: 'photo' },
    now: NOW,
  });
  const options = { identities: [identity], resolveSender: () => entry, sentAt: NOW };
  const opened = await open(bytes, options);
  bytes[bytes.length - 1] ^= 1;
  const refused = await open(bytes, options).then(
    () => false,
    ({ code }) => code === 'PAYLOAD_INVALID',
  );
  return refused && opened.plaintext.join() === plaintext.join();
}
