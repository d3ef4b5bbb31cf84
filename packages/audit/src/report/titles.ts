/** What a kind of report is called, and what it answers. Titles name nobody: they end up in window lists and histories. */
export function titleOf(kind: string): { readonly title: string; readonly lead: string } {
  return (
    TITLES.get(kind) ?? { title: 'Report from the access log', lead: 'Entries of the access log, with their proofs.' }
  );
}

const TITLES: ReadonlyMap<string, { readonly title: string; readonly lead: string }> = new Map([
  [
    'subject-access',
    {
      title: 'Who has looked at your record',
      lead: 'This lists who looked at your pictures and messages, passed them on, or tried to, as the access log recorded it.',
    },
  ],
  [
    'exposure',
    {
      title: 'Who could see it, and who did',
      lead: 'This sets who was allowed to look against who did, as the access log recorded it.',
    },
  ],
  [
    'breach',
    {
      title: 'Breach pack',
      lead: 'This lists what was seen, when and by whom, for the decision whether to notify the regulator and the people concerned.',
    },
  ],
  [
    'break-glass',
    {
      title: 'Emergency access for review',
      lead: 'This lists accesses that were opened in an emergency, and whether somebody else has reviewed them.',
    },
  ],
  [
    'flags',
    {
      title: 'Accesses to look into',
      lead: 'This lists accesses that a fixed rule picked out. A flag is a question, not a finding.',
    },
  ],
]);
