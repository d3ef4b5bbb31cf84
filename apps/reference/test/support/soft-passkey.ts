import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { AuthenticationResponseJSON } from '@simplewebauthn/server';

/** What may be wrong with an assertion. */
export interface Flaws {
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: string;
  /** Bit 0: somebody was there; bit 2: it was they. */
  readonly flags?: number;
  readonly counter?: number;
  readonly userHandle?: Uint8Array | null;
  readonly crossOrigin?: boolean;
}

/** A passkey made of node:crypto: a test's own authenticator, which also does what no authenticator does. */
export interface SoftPasskey {
  readonly id: string;
  /** COSE, base64url. */
  readonly publicKey: string;
  assert(challenge: string, flaws?: Flaws): AuthenticationResponseJSON;
}

export function softPasskey(
  site: { readonly origin: string; readonly rpId: string },
  userHandle: Uint8Array,
): SoftPasskey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(16).toString('base64url');
  return {
    id,
    publicKey: coseOf(publicKey),
    assert(challenge, flaws = {}) {
      const { origin = site.origin, rpId = site.rpId, type = 'webauthn.get', flags = 5, counter = 0 } = flaws;
      const handle = flaws.userHandle === undefined ? userHandle : flaws.userHandle;
      const clientData = Buffer.from(
        JSON.stringify({ type, challenge, origin, crossOrigin: flaws.crossOrigin ?? false }),
      );
      const count = Buffer.alloc(4);
      count.writeUInt32BE(counter);
      const authenticatorData = Buffer.concat([sha256(Buffer.from(rpId)), Buffer.of(flags), count]);
      const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), privateKey);
      return {
        id,
        rawId: id,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: clientData.toString('base64url'),
          authenticatorData: authenticatorData.toString('base64url'),
          signature: signature.toString('base64url'),
          ...(handle === null ? {} : { userHandle: Buffer.from(handle).toString('base64url') }),
        },
      };
    },
  };
}

function sha256(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

/** An EC2 key on P-256 for ES256 (RFC 9053, section 7.1.1). */
function coseOf(key: KeyObject): string {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  return Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    Buffer.from(x, 'base64url'),
    Buffer.from('225820', 'hex'),
    Buffer.from(y, 'base64url'),
  ]).toString('base64url');
}
