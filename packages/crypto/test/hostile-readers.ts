import { concat, fromUtf8, utf8 } from '@wardseal/primitives';
import {
  addRecipients,
  answerChallenge,
  approveShare,
  attachHeader,
  type ChangeOptions,
  challengeEnrolment,
  checkSeat,
  combineShares,
  createEnrolment,
  decodeArmor,
  decodeShareRequest,
  delegateDirectory,
  detachHeader,
  deviceFingerprint,
  encodeArmor,
  encodeShareRequest,
  erasureCertificate,
  generateIdentity,
  generateRecoveryCode,
  inspect,
  listRecipients,
  type OpenOptions,
  open,
  openRange,
  openReader,
  openShare,
  openStream,
  protectKeys,
  readErasureCertificate,
  recipientOf,
  recipientThumbprint,
  rewrapWithout,
  rotate,
  seal,
  signingKeyPairOf,
  signingKeyThumbprint,
  signSnapshot,
  unprotectKeys,
  verifyEnrolment,
  verifyShareRequest,
  verifySnapshot,
} from '../src/index.js';
import { approvedRequest } from './recovery-world.js';
import { content, NOW, ORGANISATION, organisationKeys, type World } from './world.js';

/** A public function that reads what strangers may have written, and something valid to begin from. */
export interface Reader {
  readonly name: string;
  readonly valid: Uint8Array;
  read(data: Uint8Array): Promise<unknown> | unknown;
  /** The same for a reader of text. */
  readText?(text: string): Promise<unknown> | unknown;
}

const SECRET = new Uint8Array(32).fill(7);

// A reader of text is given the text of the bytes, or Latin-1 where they are no UTF-8: any string can come from outside.
function text(name: string, valid: string, readText: (value: string) => unknown): Reader {
  const read = (data: Uint8Array) => readText(fromUtf8(data) ?? new TextDecoder('latin1').decode(data));
  return { name, valid: utf8(valid), read, readText };
}

/** A stream of the bytes in pieces of no particular sizes. */
export function pieces(data: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= data.length) return controller.close();
      const end = at + 1 + ((at * 7919) % 5000);
      controller.enqueue(data.subarray(at, end));
      at = end;
    },
  });
}

async function consumed(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return concat(...parts);
    parts.push(value);
  }
}

/** The whole of a file through a stream. */
export async function streamed(data: Uint8Array, opening: OpenOptions): Promise<Uint8Array> {
  return consumed((await openStream(pieces(data), opening)).plaintext);
}

/** The whole of a file as one range. */
export async function ranged(data: Uint8Array, opening: OpenOptions): Promise<Uint8Array> {
  const reader = await openReader(data, opening);
  try {
    return await reader.range(0, reader.size);
  } finally {
    reader.close();
  }
}

function changing(w: World): ChangeOptions {
  const { keys, entry, identity } = w.custodian;
  const actor = { identities: [identity], sender: { keys, entry } };
  return { ...w.opening, actor, directory: w.directory, reason: 'on call', authorizeGrant: () => true, now: NOW };
}

async function filesOf(w: World): Promise<Reader[]> {
  const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
  const link = { id: 'link-1', key: new Uint8Array(32) };
  const sealed = await seal(content(70), { ...w.sealing, guardians, link });
  const { header, payload, bytes } = sealed;
  const seat = w.guardians[0]!.identity;
  const { request, options } = await approvedRequest(w, header, w.mallory.entry);
  const requester = w.mallory.identity;
  const shares = await Promise.all(
    [0, 1].map((i) => openShare(header, w.guardians[i]!.identity, request, { ...options })),
  );
  const certificate = await erasureCertificate({
    manifestId: sealed.manifestId,
    headerDigests: [sealed.headerDigest],
    actor: { keys: w.alice.keys, entry: w.alice.entry },
    ground: 'filed and closed',
    backupHorizon: NOW + 86_400,
    now: NOW,
  });
  return [
    { name: 'open', valid: bytes, read: (data) => open(data, w.opening) },
    {
      name: 'open, unsigned files too',
      valid: bytes,
      read: (data) => open(data, { ...w.opening, passphrase: 'x', link, allowUnsigned: true }),
    },
    { name: 'open, the header', valid: header, read: (data) => open({ header: data, payload }, w.opening) },
    { name: 'open, the payload', valid: payload, read: (data) => open({ header, payload: data }, w.opening) },
    { name: 'openStream', valid: bytes, read: (data) => streamed(data, w.opening) },
    {
      name: 'openStream, the payload',
      valid: payload,
      read: async (data) => consumed((await openStream({ header, payload: pieces(data) }, w.opening)).plaintext),
    },
    { name: 'openReader', valid: bytes, read: (data) => ranged(data, w.opening) },
    { name: 'openRange', valid: bytes, read: (data) => openRange(data, 0, 1, w.opening) },
    { name: 'listRecipients', valid: header, read: (data) => listRecipients(data, w.opening) },
    {
      name: 'addRecipients',
      valid: header,
      read: (data) => addRecipients(data, [w.mallory.entry], changing(w)),
    },
    {
      name: 'rewrapWithout',
      valid: header,
      read: (data) => rewrapWithout(data, [recipientThumbprint(w.alice.entry.recipient)], changing(w)),
    },
    { name: 'rotate', valid: bytes, read: (data) => rotate(data, { ...changing(w), recipients: [w.bob.entry] }) },
    { name: 'inspect', valid: bytes, read: (data) => inspect(data) },
    { name: 'detachHeader', valid: bytes, read: (data) => detachHeader(data) },
    { name: 'attachHeader', valid: header, read: (data) => attachHeader(data, payload) },
    { name: 'decodeArmor', valid: utf8(encodeArmor(bytes)), read: (data) => decodeArmor(data) },
    text('decodeArmor, a text', encodeArmor(bytes), (value) => decodeArmor(value)),
    { name: 'checkSeat', valid: header, read: (data) => checkSeat(data, seat) },
    {
      name: 'approveShare, the header',
      valid: header,
      read: (data) => approveShare(data, request, { approver: w.alice, ...options }),
    },
    { name: 'openShare, the header', valid: header, read: (data) => openShare(data, seat, request, options) },
    { name: 'combineShares, the header', valid: header, read: (data) => combineShares(data, shares, requester) },
    {
      name: 'combineShares, a share',
      valid: shares[0]!,
      read: (data) => combineShares(header, [data, shares[1]!], requester),
    },
    { name: 'decodeShareRequest', valid: encodeShareRequest(request), read: (data) => decodeShareRequest(data) },
    text('verifyShareRequest, an approval', request.approvals[0]!, (value) =>
      verifyShareRequest(header, { ...request, approvals: [value, request.approvals[1]!] }, options),
    ),
    text('readErasureCertificate', certificate, (value) =>
      readErasureCertificate(value, { resolveSender: w.directory.resolveSender }),
    ),
  ];
}

async function keysOf(w: World): Promise<Reader[]> {
  const { identity, keys, entry } = w.bob;
  const about = { person: 'bob', credential: 'credential-1' };
  const device = await generateIdentity();
  const recoveryCode = generateRecoveryCode();
  const passkeyPrf = new Uint8Array(32).fill(3);
  const own = { identity, signing: keys };
  const byCode = await protectKeys(own, { recoveryCode }, about);
  const byDevice = await protectKeys(own, { deviceRecipient: device.recipient }, about);
  const sealedTo = (recipient: string) => seal(content(1), { ...w.sealing, recipients: [recipient] });
  return [
    text('recipientOf', identity, (value) => recipientOf(value)),
    text('recipientThumbprint', entry.recipient, (value) => recipientThumbprint(value)),
    text('signingKeyThumbprint', keys.publicKey, (value) => signingKeyThumbprint(value)),
    text('signingKeyPairOf', keys.secretKey, (value) => signingKeyPairOf(value)),
    text('seal, a recipient', entry.recipient, (value) => sealedTo(value)),
    text('deviceFingerprint', device.recipient, (value) => deviceFingerprint(value)),
    text('unprotectKeys, the code', recoveryCode, (value) => unprotectKeys(byCode, { recoveryCode: value }, about)),
    { name: 'unprotectKeys, by code', valid: byCode, read: (data) => unprotectKeys(data, { recoveryCode }, about) },
    {
      name: 'unprotectKeys, by passkey',
      valid: await protectKeys(own, { passkeyPrf }, about),
      read: (data) => unprotectKeys(data, { passkeyPrf }, about),
    },
    {
      name: 'unprotectKeys, by device',
      valid: byDevice,
      read: (data) => unprotectKeys(data, { deviceIdentity: device.identity }, { ...about, entry }),
    },
  ];
}

async function peopleOf(w: World): Promise<Reader[]> {
  const { root, directoryKey } = await organisationKeys();
  const rootThumbprint = root.kid;
  const link = { secret: SECRET, person: 'bob', organisation: ORGANISATION, rootThumbprint };
  const request = await createEnrolment({ ...link, identity: w.bob.identity, keys: w.bob.keys, now: NOW });
  const challenge = await challengeEnrolment(request, { ...link, now: NOW });
  const held = { secret: SECRET, identity: w.bob.identity, request };
  const answer = await answerChallenge(challenge.message, held);
  const judged = { ...link, challenge, now: NOW };
  const delegation = await delegateDirectory(root, directoryKey.publicKey, {
    organisation: ORGANISATION,
    until: NOW + 86_400,
    now: NOW,
  });
  const snapshot = { directoryKey, delegation, organisation: ORGANISATION, epoch: 1, now: NOW };
  return [
    { name: 'challengeEnrolment', valid: request, read: (data) => challengeEnrolment(data, { ...link, now: NOW }) },
    { name: 'answerChallenge', valid: challenge.message, read: (data) => answerChallenge(data, held) },
    { name: 'verifyEnrolment, the request', valid: request, read: (data) => verifyEnrolment(data, answer, judged) },
    { name: 'verifyEnrolment, the answer', valid: answer, read: (data) => verifyEnrolment(request, data, judged) },
    text('signSnapshot, a delegation', delegation, (value) =>
      signSnapshot([w.bob.entry], { ...snapshot, delegation: value }),
    ),
    {
      name: 'verifySnapshot',
      valid: await signSnapshot([w.alice.entry, w.bob.entry], snapshot),
      read: (data) => verifySnapshot(data, { rootThumbprint, now: NOW }),
    },
  ];
}

/** Every reader of this package that needs no file system and no browser. */
export async function readers(w: World): Promise<readonly Reader[]> {
  return [...(await filesOf(w)), ...(await keysOf(w)), ...(await peopleOf(w))];
}
