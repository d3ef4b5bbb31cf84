import { canonicalJson } from '@wardseal/primitives';
import { collectCandidates } from '../collect-candidates.js';
import { checkImageKey } from '../ids.js';
import { type AnyTrace, isVideo } from '../report/any-trace.js';
import { type About, checkAbout } from '../report/check-options.js';
import { findingOf } from '../report/finding.js';
import { inDigits } from '../report/page/numbers.js';
import { readable } from '../report/problems.js';
import { CONSISTENT_P, checkDecoys, type Hit, MATCH_P } from '../score-candidates.js';
import type { TraceOptions } from '../trace.js';
import { keyCommitment, listDigest } from './commitments.js';
import { readEvidenceRecord } from './read-evidence-record.js';
import {
  RECORD_FORMAT,
  type RecordHit,
  type RecordRegistration,
  type RecordVideo,
  type Version,
  type WrittenRecord,
} from './record.js';

export interface RecordOptions extends About, Pick<TraceOptions, 'decoys' | 'corners' | 'budgetMs'> {
  /** The key that the trace had: only a commitment to it is written. */
  readonly key: Uint8Array;
  /** The list that was traced: only its digest is written. */
  readonly candidates: Iterable<string> | AsyncIterable<string>;
  /** The program that ran, such as `@wardseal/watermark` and its version. */
  readonly program: Version;
  /** What else had a part: the engine, what decoded the files. */
  readonly runtime?: readonly Version[];
}

const FIELDS = [
  'madeAt',
  'imageId',
  'organisation',
  'reference',
  'fileHashes',
  'problems',
  'key',
  'candidates',
  'program',
  'runtime',
  'decoys',
  'corners',
  'budgetMs',
];

/**
 * All that another expert needs to repeat a trace years later, and to tell whether the same comes out: versions, parameters,
 * digests of inputs and list, a commitment to the key, and what was found. Neither key nor list nor picture is in it, and of
 * scores only those of whom the report names or calls consistent. Same input, same bytes. Format: docs/spec/evidence-record.md.
 *
 * @param report from `trace` or `traceVideo`.
 * @returns the record, its text (canonical JSON and a line feed) and the text's digest for `evidenceReport({ record })`.
 * @throws {WatermarkError} KEY_INVALID, CANDIDATES_INVALID, ID_INVALID: as for `trace`; RECORD_INVALID: the report holds what no trace gives.
 * @throws {TypeError} something else than a report, no options, or one that does not exist.
 * @throws {RangeError} as for `evidenceReport`; the list or the decoys are not those of the report.
 * @example
 * const { text, digest } = await evidenceRecord(report, { madeAt, key, candidates, program: { name: 'my-tool', version: '1.2.0' } });
 */
export async function evidenceRecord(report: AnyTrace, options: RecordOptions): Promise<WrittenRecord> {
  if (!Array.isArray(report?.hits)) throw new TypeError('report must be what trace gives: await it');
  checkAbout(options, FIELDS);
  const { madeAt, imageId, organisation, reference, program, runtime = [], fileHashes, problems = [] } = options;
  checkImageKey(options.key);
  const decoys = checkDecoys(options.decoys);
  const candidates = await collectCandidates(options.candidates, () => {});
  const { nullHistogram, presence, layer } = report;
  if (candidates.size !== report.candidates || report.hits.some(({ id }) => !candidates.has(id)))
    throw new RangeError('candidates are not the list that was traced');
  if (nullHistogram !== null && nullHistogram.decoys !== decoys)
    throw new RangeError(`the trace had ${nullHistogram.decoys} decoys`);
  const text = canonicalJson({
    format: RECORD_FORMAT,
    madeAt,
    imageId: imageId || null,
    organisation: organisation || null,
    reference: reference || null,
    program: versionOf(program),
    runtime: runtime.map(versionOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    algorithm: report.algorithm,
    mark: report.version,
    layer,
    parameters: { decoys, corners: options.corners ?? null, budgetMs: options.budgetMs ?? null },
    limits: { match: MATCH_P, consistent: CONSISTENT_P },
    inputs: {
      ...report.inputHashes,
      suspectFile: fileHashes?.suspect ?? null,
      originalFile: fileHashes?.original ?? null,
      problems: problems.filter((line) => line !== '').map(readable),
    },
    candidates: { count: candidates.size, digest: listDigest(candidates.values()) },
    keyCommitment: keyCommitment(options.key),
    seeds: { decoys: `${report.version}/${layer}/decoy` },
    registration: registrationOf(report.registration),
    video: isVideo(report) ? videoOf(report) : null,
    presence: presence && { z: to(presence.z, 2), p: upwards(presence.p) },
    controls: nullHistogram && {
      ...nullHistogram,
      mean: to(nullHistogram.mean, 4),
      deviation: to(nullHistogram.deviation, 4),
      highest: to(nullHistogram.highest, 4),
    },
    geometries: report.geometries,
    rounds: report.rounds,
    outcome: findingOf(report).outcome,
    hits: report.hits.flatMap(hitOf),
  });
  return readEvidenceRecord(`${text}\n`);
}

function versionOf({ name, version }: Version): Version {
  return { name, version };
}

/** Whom chance explains is left out: a score is a secret (docs/assurance/watermark-false-accusation.md). */
function hitOf({ id, z, p, pCorrected, verdict, round }: Hit): RecordHit[] {
  return verdict === 'none'
    ? []
    : [{ id, z: to(z, 2), p: upwards(p), pCorrected: upwards(pCorrected), verdict, round }];
}

function registrationOf(registration: AnyTrace['registration']): RecordRegistration {
  const tried = ('tried' in registration ? registration.tried : []).map(({ method, correlation }) => ({
    method,
    correlation: correlation === null ? null : to(correlation, 4),
  }));
  if (registration.status === 'failed') return { status: 'failed', tried };
  const { status, homography, mirrored, correlation, overlap } = registration;
  const method = 'method' in registration ? registration.method : null;
  const steady = 'steady' in registration ? registration.steady : null;
  const map = homography.map((value) => Number(value.toPrecision(8)) + 0);
  return {
    status,
    tried,
    method,
    steady,
    homography: map,
    mirrored,
    correlation: to(correlation, 4),
    overlap: to(overlap, 4),
  };
}

function videoOf({ timeline, frames }: Extract<AnyTrace, { timeline: object }>): RecordVideo {
  const used = frames.used.map(({ suspect, original, correlation }) => ({
    suspect: to(suspect, 6),
    original: to(original, 6),
    correlation: to(correlation, 4),
  }));
  const { suspect, original } = frames;
  if (timeline.status === 'failed') return { timeline: { status: 'failed' }, frames: { suspect, original, used } };
  const pieces = timeline.pieces.map((piece) => ({
    from: to(piece.from, 6),
    to: to(piece.to, 6),
    originalFrom: to(piece.originalFrom, 6),
    originalTo: to(piece.originalTo, 6),
  }));
  return { timeline: { status: 'found', pieces }, frames: { suspect, original, used } };
}

/** Rounded to so many decimals; never -0, which has no canonical spelling. */
function to(value: number, decimals: number): number {
  return Number(value.toFixed(decimals)) + 0;
}

/** One digit, never rounded down. */
function upwards(p: number): number {
  return Number(inDigits(p));
}
