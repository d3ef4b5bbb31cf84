import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { AuditLog } from '../../src/index.js';

const run = promisify(execFile);

/** Builds a verifier of test/node against Debian's golang-golang-x-mod-dev; gives the program's path. */
export async function buildVerifier(folder: string, source: 'go' | 'go-cosignatures' = 'go'): Promise<string> {
  const program = join(folder, 'verifier');
  await run('go', ['build', '-o', program, fileURLToPath(new URL(`../node/${source}/main.go`, import.meta.url))], {
    env: {
      ...process.env,
      GO111MODULE: 'off',
      GOPATH: '/usr/share/gocode',
      GOFLAGS: '',
      GOCACHE: join(folder, 'cache'),
    },
  });
  return program;
}

/** What Go's x/mod says of a log's folder and of the proofs in a file: `good`, or the first fault. */
export async function askGo(program: string, log: string, vkey: string, proofs: string): Promise<string> {
  try {
    return (await run(program, [log, vkey, proofs])).stdout.trim();
  } catch (error) {
    return (error as { stdout: string }).stdout.trim() || 'it crashed';
  }
}

/** What Go's note package says of notes under these keys: a line for each. */
export async function askGoOfNotes(
  folder: string,
  program: string,
  requests: readonly { note: string; vkeys: readonly string[] }[],
): Promise<string[]> {
  const file = join(folder, 'notes');
  await writeFile(file, JSON.stringify(requests));
  return (await run(program, [file])).stdout.trim().split('\n');
}

/** Writes inclusion proofs of some entries and a consistency proof from an older checkpoint, for Go. */
export async function writeProofs(
  file: string,
  log: AuditLog,
  leaves: readonly Uint8Array[],
  indices: readonly number[],
  older: { text: string; size: number },
): Promise<void> {
  const base64 = (data: Uint8Array) => Buffer.from(data).toString('base64');
  const inclusions = [];
  for (const index of indices) {
    const { hashes } = await log.inclusionProof(index);
    inclusions.push({ index, leaf: base64(leaves[index]!), hashes: hashes.map(base64) });
  }
  const extend = older.size === 0 ? [] : await log.consistencyProof(older.size, log.size);
  const proofs = { older: older.size === 0 ? '' : older.text, inclusions, extends: extend.map(base64) };
  await writeFile(file, JSON.stringify(proofs));
}
