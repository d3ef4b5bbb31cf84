import { type Command, command, OUTPUT, readText, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { createOrganisation, type DirectoryEntry, delegateDirectory, signSnapshot } from '../index.js';
import { enrolment } from './enrolment.js';
import { keyFile, readSigningKey } from './key-file.js';
import { readEntries } from './people.js';
import { days, inWords, nowSeconds, time, whole } from './times.js';
import { DIRECTORY, neededDirectory } from './trust.js';

const createRoot: Command = command({
  usage: 'directory create-root -o FILE',
  about: `Makes the root of an organisation's directory: a secret key for guardians to keep offline. Its thumbprint is what
everybody pins.`,
  options: OUTPUT,
  operands: [0, 0],
  payload: true,
  async run({ output, force }) {
    const { root, thumbprint } = await createOrganisation();
    const text = await keyFile({ signing: root });
    await writeOutput({ path: output, force, secret: true, content: 'safe' }, (out) => out.write(text));
    return { facts: { thumbprint, signingKey: root.publicKey }, words: [`root thumbprint: ${thumbprint}`] };
  },
});

const delegate: Command = command({
  usage:
    'directory delegate --root-key FILE --directory-key PUBLIC --organisation ID (--days N | --until TIME) [-o FILE]',
  about: `The guardians' act, offline: lets the custodian's directory key sign snapshots of one organisation, for at most 90 days.
keygen --only signing makes such a key and prints its public half.`,
  options: {
    ...OUTPUT,
    'root-key': { kind: 'text', value: 'FILE', help: "the root's key file" },
    'directory-key': { kind: 'text', value: 'PUBLIC', help: 'public half of the directory key' },
    organisation: { kind: 'text', value: 'ID', help: 'opaque id of the organisation' },
    days: { kind: 'text', value: 'N', help: 'how many days it counts' },
    until: { kind: 'text', value: 'TIME', help: 'first second at which it no longer counts' },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const { organisation, output, force } = values;
    const directoryKey = values['directory-key'];
    if (values['root-key'] === undefined || directoryKey === undefined || organisation === undefined)
      throw new UsageError('--root-key, --directory-key and --organisation are needed');
    if ((values.days === undefined) === (values.until === undefined)) throw new UsageError('either --days or --until');
    const until = values.until === undefined ? nowSeconds() + days(values.days!) : time(values.until, 'until');
    const root = await readSigningKey(values['root-key']);
    const delegation = await delegateDirectory(root, directoryKey, { organisation, until });
    await writeOutput({ path: output, force, content: 'safe' }, (out) => out.write(`${delegation}\n`));
    return { facts: { organisation, until, rootThumbprint: root.kid }, words: [`counts until ${inWords(until)}`] };
  },
});

const sign: Command = command({
  usage:
    'directory sign --key FILE --delegation FILE --organisation ID --epoch N [--previous DIGEST] [-o FILE] ENTRIES',
  about: `The custodian's act: signs who is who. ENTRIES is everybody, one directory entry a line, leavers and former keys included.
A snapshot counts for at most 7 days.`,
  options: {
    ...OUTPUT,
    key: { kind: 'text', value: 'FILE', help: "the directory key's file" },
    delegation: { kind: 'text', value: 'FILE', help: 'what directory delegate wrote' },
    organisation: { kind: 'text', value: 'ID', help: 'opaque id of the organisation' },
    epoch: { kind: 'text', value: 'N', help: '1 for the first snapshot, then one more each' },
    previous: { kind: 'text', value: 'DIGEST', help: 'digest of the snapshot before, as directory verify says it' },
    days: { kind: 'text', value: 'N', help: 'how many days it counts; 7 without it' },
  },
  operands: [1, 1],
  payload: true,
  async run(values, [path]) {
    const { key, delegation, organisation, epoch, previous, output, force } = values;
    if (key === undefined || delegation === undefined || organisation === undefined || epoch === undefined)
      throw new UsageError('--key, --delegation, --organisation and --epoch are needed');
    const entries = await readEntries(path!);
    const snapshot = await signSnapshot(entries, {
      directoryKey: await readSigningKey(key),
      delegation: (await readText(delegation, 'the delegation')).trim(),
      organisation,
      epoch: whole(epoch, 'epoch'),
      ...(previous !== undefined && { previous }),
      ...(values.days !== undefined && { validFor: days(values.days) }),
    });
    await writeOutput({ path: output, force, content: 'text' }, (out) => out.write(snapshot));
    return { facts: { organisation, epoch: whole(epoch, 'epoch'), entries: entries.length }, words: [] };
  },
});

const verify: Command = command({
  usage: 'directory verify -d SNAPSHOT --root THUMBPRINT [--since FILE]',
  about: `Verifies a snapshot from the pinned root to the proofs of every person in it. Anybody can. Keep what --json prints: given
as --since, it lets no older or other snapshot pass.`,
  options: DIRECTORY,
  operands: [0, 0],
  payload: false,
  async run(values) {
    const directory = await neededDirectory(values);
    const { organisation, rootThumbprint, epoch, digest, delegatedAt, issuedAt, validTo, entries } = directory;
    return {
      facts: { organisation, rootThumbprint, epoch, digest, delegatedAt, issuedAt, validTo, entries: entries.length },
      words: [
        `organisation ${organisation}`,
        `epoch        ${epoch}, signed ${inWords(issuedAt)}, counts until ${inWords(validTo)}`,
        `digest       ${digest}`,
        `entries      ${entries.length}`,
      ],
    };
  },
});

const entriesCommand: Command = command({
  usage: 'directory entries -d SNAPSHOT --root THUMBPRINT [--person ID]... [--team ID]... [--all] [-o FILE]',
  about: 'Writes entries of a verified snapshot, one a line: those that count now, of everybody or of whom is named.',
  options: {
    ...OUTPUT,
    ...DIRECTORY,
    person: { kind: 'texts', value: 'ID', help: 'this person' },
    team: { kind: 'texts', value: 'ID', help: 'everybody in this team' },
    all: { kind: 'flag', help: 'leavers and former keys too, as directory sign needs them for the next snapshot' },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const { person, team, all, output, force } = values;
    const directory = await neededDirectory(values);
    const wanted = ({ person: id, teams = [] }: DirectoryEntry) =>
      (person.length === 0 && team.length === 0) || person.includes(id) || teams.some((one) => team.includes(one));
    const found = directory.entries.filter(
      (entry) => wanted(entry) && (all || directory.person(entry.person)?.signingKey === entry.signingKey),
    );
    const lines = found.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    await writeOutput({ path: output, force, content: 'text' }, (out) => out.write(Buffer.from(lines)));
    return { facts: { epoch: directory.epoch, digest: directory.digest, entries: found.length }, words: [] };
  },
});

export const verbs: Readonly<Record<string, Command>> = {
  'create-root': createRoot,
  delegate,
  sign,
  verify,
  entries: entriesCommand,
  ...enrolment,
};
