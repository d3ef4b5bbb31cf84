import { looksSecret, openInput, readAll, UsageError } from '@wardseal/primitives/cli';
import { MAX_LINK_CHARACTERS } from '../limits.js';
import { parseLink } from '../link.js';

const HANDLE = /^[A-Za-z0-9_-]{76}$/;

/**
 * The handle of a link, from a file, stdin or a request in JSON: the link whole, or its handle alone. Never from the words of
 * the command line, where everybody on the machine reads it. The secret behind the handle is dropped here.
 */
export async function handleFrom(given: string | undefined, origins: readonly string[]): Promise<string> {
  // Such a word on the command line was refused before: this one came in a request.
  const text = given !== undefined && looksSecret(given) ? given : await lineOf(given);
  return HANDLE.test(text) ? text : parseLink(text, { origins }).handle;
}

async function lineOf(path: string | undefined): Promise<string> {
  const input = await openInput(path, 'the link');
  try {
    const data = await readAll(input.chunks(), MAX_LINK_CHARACTERS + 2, 'the link');
    const text = new TextDecoder().decode(data).replace(/\r?\n$/, '');
    if (text === '') throw new UsageError('the link is empty');
    return text;
  } finally {
    await input.close();
  }
}
