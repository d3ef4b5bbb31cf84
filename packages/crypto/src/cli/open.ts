import { base64url } from '@wardseal/primitives';
import {
  type Command,
  command,
  OUTPUT,
  objectOf,
  progressLine,
  secretLine,
  UsageError,
  writeOutput,
} from '@wardseal/primitives/cli';
import { type OpenedStream, type OpenedUnsignedStream, openStream } from '../index.js';
import { readIdentities, readKeyObject } from './key-file.js';
import { openSealed } from './sealed-input.js';
import { inWords } from './times.js';
import { judgementOf, SENDERS } from './trust.js';

const openCommand: Command = command({
  usage: 'open -i KEYS (-d SNAPSHOT --root THUMBPRINT | --allow-unsigned) [-o FILE] [FILE]',
  about: `Opens FILE, or stdin, armored or not, and proves who sealed it, for whom, and that nothing differs. A file appears under its
name only when all of it is proven. To a pipe each piece goes as soon as it is proven: trust the whole when the exit code is 0.`,
  options: {
    ...OUTPUT,
    identity: { kind: 'texts', short: 'i', value: 'FILE', help: 'your key file' },
    ...SENDERS,
    'allow-unsigned': { kind: 'flag', help: "open files that nobody signed, strangers' age files; the answer says so" },
    'expect-labels': { kind: 'object', value: 'FILE', help: 'the labels that the server showed: others are refused' },
    link: { kind: 'text', value: 'FILE', help: "a link's key, as JSON with id and key" },
    passphrase: { kind: 'flag', help: "ask for the passphrase of a stranger's age file" },
    'passphrase-file': { kind: 'text', value: 'FILE', help: 'file that holds it' },
    recovery: { kind: 'text', value: 'FILE', help: 'the key that recover combine gave' },
    header: { kind: 'text', value: 'FILE', help: 'the header, where it is kept apart; FILE is then the payload' },
  },
  operands: [0, 1],
  payload: true,
  async run(values, [path]) {
    const { output, force } = values;
    const { identity, link, recovery } = values;
    const passphrase = values.passphrase || values['passphrase-file'] !== undefined;
    if (identity.length === 0 && link === undefined && recovery === undefined && !passphrase)
      throw new UsageError('a key is needed: -i, --link, --recovery or --passphrase');
    const judged = await judgementOf(values);
    if (judged === null && !values['allow-unsigned'])
      throw new UsageError(
        'no senders are known: --directory and --root, or --senders and --unverified; --allow-unsigned is for files that nobody signed',
      );
    const expectLabels = await objectOf(values['expect-labels'], 'the labels');
    const options = {
      ...(identity.length > 0 && { identities: await readIdentities(identity) }),
      ...(link !== undefined && { link: await readKeyObject(link, 'id') }),
      ...(passphrase && { passphrase: await secretLine(values['passphrase-file'], 'passphrase') }),
      ...(recovery !== undefined && { recovery: await readKeyObject(recovery, 'set') }),
      ...judged?.judgement,
      ...(expectLabels && { expectLabels }),
    };
    const input = await openSealed(path, values.header);
    const progress = progressLine('opening', input.size);
    try {
      return await writeOutput({ path: output, force, secret: true, content: 'text' }, async (out) => {
        const source = input.source();
        const opened = values['allow-unsigned']
          ? await openStream(source, { ...options, allowUnsigned: true })
          : await openStream(source, { ...options, resolveSender: judged!.judgement.resolveSender });
        for await (const chunk of progress.count(opened.plaintext)) await out.write(chunk);
        return said(opened, judged?.known != null);
      });
    } finally {
      progress.clear();
      await input.close();
    }
  },
});

function said(opened: OpenedStream | OpenedUnsignedStream, verified: boolean) {
  const headerDigest = base64url(opened.headerDigest);
  if (!opened.signed)
    return {
      facts: { signed: false, modes: opened.modes, headerDigest },
      words: ['not signed: nobody vouches for who wrote this'],
    };
  const { manifest, mode, sentAt, epoch } = opened;
  const { person, organisation } = opened.sender;
  const by = sentAt.from === 'log' ? 'by the log' : 'as the sender says';
  return {
    facts: {
      signed: true,
      verified,
      sender: { person, organisation },
      sentAt,
      mode,
      epoch,
      headerDigest,
      root: base64url(opened.root),
      originRoot: base64url(opened.originRoot),
      manifest,
    },
    words: [
      `sealed by ${person} of ${organisation}, sent ${inWords(sentAt.time)} ${by}`,
      ...(verified ? [] : ['no directory vouches for the sender']),
    ],
  };
}

export const verbs: Readonly<Record<string, Command>> = { '': openCommand };
