import { canonicalJson, hex, sha256, utf8 } from '@wardseal/primitives';
import { MAX_CANDIDATES, MAX_DECOYS, MAX_ID_BYTES, MIN_DECOYS } from '../limits.js';
import { isMoment } from '../report/check-options.js';
import { outcomeOf } from '../report/finding.js';
import { CONSISTENT_P, MATCH_P, MOST_ROUNDS } from '../score-candidates.js';
import { LEAST_P, pBound } from '../statistics.js';
import { MARK_VERSION } from '../version.js';
import {
  type EvidenceRecord,
  MAX_RECORD,
  MAX_ROWS,
  MAX_VERSIONS,
  RECORD_FORMAT,
  type RecordHit,
  type RecordRegistration,
  type RecordVideo,
  type Version,
  type WrittenRecord,
} from './record.js';
import { list, nullable, number, object, oneOf, refuse, tagged, text, whole } from './shape.js';

/** Any finite number. */
const finite = number(-Number.MAX_VALUE, Number.MAX_VALUE);
/** A moment of a video, in seconds: a day either way. */
const moment = number(-86_400, 86_400);
const share = number(0, 1);
const agreement = number(-1, 1);
const chance = number(LEAST_P, 1);
const score = number(-1e6, 1e6);
const count = whole(0, Number.MAX_SAFE_INTEGER);
const digest = text(64, /^[0-9a-f]{64}$/);
const free = text(4096);
const word = text(64, /^[a-z]+$/);
const version = object<Version>({ name: text(64, /^[\w@./-]+$/), version: text(64, /^[\w.+-]+$/) });
const steps = list(object({ method: word, correlation: nullable(agreement) }), 100);

const registration = tagged<RecordRegistration>('status', {
  failed: object({ status: oneOf('failed'), tried: steps }),
  registered: object({
    status: oneOf('registered'),
    tried: steps,
    method: nullable(word),
    steady: nullable(oneOf(true, false)),
    homography: list(finite, 9, 9),
    mirrored: oneOf(true, false),
    correlation: agreement,
    overlap: share,
  }),
});

const piece = object({ from: moment, to: moment, originalFrom: moment, originalTo: moment });
const timeline = tagged<RecordVideo['timeline']>('status', {
  failed: object({ status: oneOf('failed') }),
  found: object({ status: oneOf('found'), pieces: list(piece, MAX_ROWS) }),
});

const pair = object({ suspect: moment, original: moment, correlation: agreement });

const RECORD = object<EvidenceRecord>({
  format: oneOf(RECORD_FORMAT),
  madeAt: (value, at) => (isMoment(text(24)(value, at)) ? (value as string) : refuse('is not a moment in UTC', at)),
  imageId: nullable(free),
  organisation: nullable(free),
  reference: nullable(free),
  program: version,
  runtime: list(version, MAX_VERSIONS),
  algorithm: oneOf('informed-spread-spectrum', 'informed-spread-spectrum-video'),
  mark: oneOf(MARK_VERSION),
  layer: oneOf('view', 'share'),
  parameters: object({
    decoys: whole(MIN_DECOYS, MAX_DECOYS),
    corners: nullable(list((value, at) => list(finite, 2, 2)(value, at) as unknown as readonly [number, number], 4, 4)),
    budgetMs: nullable(number(Number.MIN_VALUE, Number.MAX_VALUE)),
  }),
  limits: object({ match: oneOf<number>(MATCH_P), consistent: oneOf<number>(CONSISTENT_P) }),
  inputs: object({
    suspect: digest,
    original: digest,
    suspectFile: nullable(digest),
    originalFile: nullable(digest),
    problems: list(free, 100),
  }),
  candidates: object({ count: whole(1, MAX_CANDIDATES), digest }),
  keyCommitment: text(32, /^[0-9a-f]{32}$/),
  seeds: object({ decoys: text(64, /^[\w./-]+$/) }),
  registration,
  video: nullable(
    object<RecordVideo>({ timeline, frames: object({ suspect: count, original: count, used: list(pair, MAX_ROWS) }) }),
  ),
  presence: nullable(object({ z: score, p: chance })),
  controls: nullable(
    object({
      decoys: whole(MIN_DECOYS, MAX_DECOYS),
      mean: score,
      deviation: score,
      highest: score,
      from: finite,
      step: finite,
      counts: list(count, 1024),
      sound: oneOf(true, false),
    }),
  ),
  geometries: count,
  rounds: count,
  outcome: oneOf('match', 'several', 'consistent', 'none', 'unregistered', 'unsound'),
  hits: list(
    object<RecordHit>({
      id: text(MAX_ID_BYTES),
      z: score,
      p: chance,
      pCorrected: chance,
      verdict: oneOf('match', 'consistent'),
      round: whole(1, 100),
    }),
    MAX_ROWS,
  ),
});

/**
 * Reads a record strictly: exactly the members of this version, one spelling of each value, and no numbers that contradict
 * each other. It says that the text is such a record, not that it is true: only repeating the work says that.
 *
 * @param file a record's text as it was stored, with the line feed at its end.
 * @throws {WatermarkError} RECORD_INVALID: longer than 4 MiB, no JSON, another format or version, an unknown, missing or
 * ill-formed member, not canonical (RFC 8785), or verdicts that do not follow from the scores.
 * @throws {TypeError} not a text.
 * @example
 * const { record, digest } = readEvidenceRecord(await readFile('record.json', 'utf8'));
 */
export function readEvidenceRecord(file: string): WrittenRecord {
  if (typeof file !== 'string') throw new TypeError('a record is read from its text');
  if (file.length > MAX_RECORD) refuse('is too long');
  let value: unknown;
  let canonical: string;
  try {
    value = JSON.parse(file);
    canonical = `${canonicalJson(value)}\n`;
  } catch {
    // What the engine says quotes the text.
    return refuse('is not canonical JSON');
  }
  const format = typeof value === 'object' && value !== null && Object.getOwnPropertyDescriptor(value, 'format')?.value;
  if (format !== RECORD_FORMAT) refuse('is not of a format and version that this program reads', 'format');
  if (canonical !== file) refuse('is not canonical JSON');
  const record = RECORD(value, 'record');
  checkSense(record);
  return { record, text: file, digest: hex(sha256(utf8(file))) };
}

/** Refuses what no trace can find. */
function checkSense(record: EvidenceRecord): void {
  const {
    hits,
    controls,
    registration: { status },
    video,
    candidates,
    parameters,
    runtime,
  } = record;
  const placed = status === 'registered' && video?.timeline.status !== 'failed';
  const of = (verdict: RecordHit['verdict']): number => hits.filter((hit) => hit.verdict === verdict).length;
  if (record.outcome !== outcomeOf(placed, controls?.sound === true, of('match'), of('consistent')))
    refuse('does not follow from the rest', 'outcome');
  if ((record.algorithm === 'informed-spread-spectrum-video') !== (video !== null))
    refuse('does not fit the algorithm', 'video');
  if (record.seeds.decoys !== `${record.mark}/${record.layer}/decoy`) refuse('does not fit the mark', 'seeds.decoys');
  if (controls !== null && controls.decoys !== parameters.decoys)
    refuse('are not as many as asked for', 'controls.decoys');
  if (controls !== null && controls.counts.reduce((sum, one) => sum + one, 0) !== controls.decoys)
    refuse('do not add up to the decoys', 'controls.counts');
  const used = video?.frames.used ?? [];
  if (used.some(({ suspect }, i) => i > 0 && suspect < used[i - 1]!.suspect))
    refuse('are not in the order of their times', 'video.frames.used');
  const pieces = video?.timeline.status === 'found' ? video.timeline.pieces : [];
  if (pieces.some(({ from, to }) => from > to)) refuse('end before they begin', 'video.timeline.pieces');
  if (hits.length > candidates.count || new Set(hits.map(({ id }) => id)).size !== hits.length)
    refuse('are more than there are candidates', 'hits');
  if (hits.length > 0 && !(placed && controls?.sound === true)) refuse('do not follow from the rest', 'hits');
  runtime.forEach(({ name }, i) => {
    if (i > 0 && runtime[i - 1]!.name >= name) refuse('is not sorted by name', 'runtime');
  });
  const looks = candidates.count * Math.max(1, record.geometries) * MOST_ROUNDS;
  for (const [i, { z, p, pCorrected, verdict, round }] of hits.entries()) {
    if (round > record.rounds) refuse('is none of the rounds that were scored', `hits[${i}].round`);
    // Scores are rounded to two decimals, chances to one digit upwards.
    if (p < pBound(z + ROUNDED) || p > 2 * pBound(z - ROUNDED))
      refuse('does not follow from the score', `hits[${i}].p`);
    const limit = verdict === 'match' ? MATCH_P : CONSISTENT_P;
    // A digit that was rounded upwards is at most twice what it was.
    if (pCorrected < 0.499 * looks * p || pCorrected > limit)
      refuse('does not fit the verdict', `hits[${i}].pCorrected`);
  }
}

/** Half a step of a score's last decimal, and some for the spelling of decimals. */
const ROUNDED = 0.0051;
