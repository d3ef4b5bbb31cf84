import { type ParsedLink, parseLink } from '../link.js';
import type { End } from './words.js';

/** The link this page was opened with. It is taken out of the address at once, so that no history, bookmark or copied address keeps it. */
export function takeLink(): ParsedLink | End {
  const { href, hash, origin, pathname } = location;
  history.replaceState(null, '', pathname);
  if (hash === '') return 'nothing';
  try {
    return parseLink(href, { origins: [origin] });
  } catch {
    return 'damaged';
  }
}

/** Another link pasted into the address of this page changes its fragment alone: start over with it. */
export function onNewLink(): void {
  addEventListener('hashchange', () => location.hash !== '' && location.reload());
}
