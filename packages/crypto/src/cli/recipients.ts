import { base64url } from '@wardseal/primitives';
import { type Command, command, type Result, readAll, UsageError } from '@wardseal/primitives/cli';
import {
  addRecipients,
  type Directory,
  listRecipients,
  type Recipient,
  type RecipientList,
  removeRecipients,
  rewrapWithout,
} from '../index.js';
import { CHANGE, changeOf, READER, readerOf, rewrite, rewriteHeader } from './change.js';
import { sealedFacts } from './facts.js';
import { thumbprintOf } from './people.js';
import { openSealed } from './sealed-input.js';
import { inWords } from './times.js';
import { RECIPIENTS, recipientsOf } from './trust.js';

// A rotated file is made in memory.
const MAX_ROTATED = 1_073_741_824;

/** Who has a key, as far as the directory says. */
function nameOf(known: Directory | null, thumbprint: string): string | undefined {
  return known?.entries.find((entry) => thumbprintOf(entry) === thumbprint)?.person;
}

const list: Command = command({
  usage: 'recipients list -i KEYS -d SNAPSHOT --root THUMBPRINT [--changes-by WHO]... [FILE]',
  about: 'Shows who can open a file, whom the sender signed, who was let in later and by whom, and who was put out.',
  options: READER,
  operands: [0, 1],
  payload: false,
  async run(values, [path]) {
    const { known, judgement, identities } = await readerOf(values);
    const input = await openSealed(path);
    try {
      const { header } = await input.parts();
      return listed(await listRecipients(header, { identities, ...judgement }), known);
    } finally {
      await input.close();
    }
  },
});

function listed({ signed, granted, removed, epoch, headerDigest }: RecipientList, known: Directory | null): Result {
  const later = ({ thumbprint, role, person, change }: RecipientList['granted'][number]) => ({
    thumbprint,
    role,
    person: person ?? nameOf(known, thumbprint),
    by: change.by.person,
    at: change.at,
    reason: change.reason,
    logEntry: change.logEntry,
  });
  const facts = {
    epoch,
    headerDigest: base64url(headerDigest),
    signed: signed.map(({ thumbprint, role }) => ({ thumbprint, role, person: nameOf(known, thumbprint) })),
    granted: granted.map(later),
    removed: removed.map(later),
  };
  const line = (what: string, one: { thumbprint: string; role: string; person: string | undefined }) =>
    `${what.padEnd(10)}${one.role.padEnd(11)}${one.thumbprint}  ${one.person ?? ''}`.trimEnd();
  const who = (one: (typeof facts.granted)[number]) => ` by ${one.by} on ${inWords(one.at)}: ${one.reason}`;
  return {
    facts,
    words: [
      `epoch     ${epoch}`,
      ...facts.signed.map((one) => line('signed', one)),
      ...facts.granted.map((one) => line('let in', one) + who(one)),
      ...facts.removed.map((one) => line('put out', one) + who(one)),
    ],
  };
}

const add: Command = command({
  usage:
    'recipients add -i KEYS -d SNAPSHOT --root THUMBPRINT --reason TEXT (-r WHO | -R FILE | -t TEAM)... [-o FILE] [FILE]',
  about: `Lets further people open a file. Only the header changes; FILE may be the header alone. Readers accept the change only
from whom they name with --changes-by.`,
  options: {
    ...CHANGE,
    ...RECIPIENTS,
    custodian: { kind: 'flag', help: "they are the custodian's next key, not members" },
  },
  operands: [0, 1],
  payload: true,
  async run(values, [path]) {
    const { known, options } = await changeOf(values);
    const people = await recipientsOf(values, known);
    if (people.length === 0) throw new UsageError('no recipients: -r, -R or -t');
    const role = values.custodian ? 'custodian' : 'member';
    return rewriteHeader(values, path, (header) => addRecipients(header, people, { ...options, role }));
  },
});

const remove: Command = command({
  usage: 'recipients remove -i KEYS -d SNAPSHOT --root THUMBPRINT --reason TEXT --out WHO... [-o FILE] [FILE]',
  about: `Puts people out of a file: encrypts it again under a new key for everybody else. Erase the old file and header: they still
open each other for whoever kept both. --rewrap-only writes the header anew under the same key: that stops only people who
never fetched an earlier header.`,
  options: {
    ...CHANGE,
    out: { kind: 'texts', value: 'WHO', help: "a person's id, an age1... recipient, a thumbprint, a link's id" },
    'rewrap-only': { kind: 'flag', help: 'change the header alone; FILE may then be the header' },
    ...RECIPIENTS,
    recipient: { ...RECIPIENTS.recipient, help: 'somebody who stays and whom the directory does not have' },
    'recipients-file': { ...RECIPIENTS['recipients-file'], help: 'the same, one a line' },
  },
  operands: [0, 1],
  payload: true,
  async run(values, [path]) {
    if (values.out.length === 0) throw new UsageError('nobody is to go: --out');
    const { known, options } = await changeOf(values);
    const reading = { identities: options.actor.identities ?? [], ...options };
    if (values['rewrap-only'])
      return rewriteHeader(values, path, async (header) => {
        const now = await listRecipients(header, reading);
        return rewrapWithout(header, thumbprintsOf(values.out, now, known), options);
      });
    const pool = [...(known?.entries ?? []), ...(await recipientsOf(values, known))];
    return rewrite(values, path, async ({ header, payload }, out) => {
      const now = await listRecipients(header, reading);
      const gone = thumbprintsOf(values.out, now, known);
      const bytes = await readAll(payload, MAX_ROTATED, 'the payload');
      const staying = stayingOf(now, gone, known, pool);
      const rotated = await removeRecipients({ header, payload: bytes }, gone, { ...options, ...staying });
      await out.write(rotated.bytes);
      const { facts, words } = sealedFacts(rotated);
      const previousDigest = base64url(rotated.previousDigest);
      return {
        facts: { ...facts, epoch: rotated.epoch, previousDigest, removed: gone },
        words: [...words, `erase every copy of header ${previousDigest}: it still opens the old file`],
      };
    });
  },
});

/** The thumbprints that are meant: of every key of a person, of a recipient, or as they stand. */
function thumbprintsOf(who: readonly string[], now: RecipientList, known: Directory | null): string[] {
  const there = now.file.recipients.map(({ thumbprint }) => thumbprint);
  return who.flatMap((one) => {
    const keys = known?.entries.filter(({ person }) => person === one).map(thumbprintOf) ?? [];
    const meant = there.includes(one) ? [one] : one.startsWith('age1') ? [thumbprintOf(one)] : keys;
    const found = meant.filter((thumbprint) => there.includes(thumbprint));
    if (found.length === 0) throw new UsageError(`--out ${one}: the file has no such recipient`);
    return found;
  });
}

/** Everybody else, in the roles they have. A link's key nobody here knows, so a link does not stay. */
function stayingOf(now: RecipientList, gone: readonly string[], known: Directory | null, pool: readonly Recipient[]) {
  const keyOf = (thumbprint: string): Recipient => {
    const keys = pool.filter((one) => thumbprintOf(one) === thumbprint);
    const current = keys.find(
      (one) => typeof one !== 'string' && known?.person(one.person)?.recipient === one.recipient,
    );
    const key = current ?? keys[0];
    if (key === undefined)
      throw new UsageError(`recipient ${thumbprint} is not in the directory: -r to keep, --out to go`);
    return key;
  };
  const staying = now.file.recipients.filter(({ thumbprint }) => !gone.includes(thumbprint));
  const inRole = (role: string) => staying.filter((one) => one.role === role).map(({ thumbprint }) => thumbprint);
  const [link] = inRole('link');
  if (link !== undefined) throw new UsageError(`link ${link} cannot stay, its key is not here: --out ${link}`);
  const custodians = inRole('custodian').map(keyOf);
  const { recovery } = now.file.manifest;
  return {
    // A second custodian's key stays as an ordinary recipient: a new file names one.
    recipients: [...inRole('member').map(keyOf), ...custodians.slice(1)],
    ...(custodians[0] !== undefined && { custodian: custodians[0] }),
    ...(recovery !== undefined &&
      inRole('recovery').length > 0 && { guardians: { seats: recovery.seats.map(keyOf), threshold: recovery.k } }),
  };
}

export const verbs: Readonly<Record<string, Command>> = { list, add, remove };
