import { openInput, readAll, UsageError } from '@wardseal/primitives/cli';
import type { Pack } from '../document.js';
import { PolicyError } from '../errors.js';
import { MAX_DOCUMENT_CHARS } from '../json-text.js';
import { loadPolicy } from '../load.js';
import { lineAt, mapJson, placeOf } from './json-map.js';

// No UTF-16 unit takes more bytes in UTF-8; one more shows that there are more.
const MAX_BYTES = 3 * MAX_DOCUMENT_CHARS + 1;
// A line of a terminal.
const MAX_SHOWN = 100;

/** A policy file that was refused, with the line that is at fault. */
export class PolicyFileError extends Error {
  override readonly name = 'PolicyFileError';
  readonly file: string;
  readonly refusal: PolicyError;
  readonly line: number | undefined;
  /** What stands on the line. */
  readonly shown: string | undefined;

  constructor(file: string, refusal: PolicyError, where?: ReturnType<typeof lineAt>) {
    const line = where === undefined ? '' : `, line ${where.line}`;
    super(`${file}${line}: ${refusal.message}`, { cause: refusal });
    this.file = file;
    this.refusal = refusal;
    this.line = where?.line;
    this.shown =
      where === undefined || where.content === ''
        ? undefined
        : `${where.content.slice(0, MAX_SHOWN)}${where.content.length > MAX_SHOWN ? ' ...' : ''}`;
  }
}

/** Reads and checks a policy file; `-` is stdin. Throws PolicyFileError when it is refused. */
export async function readPolicy(path: string | undefined, what = 'the policy'): Promise<Pack> {
  const file = path === undefined || path === '-' ? 'stdin' : path;
  return loaded(file, await textOf(path, file, what));
}

/** The pack of a policy in which a file of the caller's takes the place of a part. `file` names that in errors. */
export function withPart(file: string, document: object): Pack {
  try {
    return loadPolicy(document);
  } catch (error) {
    throw error instanceof PolicyError ? new PolicyFileError(file, error) : error;
  }
}

function loaded(file: string, text: string): Pack {
  try {
    return loadPolicy(text);
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error;
    if (error.code === 'DOCUMENT_TOO_LARGE' || error.code === 'TOO_DEEP') throw new PolicyFileError(file, error);
    const map = mapJson(text);
    if (map.fault === null) {
      const isPolicy = map.places.has('/format');
      const refusal = isPolicy
        ? error
        : new PolicyError('DOCUMENT_INVALID', '', 'no policy document: it has no `format`');
      throw new PolicyFileError(file, refusal, lineAt(text, placeOf(map, refusal.path)));
    }
    const { at, what } = map.fault;
    const notJson = new PolicyError('DOCUMENT_NOT_JSON', '', `document is not JSON: ${what}`, { cause: error });
    throw new PolicyFileError(file, notJson, lineAt(text, at));
  }
}

/** Refuses to wait for what nobody pipes in: whoever left the file out shall not look at a cursor. */
export function notTyped(path: string | undefined, what: string): void {
  if (path === undefined && process.stdin.isTTY === true)
    throw new UsageError(`${what} is missing: give a file, or - for what you type`);
}

async function textOf(path: string | undefined, file: string, what: string): Promise<string> {
  notTyped(path, what);
  const input = await openInput(path, what);
  try {
    return decoded(file, await readAll(input.chunks(), MAX_BYTES, what));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new PolicyFileError(file, new PolicyError('DOCUMENT_TOO_LARGE', '', 'document is too long'));
  } finally {
    await input.close();
  }
}

function decoded(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // What the shell of Windows writes with `>`.
    const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const why = isUtf16 ? 'document is UTF-16 text: save it as UTF-8' : 'document is not text in UTF-8';
    throw new PolicyFileError(file, new PolicyError('DOCUMENT_NOT_JSON', '', why));
  }
}
