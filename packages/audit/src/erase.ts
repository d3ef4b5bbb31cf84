import { fromBase64url, randomBytes } from '@wardseal/primitives';
import { type Clock, systemClock } from './clock.js';
import { faultsOfApprovals, type VerifyApproval } from './erase/approvals.js';
import { type CertifiedLog, certificateOf, type ErasureCertificate } from './erase/certificate.js';
import { encodeGrounds, erasureEvent, refusalEvent, stepId } from './erase/evidence.js';
import { standingHolds } from './erase/holds.js';
import { type Refusal, refusal, refusalsOf } from './erase/refusal.js';
import { type Approval, digestOf, type ErasureRequest, type ErasureScope } from './erase/request.js';
import { type ErasableLog, ErasureYear } from './erase/year.js';
import { AuditError } from './errors.js';
import { type AuditEvent, parseEvent } from './event.js';
import { createEventId } from './event-id.js';
import type { ReportSource } from './report/source.js';

/** What an erasure is about: the logs, one a year with the current one last, and whom. */
export interface ErasureTarget {
  readonly logs: ErasableLog | readonly ErasableLog[];
  /** The custodian's patient handle, base64url. */
  readonly subject: string;
  readonly request: ErasureRequest;
}

/** What `eraseSubject` needs. */
export interface EraseOptions extends ErasureTarget {
  readonly approvals: readonly Approval[];
  readonly verifyApproval: VerifyApproval;
  /** Default the computer's. */
  readonly clock?: Clock;
  /** Secret random bytes; default the platform's. */
  readonly random?: (length: number) => Uint8Array;
}

/** How an erasure ended. */
export type EraseResult =
  | { readonly erased: true; readonly certificate: ErasureCertificate }
  | { readonly erased: false; readonly reasons: readonly Refusal[] };

/**
 * What approvers are asked to say yes to: the digest that binds the request to the patient's handles in the logs.
 *
 * @param target - logs, patient handle, request
 * @returns the digest (43 characters of base64url) and what it covers; no scope: no log knows the subject
 * @throws AuditError and RangeError as `eraseSubject`
 * @example
 * const { digest } = await proposeErasure({ logs, subject, request });
 */
export async function proposeErasure(
  target: ErasureTarget,
): Promise<{ readonly digest: string; readonly scope: readonly ErasureScope[] }> {
  checkRequest(target.request);
  const scope = scopeOf(await openYears(target));
  return { digest: digestOf(target.request, scope), scope };
}

/**
 * Erases a patient from the access log by destroying the patient's secrets, one a log and year. No byte of a tile, bundle
 * or checkpoint changes, every earlier proof stays valid, and the evidence about staff stays.
 *
 * Refusal is the default: it takes a ground of `ERASURE_GROUNDS`, no exemption, retention elapsed, no hold, and two
 * approvals of different people who neither asked nor act. The intent is in the signed log before anything is destroyed,
 * the outcome after it; a refusal is logged as well. After a crash call again with the same request: it finishes.
 *
 * @param options - logs, patient handle, request, approvals and who checks them
 * @returns the certificate, or every reason for the refusal
 * @throws AuditError `EVENT_INVALID` when the request has a malformed field; `KEY_STORE_FAILED` when a secret could not be
 *   destroyed, and whatever `append` throws: the erasure is then unfinished, call again; every code of `subjectAccess`
 * @throws RangeError when the subject is not 32 bytes of base64url or stands in the request, a log and its reader do not
 *   belong together, or an erasure began under this request's id for another subject, with other fields, or over other logs
 * @throws whatever `verifyApproval` throws
 * @example
 * const result = await eraseSubject({ logs: { log, reader, keys, policy }, subject, request, approvals, verifyApproval });
 */
export async function eraseSubject(options: EraseOptions): Promise<EraseResult> {
  const { request, approvals, verifyApproval, clock = systemClock, random = randomBytes } = options;
  const now = (): string => new Date(clock.now()).toISOString();
  checkRequest(request);
  const years = await openYears(options);
  const concerned = years.filter(({ scope }) => scope !== null);
  const digest = digestOf(request, scopeOf(years));
  const standing = await unfinished(concerned);
  if (standing || concerned.length === 0) {
    const faults = await faultsOfApprovals(approvals, digest, request, verifyApproval, clock.now());
    const holds = await standingHolds(sourcesOf(years), handleOf(options.subject));
    const reasons = refusalsOf(request, holds, faults, concerned.length > 0, clock.now());
    if (reasons.length > 0) {
      const id = createEventId({ clock, random });
      const codes = reasons.map(({ code }) => code);
      await years.at(-1)!.note(refusalEvent(request, codes, { id, occurredAt: now() }));
      return { erased: false, reasons };
    }
  }
  const grounds = encodeGrounds(request, approvals, digest);
  for (const year of concerned) {
    const id = stepId(request, year.origin, 'intent');
    await year.begin(erasureEvent(request, year.scope!, grounds, { id, occurredAt: now(), outcome: 'intent' }));
  }
  // A hold may have come between the look and the intent; from here on the log shows the intent to whoever places one.
  const late = standing ? await standingHolds(sourcesOf(years), handleOf(options.subject)) : [];
  for (const year of concerned) {
    const links = { parentIndex: year.begun! };
    const common = { occurredAt: now(), links };
    // What the intent recorded, because that is what was checked: a second try may come with other approvals.
    const said = (more: Pick<AuditEvent, 'id' | 'outcome' | 'reason'>) =>
      erasureEvent(request, year.scope!, year.grounds!.encoded, { ...common, ...more });
    if (late.length > 0) {
      const id = createEventId({ clock, random });
      await year.note(said({ id, outcome: 'minor', reason: 'refused: HELD' }));
    } else {
      await year.destroy();
      await year.finish(said({ id: stepId(request, year.origin, 'outcome'), outcome: 'success' }));
    }
  }
  if (late.length > 0) return { erased: false, reasons: [refusal('HELD', late.map(({ id }) => id).join(', '))] };
  return { erased: true, certificate: await certify(concerned, request) };
}

/** A request that could not be logged is refused before anything is looked at, or anybody asked to approve it. */
function checkRequest(request: ErasureRequest): void {
  const faulty = (field: keyof ErasureRequest): AuditError =>
    new AuditError('EVENT_INVALID', `field \`${field}\` is missing or malformed`, { field });
  // The event has other names for these two.
  if (typeof request.at !== 'string' || new Date(Date.parse(request.at) || 0).toISOString() !== request.at)
    throw faulty('at');
  if (typeof request.reference !== 'string') throw faulty('reference');
  parseEvent(refusalEvent(request, ['CHECK'], { id: request.id, occurredAt: request.at }));
  if (typeof request.requestedBy !== 'string' || request.requestedBy === '') throw faulty('requestedBy');
  if (!Array.isArray(request.retention)) throw faulty('retention');
}

async function openYears({ logs, subject, request }: ErasureTarget): Promise<readonly ErasureYear[]> {
  const list = Array.isArray(logs) ? (logs as readonly ErasableLog[]) : [logs as ErasableLog];
  if (list.length === 0) throw new RangeError('an erasure needs a log');
  // The entries of an erasure stay: they would link what is left to the patient for ever.
  if (JSON.stringify(request).includes(subject)) throw new RangeError('the request must not hold the patient handle');
  const years: ErasureYear[] = [];
  for (const log of list) years.push(await ErasureYear.open(log, request, handleOf(subject)));
  const begun = years.find(({ grounds }) => grounds !== undefined)?.grounds;
  if (begun === undefined) return years;
  // An erasure that began is about the logs that were approved. It may have died between two intents, and the patient may
  // have got a secret in a further log since: as a rule in the newest.
  for (const year of [...years].reverse()) {
    if (digestOf(request, scopeOf(years)) === begun.digest) return years;
    if (year.grounds === undefined) year.leaveOut();
  }
  if (digestOf(request, scopeOf(years)) === begun.digest) return years;
  throw new RangeError('an erasure began under this id with another request or other logs');
}

function handleOf(subject: string): Uint8Array {
  const handle = fromBase64url(subject);
  if (handle?.length !== 32) throw new RangeError('subject must be 32 bytes as base64url');
  return handle;
}

function scopeOf(years: readonly ErasureYear[]): readonly ErasureScope[] {
  return years.flatMap(({ scope }) => scope ?? []);
}

/** Each log once, as it was read last: a hold may stand in a log that only takes the entries of an older one. */
function sourcesOf(years: readonly ErasureYear[]): readonly ReportSource[] {
  const all = [...years.map(({ sources }) => sources[0]), ...years.map(({ sources }) => sources[1])];
  const newest = new Map<string, ReportSource>();
  for (const source of all) {
    const known = newest.get(source.head.origin);
    if (known === undefined || source.head.size > known.head.size) newest.set(source.head.origin, source);
  }
  return [...newest.values()];
}

async function unfinished(years: readonly ErasureYear[]): Promise<boolean> {
  for (const year of years) if (await year.standing()) return true;
  return false;
}

async function certify(years: readonly ErasureYear[], request: ErasureRequest): Promise<ErasureCertificate> {
  const logs: CertifiedLog[] = [];
  let last = 0;
  for (const year of years) {
    const { intent, outcome, erasedAt } = await year.proofs();
    last = Math.max(last, erasedAt);
    logs.push({ ...year.scope!, intent, outcome });
  }
  return certificateOf(request, years[0]!.grounds!, logs, last);
}
