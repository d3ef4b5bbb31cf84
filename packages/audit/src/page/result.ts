import { hex, sha256Large } from '@wardseal/primitives';
import { by, hide, list, show, visible, write } from '@wardseal/primitives/page';
import { momentInWords } from '../proof-words.js';
import type { Trust } from './trust.js';
import type { Shown } from './verdict.js';
import { wordsFor } from './words.js';

const VERDICTS = { proved: 'Proved', tampered: 'Changed or false', unknown: 'Cannot tell' } as const;

/** What was checked, with what. */
export interface Checked {
  readonly name: string;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly trust: Trust;
}

/** Shows the answer and takes the reader to it. */
export async function showResult(shown: Shown, { name, data, trust }: Checked): Promise<void> {
  const { verdict, about, problem, proved, notProved, fields, claimed, rows } = shown;
  by('result').dataset['verdict'] = verdict;
  write('verdict', `${VERDICTS[verdict]}: ${about}`);
  write('problem', problem ?? '');
  part('proved-part', proved.length > 0);
  list('proved', proved);
  part('fields-part', fields.length > 0);
  write('fields-h', claimed ? 'What the file claims; none of it is proved' : 'What it says');
  table('fields', fields, true);
  part('rows-part', rows.length > 0);
  table(
    'rows',
    rows.map((row) => [
      String(row.row),
      VERDICTS[row.verdict],
      row.code === null ? (row.problem ?? '') : wordsFor(row.code),
    ]),
    false,
  );
  part('not-part', notProved.length > 0);
  list('not-proved', notProved);
  write('about-file', `${name}, ${data.length} bytes`);
  write('file-digest', hex(await sha256Large(data)));
  list('about-keys', trust.told.length > 0 ? trust.told : ['none']);
  write('checked-at', momentInWords(Date.now()));
  show('result', 'verdict');
}

function part(id: string, there: boolean): void {
  if (there) show(id);
  else hide(id);
}

/** Fills a table. The first cell of a row heads it where `heads` says so. */
function table(id: string, rows: readonly (readonly string[])[], heads: boolean): void {
  by(id).replaceChildren(
    ...rows.map((cells) => {
      const row = document.createElement('tr');
      cells.forEach((text, i) => {
        const cell = document.createElement(heads && i === 0 ? 'th' : 'td');
        if (heads && i === 0) (cell as HTMLTableCellElement).scope = 'row';
        cell.textContent = visible(text);
        row.append(cell);
      });
      return row;
    }),
  );
}
