import { randomBytes } from 'node:crypto';
import { base64url, fromBase64url } from '@wardseal/primitives';
import {
  type Command,
  command,
  jsonObject,
  type Options,
  OUTPUT,
  readSmall,
  readText,
  UsageError,
  type Values,
  writeOutput,
} from '@wardseal/primitives/cli';
import {
  answerChallenge,
  challengeEnrolment,
  createEnrolment,
  recipientOf,
  recipientThumbprint,
  signingKeyThumbprint,
  verifyEnrolment,
} from '../index.js';
import { readKeys } from './key-file.js';
import { days, nowSeconds } from './times.js';

// How a person gets into the directory: the custodian invites, the person's device asks, the custodian challenges, the device
// answers, the custodian accepts. The messages may travel any way; the invitation's secret goes by another.

const ENTRY_DAYS = '365';

const LINK = {
  ...OUTPUT,
  secret: { kind: 'text', value: 'FILE', help: 'what directory invite wrote' },
  person: { kind: 'text', value: 'ID', help: 'opaque id of the person' },
  organisation: { kind: 'text', value: 'ID', help: 'opaque id of the organisation' },
  root: { kind: 'text', value: 'THUMBPRINT', help: "the organisation's root" },
} as const satisfies Options;

async function secretOf(path: string | undefined): Promise<Uint8Array<ArrayBuffer>> {
  if (path === undefined) throw new UsageError('--secret is needed');
  const secret = fromBase64url((await readText(path, 'the secret')).trim());
  if (secret?.length !== 32) throw new UsageError(`${path}: it is not what directory invite writes`);
  return secret;
}

async function linkOf({ secret, person, organisation, root }: Values<typeof LINK>) {
  if (person === undefined || organisation === undefined || root === undefined)
    throw new UsageError('--person, --organisation and --root are needed');
  return { secret: await secretOf(secret), person, organisation, rootThumbprint: root };
}

/** What two people compare before a key is believed. */
function inWords({ recipient, signing }: { recipient: string; signing: string }): string[] {
  return [`receiving key ${recipient}`, `signing key   ${signing}`];
}

async function oneIdentity(paths: readonly string[]) {
  const { identities, signing } = await readKeys(paths);
  const [identity, ...more] = identities;
  if (identity === undefined || more.length > 0) throw new UsageError('a key file with one identity is needed: -i');
  return { identity, signing };
}

const invite: Command = command({
  usage: 'directory invite -o FILE',
  about: `Custodian: makes the secret of one enrolment, for one person and at most 30 minutes. It must reach them by a way that the
messages do not take.`,
  options: OUTPUT,
  operands: [0, 0],
  payload: true,
  async run({ output, force }) {
    const text = `${randomBytes(32).toString('base64url')}\n`;
    await writeOutput({ path: output, force, secret: true, content: 'safe' }, (out) => out.write(text));
    return { facts: {}, words: [] };
  },
});

const enrol: Command = command({
  usage: 'directory enrol --secret FILE -i KEYS --person ID --organisation ID --root THUMBPRINT [-o FILE]',
  about: 'Person: asks to be enrolled with the public halves of the keys in KEYS.',
  options: { ...LINK, identity: { kind: 'texts', short: 'i', value: 'FILE', help: 'your key file' } },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const link = await linkOf(values);
    const { identity, signing } = await oneIdentity(values.identity);
    if (signing === null) throw new UsageError('the key file holds no WARDSEAL-SIGNING-KEY');
    const request = await createEnrolment({ ...link, identity, keys: signing });
    await writeOutput({ path: values.output, force: values.force, content: 'safe' }, (out) => out.write(request));
    const keys = { recipient: recipientThumbprint(await recipientOf(identity)), signing: signing.kid };
    return { facts: { thumbprints: keys }, words: ['show the custodian:', ...inWords(keys)] };
  },
});

const challenge: Command = command({
  usage:
    'directory challenge --secret FILE --person ID --organisation ID --root THUMBPRINT --keep FILE [-o FILE] REQUEST',
  about: 'Custodian: checks a request and challenges the device to open something with the key that it claims.',
  options: { ...LINK, keep: { kind: 'text', value: 'FILE', help: 'what directory accept needs of it; secret' } },
  operands: [1, 1],
  payload: true,
  async run(values, [path]) {
    const { keep, output, force } = values;
    if (keep === undefined) throw new UsageError('--keep is needed');
    const link = await linkOf(values);
    const { message, expected } = await challengeEnrolment(await readSmall(path!, 'the request'), link);
    const kept = JSON.stringify({ message: base64url(message), expected: base64url(expected) });
    await writeOutput({ path: output, force, content: 'safe' }, async (out) => {
      await writeOutput({ path: keep, force, secret: true, content: 'safe' }, (file) => file.write(`${kept}\n`));
      await out.write(message);
    });
    return { facts: {}, words: [] };
  },
});

const answer: Command = command({
  usage: 'directory answer --secret FILE -i KEYS --request FILE [-o FILE] CHALLENGE',
  about: "Person: answers the custodian's challenge.",
  options: {
    ...OUTPUT,
    secret: LINK.secret,
    identity: { kind: 'texts', short: 'i', value: 'FILE', help: 'your key file' },
    request: { kind: 'text', value: 'FILE', help: 'what directory enrol wrote' },
  },
  operands: [1, 1],
  payload: true,
  async run({ secret, identity: paths, request: asked, output, force }, [path]) {
    if (asked === undefined) throw new UsageError('--request is needed');
    const { identity } = await oneIdentity(paths);
    const request = await readSmall(asked, 'the request');
    const options = { secret: await secretOf(secret), identity, request };
    const given = await answerChallenge(await readSmall(path!, 'the challenge'), options);
    await writeOutput({ path: output, force, content: 'safe' }, (out) => out.write(given));
    return { facts: {}, words: [] };
  },
});

const accept: Command = command({
  usage: `directory accept --secret FILE --person ID --organisation ID --root THUMBPRINT --kept FILE --request FILE [-o FILE] ANSWER`,
  about: `Custodian: proves that the person holds both keys and writes their directory entry, for directory sign. Compare the
thumbprints with those that their device shows, with a second person looking; then destroy the secret.`,
  options: {
    ...LINK,
    kept: { kind: 'text', value: 'FILE', help: 'what directory challenge kept' },
    request: { kind: 'text', value: 'FILE', help: "the person's request" },
    days: { kind: 'text', value: 'N', help: `how long the entry counts; ${ENTRY_DAYS} days without it` },
    role: { kind: 'texts', value: 'NAME', help: 'a role of theirs, such as custodian or guardian' },
    team: { kind: 'texts', value: 'ID', help: 'a team of theirs' },
  },
  operands: [1, 1],
  payload: true,
  async run(values, [path]) {
    const { kept, request, role, team, output, force } = values;
    if (kept === undefined || request === undefined) throw new UsageError('--kept and --request are needed');
    const options = { ...(await linkOf(values)), challenge: await readKept(kept) };
    const enrolled = await verifyEnrolment(
      await readSmall(request, 'the request'),
      await readSmall(path!, 'the answer'),
      options,
    );
    const validFrom = nowSeconds();
    const entry = {
      ...enrolled,
      ...(role.length > 0 && { roles: role }),
      ...(team.length > 0 && { teams: team }),
      validFrom,
      validTo: validFrom + days(values.days ?? ENTRY_DAYS),
    };
    await writeOutput({ path: output, force, content: 'text' }, (out) =>
      out.write(Buffer.from(`${JSON.stringify(entry)}\n`)),
    );
    const keys = {
      recipient: recipientThumbprint(enrolled.recipient),
      signing: signingKeyThumbprint(enrolled.signingKey),
    };
    const words = ['compare with what the device shows:', ...inWords(keys)];
    return { facts: { person: enrolled.person, thumbprints: keys }, words };
  },
});

async function readKept(path: string) {
  const kept = jsonObject(await readText(path, 'the challenge'));
  const [message, expected] = [kept?.['message'], kept?.['expected']].map((text) =>
    typeof text === 'string' ? fromBase64url(text) : null,
  );
  if (!message || !expected) throw new UsageError(`${path}: it is not what directory challenge kept`);
  return { message, expected };
}

export const enrolment: Readonly<Record<string, Command>> = { invite, enrol, challenge, answer, accept };
