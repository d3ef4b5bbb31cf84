import {
  equal,
  MLKEM_CIPHERTEXT_BYTES,
  MLKEM_PUBLIC_BYTES,
  xwingCombine,
  xwingEncapsulate,
} from '@wardseal/primitives';
import { record, text } from '../checks.js';
import { type HeldIdentity, parseRecipient, type RecipientKey } from '../keys/recipient.js';
import { parseSigningPublicKey, type Signer, signingKeyThumbprint } from '../keys/signing-key.js';
import { MAX_KEY_LENGTH } from '../limits.js';
import { type Database, unavailable } from './database.js';
import { type Operation, PARTS, type PartName } from './parts.js';
import { type Form, operationOf, type StoredPart } from './stored-part.js';

/** Keys that a browser keeps: usable, and not to be had. */
export interface StoredKeys {
  /** For `open`'s `identities` and wherever an identity is asked for. */
  readonly identity: HeldIdentity;
  /** For `seal`'s `sender.keys` and wherever a signer is asked for. */
  readonly signing: Signer;
  /**
   * `non-extractable`: every secret lies inside the browser, and no script can read it. `wrapped`: the browser could not
   * keep at least one of them so, and it is stored encrypted under a non-extractable key: whoever runs script in this
   * page can decrypt it.
   */
  readonly kept: Form;
}

/** What the database says of an id: which attempt at storing counts, and whose keys its parts must prove to be. */
export interface Entry {
  readonly attempt: string;
  readonly recipient: string;
  readonly signingKey: string;
}

const isEntry = record({
  attempt: text,
  recipient: (value) => typeof value === 'string' && value.length <= MAX_KEY_LENGTH,
  signingKey: text,
});

export const PART_NAMES: readonly PartName[] = ['ML-KEM-768', 'X25519', 'Ed25519'];

/**
 * Reads the keys that count for `id`, in one transaction: null when there are none. Or those of a given entry, that does not
 * count yet: null when one of its parts is gone.
 */
export async function readStored(database: Database, id: string, given?: Entry): Promise<StoredKeys | null> {
  const [found, ...values] = await database.run('readonly', ({ parts, current, after }) => {
    const request = current.get(id);
    const asked: IDBRequest[] = [request];
    after(request, () => {
      const entry: unknown = given ?? request.result;
      if (!isEntry(entry)) return;
      for (const name of PART_NAMES) {
        const place = [id, (entry as Entry).attempt, name];
        asked.push(parts.get(place), parts.count(place));
      }
    });
    return asked;
  });
  const entry = given ?? found;
  if (entry === undefined) return null;
  if (!isEntry(entry)) throw unavailable('stored keys are not what this package wrote');
  const keys = await assembled(id, entry as Entry, values);
  if (keys === null && given === undefined) throw unavailable('a stored key is gone from the browser');
  return keys;
}

async function assembled(id: string, entry: Entry, values: readonly unknown[]): Promise<StoredKeys | null> {
  try {
    const recipient = parseRecipient(entry.recipient);
    const needed = recipient.kind === 'pq' ? PART_NAMES : PART_NAMES.slice(1);
    const operations: Partial<Record<PartName, Operation>> = {};
    const forms: (Form | undefined)[] = [];
    for (const name of needed) {
      const at = 2 * PART_NAMES.indexOf(name);
      if (values[at + 1] === 0) return null;
      const run = await operationOf(name, values[at], [id, entry.attempt, name]);
      if (run === null) throw unavailable('a stored key did not come back from the browser');
      operations[name] = run;
      forms.push((values[at] as StoredPart).form);
    }
    const keys: StoredKeys = {
      identity: identityOf(recipient, operations['ML-KEM-768'], operations.X25519!),
      signing: signingOf(entry.signingKey, operations.Ed25519!),
      kept: forms.includes('wrapped') ? 'wrapped' : 'non-extractable',
    };
    if (await proven(keys, recipient)) return keys;
  } catch (cause) {
    throw unavailable('stored keys do not work', cause);
  }
  throw unavailable('stored keys are not those of their public keys');
}

function identityOf(recipient: RecipientKey, kem: Operation | undefined, agree: Operation): HeldIdentity {
  if (kem === undefined)
    return { recipient: recipient.text, decapsulate: (enc) => (enc.length === 32 ? agree(enc) : null) };
  const publicHalf = recipient.publicKey.subarray(MLKEM_PUBLIC_BYTES);
  return {
    recipient: recipient.text,
    async decapsulate(encapsulated) {
      const ciphertext = encapsulated.subarray(0, MLKEM_CIPHERTEXT_BYTES);
      const ephemeral = encapsulated.subarray(MLKEM_CIPHERTEXT_BYTES);
      if (ephemeral.length !== 32) return null;
      const [post, classical] = [await kem(ciphertext), await agree(ephemeral)];
      return post && classical && xwingCombine(post, classical, ephemeral, publicHalf);
    },
  };
}

function signingOf(publicKey: string, sign: Operation): Signer {
  return { kid: signingKeyThumbprint(publicKey), publicKey, sign: async (message) => (await sign(message))! };
}

/** Runs a decapsulation and a signature with the keys as they came out, against the public keys they must belong to. */
async function proven({ identity, signing }: StoredKeys, { kind, publicKey }: RecipientKey): Promise<boolean> {
  const decapsulate: Operation = async (enc) => (await identity.decapsulate(enc)) as Uint8Array<ArrayBuffer> | null;
  const sign: Operation = async (message) => (await signing.sign(message)) as Uint8Array<ArrayBuffer>;
  if (!(await PARTS.Ed25519.proves(sign, parseSigningPublicKey(signing.publicKey)))) return false;
  if (kind === 'classic') return PARTS.X25519.proves(decapsulate, publicKey);
  const sent = await xwingEncapsulate(publicKey);
  const shared = sent && (await decapsulate(sent.ciphertext));
  return sent !== null && shared !== null && equal(shared, sent.shared);
}
