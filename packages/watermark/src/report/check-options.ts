import { holdsPatientNumber } from '@wardseal/primitives';
import type { EvidenceOptions } from './evidence-report.js';

const FIELDS = ['madeAt', 'imageId', 'organisation', 'reference', 'pictures', 'fileHashes', 'command', 'program'];
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?Z$/;
const PICTURE = /^data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+={0,2}$/;
/** Longest text of an option, in characters: a command line with several paths. */
const LONGEST = 4096;

/** The caller's mistakes, told before a report is made of them. */
export function checkOptions(options: EvidenceOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new TypeError('a report needs options, with madeAt in them');
  for (const name of Object.keys(options)) if (!FIELDS.includes(name)) throw new TypeError(`no such option: ${name}`);
  const { madeAt, pictures, fileHashes, imageId, organisation, reference, command, program } = options;
  if (typeof madeAt !== 'string' || !MOMENT.test(madeAt) || Number.isNaN(Date.parse(madeAt)))
    throw new RangeError('madeAt must be a moment in UTC, such as 2026-03-01T09:00:00Z');
  for (const text of [imageId, organisation, reference, command, program])
    if (text !== undefined && (typeof text !== 'string' || text.length > LONGEST))
      throw new RangeError(`texts are of at most ${LONGEST} characters`);
  for (const [text, reading] of [
    [imageId, 'identifier'],
    [organisation, 'text'],
    [reference, 'text'],
  ] as const)
    if (text !== undefined && holdsPatientNumber(text, reading))
      throw new RangeError('a text of the report holds a number that could be a patient’s');
  for (const hash of Object.values(fileHashes ?? {}))
    if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash))
      throw new RangeError('a hash is 64 hexadecimal digits');
  if (pictures === undefined) return;
  for (const uri of [pictures.suspect, pictures.original, pictures.registered, pictures.difference])
    if (uri !== null && (typeof uri !== 'string' || !PICTURE.test(uri)))
      throw new TypeError('a picture must be a data: address of a PNG, JPEG or WebP in base64');
  const numbers = [pictures.width, pictures.height, ...(pictures.outline ?? []).flat()];
  if (!numbers.every((value) => Number.isFinite(value))) throw new RangeError('sizes and corners must be numbers');
}
