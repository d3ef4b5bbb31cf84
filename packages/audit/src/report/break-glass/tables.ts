import type { ReviewedUse } from '../break-glass.js';
import type { ReportTable } from '../row.js';

const OUTCOME_WORDS = { justified: 'justified', 'not-justified': 'not justified', referred: 'referred' } as const;

/** The queue as tables: what is overdue comes first, because somebody must act on it. */
export function reviewTables({ uses }: { readonly uses: readonly ReviewedUse[] }): readonly ReportTable[] {
  const open = (title: string, caption: string, state: ReviewedUse['state']): ReportTable => ({
    title,
    caption,
    columns: ['Recorded', 'Use', 'Who', 'Reason given', 'Review due'],
    rows: uses.filter((use) => use.state === state).map((use) => [...about(use), use.due]),
  });
  return [
    open('Overdue', 'Nobody else has reviewed these in time', 'overdue'),
    open('Waiting', 'There is time left for these', 'waiting'),
    {
      title: 'Reviewed',
      columns: ['Recorded', 'Use', 'Who', 'Reason given', 'Reviewed', 'By', 'Finding'],
      rows: uses.flatMap((use) => (use.review ? [[...about(use), ...reviewed(use.review)]] : [])),
    },
    {
      title: 'Reviews of their own use',
      caption: 'These do not count',
      columns: ['Review entry', 'Log', 'Of entry'],
      rows: uses.flatMap(({ selfReviews, origin, index }) =>
        selfReviews.map((review) => [String(review), origin, String(index)]),
      ),
    },
  ];
}

function about({ recordedAt, index, people, org, reason = '', entries, emergency }: ReviewedUse): string[] {
  const who = people.map(({ id, name, role }) => `${name ?? id ?? 'not known any more'}${role ? ` (${role})` : ''}`);
  const more = entries.length > 1 ? ` and ${entries.length - 1} more` : '';
  const from = emergency ? `, from the emergency journal ${emergency.origin}, entry ${emergency.index}` : '';
  return [recordedAt, `entry ${index}${more}${from}`, `${who.join(', ')}, ${org}`, reason];
}

function reviewed({ index, recordedAt, outcome, reviewer, reason }: NonNullable<ReviewedUse['review']>): string[] {
  const by = reviewer === undefined || 'withheld' in reviewer ? 'not known any more' : (reviewer.name ?? reviewer.id);
  const finding = outcome === null ? 'not said' : OUTCOME_WORDS[outcome];
  return [recordedAt, `${by}, entry ${index}`, reason === undefined ? finding : `${finding}: ${reason}`];
}
