import { decodeArmor, open } from '../index.js';
import { isArmored } from './armor.js';
import { type Command, command, OUTPUT } from './command.js';
import { base64url, objectOf } from './facts.js';
import { UsageError } from './failure.js';
import { openInput, readAll, readSmall } from './input.js';
import { readIdentities } from './key-file.js';
import { writeOutput } from './output.js';
import { readEntries } from './people.js';
import { inWords, time } from './times.js';
import { resolverOf } from './trust.js';

const MAX_BYTES = 4_294_967_296;

const openCommand: Command = command({
  usage: 'open -i KEYS (--senders FILE --unverified | --allow-unsigned) [-o FILE] [FILE]',
  about: `Opens FILE, or stdin, armored or not, and proves who sealed it, for whom, and that nothing differs. --allow-unsigned opens
plain age files of strangers too: then nobody vouches for who wrote it, and the answer says so.`,
  options: {
    ...OUTPUT,
    identity: { kind: 'texts', short: 'i', value: 'FILE', help: 'your key file' },
    senders: { kind: 'text', value: 'FILE', help: 'directory entries of senders, one a line' },
    unverified: { kind: 'flag', help: 'take them on your own word' },
    'allow-unsigned': { kind: 'flag', help: 'open files that nobody signed' },
    'sent-at': {
      kind: 'text',
      value: 'TIME',
      help: 'when it was sent, as the audit log has it: judges the sender by that time',
    },
    'expect-labels': { kind: 'object', value: 'FILE', help: 'the labels that the server showed: others are refused' },
    header: { kind: 'text', value: 'FILE', help: 'the header, where it is kept apart; FILE is then the payload' },
  },
  operands: [0, 1],
  payload: true,
  async run(values, [path]) {
    const { output, force, senders, header } = values;
    if (values.identity.length === 0) throw new UsageError('a key file is needed: -i');
    if (senders === undefined && !values['allow-unsigned'])
      throw new UsageError('no senders are known: --senders, or --allow-unsigned for files that nobody signed');
    if (senders !== undefined && !values.unverified)
      throw new UsageError('nobody vouches for the senders: --unverified says that you do');
    const expectLabels = await objectOf(values['expect-labels'], 'the labels');
    const options = {
      identities: await readIdentities(values.identity),
      ...(senders !== undefined && { resolveSender: resolverOf(await readEntries(senders)) }),
      ...(values['sent-at'] !== undefined && { sentAt: time(values['sent-at'], 'sent-at') }),
      ...(expectLabels && { expectLabels }),
    };
    const input = await openInput(path, 'the sealed file');
    try {
      return await writeOutput({ path: output, force, secret: true, content: 'text' }, async (stream) => {
        const bytes = await readAll(input, MAX_BYTES, 'the sealed file');
        const whole = isArmored(bytes) ? decodeArmor(bytes) : bytes;
        const file = header === undefined ? whole : { header: await readSmall(header, 'the header'), payload: whole };
        const opened = values['allow-unsigned']
          ? await open(file, { ...options, allowUnsigned: true })
          : await open(file, { ...options, resolveSender: options.resolveSender! });
        await stream.write(opened.plaintext);
        const { signed, headerDigest } = opened;
        const digest = base64url(headerDigest);
        if (!signed)
          return {
            facts: { signed, modes: opened.modes, headerDigest: digest },
            words: ['not signed: nobody vouches for who wrote this'],
          };
        const { manifest, mode, sentAt } = opened;
        const { person, organisation } = opened.sender;
        return {
          facts: {
            signed,
            verified: false,
            sender: { person, organisation },
            sentAt,
            mode,
            headerDigest: digest,
            manifest,
          },
          words: [
            `sealed by ${person} of ${organisation}, sent ${inWords(sentAt.time)} ${sentAt.from === 'log' ? 'by the log' : 'as the sender says'}`,
          ],
        };
      });
    } finally {
      await input.close();
    }
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': openCommand };
