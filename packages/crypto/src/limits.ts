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

/** Longest manifest of a rotated file: it carries the first one, at most MAX_MANIFEST_BYTES and a third longer in base64url, beside its own. */
export const MAX_ROTATED_MANIFEST_BYTES = 163_840;

/** Longest signed grant, as carried: about 25 post-quantum stanzas taken out at once fit. Who changes more should rotate. */
export const MAX_GRANT_BYTES = 65_536;

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

/** Fewest people who must approve that a share is opened: one alone never decides. */
export const MIN_APPROVALS = 2;

/** Most approvals of one request: more people than any rule asks for. */
export const MAX_APPROVALS = 16;

/** How long an approval counts: a week spans a holiday, and a directory snapshot is as old at most. */
export const MAX_APPROVAL_AGE_SECONDS = 604_800;

/** Longest ground of a request or an erasure, in UTF-16 units: a few sentences. */
export const MAX_GROUND_LENGTH = 1_024;

/** Longest signed approval, in characters: ground and names at their longest need about 7,000 in base64. */
export const MAX_APPROVAL_BYTES = 16_384;

/** Longest request as a file: 16 approvals at their usual length, and an entry. */
export const MAX_SHARE_REQUEST_BYTES = 262_144;

/** Most header digests in an erasure certificate: as many versions of a header as it can hold stanzas. */
export const MAX_HEADER_VERSIONS = 512;

/** Longest erasure certificate, in characters: 512 digests need about 32,000. */
export const MAX_CERTIFICATE_BYTES = 65_536;

/** Furthest that a backup horizon may lie ahead: ten years, longer than anybody keeps a backup of keys; catches milliseconds. */
export const MAX_BACKUP_HORIZON_SECONDS = 315_576_000;

/**
 * Most entries of a directory snapshot: a trust of 20,000 people, and for about seven years the former keys of those who left or
 * changed theirs (6,000 a year), which old signatures are judged by.
 */
export const MAX_DIRECTORY_ENTRIES = 65_536;

/** Longest snapshot: 65,536 entries of 4 KiB; one with a post-quantum key and two passkeys takes 3 KiB. */
export const MAX_SNAPSHOT_BYTES = 268_435_456;

/** Longest entry as a line of a snapshot, and longest enrolment message, which carries the same: eight passkeys with post-quantum public keys fit. */
export const MAX_ENTRY_BYTES = 32_768;

/** Longest delegation or proof of possession, in characters: a few names and keys. */
export const MAX_STATEMENT_LENGTH = 8_192;

/** Longest first line of a snapshot, in characters: it carries a delegation. */
export const MAX_SNAPSHOT_HEAD_LENGTH = 16_384;

/** Most roles, and most teams, of one entry: nobody is in a hundred teams. */
export const MAX_GROUPS = 64;

/** Most passkeys of one person: each device has one. */
export const MAX_CREDENTIALS = 8;

/** Longest public key of a passkey as base64url: an ML-DSA-65 key in COSE form has about 2,650 characters. */
export const MAX_PASSKEY_LENGTH = 3_072;

/** Longest delegation of a directory key: the guardians meet with the root four times a year. */
export const MAX_DELEGATION_SECONDS = 7_776_000;

/** Longest validity of a snapshot: a leaver can be hidden from a client for so long at most. */
export const MAX_SNAPSHOT_SECONDS = 604_800;

/** Longest life of an enrolment: somebody sits in front of it. */
export const MAX_ENROLMENT_SECONDS = 1_800;

/** How far ahead another machine's clock may be: hospital PCs are minutes off, seldom more. */
export const MAX_CLOCK_SKEW_SECONDS = 300;
