import { hex, leafHash } from '@wardseal/primitives';
import { checkProof, NO_FACTS, type ProofCheck } from './check-proof.js';
import { isBreakGlass } from './emergency-type.js';
import type { UnverifiedProof } from './read-proof.js';
import { parseProof } from './tlog-proof.js';
import type { VerifyPolicy } from './verify-checkpoint.js';

/** Characters of the largest report that is read: 50,000 rows with their proofs. */
export const MAX_REPORT = 134_217_728;
// Rows that are told apart: after so many nobody needs the next one.
const MAX_TOLD = 100;

/** One row of a report, held against its own proof. */
export interface RowCheck {
  /** Counted from 1, as a reader counts. */
  readonly row: number;
  readonly verdict: ProofCheck['verdict'];
  /** What is wrong with the row's proof; null when the row is proved, or is itself what is wrong. */
  readonly code: NonNullable<ProofCheck['problem']>['code'] | null;
  /** The same in words; null when the row is proved. */
  readonly problem: string | null;
}

/** What the rows of a report came to. */
export interface ReportCheck {
  readonly verdict: ProofCheck['verdict'];
  readonly kind: string;
  readonly madeAt: string;
  readonly rows: number;
  readonly proved: number;
  readonly tampered: number;
  readonly unknown: number;
  /** Of the proved rows those whose proof does not open who did it, to which item and why: that is the report's word. */
  readonly closed: number;
  /** The first rows that are not proved. */
  readonly told: readonly RowCheck[];
}

interface Settings {
  /** The policy for a log of that name; null when none is pinned. */
  readonly policyOf: (origin: string) => VerifyPolicy | null;
  readonly onProgress?: (done: number, total: number) => Promise<void> | void;
}

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The rows of a report's JSON, or null when the text is no report. */
export function rowsOf(
  text: string,
): { readonly kind: string; readonly madeAt: string; readonly rows: readonly Fields[] } | null {
  let value: unknown;
  try {
    value = text.length > MAX_REPORT ? null : JSON.parse(text);
  } catch {
    return null;
  }
  const { kind, madeAt, rows } = isObject(value) ? value : ({} as Fields);
  if (typeof kind !== 'string' || typeof madeAt !== 'string' || !Array.isArray(rows) || !rows.every(isObject))
    return null;
  return { kind, madeAt, rows };
}

/** Holds every row of a report against the proof that came with it: that its log has the entry, and that the row says the same. */
export async function checkReport(text: string, { policyOf, onProgress }: Settings): Promise<ReportCheck | null> {
  const report = rowsOf(text);
  if (report === null) return null;
  const { kind, madeAt, rows } = report;
  const count = { proved: 0, tampered: 0, unknown: 0, closed: 0 };
  const told: RowCheck[] = [];
  for (const [i, row] of rows.entries()) {
    const { verdict, code, problem, closed } = await checkRow(row, policyOf);
    count[verdict]++;
    if (closed) count.closed++;
    if (problem !== null && told.length < MAX_TOLD) told.push({ row: i + 1, verdict, code, problem });
    await onProgress?.(i + 1, rows.length);
  }
  const verdict = count.tampered > 0 ? 'tampered' : count.unknown > 0 || rows.length === 0 ? 'unknown' : 'proved';
  return { verdict, kind, madeAt, rows: rows.length, ...count, told };
}

async function checkRow(
  row: Fields,
  policyOf: Settings['policyOf'],
): Promise<Omit<RowCheck, 'row'> & { readonly closed?: boolean }> {
  const { proof, origin } = row;
  if (typeof proof !== 'string') return { verdict: 'unknown', code: null, problem: 'the row has no proof' };
  const policy = typeof origin === 'string' ? policyOf(origin) : null;
  const { verdict, problem, claim } = await checkProof(proof, policy, NO_FACTS);
  if (problem !== null || claim === null)
    return { verdict, code: problem?.code ?? null, problem: problem?.message ?? null };
  const other = differsIn(row, claim, leafHash(parseProof(proof).leaf));
  if (other === null) return { verdict, code: null, problem: null, closed: claim.entry === null };
  return { verdict: 'tampered', code: null, problem: `the row says another ${WORDS[other] ?? other} than its proof` };
}

const WORDS: Readonly<Record<string, string>> = {
  index: 'place in the log',
  leafHash: 'entry',
  recordedAt: 'time of recording',
  occurredAt: 'time',
  type: 'kind',
  org: 'organisation',
  actor: 'person',
  kind: 'kind of person',
  breakGlass: 'word on emergency access',
};

/** The first field in which a row and its own, good proof differ. */
function differsIn(row: Fields, { index, leaf, entry }: UnverifiedProof, hash: Uint8Array): string | null {
  const said: Fields = {
    index,
    leafHash: hex(hash),
    recordedAt: new Date(leaf.recordedAt).toISOString(),
    type: leaf.type,
    outcome: leaf.outcome,
    purpose: leaf.purpose,
    org: leaf.org,
    geofence: leaf.geofence,
    ...(entry && { occurredAt: new Date(entry.occurredAt).toISOString(), reason: entry.reason }),
  };
  for (const [name, value] of Object.entries(said)) if (row[name] !== value) return name;
  // What a row may leave out must be true where it stands.
  if ('breakGlass' in row && row['breakGlass'] !== isBreakGlass(leaf)) return 'breakGlass';
  if (entry === null) return null;
  const { actor, object } = row;
  if (actor !== undefined && !isObject(actor)) return 'actor';
  for (const name of ['id', 'kind', 'role'] as const)
    if (actor && name in actor && actor[name] !== entry.actor[name]) return name === 'id' ? 'actor' : name;
  if (object === undefined) return null;
  if (!isObject(object) || object['id'] !== entry.object?.id || object['kind'] !== entry.object?.kind) return 'object';
  return null;
}
