import { base64url, fromBase64url, hex, randomBytes } from '@wardseal/primitives';
import { type JsonObject, type JsonValue, jsonObject, readText, UsageError } from '@wardseal/primitives/cli';
import { isIssuerName, isOrigin } from '../claims.js';
import { createSigner, grantKid, importTagKeys, type KeyState, type VerificationKey } from '../keys.js';

/** A key that signs grants. Only the active one has its secret: a key that signs no more needs none. */
export interface SigningKey {
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly secretKey?: Uint8Array<ArrayBuffer>;
  readonly state: KeyState;
  /** When it was made, in seconds since 1970. */
  readonly made: number;
}

/** A secret key for the tags of handles. A retired one is destroyed, not kept. */
export interface HandleKey {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly state: Exclude<KeyState, 'retired'>;
  readonly made: number;
}

/** What an issuer is by name and key; the first key of each list is the active one. */
export interface IssuerKeys {
  readonly issuer: string;
  readonly origins: readonly string[];
  readonly signing: readonly SigningKey[];
  readonly tags: readonly HandleKey[];
}

const FORMAT = 'wardseal.org/link-keys v0';
const PUBLIC_FORMAT = 'wardseal.org/grant-keys v0';

/** A new pair of keys, both active. */
export async function newKeys(made: number): Promise<{ signing: SigningKey; tag: HandleKey }> {
  const secretKey = randomBytes(32);
  const { publicKey } = await createSigner(secretKey);
  return {
    signing: { publicKey: new Uint8Array(publicKey), secretKey, state: 'active', made },
    tag: { key: randomBytes(32), state: 'active', made },
  };
}

/** The identifier of a signing key: 8 hexadecimal digits. */
export const signingKid = ({ publicKey }: { readonly publicKey: Uint8Array }): string => hex(grantKid(publicKey));

/** The identifier of a tag key: 8 hexadecimal digits. */
export const tagKid = ({ key }: HandleKey): string => hex(importTagKeys([{ key }]).active.kid);

/** The secret file's text. */
export function keyText({ issuer, origins, signing, tags }: IssuerKeys): string {
  const value = {
    format: FORMAT,
    issuer,
    origins,
    signing: signing.map(({ publicKey, secretKey, state, made }) => ({
      publicKey: base64url(publicKey),
      ...(secretKey && { secretKey: base64url(secretKey) }),
      state,
      made,
    })),
    tags: tags.map(({ key, state, made }) => ({ key: base64url(key), state, made })),
  };
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** The text of the file for whoever verifies grants. */
export function publicText({ issuer, signing }: Pick<IssuerKeys, 'issuer' | 'signing'>): string {
  const keys = signing.map(({ publicKey, state }) => ({ issuer, publicKey: base64url(publicKey), state }));
  return `${JSON.stringify({ format: PUBLIC_FORMAT, keys }, null, 2)}\n`;
}

/** A reader of one file; nothing of its content is ever in an error. */
class Reading {
  readonly #refuse: () => never;
  constructor(path: string, what: string) {
    this.#refuse = () => {
      throw new UsageError(`${path}: it is not ${what}`);
    };
  }
  check(good: boolean): void {
    if (!good) this.#refuse();
  }
  text(value: JsonValue | undefined): string {
    return typeof value === 'string' ? value : this.#refuse();
  }
  time(value: JsonValue | undefined): number {
    return Number.isSafeInteger(value) ? (value as number) : this.#refuse();
  }
  key(value: JsonValue | undefined): Uint8Array<ArrayBuffer> {
    const data = typeof value === 'string' ? fromBase64url(value) : null;
    return data?.length === 32 ? data : this.#refuse();
  }
  state<State extends KeyState>(value: JsonValue | undefined, states: readonly State[]): State {
    return states.find((one) => one === value) ?? this.#refuse();
  }
  list(value: JsonValue | undefined): readonly JsonObject[] {
    const objects = Array.isArray(value) && value.every((one) => typeof one === 'object' && one !== null);
    return objects ? (value as readonly JsonObject[]) : this.#refuse();
  }
}

async function parsed(path: string, format: string, what: string): Promise<[JsonObject, Reading]> {
  const value = jsonObject(await readText(path, what));
  const reading = new Reading(path, what);
  reading.check(value?.['format'] === format);
  return [value!, reading];
}

/** Reads the secret file. Throws UsageError when it is not one, with exactly one active key of each kind. */
export async function readKeys(path: string): Promise<IssuerKeys> {
  const [value, read] = await parsed(path, FORMAT, "an issuer's key file");
  const issuer = read.text(value['issuer']);
  const names = value['origins'];
  const origins = Array.isArray(names) ? names.map((one: JsonValue) => read.text(one)) : [];
  const signing = read.list(value['signing']).map((one) => ({
    publicKey: read.key(one['publicKey']),
    ...(one['secretKey'] !== undefined && { secretKey: read.key(one['secretKey']) }),
    state: read.state(one['state'], ['active', 'verify-only', 'retired']),
    made: read.time(one['made']),
  }));
  const tags = read.list(value['tags']).map((one) => ({
    key: read.key(one['key']),
    state: read.state(one['state'], ['active', 'verify-only']),
    made: read.time(one['made']),
  }));
  const oneActive = (keys: readonly { readonly state: KeyState }[]): boolean =>
    keys[0]?.state === 'active' && keys.filter(({ state }) => state === 'active').length === 1;
  read.check(isIssuerName(issuer) && origins.length > 0 && origins.every(isOrigin));
  read.check(oneActive(signing) && oneActive(tags) && signing[0]!.secretKey !== undefined);
  return { issuer, origins, signing, tags };
}

/** Reads a public file. Throws UsageError when it is not one. */
export async function readPublicKeys(path: string): Promise<readonly VerificationKey[]> {
  const [value, read] = await parsed(path, PUBLIC_FORMAT, 'a file of public keys');
  return read.list(value['keys']).map((one) => ({
    issuer: read.text(one['issuer']),
    publicKey: read.key(one['publicKey']),
    state: read.state(one['state'], ['active', 'verify-only', 'retired']),
  }));
}
