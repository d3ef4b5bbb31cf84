#!/usr/bin/env node
import promises from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type AuditReport, auditLog } from '../audit-log.js';
import { AuditError } from '../errors.js';
import { fileKeyStore } from '../store/file-key-store.js';
import { readRegular } from '../store/file-system.js';
import { folderReader } from '../store/folder-reader.js';

const USAGE = `wardseal-audit verify FOLDER [--key KEY] [--secrets FOLDER] [--json]
wardseal-audit --stdin          {"command":"verify","folder":...,"key":...,"secrets":...} as JSON, answers in JSON

  --key      the log's public key, or a file that holds it. Without it the key beside the log is taken
             (log.vkey): that shows that the log agrees with itself, not who wrote it
  --secrets  folder of the log's secrets: opens every side record and holds it against its leaf
  --json     print the report as JSON

Exit codes: 0 good, 1 tampered with, 2 cannot tell
`;
const EXIT = { good: 0, tampered: 1, unknown: 2 } as const;
// Below this nobody sees a bar, ms.
const PATIENCE = 300;
const BAR = 30;
// A request is a few paths.
const MAX_REQUEST = 65_536;
// A key's name has at most 256 characters.
const MAX_KEY = 4096;
// File names are the sender's: none may move the cursor, hide a line or turn its direction.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

interface Request {
  readonly folder: string;
  readonly key?: string;
  readonly secrets?: string;
}

/** The report as the command gives it: bytes in hexadecimal, and where the key came from. */
interface Answer extends Omit<AuditReport, 'checkpoint'> {
  readonly checkpoint: { origin: string; size: number; root: string } | null;
  /** `given`: pinned by the caller. `beside the log`: whoever could change the log could change the key. */
  readonly keyFrom: 'given' | 'beside the log';
}

class UsageError extends Error {}

async function main(): Promise<number> {
  const request = read();
  if (request === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const { json, ...wanted } = request === 'stdin' ? { json: true, ...(await fromStdin()) } : request;
  const answer = await verify(wanted);
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : inWords(answer));
  return EXIT[answer.verdict];
}

function read(): 'help' | 'stdin' | (Request & { json: boolean }) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      key: { type: 'string' },
      secrets: { type: 'string' },
      json: { type: 'boolean', default: false },
      stdin: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  if (values.stdin && positionals.length === 0) return 'stdin';
  const [command, folder] = positionals;
  if (command !== 'verify' || folder === undefined || positionals.length > 2) throw new UsageError('what to verify?');
  const { key, secrets, json } = values;
  return { folder, json, ...(key !== undefined && { key }), ...(secrets !== undefined && { secrets }) };
}

async function fromStdin(): Promise<Request> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MAX_REQUEST) throw new UsageError('the request is too long');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError('the request is not JSON');
  }
  if (typeof value !== 'object' || value === null) throw new UsageError('the request is not an object');
  const { command, folder, key, secrets, ...rest } = value as Record<string, unknown>;
  const texts = [key, secrets].every((field) => field === undefined || typeof field === 'string');
  if (command !== 'verify' || typeof folder !== 'string' || !texts || Object.keys(rest).length > 0)
    throw new UsageError('the request is not one for `verify`');
  return value as Request;
}

async function verify({ folder, key, secrets }: Request): Promise<Answer> {
  const there = await promises.stat(folder).catch(() => null);
  if (!there?.isDirectory()) throw new UsageError('there is no such folder');
  const logKey = await findKey(folder, key);
  const reader = await folderReader(folder);
  const bar = progressBar();
  const report = await auditLog(
    reader,
    { logKey },
    { onProgress: bar.show, ...(secrets !== undefined && { keys: fileKeyStore(secrets) }) },
  ).finally(bar.clear);
  const { checkpoint } = report;
  const shown = checkpoint && { ...checkpoint, root: Buffer.from(checkpoint.root).toString('hex') };
  return { ...report, checkpoint: shown, keyFrom: key === undefined ? 'beside the log' : 'given' };
}

/** A key from the command line, from a file that it names, or from beside the log. */
async function findKey(folder: string, key: string | undefined): Promise<string> {
  if (key?.includes('+')) return key;
  const text = await readRegular(promises, key ?? join(folder, 'log.vkey'), MAX_KEY).catch(() => null);
  if (text !== null) return Buffer.from(text).toString('utf8').trim();
  throw new UsageError(
    key === undefined ? 'there is no key beside the log: give --key' : 'the key file cannot be read',
  );
}

function progressBar(): { show: (progress: { done: number; total: number }) => void; clear: () => void } {
  const started = performance.now();
  let shown = '';
  return {
    show({ done, total }) {
      if (!process.stderr.isTTY || performance.now() - started < PATIENCE) return;
      const full = Math.round((BAR * done) / total);
      const line = `\rchecking [${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${done} of ${total} entries`;
      if (line !== shown) process.stderr.write(line);
      shown = line;
    },
    clear() {
      if (shown !== '') process.stderr.write('\r\u001b[K');
    },
  };
}

function inWords({ verdict, findings, checkpoint, checked, ...report }: Answer): string {
  const lines: string[] = [];
  if (checkpoint)
    lines.push(`log         ${checkpoint.origin}`, `checkpoint  ${checkpoint.size} entries, root ${checkpoint.root}`);
  lines.push(`checked     ${checked.entries} entries, ${checked.tiles} tiles and bundles`);
  lines.push(`journal     ${checked.journal ? 'agrees where nothing is said below' : 'not looked at'}`);
  if (checked.sidesOpened + report.sidesErased > 0)
    lines.push(`side records ${checked.sidesOpened} opened, ${report.sidesErased} with their secret destroyed`);
  if (report.unintegrated > 0) lines.push(`waiting     ${report.unintegrated} durable entries for the next checkpoint`);
  if (report.clockJumps.length > 0) lines.push(`clock       set back before entry ${report.clockJumps.join(', ')}`);
  for (const path of report.strangers) lines.push(`stranger    ${path} belongs to no tile`);
  for (const { code, message, path, index } of findings)
    lines.push(`${code}  ${message}${path ? ` (${path})` : ''}${index === undefined ? '' : ` at entry ${index}`}`);
  if (report.keyFrom === 'beside the log')
    lines.push('key         taken from beside the log: this shows that the log agrees with itself, not who wrote it');
  lines.push({ good: 'GOOD', tampered: 'TAMPERED WITH', unknown: 'CANNOT TELL' }[verdict]);
  return `${lines.map(visible).join('\n')}\n`;
}

function visible(line: string): string {
  return line.replaceAll(UNSEEN, (sign) => `\\u{${sign.codePointAt(0)!.toString(16)}}`);
}

// A reader that went away, or a full disk: Node would end with 1, which says that the log was tampered with.
process.stdout.on('error', () => {
  setImmediate(() => {
    if (process.exitCode !== EXIT.tampered) process.exitCode = EXIT.unknown;
  });
});
main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { message, code } = error as Error & { code?: string };
    const known = error instanceof UsageError || error instanceof AuditError || code?.startsWith('ERR_PARSE_ARGS');
    const text = known ? message : 'it failed unexpectedly';
    const named = error instanceof AuditError ? error.code : 'USAGE';
    if (process.argv.includes('--json') || process.argv.includes('--stdin'))
      process.stdout.write(`${JSON.stringify({ verdict: 'unknown', error: { code: named, message: text } })}\n`);
    else process.stderr.write(`wardseal-audit: ${text}\n${error instanceof UsageError ? `\n${USAGE}` : ''}`);
    process.exitCode = 2;
  },
);
