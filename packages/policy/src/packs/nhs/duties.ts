import type { ObligationStatement } from '../../document.js';

export const FILED: readonly ObligationStatement[] = [{ type: 'file-in-record' }, { type: 'delete-after-filing' }];
export const SHOWN: readonly ObligationStatement[] = [{ type: 'watermark' }, { type: 'no-download' }];
export const SHOWN_STRONG: readonly ObligationStatement[] = [
  { type: 'watermark', properties: { mode: 'tile', strength: 'strong' } },
  { type: 'no-download' },
];
export const LINK_BOUND: ObligationStatement = {
  type: 'max-lifetime',
  properties: { seconds: { days: { parameter: 'linkBoundDays' } } },
};
export const REVIEWED: ObligationStatement = {
  type: 'review',
  properties: { within: { hours: { parameter: 'reviewHours' } } },
};
export const tell = (...whom: string[]): ObligationStatement => ({ type: 'notify', properties: { whom } });
