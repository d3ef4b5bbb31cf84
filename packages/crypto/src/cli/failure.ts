/** What the exit codes mean; the same for every command. */
export const EXIT = { done: 0, refused: 1, usage: 2, trouble: 3 } as const;

/** The caller asked for something that cannot be: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A file, a pipe or a terminal failed: exit code 3. */
export class TroubleError extends Error {
  override readonly name = 'TroubleError';
}

/** What is said of a failure, to people and to programs. */
export interface Failure {
  readonly exit: 1 | 2 | 3;
  /** `USAGE`, `IO`, `INTERNAL` or the code of a `SealError`. */
  readonly code: string;
  readonly message: string;
  readonly facts?: {
    readonly what: string | undefined;
    readonly limit: number | undefined;
    readonly found: number | undefined;
  };
}

// A secret that was typed where none belongs must not go on into a log.
const SECRET = /(AGE-SECRET-KEY-|WARDSEAL-SIGNING-KEY-)[^\s'"`]*/gi;
// File names are somebody else's: none may move the cursor, hide a line or turn its direction.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/gu;

/** A text made safe to print on one line. */
export function visible(text: string): string {
  return text.replaceAll(SECRET, '$1...').replaceAll(UNSEEN, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}

/** A value as one line of JSON that no terminal obeys either. */
export function jsonLine(value: object): string {
  const escaped = (sign: string): string =>
    Array.from({ length: sign.length }, (_, i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return `${JSON.stringify(value).replaceAll(UNSEEN, escaped)}\n`;
}

/** Whether a word looks like a secret key. */
export function looksSecret(word: string): boolean {
  return /AGE-SECRET-KEY-|WARDSEAL-SIGNING-KEY-/i.test(word);
}

const TROUBLES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is no folder',
  EEXIST: 'it exists already: --force replaces it',
  ENOSPC: 'no space left',
  EDQUOT: 'no space left',
  EFBIG: 'too large for this file system',
  EROFS: 'the file system is read-only',
  EIO: 'the disk failed',
  ELOOP: 'too many links',
  ENAMETOOLONG: 'the name is too long',
  EMFILE: 'too many open files',
  EPIPE: 'nobody reads the output',
};

/** Says of a caught value which exit code it is and what to print. No stack, no secret. */
export async function failureOf(error: unknown): Promise<Failure> {
  const { message = '', code, path, name } = error as NodeJS.ErrnoException;
  if (error instanceof UsageError) return { exit: EXIT.usage, code: 'USAGE', message: visible(message) };
  // What is wrong, without Node's advice behind it.
  if (code?.startsWith('ERR_PARSE_ARGS'))
    return { exit: EXIT.usage, code: 'USAGE', message: visible(message.split(/\n|\. /)[0]!) };
  if (error instanceof TroubleError) return { exit: EXIT.trouble, code: 'IO', message: visible(message) };
  if (name === 'SealError') {
    const { what, limit, found } = error as { what?: string; limit?: number; found?: number };
    return { exit: EXIT.refused, code: code!, message: visible(message), facts: { what, limit, found } };
  }
  const trouble = code === undefined ? undefined : TROUBLES[code];
  if (trouble !== undefined)
    return { exit: EXIT.trouble, code: 'IO', message: visible(path === undefined ? trouble : `${path}: ${trouble}`) };
  // What the package calls its caller's mistake is here the mistake of whoever gave the options.
  if (error instanceof TypeError || error instanceof RangeError)
    return { exit: EXIT.usage, code: 'USAGE', message: visible(message) };
  return { exit: EXIT.trouble, code: 'INTERNAL', message: 'it failed unexpectedly' };
}
