/** Bytes of one payload chunk, fixed by the age format. */
export const CHUNK_BYTES = 65_536;

/** Longest header read or written: the tree stanza of a 2 GB video is 1.3 MB as text, the rest is far smaller. */
export const MAX_HEADER_BYTES = 2_097_152;

/** Most stanzas in a header: a whole department and its grants. 512 trial decryptions of one identity take seconds (measured: 3 s in Node 26 under load, 7 s without native ML-KEM). */
export const MAX_STANZAS = 512;

/** Longest first line of a stanza: the largest known type, mlkem768p256tag, needs about 1.8 kB. */
export const MAX_STANZA_LINE_BYTES = 4_096;

/** Longest signed manifest, as carried: 16 KiB of clinical facts and about 250 recipients fit. */
export const MAX_MANIFEST_BYTES = 65_536;

/** Longest clinical object, in canonical JSON: facts about the picture, not a second file. */
export const MAX_CLINICAL_BYTES = 16_384;

/** Longest labels object, in canonical JSON: the server stores and shows it with every item. */
export const MAX_LABELS_BYTES = 4_096;

/** Longest case, person, organisation, media type or link id, in UTF-16 units. */
export const MAX_NAME_LENGTH = 256;

/** Most identities tried on one file: each costs one trial decryption a stanza. */
export const MAX_IDENTITIES = 16;

/** Most guardians' seats of one file: a share is 1.2 kB, and nobody finds more guardians. */
export const MAX_SEATS = 16;

/** Longest share that a guardian hands over, as bytes of JSON. */
export const MAX_SHARE_BYTES = 8_192;

/** Highest scrypt work factor (log2 N) opened: what the age command writes, 256 MiB of memory. */
export const MAX_SCRYPT_LOG_N = 18;

/** Longest key string read: an age1pq recipient has 1959 characters. */
export const MAX_KEY_LENGTH = 2_048;

/** Longest id of a credential, in UTF-16 units: WebAuthn allows 1,023 bytes, which are 1,364 characters of base64url. */
export const MAX_CREDENTIAL_LENGTH = 1_364;

/** Longest wrapped keys: the largest, for a device, are 2.1 kB. */
export const MAX_PROTECTED_KEYS_BYTES = 4_096;
