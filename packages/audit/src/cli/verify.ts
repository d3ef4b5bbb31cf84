import { type Command, command, counted, progressLine } from '@wardseal/primitives/cli';
import { type AuditReport, auditLog } from '../audit-log.js';
import { fileKeyStore } from '../store/file-key-store.js';
import { type CheckpointFacts, checkpointFacts, checkpointWords } from './checkpoint-facts.js';
import { EXIT } from './exits.js';
import { openFiles } from './log-files.js';
import { checkFolder } from './sources.js';
import { type KeyFrom, neededTrust, TRUST, UNPINNED } from './trust.js';

/** The report as the command gives it: bytes in hexadecimal, and where the key came from. */
interface Answer extends Omit<AuditReport, 'checkpoint'> {
  readonly checkpoint: CheckpointFacts | null;
  readonly keyFrom: KeyFrom;
}

const verify: Command = command({
  usage: 'verify [--key KEY] [--policy FILE] [--secrets FOLDER] FOLDER|URL',
  about: `Checks a whole log: the signature of its checkpoint, every entry and every tile up to the signed root, and where its
folder is at hand the journal. With --secrets every side record is opened and held against its entry. Without --key the key
beside the log is taken (log.vkey): that shows that the log agrees with itself, not who wrote it.`,
  examples: [
    ['verify --key trust.vkey /srv/audit/2026', 'the log in a folder, against a key that you keep'],
    ['verify --key trust.vkey https://audit.trust.example/2026/', 'the same log from outside'],
  ],
  options: {
    ...TRUST,
    secrets: {
      kind: 'text',
      value: 'FOLDER',
      help: "the log's secrets: opens every side record and holds it against its entry",
    },
  },
  operands: [1, 1],
  named: 'log',
  payload: false,
  async run(values, [where]) {
    const { reader, folder } = await openFiles(where);
    if (values.secrets !== undefined) await checkFolder(values.secrets);
    const { policy, keyFrom } = await neededTrust(values, folder);
    const bar = progressLine('checking', undefined, counted('entries'));
    const report = await auditLog(reader, policy, {
      onProgress: ({ done, total }) => bar.at(done, total),
      ...(values.secrets !== undefined && { keys: fileKeyStore(values.secrets) }),
    }).finally(() => bar.clear());
    const answer: Answer = { ...report, checkpoint: report.checkpoint && checkpointFacts(report.checkpoint), keyFrom };
    return { facts: answer, words: inWords(answer), exit: EXIT[report.verdict] };
  },
});

function inWords({ verdict, findings, checkpoint, checked, keyFrom, ...report }: Answer): string[] {
  const lines = checkpoint ? checkpointWords(checkpoint) : [];
  lines.push(`checked     ${checked.entries} entries, ${checked.tiles} tiles and bundles`);
  lines.push(`journal     ${checked.journal ? 'agrees where nothing is said below' : 'not looked at'}`);
  const { sidesErased, sidesMissing } = report;
  const lost = sidesMissing > 0 ? `, ${sidesMissing} whose secret is missing` : '';
  if (checked.sidesOpened + sidesErased + sidesMissing > 0)
    lines.push(`side records ${checked.sidesOpened} opened, ${sidesErased} with their secret destroyed${lost}`);
  if (report.unintegrated > 0) lines.push(`waiting     ${report.unintegrated} durable entries for the next checkpoint`);
  if (report.beyond > 0)
    lines.push(`beyond      ${report.beyond} entries have tiles behind this checkpoint: is there a later one?`);
  if (report.clockJumps.length > 0) lines.push(`clock       set back before entry ${report.clockJumps.join(', ')}`);
  for (const path of report.strangers) lines.push(`stranger    ${path} belongs to no tile`);
  if (checkpoint === null && findings.length === 0)
    lines.push('nothing     there is no log here: no checkpoint, and no tile');
  for (const { code, message, path, index } of findings)
    lines.push(`${code}  ${message}${path ? ` (${path})` : ''}${index === undefined ? '' : ` at entry ${index}`}`);
  if (keyFrom === 'beside the log') lines.push(UNPINNED);
  if (checkpoint?.witnesses.length === 0)
    lines.push('witnesses   none asked: whoever holds disk and signing key could have rewritten all of it');
  lines.push({ good: 'GOOD', tampered: 'TAMPERED WITH', unknown: 'CANNOT TELL' }[verdict]);
  return lines;
}

export const verbs: Readonly<Record<string, Command>> = { '': verify };
