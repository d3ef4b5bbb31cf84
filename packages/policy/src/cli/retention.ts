import { type Command, command, objectOf } from '@wardseal/primitives/cli';
import { RETENTION_CODES } from '../retention/codes.js';
import type { RetentionInput } from '../retention/input.js';
import { type Retention, retention as retentionOf } from '../retention/retention.js';
import { EXIT } from './exits.js';
import { notTyped } from './policy-file.js';

const kinds = [
  ...new Set(
    Object.values(RETENTION_CODES).flatMap(({ rules }) => rules.map(({ id }) => id.slice(id.indexOf('.') + 1))),
  ),
].sort();

const retention: Command = command({
  usage: 'retention [FILE]',
  about: `Says how long a record is kept by the codes of a nation: from which day it may be reviewed, never that it may be destroyed. It reads
{"nation":"england", "recordTypes":["photo","child"], "hold":"none", "facts":{"dateOfBirth":"2009-05-04", "endOfTreatment":"2026-11-22"}}
from a file or stdin, for a birthday does not belong on a command line. Exit code 2 when a fact is missing, or there is no rule. Nations: ${Object.keys(RETENTION_CODES).join(', ')}. Kinds of record:
${kinds.join(', ')}.`,
  options: {},
  operands: [0, 1],
  named: 'input',
  payload: false,
  async run(_, [path]) {
    notTyped(path, 'the record');
    const input = (await objectOf(path ?? '-', 'the record')) as unknown as RetentionInput; // its shape is looked at
    const found = retentionOf(input);
    const { kept } = found;
    return {
      facts: found,
      words: inWords(found),
      exit: kept === 'facts-missing' || kept === 'no-rule' ? EXIT.unknown : EXIT.yes,
    };
  },
});

function inWords({ kept, reviewOn, hold, missing, unruled, rules, nation, codeVersion, notice }: Retention): string[] {
  const said: Readonly<Record<Retention['kept'], string>> = {
    'until-review': `KEEP until ${reviewOn}, then review`,
    'on-hold': `KEEP: there is a hold (${hold})`,
    permanently: 'KEEP permanently',
    'no-rule': `KEEP: there is no rule for ${unruled.join(', ')}`,
    'facts-missing': `KEEP: not known is ${missing.join(', ')}`,
  };
  return [
    ...rules.map(
      ({ id, title, reviewOn: on, source, asOf, confirmed }) =>
        `${id.padEnd(12)}${title}${on === null ? '' : `, until ${on}`} (${source}, ${asOf}${confirmed ? '' : ', not confirmed'})`,
    ),
    `code        ${nation}, ${codeVersion}: ${notice}`,
    said[kept],
  ];
}

export const verbs: Readonly<Record<string, Command>> = { '': retention };
