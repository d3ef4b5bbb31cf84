import { request } from 'node:http';
import * as z from 'zod/mini';
import { type Parser, parserOf, slug } from '../wire/parse.js';

/** Asks for a new enrolment link for one of the staff. */
export const parseInvite: Parser<{ readonly person: string }> = parserOf(z.strictObject({ person: slug }), 'call');

/** Asks a running custodian for a link, over the socket in its own folder. Null when it knows nobody of that id. */
export function askForLink(socketPath: string, person: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/invite', method: 'POST' }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => {
        const { link = null } = JSON.parse(Buffer.concat(parts).toString()) as { link?: string };
        resolve(link);
      });
    });
    asked.on('error', reject);
    asked.end(JSON.stringify({ person }));
  });
}
