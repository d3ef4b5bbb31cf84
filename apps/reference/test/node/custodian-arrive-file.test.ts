import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { patientHandle } from '@wardseal/audit';
import { generateIdentity, listRecipients, rewrapWithout } from '@wardseal/crypto';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { ItemLabels } from '../../src/wire/index.js';
import {
  CLINICAL,
  type CustodyWorld,
  custodyWorld,
  type Enrolled,
  type ItemChange,
  JPEG_HEAD,
  ORG,
} from '../support/custody-world.js';

let world: CustodyWorld;
let sender: Enrolled;
let member: Enrolled;
const closing: Server[] = [];

beforeAll(async () => {
  world = await custodyWorld();
  sender = await world.enrol('p-lindqvist');
  member = await world.enrol('p-okafor');
}, 60_000);
afterAll(() => world?.stop());
afterEach(() => {
  for (const server of closing.splice(0)) server.close();
});

const ADVICE = 'Elevate the hand; come to clinic tomorrow.';
const refused = (code: string) => expect.objectContaining({ code });
test('an item that is as it was signed gets the patient’s handle, the same for every item of the patient', async () => {
  const first = await world.item(sender);
  const second = await world.item(sender);
  const one = await world.custodian.arrive(first.call, first.sealed.payload);
  const two = await world.custodian.arrive(second.call, second.sealed.payload);
  const key = JSON.parse(await readFile(join(world.folder, 'index-key.json'), 'utf8')) as string;
  expect(one).toEqual({
    handle: patientHandle(Buffer.from(key, 'base64url'), 'nhs:9990000018'),
    manifestId: first.sealed.manifestId,
    root: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
  });
  expect((two as typeof one & { handle: string }).handle).toBe((one as typeof two & { handle: string }).handle);
  // Asking again changes nothing.
  expect(await world.custodian.arrive(first.call, first.sealed.payload)).toEqual(one);
});

test('nobody is indexed under a number that was not checked', async () => {
  const patient = {
    scheme: 'unverified',
    number: '',
    name: 'Unknown (invented)',
    born: '',
    reason: 'not conscious',
  } as const;
  const item = await world.item(sender, { clinical: { patient } });
  expect(await world.custodian.arrive(item.call, item.sealed.payload)).toMatchObject({ handle: null });
});

const other = randomUUID();
const cases: Record<string, [held: string, change: ItemChange, call?: object]> = {
  'labels that the sender did not sign': ['labels', { signedLabels: { sensitivity: 'intimate' } }],
  'a team that the sender did not sign': ['labels', { signedLabels: { team: 'none' } }],
  'an author who did not seal it': ['labels', { labels: { author: 'p-okafor' } }],
  'labels of another organisation': ['labels', { labels: { ownerOrg: 'ZZZ02' } }],
  'another case': ['case', { signedCase: 'another' }],
  'another item’s id': ['item', { clinical: { item: other } }],
  'a photograph without consent': ['clinical', { clinical: { consent: null } }],
  'clinical facts with a field nobody knows': ['clinical', { clinical: { extra: 1 } as never }],
  'a number that does not check': [
    'clinical',
    { clinical: { patient: { ...CLINICAL.patient, number: '9990000019' } } },
  ],
  'advice that does not say so': ['clinical', { clinical: { advice: { about: other, root: 'A'.repeat(43) } } }],
  'a picture that is a program': ['media-type', { mediaType: 'application/javascript' }],
  'a picture that is another kind of picture': ['media-type', { mediaType: 'image/png' }],
  'a picture that is a page': ['media-type', { plaintext: new Uint8Array(Buffer.from('<html></html>')) }],
  'a picture that claims a gigapixel': [
    'media-type',
    { plaintext: new Uint8Array(Buffer.from('ffd8ffc0000b08ffffffff01011100ffd9', 'hex')) },
  ],
  'a message that holds more than its words': [
    'clinical',
    {
      labels: { kind: 'message', consentLevel: [] },
      clinical: { consent: null },
      mediaType: 'text/plain',
      plaintext: JPEG_HEAD,
    },
  ],
  'nothing at all': ['payload', { plaintext: new Uint8Array(0) }],
  'a recipient of no directory': ['recipients', { outside: ['age1-later'] }],
  'no custodian': ['custodian', { without: 'custodian' }],
  'no way for guardians': ['recovery', { without: 'guardians' }],
  'seats of people who are no guardians': ['recovery', { seats: ['p-okafor', 'p-lindqvist'] }],
  'one guardian alone': ['recovery', { threshold: 1 }],
  'a time some minutes ahead': ['sender', {}, { sentAt: new Date(Date.now() + 900_000).toISOString() }],
  'sealed after it was sent': ['sender', { ahead: 900 }],
  'a time in the future': ['sender', {}, { sentAt: '2098-01-01T00:00:00.000Z' }],
  'a time before it was sealed': ['sender', {}, { sentAt: '2020-01-01T00:00:00.000Z' }],
};
for (const [name, [held, change, more]] of Object.entries(cases))
  test(`held for its ${held}: ${name}`, async () => {
    const outside = change.outside && [(await generateIdentity()).recipient];
    const item = await world.item(sender, { ...change, ...(outside && { outside }) });
    expect(await world.custodian.arrive({ ...item.call, ...more }, item.sealed.payload)).toEqual({ held });
  });

test('held for its payload: one bit; for its header: one bit', async () => {
  const item = await world.item(sender);
  const payload = new Uint8Array(item.sealed.payload);
  payload[payload.length >> 1] = (payload[payload.length >> 1] as number) ^ 1;
  expect(await world.custodian.arrive(item.call, payload)).toEqual({ held: 'payload' });
  const header = Buffer.from(item.call.header, 'base64url');
  header[header.length - 3] = (header.at(-3) as number) ^ 1;
  const held = await world.custodian.arrive(
    { ...item.call, header: header.toString('base64url') },
    item.sealed.payload,
  );
  expect(held).toEqual({ held: 'header' });
});

test('one id is one file: another under it, also one that the sender signed, is held', async () => {
  const first = await world.item(sender);
  await world.custodian.arrive(first.call, first.sealed.payload);
  const { item } = first.call;
  const second = await world.item(sender, { clinical: { item } });
  expect(await world.custodian.arrive({ ...second.call, item }, second.sealed.payload)).toEqual({ held: 'item' });
  await expect(world.custodian.file({ ...second.call, item }, second.sealed.payload)).rejects.toThrow(
    refused('ITEM_HELD'),
  );
});

interface Document {
  readonly id: string;
  readonly content: readonly { attachment: { url?: string; data?: string; hash: string; size: number } }[];
  readonly context: { readonly related?: readonly { reference: string }[] };
  readonly relatesTo?: readonly { target: { reference: string } }[];
  readonly [member: string]: unknown;
}
let base = '';
async function found(item: string): Promise<readonly Document[]> {
  const identifier = encodeURIComponent(`urn:ietf:rfc:3986|urn:uuid:${item}`);
  const answer = await fetch(`${base}/DocumentReference?identifier=${identifier}`);
  const { entry } = (await answer.json()) as { entry: { resource: Document }[] };
  return entry.map(({ resource }) => resource);
}

test('a picture is filed once, byte for byte, with where and whose; advice beside it', async () => {
  base = world.recordUrl;
  const picture = await world.item(sender);
  await world.custodian.arrive(picture.call, picture.sealed.payload);
  const filed = await world.custodian.file(picture.call, picture.sealed.payload);
  expect(filed.reference).toMatch(/^DocumentReference\//);
  expect(await world.custodian.file(picture.call, picture.sealed.payload)).toEqual(filed);
  const documents = await found(picture.call.item);
  expect(documents.map(({ id }) => `DocumentReference/${id}`)).toEqual([filed.reference]);
  const [document] = documents as [Document];
  const { url, hash, size } = document.content[0]?.attachment ?? { url: '', hash: '', size: 0 };
  const bytes = new Uint8Array(await (await fetch(`${base}/${url}`)).arrayBuffer());
  expect(Buffer.compare(bytes, picture.plaintext)).toBe(0);
  expect([hash, size]).toEqual([createHash('sha1').update(picture.plaintext).digest('base64'), 70_000]);
  expect(Buffer.from(document.content[1]?.attachment.data ?? '', 'base64').toString()).toBe('Please advise.');
  const structure = await (await fetch(`${base}/${document.context.related?.[0]?.reference}`)).json();
  expect(structure).toMatchObject({
    resourceType: 'BodyStructure',
    location: { text: 'Skin of hand' },
    locationQualifier: [{ coding: [{ code: '7771000' }] }],
    patient: { identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' } },
  });

  const labels: Partial<ItemLabels> = { kind: 'message', consentLevel: [], team: 'none', about: picture.call.item };
  const root = 'A'.repeat(43);
  const advice = await world.item(member, {
    labels,
    to: ['p-lindqvist', 'p-okafor'],
    mediaType: 'text/plain',
    clinical: {
      consent: null,
      site: '',
      side: 'not-applicable',
      note: ADVICE,
      advice: { about: picture.call.item, root },
    },
  });
  expect(await world.custodian.arrive(advice.call, advice.sealed.payload)).toHaveProperty('manifestId');
  await world.custodian.file(advice.call, advice.sealed.payload);
  const [beside] = (await found(advice.call.item)) as [Document];
  expect(beside).toMatchObject({
    relatesTo: [{ code: 'appends', target: { reference: filed.reference } }],
    context: { related: [{ reference: filed.reference }] },
    type: { text: 'Advice on a clinical photograph' },
  });
});

test('advice waits for its picture', async () => {
  const about = randomUUID();
  const advice = await world.item(member, {
    labels: { kind: 'message', consentLevel: [], team: 'none', about },
    mediaType: 'text/plain',
    clinical: { consent: null, advice: { about, root: 'A'.repeat(43) } },
  });
  await expect(world.custodian.file(advice.call, advice.sealed.payload)).rejects.toThrow(refused('ITEM_CONFLICT'));
});

test('what the record stored before the custodian could note it is found, not stored again', async () => {
  const item = await world.item(sender);
  // A record whose answer is lost on the way: stored, and nobody was told.
  let lost = 0;
  const proxy = await listening(async (request, body) => {
    const { method = 'GET', url = '', headers } = request;
    const answer = await fetch(`${world.recordUrl.replace(`/${ORG}`, '')}${url}`, {
      method,
      headers: { accept: headers.accept ?? '', 'content-type': headers['content-type'] ?? '' },
      ...(method === 'POST' && { body: body.toString() }),
    });
    if (method === 'POST' && lost++ === 0) return null;
    return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
  });
  await world.restart(`${proxy}/${ORG}`);
  await expect(world.custodian.file(item.call, item.sealed.payload)).rejects.toThrow(refused('RECORD_DOWN'));
  const filed = await world.custodian.file(item.call, item.sealed.payload);
  base = world.recordUrl;
  expect((await found(item.call.item)).map(({ id }) => `DocumentReference/${id}`)).toEqual([filed.reference]);
  expect(lost).toBe(1);
  await world.restart();
});

test('a record that is away, refuses, redirects, babbles or gives back other bytes has filed nothing', async () => {
  const item = await world.item(sender);
  const stored = {
    resourceType: 'Bundle',
    entry: [
      { resource: { resourceType: 'DocumentReference', id: '1', content: [{ attachment: { url: 'Binary/1' } }] } },
    ],
  };
  const answers: readonly { status: number; body: string }[] = [
    { status: 500, body: '' },
    { status: 200, body: 'no JSON' },
    { status: 200, body: '{"resourceType":"Patient"}' },
    { status: 307, body: '' },
    { status: 200, body: JSON.stringify(stored) },
  ];
  for (const answer of answers) {
    const url = await listening(async () => ({ status: answer.status, body: Buffer.from(answer.body) }));
    await world.restart(url);
    await expect(world.custodian.file(item.call, item.sealed.payload)).rejects.toThrow(refused('RECORD_DOWN'));
  }
  await world.restart('http://127.0.0.1:9');
  await expect(world.custodian.file(item.call, item.sealed.payload)).rejects.toThrow(refused('RECORD_DOWN'));
  await world.restart();
  expect((await world.custodian.file(item.call, item.sealed.payload)).reference).toMatch(/^DocumentReference\//);
});

test('the custodian lets go of what is filed, and of nothing else', async () => {
  const item = await world.item(sender);
  await world.custodian.arrive(item.call, item.sealed.payload);
  const { logEntry } = await world.logRelease(item, 'p-lead');
  const call = { ...item.call, logEntry };
  await expect(world.custodian.letGo(call)).rejects.toThrow(refused('ITEM_CONFLICT'));
  await world.custodian.file(item.call, item.sealed.payload);
  const left = await world.custodian.letGo(call);
  const directory = await world.directory();
  const { signed } = await listRecipients(Buffer.from(left.header, 'base64url'), {
    identities: [member.identity],
    resolveSender: directory.resolveSender,
    authorizeGrant: ({ by }) => by.person === 'custodian',
  });
  expect(signed.map(({ role }) => role).sort()).toEqual(['member', 'member', 'recovery']);
  await expect(world.custodian.letGo({ ...call, header: left.header })).rejects.toThrow(refused('ITEM_HELD'));
});

test('a change of recipients by anybody but the custodian holds the item', async () => {
  const item = await world.item(sender);
  const directory = await world.directory();
  const entry = directory.person('p-okafor') as NonNullable<ReturnType<typeof directory.person>>;
  const { signed } = await listRecipients(item.sealed.header, {
    identities: [member.identity],
    resolveSender: directory.resolveSender,
  });
  const own = signed.find(({ role }) => role === 'recovery')?.thumbprint as string;
  const changed = await rewrapWithout(item.sealed.header, [own], {
    directory,
    resolveSender: directory.resolveSender,
    actor: { identities: [member.identity], sender: { keys: member.keys, entry } },
    reason: 'no recovery, please',
  });
  const header = Buffer.from(changed.header).toString('base64url');
  expect(await world.custodian.arrive({ ...item.call, header }, item.sealed.payload)).toEqual({ held: 'recipients' });
});

/** A server that answers as it is told; null ends the connection. */
async function listening(
  answer: (
    request: import('node:http').IncomingMessage,
    body: Buffer,
  ) => Promise<{ status: number; body: Buffer } | null>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const told = await answer(request, Buffer.concat(parts));
    if (told === null) return request.socket.destroy();
    response.writeHead(told.status, { location: 'http://127.0.0.1:9/' });
    return response.end(told.body);
  });
  closing.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
