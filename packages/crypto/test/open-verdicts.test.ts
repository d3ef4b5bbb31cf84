import { aeadSeal, concat, sha256 } from '@wardseal/primitives';
import { describe, expect, it } from 'vitest';
import { encodeHeader, encodeStanza, type Stanza } from '../src/header.js';
import { generateIdentity, type OpenUnsignedOptions, open, seal } from '../src/index.js';
import { parseRecipient } from '../src/keys/recipient.js';
import { chunkNonce, payloadKey } from '../src/payload.js';
import { wrapForRecipient } from '../src/stanza/native.js';
import { openUp, rebuild } from './craft.js';
import { codeOf, content, NOW, world } from './world.js';

// Strangers' age files are opened only for who asks for it in so many words, and never a file of ours that lost its signature.

const fileKey = new Uint8Array(16).fill(4);

async function strangers(stanzas: readonly Stanza[]) {
  const header = encodeHeader(fileKey, stanzas);
  const nonce = new Uint8Array(16);
  const chunk = await aeadSeal(payloadKey(fileKey, nonce), chunkNonce(0, true), content(5));
  return { header, bytes: concat(header, nonce, chunk) };
}

describe("a stranger's file", () => {
  it('opens for who allows it, and says what it is', async () => {
    const [classic, pq] = [await generateIdentity({ kind: 'classic' }), await generateIdentity()];
    const wrap = (one: typeof pq) => wrapForRecipient(parseRecipient(one.recipient), fileKey);
    const grease = encodeStanza('grease', [], new Uint8Array(3));
    for (const [people, modes] of [
      [[classic], ['classic']],
      [[pq], ['pq']],
      [
        [pq, classic, pq],
        ['pq', 'classic'],
      ],
    ] as const) {
      const { header, bytes } = await strangers([grease, ...(await Promise.all(people.map(wrap)))]);
      const opened = await open(bytes, { identities: [people[0].identity], allowUnsigned: true });
      expect(opened).toEqual({ signed: false, modes, headerDigest: sha256(header), plaintext: content(5) });
    }
  });

  it('is refused without that word', async () => {
    const { identity, recipient } = await generateIdentity({ kind: 'classic' });
    const { bytes } = await strangers([await wrapForRecipient(parseRecipient(recipient), fileKey)]);
    const resolveSender = () => null;
    for (const allowUnsigned of [undefined, false, 1, 'true', null]) {
      const options = { identities: [identity], allowUnsigned } as unknown as OpenUnsignedOptions;
      expect(await codeOf(() => open(bytes, { ...options, resolveSender }))).toBe('UNSIGNED');
      expect(await codeOf(() => open(bytes, options))).toBe(
        'TypeError: resolveSender is needed to judge a signed file',
      );
    }
    expect(await codeOf(() => open(bytes, { identities: [identity], resolveSender, allowUnsigned: true }))).toBe(
      'accepted',
    );
  });

  it('is refused where it says to be of ours', async () => {
    const { identity, recipient } = await generateIdentity({ kind: 'classic' });
    const native = await wrapForRecipient(parseRecipient(recipient), fileKey);
    for (const type of ['wardseal.org/tree', 'wardseal.org/link', 'wardseal.org/grant', 'wardseal.org/anything']) {
      const { bytes } = await strangers([native, encodeStanza(type, ['v0'], new Uint8Array(9))]);
      expect(await codeOf(() => open(bytes, { identities: [identity], allowUnsigned: true }))).toBe('UNSIGNED');
    }
    const { bytes } = await strangers([native, encodeStanza('wardseal.organ', ['v0'], new Uint8Array(9))]);
    expect(await codeOf(() => open(bytes, { identities: [identity], allowUnsigned: true }))).toBe('accepted');
  });
});

describe('a signed file', () => {
  it('is judged all the same where unsigned ones are allowed', async () => {
    const w = await world('classic');
    const { bytes } = await seal(content(5), w.sealing);
    const options: OpenUnsignedOptions = { identities: [w.bob.identity], allowUnsigned: true };
    expect(await codeOf(() => open(bytes, options))).toBe('SENDER_UNKNOWN');
    const opened = await open(bytes, { ...options, resolveSender: w.directory.resolveSender });
    expect(opened).toMatchObject({ signed: true, sender: w.alice.entry, mode: 'classic' });
  });

  it('says by which time its sender was judged', async () => {
    const w = await world('classic');
    const { bytes } = await seal(content(5), w.sealing);
    expect((await open(bytes, w.opening)).sentAt).toEqual({ time: NOW, from: 'claim' });
    expect((await open(bytes, { ...w.opening, sentAt: NOW + 7 })).sentAt).toEqual({ time: NOW + 7, from: 'log' });
    for (const notBelowEpoch of [-1, 0.5, '0', null])
      expect(await codeOf(() => open(bytes, { ...w.opening, notBelowEpoch } as never))).toBe(
        'RangeError: notBelowEpoch must be a whole number',
      );
    await expect(open(bytes, { ...w.opening, notBelowEpoch: 1 })).rejects.toMatchObject({
      code: 'ROLLBACK',
      what: 'epoch',
      limit: 1,
      found: 0,
    });
    expect(await codeOf(() => open(bytes, { ...w.opening, notBelowEpoch: 0 }))).toBe('accepted');
  });
});

it('labels that a server shows are compared, whatever they are', async () => {
  const w = await world('classic');
  const { bytes } = await seal(content(5), w.sealing);
  const shown = (labels: unknown) => codeOf(() => open(bytes, { ...w.opening, expectLabels: labels as never }));
  expect(await shown({ identifiable: true, kind: 'photo' })).toBe('accepted');
  const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`) as unknown;
  for (const labels of [
    {},
    null,
    'photo',
    ['photo'],
    { kind: 'photo', identifiable: 'true' },
    { kind: 'photo', identifiable: true, more: -0 },
    JSON.parse('{"kind":"photo","identifiable":true,"__proto__":{}}'),
    { kind: '\ud800' },
    deep,
  ])
    expect(await shown(labels)).toBe('LABELS_MISMATCH');
});

it('a refusal says which part it is about', async () => {
  const w = await world('classic');
  const { bytes, payload } = await seal(content(70_000), w.sealing);
  const inside = await openUp(bytes, w.bob.identity);
  const refused = async (file: Uint8Array, facts: object) =>
    expect(await open(file, w.opening).catch((error: unknown) => error)).toMatchObject(facts);
  const { length } = payload;
  for (const [found, cut] of [
    [length - 1, bytes.subarray(0, -1)],
    [length + 1, concat(bytes, new Uint8Array(1))],
  ] as const)
    await refused(cut, { code: 'PAYLOAD_INVALID', what: 'length', limit: length, found });
  const other = bytes.slice();
  other[bytes.length - length]! ^= 1;
  await refused(other, { code: 'PAYLOAD_MISMATCH', what: 'nonce' });
  for (const [type, code] of [
    ['wardseal.org/manifest', 'MANIFEST_INVALID'],
    ['wardseal.org/tree', 'TREE_INVALID'],
  ] as const) {
    const twice = inside.stanzas.flatMap((stanza) => (stanza.type === type ? [stanza, stanza] : [stanza]));
    await refused(rebuild(inside, { stanzas: twice }), { code, what: type });
  }
  const treeless = inside.stanzas.filter(({ type }) => type !== 'wardseal.org/tree');
  await refused(rebuild(inside, { stanzas: treeless }), { code: 'TREE_INVALID', what: 'wardseal.org/tree' });
});
