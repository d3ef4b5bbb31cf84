import { openSync } from 'node:fs';
import { ReadStream, WriteStream } from 'node:tty';
import { TroubleError, UsageError } from './failure.js';
import { readText } from './input.js';

const END = ['\r', '\n', '\u0004'];
const ERASE = ['\u007f', '\b'];
const INTERRUPT = '\u0003';
// A passphrase or a recovery code.
const MOST = 1024;

/** A secret line: the first of a file, or typed at the terminal, which does not show it. `what` it is, in words. */
export async function secretLine(path: string | undefined, what: string): Promise<string> {
  const line = path === undefined ? await typed(what) : (await readText(path, what)).split('\n')[0]!.replace(/\r$/, '');
  if (line === '') throw new UsageError(`${what} is empty`);
  return line;
}

async function typed(what: string): Promise<string> {
  let descriptor: number;
  try {
    descriptor = openSync('/dev/tty', 'r+'); // not stdin, which may carry a file
  } catch {
    throw new TroubleError(`there is no terminal to ask for ${what}`);
  }
  const keys = new ReadStream(descriptor);
  const screen = new WriteStream(openSync('/dev/tty', 'r+'));
  try {
    keys.setRawMode(true); // before the question: what is typed at once shall not show either
    screen.write(`${what}: `);
    return await lineOf(keys);
  } finally {
    keys.setRawMode(false);
    screen.write('\n');
    keys.destroy();
    screen.destroy();
  }
}

async function lineOf(keys: ReadStream): Promise<string> {
  let line = '';
  for await (const text of keys.setEncoding('utf8')) {
    for (const sign of text as string) {
      if (END.includes(sign)) return line;
      if (sign === INTERRUPT) throw new TroubleError('interrupted');
      line = ERASE.includes(sign) ? line.slice(0, -1) : line + sign;
      if (line.length > MOST) throw new UsageError('that is too long');
    }
  }
  return line;
}
