import { type ParsedUploadLink, parseUploadLink } from '../link.js';
import type { End } from './words.js';

/** The link this page was opened with. It is taken out of the address at once, so that no history, bookmark or copied address keeps it. */
export function takeUploadLink(): ParsedUploadLink | End {
  const { href, hash, origin, pathname } = location;
  history.replaceState(null, '', pathname);
  if (hash === '') return 'nothing';
  try {
    return parseUploadLink(href, { origins: [origin] });
  } catch {
    return 'damaged';
  }
}
