import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEventId, verifyReceipt } from '@wardseal/audit';
import { seal } from '@wardseal/crypto';
import { createRedeemer } from '@wardseal/link-signing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { secretBytes } from '../../src/demo/bytes.js';
import { type Cast, createCast, ORGANISATION, type Person } from '../../src/demo/people.js';
import { labelsOf, mayOpenLink, mayView } from '../../src/demo/questions.js';
import { receiptThenOpen } from '../../src/demo/receipt-then-open.js';
import { startTrust, type Trust } from '../../src/demo/trust.js';
import { decideThenLog } from '../../src/server/wiring/decide-then-log.js';

const DUTIES = { watermark: () => true, 'no-download': () => true };
const LINK_DUTIES = { ...DUTIES, 'share-mark': () => true, 'max-lifetime': () => true };

let folder: string;
let trust: Trust;
let cast: Cast;
let labels: ReturnType<typeof labelsOf>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-wiring-'));
  [trust, cast] = await Promise.all([startTrust(folder, new Date()), createCast()]);
  labels = labelsOf(cast.sender, new Date(Date.now() + 3_600_000));
});
afterAll(async () => {
  await trust.log.close();
  await rm(folder, { recursive: true, force: true });
});

function opening() {
  const { object, ...rest } = event('link.open', cast.sender);
  return rest;
}

function event(type: 'image.view' | 'link.open', actor: Person, contentHash?: Uint8Array) {
  const hash = contentHash === undefined ? {} : { contentHash: Buffer.from(contentHash).toString('base64url') };
  return {
    id: createEventId(),
    occurredAt: new Date().toISOString(),
    type,
    actor: { id: actor.entry.person, kind: 'practitioner' as const, org: ORGANISATION.id },
    object: { kind: 'item', id: 'item-1', ...hash },
    purpose: 'TREAT' as const,
  };
}

const state = { state: 'active' as const, sentAt: new Date().toISOString() };

function sealFor(viewer: Person, content: string) {
  return seal(new TextEncoder().encode(content), {
    recipients: [viewer.entry],
    directory: cast.directory,
    sender: { keys: cast.sender.keys, entry: cast.sender.entry },
    mediaType: 'image/jpeg',
    case: 'case-1',
    labels,
  });
}

test('a viewer opens only the header that was logged, whatever digest the server tells', async () => {
  const { viewer } = cast;
  const [logged, other] = await Promise.all([sealFor(viewer, 'logged'), sealFor(viewer, 'other')]);
  const nonce = secretBytes(32);
  const { entry } = await decideThenLog(trust, {
    request: mayView(viewer, labels, state, new Date()),
    event: event('image.view', viewer, logged.headerDigest),
    duties: DUTIES,
    nonce,
  });
  const known = {
    logKey: trust.logKey,
    nonce,
    object: 'item-1',
    actor: viewer.entry.person,
    identity: viewer.identity,
    labels,
    resolveSender: cast.directory.resolveSender,
  };
  const { opened } = await receiptThenOpen({ ...logged, receipt: entry.receipt }, known);
  expect(new TextDecoder().decode(opened.plaintext)).toBe('logged');
  const swapped = { ...other, headerDigest: logged.headerDigest, receipt: entry.receipt };
  await expect(receiptThenOpen(swapped, known)).rejects.toMatchObject({ code: 'HEADER_MISMATCH' });
});

test('nobody is decided on in the name of one person and logged as another', async () => {
  const before = trust.log.size;
  const asked = {
    request: mayView(cast.viewer, labels, state, new Date()),
    event: event('image.view', cast.sender),
    duties: DUTIES,
  };
  await expect(decideThenLog(trust, asked)).rejects.toThrow(TypeError);
  expect(trust.log.size).toBe(before);
});

test('a duty that cannot be carried out keeps a link shut, costs no use and is logged', async () => {
  const { issuer, redeem } = trust.links;
  const { handle } = await issuer.grant({
    object: secretBytes(32).fill(0xff, 0, 1),
    expires: Math.floor(Date.now() / 1000) + 600,
    maxUses: 1,
    purpose: 'referral',
    binding: 'bearer',
    permissions: ['view'],
    issuerUser: new Uint8Array(Buffer.from(randomUUID().replaceAll('-', ''), 'hex')),
  });
  const knock = async (duties: typeof LINK_DUTIES | typeof DUTIES) =>
    redeem({
      handle,
      ephemeralKey: (await createRedeemer()).publicKey,
      event: opening(),
      request: ({ claims }) => mayOpenLink(labels, state, claims.purpose),
      duties,
    });
  const before = trust.log.size;
  await expect(knock(DUTIES)).rejects.toMatchObject({ code: 'DENIED' });
  expect(trust.log.size).toBe(before + 1);
  expect(await issuer.inspect(handle)).toMatchObject({ state: 'live', used: 0 });
  expect(await knock(LINK_DUTIES)).toMatchObject({ use: 1 });
});

test('the log names the link and the opening; an answer given again is the same opening', async () => {
  const { issuer, redeem } = trust.links;
  const { handle, id } = await issuer.grant({
    object: secretBytes(32).fill(0xff, 0, 1),
    expires: Math.floor(Date.now() / 1000) + 600,
    maxUses: 2,
    purpose: 'referral',
    binding: 'passcode',
    passcode: 'three-blind-mice',
    permissions: ['view'],
    issuerUser: new Uint8Array(Buffer.from(randomUUID().replaceAll('-', ''), 'hex')),
  });
  const { publicKey } = await createRedeemer();
  const knock = (passcode: string) =>
    redeem({
      handle,
      ephemeralKey: publicKey,
      passcode,
      event: opening(),
      request: ({ claims }) => mayOpenLink(labels, state, claims.purpose),
      duties: LINK_DUTIES,
    });
  const unchecked = { logKey: trust.logKey, nonce: null, actor: null, headerDigest: null };
  const said = async (receipt: unknown) =>
    (
      await verifyReceipt(receipt as string, {
        ...unchecked,
        object: Buffer.from(id).toString('hex'),
        type: 'link.open',
      })
    ).entry;
  const first = await knock('three-blind-mice');
  const again = await knock('three-blind-mice');
  expect(again).toMatchObject({ use: 1, repeated: true });
  const entries = [await said(first.receipt), await said(again.receipt)];
  expect(entries[0]!.request).toBe(entries[1]!.request);
  expect(entries.map(({ reason }) => reason)).toEqual(['opening 1 of 2', 'opening 1 of 2, answered again']);
  const before = trust.log.size;
  await expect(knock('two-blind-mice')).rejects.toMatchObject({ code: 'PASSCODE_REFUSED' });
  expect(trust.log.size).toBe(before + 1);
});
