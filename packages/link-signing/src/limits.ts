/** Longest life of a link bound to the recipient's key: a letter of Friday afternoon is read on Monday, a leave lasts a week. */
export const MAX_RECIPIENT_SECONDS: number = 7 * 24 * 3600;
/** Longest life of a link that whoever holds it can open: mail providers and scanners see it, so it dies within the day. */
export const MAX_BEARER_SECONDS: number = 24 * 3600;
/** Most openings of one link: a multidisciplinary meeting fits, a mailing list does not. */
export const MAX_USES = 100;
/** Longest chain of delegation: consultant, registrar, on-call. */
export const MAX_DELEGATION_DEPTH = 3;
/** Wrong passcodes before a link locks for good: five guesses at six digits succeed once in 200,000 links. */
export const MAX_PASSCODE_FAILURES = 5;
/** How long a sealed answer is kept for a dropped connection, and how long one ephemeral key means one opening. */
export const ANSWER_SECONDS = 60;
/** How long a prepared share waits for its grant: sealing and uploading a long video on hospital Wi-Fi. */
export const PREPARE_SECONDS = 3600;
/** How far ahead of this clock a grant's `nbf` may lie: clocks of two servers of one trust differ by less. */
export const NOT_BEFORE_LEEWAY_SECONDS = 60;
/** Most clock skew an offline verifier may allow. */
export const MAX_SKEW_SECONDS = 300;
/** Bytes of any CBOR this package reads: a grant is a third of it; nothing larger is worth parsing. */
export const MAX_CBOR_BYTES = 1024;
/** Bytes of a grant: leaves room for the share when both are sealed into one answer. */
export const MAX_GRANT_BYTES = 768;
/** Nesting of the CBOR this package reads: claims, the private map, the policy reference. */
export const MAX_CBOR_DEPTH = 3;
/** Characters of a link: 253 of host name, 76 of handle, 43 of secret and what stands between. */
export const MAX_LINK_CHARACTERS = 400;
/** Characters of a passcode: six digits at least; more than 64 is no longer typed. */
export const MIN_PASSCODE_CHARACTERS = 6;
/** See `MIN_PASSCODE_CHARACTERS`. */
export const MAX_PASSCODE_CHARACTERS = 64;
/** Characters of a key proof: one of P-256 has about 600. */
export const MAX_PROOF_CHARACTERS = 2048;
/** How old a key proof may be: the clocks of a hospital's computers are within five minutes, or nobody could sign in. */
export const MAX_PROOF_AGE_SECONDS = 300;
/** How far ahead of this clock a proof may be dated. */
export const PROOF_LEAD_SECONDS = 60;
/** Bytes of a sealed upload: the largest photograph a telephone takes, with room to spare; a film is not sent this way. */
export const MAX_UPLOAD_BYTES: number = 64 * 1024 * 1024;
/** How long a patient may take between entering the passcode and sending the picture. */
export const UPLOAD_CERTIFICATE_SECONDS = 3600;
/** How long a nonce for proofs is good: a page that was opened and left for longer asks for another. */
export const NONCE_SECONDS = 300;
