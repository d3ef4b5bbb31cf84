import {
  type DirectoryEntry,
  generateIdentity,
  generateSigningKey,
  type Mode,
  type OpenOptions,
  SealError,
  type SealOptions,
  type SigningKeyPair,
} from '../src/index.js';

/** A time in 2026 at which everything below is valid. */
export const NOW = 1_790_000_000;

export interface Person {
  readonly identity: string;
  readonly keys: SigningKeyPair;
  readonly entry: DirectoryEntry;
}

export async function person(id: string, kind: Mode = 'pq'): Promise<Person> {
  const { identity, recipient } = await generateIdentity({ kind });
  const keys = await generateSigningKey();
  const entry = {
    person: id,
    organisation: 'demo-trust',
    recipient,
    signingKey: keys.publicKey,
    validFrom: NOW - 1000,
    validTo: NOW + 1000,
  };
  return { identity, keys, entry };
}

export interface World {
  readonly alice: Person;
  readonly bob: Person;
  readonly mallory: Person;
  readonly custodian: Person;
  readonly guardians: readonly Person[];
  /** Alice sends to Alice and Bob, the custodian beside them. */
  readonly sealing: SealOptions;
  /** Bob opens; the directory knows everybody. */
  readonly opening: OpenOptions;
}

export async function world(kind: Mode = 'pq'): Promise<World> {
  const ids = ['alice', 'bob', 'mallory', 'custodian', 'guardian-1', 'guardian-2', 'guardian-3'];
  const people = await Promise.all(ids.map((id) => person(id, kind)));
  const [alice, bob, mallory, custodian, ...guardians] = people as [Person, Person, Person, Person, ...Person[]];
  return {
    alice,
    bob,
    mallory,
    custodian,
    guardians,
    sealing: {
      directory: 'unverified',
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
      resolveSender: ({ person: id }) => people.find((candidate) => candidate.entry.person === id)?.entry ?? null,
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
    if (!(error instanceof SealError))
      return (error as { code?: string }).code ?? `${(error as Error).name}: ${(error as Error).message}`;
    const { code, message, what, limit } = error;
    if (!/^[a-z`].*[^.]$/.test(message)) throw new Error(`${code} has a message in another style: \`${message}\``);
    if (what === '' || (code === 'LIMIT' && !(what !== undefined && typeof limit === 'number')))
      throw new Error(`${code} does not say which part or limit was concerned`);
    return code;
  }
  return 'accepted';
}
