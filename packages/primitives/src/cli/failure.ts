/** The caller asked for something that cannot be. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A file, a pipe or a terminal failed. */
export class TroubleError extends Error {
  override readonly name = 'TroubleError';
}

/** What is said of a failure, to people and to programs. */
export interface Failure {
  /** `refused`: a check said no. `usage`: it cannot be done so. `trouble`: a file, a pipe or a terminal failed. */
  readonly kind: 'refused' | 'usage' | 'trouble';
  /** `USAGE`, `IO`, `INTERNAL` or the code of the package's own error. */
  readonly code: string;
  readonly message: string;
  /** The exit code, where it is not the one of its kind. */
  readonly exit?: number;
  /** More for programs. */
  readonly facts?: object;
}

// A secret that was typed where none belongs must not go on into a log: a key; a link, whose fragment is one; and a link's
// handle by itself, 76 characters of which the first twelve bits begin with eight zeros, with the secret that may follow.
const SECRET =
  /(AGE-SECRET-KEY-|WARDSEAL-SIGNING-KEY-|PRIVATE\+KEY\+|\/[a-z]#|shlink:\/)[^\s'"`]*|(?<![\w-])A[A-P][\w-]{74}(?:\.[\w-]*)?(?![\w-])/gi;
// File names are somebody else's: none may move the cursor, hide a line or turn its direction.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\u2800]/gu;

/** A text made safe to print on one line. */
export function visible(text: string): string {
  return text
    .replaceAll(SECRET, (_, kind: string | undefined) => `${kind ?? ''}...`)
    .replaceAll(UNSEEN, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}

/** A value as one line of JSON that no terminal obeys either. */
export function jsonLine(value: object): string {
  const escaped = (sign: string): string =>
    Array.from({ length: sign.length }, (_, i) => `\\u${sign.charCodeAt(i).toString(16).padStart(4, '0')}`).join('');
  return `${JSON.stringify(value).replaceAll(UNSEEN, escaped)}\n`;
}

/** Whether a word looks like a secret: a key or a link. */
export function looksSecret(word: string): boolean {
  return word.search(SECRET) >= 0;
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

/** The package's own word on one of its errors, or null when the error is not its own. */
export type Judge = (error: Error) => Failure | null;

/** Says of a caught value what failed. No stack, no secret. */
export function failureOf(error: unknown, judge: Judge): Failure {
  const { message = '', code, path } = error as NodeJS.ErrnoException;
  if (error instanceof UsageError) return { kind: 'usage', code: 'USAGE', message: visible(message) };
  // What is wrong, without Node's advice behind it.
  if (code?.startsWith('ERR_PARSE_ARGS'))
    return { kind: 'usage', code: 'USAGE', message: visible(message.split(/\n|\. /)[0]!) };
  if (error instanceof TroubleError) return { kind: 'trouble', code: 'IO', message: visible(message) };
  const own = error instanceof Error ? judge(error) : null;
  if (own !== null) return { ...own, message: visible(own.message) };
  const trouble = code === undefined ? undefined : TROUBLES[code];
  if (trouble !== undefined)
    return { kind: 'trouble', code: 'IO', message: visible(path === undefined ? trouble : `${path}: ${trouble}`) };
  // What the package calls its caller's mistake is here the mistake of whoever gave the options.
  if (error instanceof TypeError || error instanceof RangeError)
    return { kind: 'usage', code: 'USAGE', message: visible(message) };
  return { kind: 'trouble', code: 'INTERNAL', message: 'it failed unexpectedly' };
}
