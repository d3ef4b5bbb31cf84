import type { DirectorySummary } from '../core/core.js';
import { people, roleName, teamName } from './desk.js';
import { selectField } from './forms.js';

/** Whom something was sent to last, on this device: a team's or a person's id, nothing of a patient. */
const LAST = 'wardseal.to';

/** Teams and people of the signed directory, but for oneself; whom something went to last is chosen already. */
export function recipientField(me: string, directory: DirectorySummary): HTMLElement {
  const teams = directory.teams.map(({ id, members }): [string, string] => [
    id,
    `${teamName(id)} (team, ${people(members.length)})`,
  ]);
  const others = directory.people
    .filter(({ id }) => id !== me)
    .map(({ id, name, role }): [string, string] => [id, `${name}, ${roleName(role)}`]);
  const nobody = teams.length === 0 && others.length === 0;
  const hint = nobody
    ? 'Nobody else of your trust has enrolled yet: ask your administrator'
    : 'From your trust’s signed staff directory';
  const field = selectField({ id: 'to', label: 'Send to', hint }, [
    { label: 'On-call teams', options: teams },
    { label: 'People', options: others },
  ]);
  const last = localStorage.getItem(LAST);
  const usual = [...teams, ...others].some(([id]) => id === last) ? last : teams.length === 1 ? teams[0]?.[0] : null;
  const select = field.querySelector('select');
  if (select !== null && usual) select.value = usual;
  return field;
}

/** What was sent went to this team or person. */
export const keepRecipient = (id: string): void => localStorage.setItem(LAST, id);
