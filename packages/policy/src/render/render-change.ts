import type { Diff } from '../analyse/diff.js';
import type { ChangeSummary } from '../governance/summarise-change.js';
import { changeHtml } from './change-html.js';

/**
 * What a version of a policy does otherwise than the one before, as a fragment of a page for those who approve it.
 *
 * @param change - from `analyse(before).diff(after)`, or the summary that a register recorded when the version came into
 * force.
 * @returns HTML without heading and style, every text in it escaped; the classes it uses are those of `render`'s pages.
 * @example
 * ```ts
 * const fragment = renderChange(analyse(inForce).diff(draft));
 * ```
 */
export function renderChange(change: Diff | ChangeSummary): string {
  return changeHtml(change).text;
}
