import { base64url, ed25519PublicKey } from '@wardseal/primitives';
import { bech32 } from '../src/bech32.js';
import { signPossession } from '../src/directory/possession.js';
import {
  type Directory,
  type DirectoryEntry,
  delegateDirectory,
  generateIdentity,
  generateSigningKey,
  type Mode,
  type OpenOptions,
  SealError,
  type SealOptions,
  type SigningKeyPair,
  signingKeyThumbprint,
  signSnapshot,
  verifySnapshot,
} from '../src/index.js';
import { signerOf } from '../src/keys/signing-key.js';

/** A time in 2026 at which everything below is valid. */
export const NOW = 1_790_000_000;

export interface Person {
  readonly identity: string;
  readonly keys: SigningKeyPair;
  readonly entry: DirectoryEntry;
}

export const ORGANISATION = 'demo-trust';

/** The organisation's root and directory key: the same in every run, so that people alone draw from the random source. */
export async function organisationKeys(): Promise<{ root: SigningKeyPair; directoryKey: SigningKeyPair }> {
  const keys = async (byte: number) => {
    const secret = new Uint8Array(32).fill(byte);
    const publicKey = base64url(await ed25519PublicKey(secret));
    const secretKey = bech32('wardseal-signing-key-', secret).toUpperCase();
    return { kid: signingKeyThumbprint(publicKey), publicKey, secretKey };
  };
  return { root: await keys(1), directoryKey: await keys(2) };
}

/** Somebody with new keys, and the entry that a directory may list. */
export async function person(id: string, kind: Mode = 'pq', more: Partial<DirectoryEntry> = {}): Promise<Person> {
  const { identity, recipient } = await generateIdentity({ kind });
  const keys = await generateSigningKey();
  const entry = {
    person: id,
    organisation: ORGANISATION,
    recipient,
    signingKey: keys.publicKey,
    validFrom: NOW - 1000,
    validTo: NOW + 1000,
    ...more,
  };
  const { root } = await organisationKeys();
  const possession = await signPossession(entry, root.kid, NOW - 2000, await signerOf(keys));
  return { identity, keys, entry: { ...entry, possession } };
}

/** A signed and verified directory of these entries, valid for some days around NOW. */
export async function directoryOf(entries: readonly DirectoryEntry[]): Promise<Directory> {
  const { root, directoryKey } = await organisationKeys();
  const now = NOW - 86_400;
  const delegation = await delegateDirectory(root, directoryKey.publicKey, {
    organisation: ORGANISATION,
    until: now + 30 * 86_400,
    now,
  });
  const options = { directoryKey, delegation, organisation: ORGANISATION, epoch: 1, now };
  const snapshot = await signSnapshot(entries, options);
  return verifySnapshot(snapshot, { rootThumbprint: root.kid, now: NOW });
}

export interface World {
  readonly alice: Person;
  readonly bob: Person;
  readonly mallory: Person;
  readonly custodian: Person;
  readonly guardians: readonly Person[];
  /** Signed and verified: everybody above, and whom `world` was told of. */
  readonly directory: Directory;
  /** Alice sends to Alice and Bob, the custodian beside them. */
  readonly sealing: SealOptions;
  /** Bob opens; the directory knows everybody. */
  readonly opening: OpenOptions;
}

function rolesOf(id: string): Pick<DirectoryEntry, 'roles'> {
  const role = ['custodian', 'guardian'].find((one) => id.startsWith(one));
  return role === undefined ? {} : { roles: [role] };
}

/** A small organisation with its directory, which lists `others` too. */
export async function world(kind: Mode = 'pq', others: readonly Person[] = []): Promise<World> {
  const ids = ['alice', 'bob', 'mallory', 'custodian', 'guardian-1', 'guardian-2', 'guardian-3'];
  const people = await Promise.all(ids.map((id) => person(id, kind, rolesOf(id))));
  const [alice, bob, mallory, custodian, ...guardians] = people as [Person, Person, Person, Person, ...Person[]];
  const directory = await directoryOf([...people, ...others].map(({ entry }) => entry));
  return {
    alice,
    bob,
    mallory,
    custodian,
    guardians,
    directory,
    sealing: {
      directory,
      recipients: [alice.entry, bob.entry],
      custodian: custodian.entry,
      sender: { keys: alice.keys, entry: alice.entry },
      mediaType: 'image/jpeg',
      case: 'case-1',
      labels: { kind: 'photo', identifiable: true },
      clinical: { site: 'left forearm' },
      mode: kind,
      now: NOW,
    },
    opening: {
      identities: [bob.identity],
      resolveSender: directory.resolveSender,
    },
  };
}

/** Bytes that differ from chunk to chunk. */
export function content(size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  for (let i = 0; i < size; i++) out[i] = (i * 31 + (i >> 8) * 17 + (i >> 16) * 101) & 255;
  return out;
}

/** The code an act was refused with. Every error says what is wrong as the house asks: in words, and a limit with its figure. */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof SealError)) {
      const { code: other, name, message: words } = error as Error & { code?: string };
      if (!words) throw new Error(`${name} without a word`);
      return other ?? `${name}: ${words}`;
    }
    const { code, message, what, limit } = error;
    if (!/^[a-z`].*[^.]$/.test(message)) throw new Error(`${code} has a message in another style: \`${message}\``);
    if (what === '' || (code === 'LIMIT' && !(what !== undefined && typeof limit === 'number')))
      throw new Error(`${code} does not say which part or limit was concerned`);
    return code;
  }
  return 'accepted';
}

/** Whether these tests run in a browser, where a call of WebCrypto takes ten times as long: what is tried everywhere in Node is sampled there. */
export const IN_BROWSER: boolean = 'document' in globalThis;
