import { base64url } from '@wardseal/primitives';
import {
  type Command,
  command,
  type Options,
  OUTPUT,
  readSmall,
  UsageError,
  writeOutput,
} from '@wardseal/primitives/cli';
import {
  approveShare,
  checkSeat,
  combineShares,
  decodeShareRequest,
  detachHeader,
  encodeShareRequest,
  openShare,
  type ShareRequest,
  verifyShareRequest,
} from '../index.js';
import { keyObject, readIdentities } from './key-file.js';
import { personIn } from './people.js';
import { openSealed } from './sealed-input.js';
import { inWords, whole } from './times.js';
import { DIRECTORY, neededDirectory, SENDER, senderOf } from './trust.js';

// Nobody holds a key to everything: somebody asks, two others approve, enough guardians each open their share, and the one who
// asked joins them. FILE is always the sealed file, or its header alone.

const REQUEST = {
  request: { kind: 'text', value: 'FILE', help: 'the request, as recover request and recover approve wrote it' },
} as const satisfies Options;

const IDENTITY = {
  identity: { kind: 'texts', short: 'i', value: 'FILE', help: 'your key file' },
} as const satisfies Options;

async function headerOf(path: string | undefined): Promise<Uint8Array> {
  const input = await openSealed(path);
  try {
    return (await input.parts()).header;
  } finally {
    await input.close();
  }
}

async function requestOf(path: string | undefined): Promise<ShareRequest> {
  if (path === undefined) throw new UsageError('--request is needed');
  return decodeShareRequest(await readSmall(path, 'the request'));
}

async function onlyIdentity(paths: readonly string[]) {
  const [identity, ...more] = await readIdentities(paths);
  if (identity === undefined || more.length > 0) throw new UsageError('a key file with one identity is needed: -i');
  return identity;
}

const request: Command = command({
  usage: 'recover request --requester ID --ground TEXT --log-entry ID -d SNAPSHOT --root THUMBPRINT [-o FILE]',
  about: 'Writes a request to open a file, for two people to approve.',
  options: {
    ...OUTPUT,
    ...DIRECTORY,
    requester: { kind: 'text', value: 'ID', help: 'who is to open the file' },
    ground: { kind: 'text', value: 'TEXT', help: 'why, in a sentence that names no patient' },
    'log-entry': { kind: 'text', value: 'ID', help: "the audit log's entry of the request" },
  },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const { requester, ground, output, force } = values;
    const logEntry = values['log-entry'];
    if (requester === undefined || ground === undefined || logEntry === undefined)
      throw new UsageError('--requester, --ground and --log-entry are needed');
    const entry = personIn(await neededDirectory(values), requester, '--requester');
    const bytes = encodeShareRequest({ requester: entry, ground, logEntry, approvals: [] });
    await writeOutput({ path: output, force, content: 'text' }, (out) => out.write(bytes));
    return { facts: { requester, ground, logEntry, approvals: 0 }, words: [] };
  },
});

const approve: Command = command({
  usage: 'recover approve --request FILE --from KEYS -d SNAPSHOT --root THUMBPRINT [-o FILE] FILE',
  about: `Signs that this person may be given the shares of this file, and writes the request with the approval added. Compare the
header's digest with the log entry first.`,
  options: { ...OUTPUT, ...DIRECTORY, ...SENDER, ...REQUEST },
  operands: [1, 1],
  payload: true,
  async run(values, [path]) {
    const directory = await neededDirectory(values);
    const asked = await requestOf(values.request);
    const header = await headerOf(path);
    const approval = await approveShare(header, asked, { approver: await senderOf(values, directory), directory });
    const approved = { ...asked, approvals: [...asked.approvals, approval] };
    const bytes = encodeShareRequest(approved);
    await writeOutput({ path: values.output, force: values.force, content: 'text' }, (out) => out.write(bytes));
    const headerDigest = base64url((await detachHeader(header)).headerDigest);
    return {
      facts: { ...aboutRequest(asked), approvals: approved.approvals.length, headerDigest },
      words: [inWordsOf(asked), `approved for header ${headerDigest}`],
    };
  },
});

function aboutRequest({ requester, ground, logEntry }: ShareRequest) {
  return { requester: requester.person, ground, logEntry };
}

function inWordsOf({ requester, ground, logEntry }: ShareRequest): string {
  return `for ${requester.person}: ${ground} (log entry ${logEntry})`;
}

const share: Command = command({
  usage: 'recover share --request FILE -i SEAT -d SNAPSHOT --root THUMBPRINT [-o FILE] FILE',
  about: `Guardian: opens the share of your seat and seals it to whoever asks, when enough people approved. You decide that the
request is right; the share alone opens nothing.`,
  options: {
    ...OUTPUT,
    ...DIRECTORY,
    ...REQUEST,
    ...IDENTITY,
    approvals: { kind: 'text', value: 'N', help: 'how many different people must have approved; 2 without it' },
  },
  operands: [1, 1],
  payload: true,
  async run(values, [path]) {
    const directory = await neededDirectory(values);
    const asked = await requestOf(values.request);
    const seat = await onlyIdentity(values.identity);
    const header = await headerOf(path);
    const options = {
      directory,
      ...(values.approvals !== undefined && { approvals: whole(values.approvals, 'approvals') }),
    };
    const verified = await verifyShareRequest(header, asked, options);
    const bytes = await openShare(header, seat, asked, options);
    await writeOutput({ path: values.output, force: values.force, content: 'safe' }, (out) => out.write(bytes));
    const approvals = verified.approvals.map(({ approver, at }) => ({ person: approver.person, at }));
    const headerDigest = base64url(verified.headerDigest);
    return {
      facts: { ...aboutRequest(asked), approvals, headerDigest, threshold: verified.threshold, seats: verified.seats },
      words: [
        inWordsOf(asked),
        ...approvals.map(({ person, at }) => `approved by ${person} on ${inWords(at)}`),
        `one share of ${verified.threshold} that are needed, header ${headerDigest}`,
      ],
    };
  },
});

const check: Command = command({
  usage: 'recover check -i SEAT FILE',
  about: "Guardian's drill: says whether your seat's share is there and good. Nothing leaves.",
  options: IDENTITY,
  operands: [1, 1],
  payload: false,
  async run(values, [path]) {
    const facts = await checkSeat(await headerOf(path), await onlyIdentity(values.identity));
    return { facts, words: [`seat ${facts.seat} is good; ${facts.threshold} of ${facts.seats} are needed`] };
  },
});

const combine: Command = command({
  usage: 'recover combine -i KEYS --share FILE... [-o FILE] FILE',
  about: 'Requester: joins the shares of enough guardians into a key to this one file, for open --recovery.',
  options: {
    ...OUTPUT,
    ...IDENTITY,
    share: { kind: 'texts', value: 'FILE', help: 'what a guardian wrote with recover share' },
  },
  operands: [1, 1],
  payload: true,
  async run(values, [path]) {
    const identity = await onlyIdentity(values.identity);
    const shares: Uint8Array[] = [];
    for (const one of values.share) shares.push(await readSmall(one, 'the share'));
    const { set, key } = await combineShares(await headerOf(path), shares, identity);
    const place = { path: values.output, force: values.force, secret: true, content: 'safe' } as const;
    await writeOutput(place, (out) => out.write(keyObject('set', set, key)));
    return { facts: { set }, words: [] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { request, approve, share, check, combine };
