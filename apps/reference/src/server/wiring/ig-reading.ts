import { join } from 'node:path';
import { AuditError, type AuditEvent, type LogSource, parsePolicy, verifyCheckpoint } from '@wardseal/audit';
import { fileKeyStore, folderReader } from '@wardseal/audit/file-store';
import type { Directory } from '@wardseal/crypto';
import { Problem } from '../http/problem.js';
import type { Session } from '../http/session.js';
import type { App } from './app.js';
import { decideThenLog } from './decide-then-log.js';
import { eventBy } from './event.js';
import { factsFor, trustOf } from './facts.js';
import { LogDown } from './log.js';
import type { Trust } from './trust.js';
import { limitRefusals, policyRefused } from './verdict.js';

/** Why the log may be read: the policy's purposes, in words, and as the log codes them. */
export const PURPOSES = {
  audit: { words: 'Routine check', code: 'HCOMPL' },
  investigation: { words: 'Looking into an incident', code: 'HCOMPL' },
  complaint: { words: 'Answering a complaint', code: 'HCOMPL' },
  'subject-access': { words: 'A patient asks who looked', code: 'PATRQT' },
  'erasure-request': { words: 'A request to erase', code: 'PATRQT' },
} as const;
export type Purpose = keyof typeof PURPOSES;

/** How often, and how long after another, a checkpoint is looked at until the witness has signed it, ms. */
const LOOKS = 8;
const BETWEEN_LOOKS = 50;

/** What is about to be read, as the log will name it, and why. */
export interface Wanted {
  readonly purpose: Purpose;
  readonly object: NonNullable<AuditEvent['object']>;
  readonly reason?: string;
}

/** A log that may be read now: the entry that says so stands in it. */
export interface Reading {
  readonly trust: Trust;
  readonly sources: readonly LogSource[];
  readonly directory: Directory;
  readonly nameOf: (person: string, org: string) => string | undefined;
}

/**
 * Opens the log of a person's own trust for reading: the policy decides (`audit-read`), and permit or refusal stand in the
 * log before anything of it is read.
 *
 * @throws Problem 403 POLICY_REFUSED; 400 REASON_REFUSED: the log takes no such text; 503 LOG_DOWN
 */
export async function readLog(app: App, session: Session, { purpose, object, reason }: Wanted): Promise<Reading> {
  const trust = trustOf(app, session.org);
  const request = await factsFor(app, session, null, 'audit-read', { purpose, reason });
  const { words, code } = PURPOSES[purpose];
  if (!trust.pdp.evaluate(request).decision) await limitRefusals(app, session);
  const told = reason === undefined ? words : `${words}: ${reason}`;
  const event = eventBy(session, app.clock, {
    type: 'audit.read',
    outcome: 'success',
    object,
    purpose: code,
    reason: told,
  });
  const { permitted } = await decideThenLog(trust, { request, event, duties: {} }).catch((error: unknown) => {
    // Who may not read it is not told how the log is.
    if (error instanceof LogDown && !trust.pdp.evaluate(request).decision) return { permitted: false };
    return refused(error);
  });
  if (!permitted) throw policyRefused(trust, request, 'The policy does not let you read the log');
  const { directory } = await trust.directory();
  const nameOf = (person: string, org: string) =>
    org === session.org ? directory.entries.findLast((entry) => entry.person === person)?.name : undefined;
  return { trust, sources: await sourcesOf(app, trust), directory, nameOf };
}

/** What a failed append means to whoever asked. */
export function refused(error: unknown): never {
  if (error instanceof LogDown)
    throw new Problem(503, 'LOG_DOWN', 'The log takes no entry, so nobody can read it either', {
      next: ['Try again in a minute', 'Tell the service desk if it lasts'],
      cause: error,
    });
  if (error instanceof AuditError && error.code === 'EVENT_INVALID')
    throw new Problem(400, 'REASON_REFUSED', 'The log does not take this reason', {
      next: ['Use fewer than 900 characters on one line, and no number of a patient'],
      cause: error,
    });
  throw error;
}

/** The logs of a trust, one a year, the oldest first, with their secrets. */
export async function sourcesOf({ config }: App, { config: trust }: Trust): Promise<LogSource[]> {
  const sources: LogSource[] = [];
  for (const logKey of trust.logs.keys) {
    const year = logKey.slice(trust.logs.base.length + 1, logKey.indexOf('+'));
    const keys = fileKeyStore(join(config.dataDir, 'audit-secrets', trust.organisation, year));
    const reader = await folderReader(join(config.auditDir, trust.organisation, year));
    const source = await standing({ reader, keys, policy: { logKey } }, trust.witnessPolicy);
    if (source !== null) sources.push(source);
  }
  return sources;
}

/**
 * The log at one checkpoint: that of its latest entries, with the witness's word if that comes while we wait for it; if not, a
 * report says that nobody outside has confirmed it. Null: that year has no log yet.
 */
async function standing(source: LogSource, witnessPolicy: string): Promise<LogSource | null> {
  const witnessed = { ...source.policy, witnesses: parsePolicy(witnessPolicy) };
  for (let look = 1; ; look++) {
    const checkpoint = await source.reader.readCheckpoint();
    if (checkpoint === null) return null;
    const reader = { ...source.reader, readCheckpoint: async () => checkpoint };
    try {
      await verifyCheckpoint(checkpoint, witnessed);
      return { ...source, reader, policy: witnessed };
    } catch (error) {
      if (!(error instanceof AuditError && error.code === 'QUORUM_MISSING')) throw error;
    }
    if (look === LOOKS) return { ...source, reader };
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
  }
}
