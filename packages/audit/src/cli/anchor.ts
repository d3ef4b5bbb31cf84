import { hex, sha256, utf8 } from '@wardseal/primitives';
import { type Command, command, OUTPUT, writeOutput } from '@wardseal/primitives/cli';
import { latestCheckpoint } from '../prove-entry.js';
import { checkpointFacts } from './checkpoint-facts.js';
import { neededLog, openFiles } from './log-files.js';
import { iso } from './times.js';
import { neededTrust, TRUST } from './trust.js';

const anchor: Command = command({
  usage: 'anchor [--page] [--key KEY] [-o FILE] FOLDER|URL',
  about: `Prints the log's latest checkpoint for paper, a minute book or an e-mail to the data protection officer: whoever kept last
Monday's line can show later that the log was rewritten. One line, or with --page a sheet that says what to do with it. Nothing is
sent anywhere.`,
  examples: [
    ['anchor --key trust.vkey /srv/audit/2026 | mail -s "audit log today" dpo@trust.example', 'every day from cron'],
    ['anchor --page --key trust.vkey /srv/audit/2026 | lp', 'a sheet to sign and file'],
  ],
  options: { ...OUTPUT, ...TRUST, page: { kind: 'flag', help: 'a sheet for paper' } },
  operands: [1, 1],
  named: 'log',
  payload: true,
  async run(values, [where]) {
    const { reader, folder } = await neededLog(await openFiles(where));
    const { policy, keyFrom } = await neededTrust(values, folder);
    const { checkpoint, note } = await latestCheckpoint(reader, policy);
    const facts = { ...checkpointFacts(checkpoint), at: iso(Date.now()), digest: hex(sha256(utf8(note))), keyFrom };
    const { origin, size, root } = facts;
    const line = `${origin} ${size} ${root}`;
    const text = values.page ? pageOf(facts, note) : `${line}\n`;
    const { output: path, force } = values;
    await writeOutput({ path, force, content: 'safe' }, (output) => output.write(text));
    return { facts: { ...facts, line }, words: [] };
  },
});

function pageOf(
  { origin, size, root, at, digest }: { origin: string; size: number; root: string; at: string; digest: string },
  note: string,
): string {
  const groups = (text: string): string => (text.match(/.{1,8}/g) ?? []).join(' ');
  return `ANCHOR OF AN AUDIT LOG

Log        ${origin}
Entries    ${size}
Root       ${groups(root.slice(0, 32))}
           ${groups(root.slice(32))}
Printed    ${at}

The whole checkpoint, SHA-256 ${digest}:

${note}
Keep this sheet where nobody who runs the log can reach it. To use it later, save the text between the
blank lines as a file and run

  wardseal-audit consistency --log FOLDER|URL --key KEY THIS-CHECKPOINT LATEST-CHECKPOINT

If that says anything but GOOD, the log was rewritten after this sheet was printed, or the key is another.

Seen by ______________________   Date ______________
`;
}

export const verbs: Readonly<Record<string, Command>> = { '': anchor };
