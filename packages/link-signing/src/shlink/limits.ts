/** What every exported link is labelled: whoever sees a link can read its label, so it says nothing about anybody. */
export const SHLINK_LABEL = 'Shared health information';
/** Fewest openings: a client that lost the answer has no way to ask for the same one again. */
export const MIN_SHLINK_USES = 2;
/** Characters of a manifest's address (SMART Health Links, "Establish a Manifest URL"). */
export const MAX_SHLINK_URL_CHARACTERS = 128;
/** Characters of a link: an address, a key and a label are about 500; a viewer's address and extensions fit as well. */
export const MAX_SHLINK_CHARACTERS = 4096;
/** Files of one manifest. */
export const MAX_SHLINK_FILES = 32;
/** Bytes of all files of a link, before sealing and again after inflating: photographs of a few MiB, never a film. */
export const MAX_SHLINK_BYTES: number = 16 * 1024 * 1024;
/** Bytes of an answer: all files sealed (base64url is 4/3), and what stands around them. */
export const MAX_ANSWER_BYTES: number = 24 * 1024 * 1024;
/** Bytes of a manifest request: who asks and a passcode fit many times. */
export const MAX_REQUEST_BYTES = 8192;
/** How long an import may take, in seconds: 16 MiB over hospital Wi-Fi. */
export const SHLINK_SECONDS = 30;
/** Characters of an unguessable address: 43 of base64url are 258 bits, and 256 are demanded. */
export const MIN_URL_ENTROPY_CHARACTERS = 43;
