import promises from 'node:fs/promises';
import { join } from 'node:path';
import { type Options, objectOf, type Result, readText, UsageError, type Values } from '@wardseal/primitives/cli';
import { AuditError } from '../errors.js';
import type { RiskAcceptance } from '../life/acceptance.js';
import type { AuditLog } from '../log.js';
import { logSigner, parseVkey } from '../note-key.js';
import type { OpenLogOptions } from '../open-log.js';
import { fileStore } from '../store/file.js';
import { fileKeyStore } from '../store/file-key-store.js';
import { witnessClient } from '../witness/client.js';
import { parsePolicy } from '../witness/policy.js';
import { checkFolder } from './sources.js';

/** A log that the command itself opens for appending. */
export const OWN_LOG = {
  log: { kind: 'text', short: 'l', value: 'FOLDER', help: "the log's folder; no other process may have it open" },
  secrets: { kind: 'text', value: 'FOLDER', help: "the log's secrets" },
  signer: { kind: 'text', value: 'FILE', help: "the log's private key, as keygen writes it" },
  'pq-signer': { kind: 'text', value: 'FILE', help: 'its ML-DSA-44 key, where it has one' },
  policy: { kind: 'text', value: 'FILE', help: 'its witnesses with their addresses (C2SP tlog-policy)' },
  unwitnessed: {
    kind: 'object',
    value: 'FILE',
    help: 'without witnesses, who accepted that: {"acceptedBy":...,"until":...,"reason":...}',
  },
} as const satisfies Options;

/** A signer from a private key file. */
export async function signerIn(path: string): Promise<Awaited<ReturnType<typeof logSigner>>> {
  return logSigner((await readText(path, 'the private key')).trim());
}

/** What `openLog` and `succeed` need, from the options. */
export async function ownLogOf(values: Values<typeof OWN_LOG>): Promise<OpenLogOptions> {
  const { log, secrets, signer: file, policy } = values;
  if (log === undefined || secrets === undefined || file === undefined)
    throw new UsageError('--log, --secrets and --signer are needed');
  // Only a new log makes its secrets: elsewhere the right folder was meant.
  if ((await promises.stat(join(log, 'checkpoint')).catch(() => null)) !== null) await checkFolder(secrets);
  const signer = await signerIn(file);
  const pqSigner = values['pq-signer'] === undefined ? null : await signerIn(values['pq-signer']);
  const unwitnessed = await objectOf(values.unwitnessed, 'the acceptance');
  if ((policy === undefined) === (unwitnessed === undefined)) throw new UsageError('give --policy or --unwitnessed');
  const base = {
    origin: parseVkey(signer.vkey).name,
    store: fileStore(log),
    keys: fileKeyStore(secrets),
    signer,
    ...(pqSigner && { pqSigner }),
  };
  // The package looks at its shape.
  if (policy === undefined) return { ...base, unwitnessed: unwitnessed as unknown as RiskAcceptance };
  const witnesses = parsePolicy(await readText(policy, 'the policy'));
  const clients = witnesses.witnesses.map(({ name, vkey, url }) => {
    if (url === undefined) throw new UsageError(`the policy says no address for the witness ${name}`);
    return witnessClient({ url, vkey });
  });
  return { ...base, witnesses: { policy: witnesses, clients } };
}

/**
 * Does one thing to an open log, waits for its witnesses, and closes it. What was done stands even when too few of them
 * sign: that is told, and the next process that opens the log asks again.
 */
export async function withOwnLog(log: AuditLog, act: () => Promise<Result>): Promise<Result> {
  try {
    const { facts, words, ...rest } = await act();
    const witnessed = log.unwitnessed === null ? await witness(log) : null;
    const told =
      witnessed === false ? ['too few witnesses have signed yet: they are asked again at the next start'] : [];
    return { facts: { ...facts, witnessed }, words: [...words, ...told], ...rest };
  } finally {
    await log.close();
  }
}

async function witness(log: AuditLog): Promise<boolean> {
  try {
    await log.witness();
    return true;
  } catch (error) {
    if (error instanceof AuditError && error.code === 'QUORUM_MISSING') return false;
    throw error;
  }
}
