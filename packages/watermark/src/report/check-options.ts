import { holdsPatientNumber } from '@wardseal/primitives';
import type { EvidencePictures } from './evidence-pictures.js';
import type { EvidenceOptions } from './evidence-report.js';

const FIELDS = [
  'madeAt',
  'imageId',
  'organisation',
  'reference',
  'pictures',
  'fileHashes',
  'command',
  'program',
  'problems',
  'record',
];
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;
const PICTURE = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/;
/** Longest text of an option, in characters: a command line with several paths. */
const LONGEST = 4096;

/** Most lines about how files were read: a decoder may complain of every frame, and a reader of none after the tenth. */
const MOST_PROBLEMS = 100;
/** Most pairs of frames that a page shows. */
const MOST_PAIRS = 12;

/** What report and record say of an investigation. */
export interface About {
  /** The report's moment in UTC, such as 2026-03-01T09:00:00Z. It is given, so that the same input gives the same bytes. */
  readonly madeAt: string;
  /** Opaque id of the picture or video. */
  readonly imageId?: string;
  /** Who makes the report, and under which reference. Name no patient in either. */
  readonly organisation?: string;
  readonly reference?: string;
  /** SHA-256 of the two files as they were received, 64 hexadecimal digits each. */
  readonly fileHashes?: { readonly suspect?: string; readonly original?: string };
  /** What whoever read the files reported: what is missing or damaged, what was done about it. At most 100 lines of text. */
  readonly problems?: readonly string[];
}

/** The caller's mistakes, told before a report is made of them. */
export function checkOptions(options: EvidenceOptions): void {
  checkAbout(options, FIELDS);
  const { pictures, record, command, program } = options;
  checkTexts([command, program]);
  checkHashes([record]);
  if (pictures !== undefined) checkPictures(pictures);
}

/** The same of what report and record share, and of the names of all options. */
export function checkAbout(options: About, fields: readonly string[]): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('a report needs options, with madeAt in them');
  for (const name of Object.keys(options)) if (!fields.includes(name)) throw new TypeError(`no such option: ${name}`);
  const { madeAt, fileHashes, imageId, organisation, reference, problems = [] } = options;
  if (typeof madeAt !== 'string' || !isMoment(madeAt))
    throw new RangeError('madeAt must be a moment in UTC, such as 2026-03-01T09:00:00Z');
  checkTexts([imageId, organisation, reference]);
  for (const [text, reading] of [
    [imageId, 'identifier'],
    [organisation, 'text'],
    [reference, 'text'],
  ] as const)
    if (text !== undefined && holdsPatientNumber(text, reading))
      throw new RangeError('a text of the report holds a number that could be a patient’s');
  if (!Array.isArray(problems) || problems.length > MOST_PROBLEMS)
    throw new RangeError(`problems are at most ${MOST_PROBLEMS} lines`);
  checkTexts(problems);
  checkHashes(Object.values(fileHashes ?? {}));
}

/** Whether a text is a moment in UTC of a day that there is. */
export function isMoment(text: string): boolean {
  if (!MOMENT.test(text)) return false;
  const moment = new Date(text);
  // A 30th of February is read as a day of March.
  return !Number.isNaN(moment.valueOf()) && moment.toISOString().startsWith(text.slice(0, 19));
}

function checkTexts(texts: readonly unknown[]): void {
  for (const text of texts)
    if (text !== undefined && (typeof text !== 'string' || text.length > LONGEST))
      throw new RangeError(`texts are of at most ${LONGEST} characters`);
}

function checkHashes(hashes: readonly unknown[]): void {
  for (const hash of hashes)
    if (hash !== undefined && (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash)))
      throw new RangeError('a hash is 64 hexadecimal digits');
}

function checkPictures({ suspect, original, registered, difference, outline, pairs, ...rest }: EvidencePictures): void {
  if (pairs !== undefined && (!Array.isArray(pairs) || pairs.length > MOST_PAIRS))
    throw new RangeError(`a page shows at most ${MOST_PAIRS} pairs of frames`);
  const all = pairs ?? [];
  for (const uri of [
    suspect,
    original,
    registered,
    difference,
    ...all.flatMap((pair) => [pair.suspect, pair.original]),
  ])
    if (uri !== null && (typeof uri !== 'string' || !PICTURE.test(uri)))
      throw new TypeError('a picture must be a data: address of a PNG, JPEG or WebP in base64');
  const times = all.flatMap(({ at }) => [at.suspect, at.original]);
  const numbers = [rest.width, rest.height, ...(outline ?? []).flat(), ...times];
  if (!numbers.every((value) => Number.isFinite(value)))
    throw new RangeError('sizes, corners and times must be numbers');
}
