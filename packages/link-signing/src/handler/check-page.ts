import { holdsPatientNumber } from '@wardseal/primitives/patient-number';
import { isOrigin } from '../claims.js';
import type { Organisation } from './chrome.js';

const MODULE_PATH = /^\/(?!\/)[A-Za-z0-9._~/-]{1,200}$/;
const PLAIN = /^(?=.{1,120}$)[^\p{C}\s]+(?: [^\p{C}\s]+)*$/u;
const TELEPHONE = /^\+?[0-9][0-9 ()-]{1,30}$/;

/** Up to 120 characters of plain text that hold no patient number. */
export function isPlain(text: string): boolean {
  return PLAIN.test(text) && !holdsPatientNumber(text, 'anywhere');
}

/** What every page of links is given, checked once; `module` is the option's name and the module's path. Throws RangeError. */
export function checkPage(
  { origins, organisation }: { readonly origins: readonly string[]; readonly organisation: Organisation },
  [name, path]: readonly [name: string, path: string],
): void {
  if (origins.length === 0 || !origins.every(isOrigin))
    throw new RangeError('origins must be ASCII origins, at least one');
  if (!isPlain(organisation.name)) throw new RangeError('organisation name must be 1 to 120 characters of plain text');
  if (organisation.telephone !== undefined && !TELEPHONE.test(organisation.telephone))
    throw new RangeError('organisation telephone must be a telephone number');
  if (!MODULE_PATH.test(path)) throw new RangeError(`${name} must be a path on the same origin`);
}
