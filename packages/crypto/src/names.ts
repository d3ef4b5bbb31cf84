import { utf8 } from '@wardseal/primitives';

// Every name of the format stands here, once. `wardseal.org` is not registered yet: the formats say v0 until it is.

export const AGE_VERSION_LINE = 'age-encryption.org/v1';
export const FORMAT_VERSION = 'v0';

export const STANZA = {
  x25519: 'X25519',
  hybrid: 'mlkem768x25519',
  scrypt: 'scrypt',
  link: 'wardseal.org/link',
  recovery: 'wardseal.org/recovery',
  manifest: 'wardseal.org/manifest',
  tree: 'wardseal.org/tree',
  grant: 'wardseal.org/grant',
} as const;

/** Every stanza type of ours begins so. */
export const OUR_PREFIX = 'wardseal.org/';

// HKDF and HPKE `info` values: one a purpose, so that no derived key serves two.
type InfoName = 'header' | 'payload' | 'x25519' | 'hybrid' | 'scrypt' | 'manifest' | 'tree' | 'grant' | 'commitment';
export const INFO: Readonly<Record<InfoName, Uint8Array<ArrayBuffer>>> = {
  header: utf8('header'),
  payload: utf8('payload'),
  x25519: utf8('age-encryption.org/v1/X25519'),
  hybrid: utf8('age-encryption.org/mlkem768x25519'),
  scrypt: utf8('age-encryption.org/v1/scrypt'),
  manifest: utf8('wardseal.org/v0/manifest'),
  tree: utf8('wardseal.org/v0/tree'),
  grant: utf8('wardseal.org/v0/grant'),
  commitment: utf8('wardseal.org/v0/commitment'),
};

/** The same for purposes that take a parameter behind a space, such as the set id. */
export const INFO_PREFIX = {
  link: 'wardseal.org/v0/link',
  salt: 'wardseal.org/v0/salt',
  recovery: 'wardseal.org/v0/recovery',
  recoveryKey: 'wardseal.org/v0/recovery-key',
  coefficient: 'wardseal.org/v0/coefficient',
  check: 'wardseal.org/v0/check',
  seat: 'wardseal.org/v0/seat',
} as const;

/** The same of what stands outside files. Apart, because bundlers keep an object whole and most pages need none of these. */
export const OUTER_INFO_PREFIX = {
  share: 'wardseal.org/v0/share',
  protectedKeys: 'wardseal.org/v0/protected-keys',
  deviceSecret: 'wardseal.org/v0/device-secret',
  deviceFingerprint: 'wardseal.org/v0/device-fingerprint',
  enrolment: 'wardseal.org/v0/enrolment',
  challenge: 'wardseal.org/v0/challenge',
} as const;

type StatementName = 'manifest' | 'grant' | 'delegation' | 'possession' | 'snapshot' | 'approval' | 'erasure';

/** `typ` of a kind of signed statement (RFC 7515 section 4.1.9): one can never be taken for another. */
export type StatementType = `wardseal-${StatementName}-v0`;

export const NO_BYTES: Uint8Array<ArrayBuffer> = new Uint8Array(0);

/** Nonce of keys that seal one message only, each derived for it alone. */
export const ZERO_NONCE: Uint8Array<ArrayBuffer> = new Uint8Array(12);
