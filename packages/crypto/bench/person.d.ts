import type { DirectoryEntry, Mode, OpenOptions, SealOptions, SigningKeyPair } from '@wardseal/crypto';

export interface Person {
  readonly identity: string;
  readonly keys: SigningKeyPair;
  readonly entry: DirectoryEntry;
}
export function person(kind?: Mode): Promise<Person>;
export function optionsOf(one: Person): { readonly sealing: SealOptions; readonly opening: OpenOptions };
