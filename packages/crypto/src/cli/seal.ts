import { type Labels, seal } from '../index.js';
import { armored } from './armor.js';
import { type Command, command, OUTPUT } from './command.js';
import { objectOf, sealedFacts } from './facts.js';
import { UsageError } from './failure.js';
import { openInput, readAll } from './input.js';
import { readSigningKey } from './key-file.js';
import { writeOutput } from './output.js';
import { readEntry, readRecipients, recipientOn } from './people.js';
import { whole } from './times.js';
import { RECIPIENTS, recipientsOf, TRUST, trustOf } from './trust.js';

const MAX_BYTES = 4_294_967_296;

const sealCommand: Command = command({
  usage: 'seal --from KEYS --entry FILE --unverified --case ID (-r RECIPIENT | -R FILE)... [-o FILE] [-a] [FILE]',
  about: `Seals FILE, or stdin, for the recipients named, signed by the sender. The result is an age v1 file: it opens with any age
client that knows the recipients' kind of key. The sender is not added: name yourself to keep access.`,
  options: {
    ...OUTPUT,
    armor: { kind: 'flag', short: 'a', help: 'write text (age armor)' },
    ...RECIPIENTS,
    from: { kind: 'text', value: 'FILE', help: "the sender's key file" },
    entry: { kind: 'text', value: 'FILE', help: "the sender's directory entry" },
    ...TRUST,
    custodian: { kind: 'text', value: 'RECIPIENT', help: 'the custodian, an openly listed recipient' },
    guardians: { kind: 'texts', value: 'FILE', help: 'guardians who can together give access later, one a line' },
    threshold: { kind: 'text', value: 'N', help: 'how many of them are needed' },
    type: { kind: 'text', value: 'TYPE', help: 'media type; application/octet-stream without it' },
    case: { kind: 'text', value: 'ID', help: 'opaque id that joins the files of one case' },
    label: { kind: 'texts', value: 'NAME=TEXT', help: 'a fact the server may see; never about who the patient is' },
    labels: { kind: 'object', value: 'FILE', help: 'such facts as a JSON object' },
    clinical: { kind: 'object', value: 'FILE', help: 'clinical facts as a JSON object, for the recipients only' },
    classic: { kind: 'flag', help: "every recipient's key is classic (X25519)" },
    header: { kind: 'text', value: 'FILE', help: 'write the header here and the payload alone to the output' },
  },
  operands: [0, 1],
  payload: true,
  async run(values, [path]) {
    const { from, entry, output, force } = values;
    if (from === undefined || entry === undefined) throw new UsageError('a sender is needed: --from and --entry');
    if (values.case === undefined) throw new UsageError('--case is needed');
    const directory = await trustOf(values);
    const recipients = await recipientsOf(values);
    if (recipients.length === 0) throw new UsageError('no recipients: -r or -R');
    const clinical = await objectOf(values.clinical, 'the clinical facts');
    const guardians = await guardiansOf(values);
    const options = {
      directory,
      recipients,
      sender: { keys: await readSigningKey(from), entry: await readEntry(entry) },
      case: values.case,
      mediaType: values.type ?? 'application/octet-stream',
      labels: await labelsOf(values),
      mode: values.classic ? ('classic' as const) : ('pq' as const),
      ...(values.custodian !== undefined && { custodian: recipientOn(values.custodian, '--custodian') }),
      ...(guardians && { guardians }),
      ...(clinical && { clinical }),
    };
    const input = await openInput(path, 'the content');
    try {
      const place = { path: output, force, content: values.armor ? 'safe' : 'binary' } as const;
      return await writeOutput(place, async (stream) => {
        const sealed = await seal(await readAll(input, MAX_BYTES, 'the content'), options);
        const out = values.armor ? await armored(stream) : { ...stream, end: async () => {} };
        if (values.header !== undefined)
          await writeOutput({ path: values.header, force, content: 'binary' }, (file) => file.write(sealed.header));
        await out.write(values.header === undefined ? sealed.bytes : sealed.payload);
        await out.end();
        return sealedFacts(sealed);
      });
    } finally {
      await input.close();
    }
  },
});

async function guardiansOf({ guardians, threshold }: { guardians: readonly string[]; threshold: string | undefined }) {
  if (guardians.length === 0 && threshold === undefined) return null;
  if (guardians.length === 0 || threshold === undefined)
    throw new UsageError('--guardians and --threshold go together');
  return { seats: await readRecipients(guardians), threshold: whole(threshold, 'threshold') };
}

async function labelsOf({ label, labels }: { label: readonly string[]; labels: string | Labels | undefined }) {
  const pairs = label.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError('--label takes NAME=TEXT');
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return { ...(await objectOf(labels, 'the labels')), ...Object.fromEntries(pairs) };
}

export const verbs: Readonly<Record<string, Command>> = { '': sealCommand };
