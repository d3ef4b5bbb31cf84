import { open, unlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import { base64url, fromBase64url } from '@wardseal/primitives';
import {
  type Command,
  command,
  named,
  OUTPUT,
  readText,
  TroubleError,
  UsageError,
  writeOutput,
} from '@wardseal/primitives/cli';
import { detachHeader, erasureCertificate, limits, listRecipients, readErasureCertificate } from '../index.js';
import { READER, readerOf } from './change.js';
import { inWords, time } from './times.js';
import { judgementOf, SENDER, SENDERS, senderOf, TRUST, trustOf } from './trust.js';

// What stays possible after the best erasure, said with every one of them.
const NOT_REACHED = [
  'headers and content that somebody fetched or opened before',
  'backups and snapshots until the backup horizon',
  'blocks that the disk or the file system keeps of overwritten files',
];

const file: Command = command({
  usage:
    'erase file --from KEYS -d SNAPSHOT --root THUMBPRINT --ground TEXT --backup-horizon TIME [-o CERTIFICATE] FILE...',
  about: `Destroys the header of a sealed file, without which no copy of its payload can be opened: overwrites it, removes FILE, and
certifies that. FILE is a header, or a whole file; name every version of the header that is kept. Not reached are headers
and content that somebody fetched before, backups until the horizon, and what disks keep of overwritten blocks.`,
  options: {
    ...OUTPUT,
    ...SENDER,
    ...READER,
    'manifest-id': { kind: 'text', value: 'ID', help: "the file's manifest id; without it -i reads it" },
    also: { kind: 'texts', value: 'DIGEST', help: 'a header version that was destroyed elsewhere' },
    ground: { kind: 'text', value: 'TEXT', help: 'why, in a sentence that names no patient' },
    'backup-horizon': { kind: 'text', value: 'TIME', help: 'until when a backup may still hold a header' },
  },
  operands: [0, limits.MAX_HEADER_VERSIONS],
  payload: true,
  async run(values, files) {
    const paths = [...new Map(files.map((path) => [resolve(path), path])).values()];
    const { ground, output, force, also } = values;
    if (ground === undefined || values['backup-horizon'] === undefined)
      throw new UsageError('--ground and --backup-horizon are needed');
    if (paths.length + also.length === 0) throw new UsageError('nothing is to be erased: a file, or --also');
    const backupHorizon = time(values['backup-horizon'], 'backup-horizon');
    const { known } = await trustOf(values);
    const actor = await senderOf(values, known);
    const headers = await Promise.all(paths.map(headerIn));
    const manifestId = values['manifest-id'] ?? (await manifestOf(values, headers[0]?.header));
    const digests = [...new Set([...headers.map(({ digest }) => digest), ...also])].sort();
    const headerDigests = digests.map((text) => fromBase64url(text) ?? new Uint8Array(0));
    const destroyed: string[] = [];
    try {
      await writeOutput({ path: output, force, content: 'safe' }, async (out) => {
        // Signed before anything is destroyed: a key that does not sign shall not cost the file.
        const certificate = await erasureCertificate({ manifestId, headerDigests, actor, ground, backupHorizon });
        for (const [i, path] of paths.entries()) {
          await destroy(path, headers[i]!.header.length);
          destroyed.push(headers[i]!.digest);
        }
        await out.write(`${certificate}\n`);
      });
    } catch (error) {
      if (destroyed.length === 0) throw error;
      const again = [`--manifest-id=${manifestId}`, ...destroyed.map((digest) => `--also=${digest}`)];
      throw new TroubleError(`something is destroyed and not certified: certify it with ${again.join(' ')}`);
    }
    return {
      facts: { manifestId, headerDigests: digests, backupHorizon, notReached: NOT_REACHED },
      words: [
        ...digests.map((digest) => `destroyed header ${digest}`),
        ...NOT_REACHED.map((what) => `not reached: ${what}`),
      ],
    };
  },
});

async function headerIn(path: string): Promise<{ header: Uint8Array<ArrayBuffer>; digest: string }> {
  const handle = await named(path, () => open(path, 'r+')); // what cannot be written cannot be destroyed
  try {
    if (!(await handle.stat()).isFile()) throw new TroubleError(`${path}: it is no regular file`);
    const { buffer, bytesRead } = await handle.read(new Uint8Array(limits.MAX_HEADER_BYTES + 1));
    const { header, headerDigest } = await detachHeader(buffer.subarray(0, bytesRead));
    return { header, digest: base64url(headerDigest) };
  } finally {
    await handle.close();
  }
}

async function manifestOf(values: Parameters<typeof readerOf>[0], header: Uint8Array | undefined): Promise<string> {
  if (values.identity.length === 0 || header === undefined)
    throw new UsageError('--manifest-id, or -i to read it from the file');
  const { identities, judgement } = await readerOf(values);
  return (await listRecipients(header, { identities, ...judgement })).file.manifest.id;
}

async function destroy(path: string, headerBytes: number): Promise<void> {
  const handle = await named(path, () => open(path, 'r+'));
  try {
    await handle.write(new Uint8Array(headerBytes), 0, headerBytes, 0);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await named(path, () => unlink(path));
}

const verify: Command = command({
  usage: 'erase verify -d SNAPSHOT --root THUMBPRINT [--logged-at TIME] CERTIFICATE',
  about: 'Reads an erasure certificate, proves whose it is, and says what may be said of it.',
  options: {
    ...TRUST,
    senders: SENDERS.senders,
    'logged-at': { kind: 'text', value: 'TIME', help: 'when the audit log integrated it' },
  },
  operands: [1, 1],
  payload: false,
  async run(values, [path]) {
    const judged = await judgementOf({
      ...values,
      'changes-by': [],
      'sent-at': undefined,
      'not-below-epoch': undefined,
    });
    if (judged === null) throw new UsageError('no senders are known: --directory and --root');
    const certificate = (await readText(path!, 'the certificate')).trim();
    const loggedAt = values['logged-at'];
    const { actor, headerDigests, ...read } = await readErasureCertificate(certificate, {
      resolveSender: judged.judgement.resolveSender,
      ...(loggedAt !== undefined && { loggedAt: time(loggedAt, 'logged-at') }),
    });
    const { person, organisation } = actor;
    return {
      facts: { ...read, headerDigests: headerDigests.map(base64url), actor: { person, organisation } },
      words: [
        read.statement,
        `by ${person} of ${organisation} on ${inWords(read.erasedAt)}: ${read.ground}`,
        ...headerDigests.map((digest) => `header ${base64url(digest)}`),
      ],
    };
  },
});

export const verbs: Readonly<Record<string, Command>> = { file, verify };
