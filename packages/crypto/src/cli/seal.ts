import {
  type Command,
  command,
  type Input,
  OUTPUT,
  type Output,
  objectOf,
  openInput,
  type Progress,
  progressLine,
  streamOf,
  UsageError,
  writeOutput,
} from '@wardseal/primitives/cli';
import { type Directory, type Labels, type SealedHeader, type SealOptions, sealStream } from '../index.js';
import { sealFile } from '../node.js';
import { armored } from './armor.js';
import { sealedFacts } from './facts.js';
import { readKeyObject } from './key-file.js';
import { readRecipients, recipientOn } from './people.js';
import { Spool } from './spool.js';
import { whole } from './times.js';
import { RECIPIENTS, recipientsOf, SENDER, senderOf, TRUST, trustOf, vouched } from './trust.js';

const sealCommand: Command = command({
  usage:
    'seal --from KEYS -d SNAPSHOT --root THUMBPRINT --case ID (-r WHO | -R FILE | -t TEAM)... [-o FILE] [-a] [FILE]',
  about: `Seals FILE, or stdin, for the recipients named, signed by the sender. The result is an age v1 file: it opens with any age
client that knows the recipients' kind of key. The sender is not added: name yourself to keep access.`,
  options: {
    ...OUTPUT,
    armor: { kind: 'flag', short: 'a', help: 'write text (age armor)' },
    ...RECIPIENTS,
    ...SENDER,
    ...TRUST,
    custodian: { kind: 'text', value: 'WHO', help: 'the custodian, an openly listed recipient' },
    guardian: { kind: 'texts', value: 'WHO', help: 'one who can, with others, give access later' },
    guardians: { kind: 'texts', value: 'FILE', help: 'the same, one a line' },
    threshold: { kind: 'text', value: 'N', help: 'how many guardians are needed' },
    link: { kind: 'text', value: 'FILE', help: "a link's key, which opens the file too, as JSON with id and key" },
    type: { kind: 'text', value: 'TYPE', help: 'media type; application/octet-stream without it' },
    case: { kind: 'text', value: 'ID', help: 'opaque id that joins the files of one case' },
    label: { kind: 'texts', value: 'NAME=TEXT', help: 'a fact the server may see; never who the patient is' },
    labels: { kind: 'object', value: 'FILE', help: 'such facts as a JSON object' },
    clinical: { kind: 'object', value: 'FILE', help: 'clinical facts as a JSON object, for the recipients only' },
    classic: { kind: 'flag', help: "every recipient's key is classic (X25519)" },
    header: { kind: 'text', value: 'FILE', help: 'write the header here and the payload alone to the output' },
  },
  operands: [0, 1],
  payload: true,
  async run(values, [path]) {
    const { output, force, armor, header } = values;
    if (values.case === undefined) throw new UsageError('--case is needed');
    if (armor && header !== undefined)
      throw new UsageError('--armor is for a whole file, not for header and payload apart');
    const { known, directory } = await trustOf(values);
    const recipients = await recipientsOf(values, known);
    if (recipients.length === 0) throw new UsageError('no recipients: -r, -R or -t');
    const clinical = await objectOf(values.clinical, 'the clinical facts');
    const guardians = await guardiansOf(values, known);
    const options: SealOptions = {
      directory,
      recipients,
      sender: await senderOf(values, known),
      case: values.case,
      mediaType: values.type ?? 'application/octet-stream',
      labels: await labelsOf(values),
      mode: values.classic ? 'classic' : 'pq',
      ...(values.custodian !== undefined && {
        custodian: vouched([recipientOn(values.custodian, '--custodian', known)], values.unverified)[0]!,
      }),
      ...(guardians && { guardians }),
      ...(values.link !== undefined && { link: await readKeyObject(values.link, 'id') }),
      ...(clinical && { clinical }),
    };
    const input = await openInput(path, 'the content');
    const progress = progressLine('sealing', input.regular?.size);
    try {
      const place = { path: output, force, secret: true, content: armor ? 'safe' : 'binary' } as const;
      const sealed = await writeOutput(place, async (out) => {
        if (header !== undefined) return sealApart(input, options, out, { path: header, force }, progress);
        if (armor) {
          const text = await armored(out);
          const done = await sealWhole(input, options, text, progress);
          await text.end();
          return done;
        }
        return sealWhole(input, options, out, progress);
      });
      return sealedFacts(sealed);
    } finally {
      progress.clear();
      await input.close();
    }
  },
});

/** Header first, as a file is. Between two files nothing is copied; a pipe cannot take the header at the end. */
async function sealWhole(input: Input, options: SealOptions, out: Output, progress: Progress): Promise<SealedHeader> {
  const { regular } = input;
  if (regular !== null && out.file !== null)
    return sealFile(regular.path, out.file, { ...options, onProgress: progress.at });
  const { payload, sealed } = await sealStream(streamOf(progress.count(input.chunks())), options);
  const spool = new Spool();
  try {
    for await (const chunk of payload) await spool.add(chunk);
    const done = await sealed;
    await out.write(done.header);
    await spool.pour(out);
    return done;
  } finally {
    await spool.close();
  }
}

/** Payload as it comes, then the header into a file of its own. */
async function sealApart(
  input: Input,
  options: SealOptions,
  out: Output,
  header: { readonly path: string; readonly force: boolean },
  progress: Progress,
): Promise<SealedHeader> {
  return writeOutput({ ...header, secret: true, content: 'binary' }, async (file) => {
    const { payload, sealed } = await sealStream(streamOf(progress.count(input.chunks())), options);
    for await (const chunk of payload) await out.write(chunk);
    const done = await sealed;
    await file.write(done.header);
    return done;
  });
}

async function guardiansOf(
  values: {
    readonly guardian: readonly string[];
    readonly guardians: readonly string[];
    readonly threshold: string | undefined;
    readonly unverified: boolean;
  },
  known: Directory | null,
): Promise<SealOptions['guardians'] | null> {
  const { guardian, guardians, threshold, unverified } = values;
  const named = guardian.map((text) => recipientOn(text, '--guardian', known));
  const seats = vouched([...named, ...(await readRecipients(guardians, known))], unverified);
  if (seats.length === 0 && threshold === undefined) return null;
  if (seats.length === 0 || threshold === undefined) throw new UsageError('guardians and --threshold go together');
  return { seats, threshold: whole(threshold, 'threshold') };
}

async function labelsOf(values: {
  readonly label: readonly string[];
  readonly labels: string | Labels | undefined;
}): Promise<Labels> {
  const pairs = values.label.map((text) => {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError('--label takes NAME=TEXT');
    return [text.slice(0, at), text.slice(at + 1)];
  });
  return { ...(await objectOf(values.labels, 'the labels')), ...Object.fromEntries(pairs) };
}

export const verbs: Readonly<Record<string, Command>> = { '': sealCommand };
