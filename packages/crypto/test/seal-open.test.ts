import { base64url } from '@wardseal/primitives';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  attachHeader,
  type DirectoryEntry,
  detachHeader,
  inspect,
  limits,
  type OpenOptions,
  open,
  openRange,
  openReader,
  openStream,
  recipientThumbprint,
  SealError,
  seal,
} from '../src/index.js';
import { codeOf, content, directoryOf, NOW, person, type World, world } from './world.js';

let pq: World;
let classic: World;
beforeAll(async () => {
  pq = await world('pq');
  classic = await world('classic');
});

describe('seal and open', () => {
  it.each([0, 1, 65_535, 65_536, 65_537, 131_072, 300_001])('gives %i bytes back, post-quantum', async (size) => {
    const sealed = await seal(content(size), pq.sealing);
    const opened = await open(sealed.bytes, pq.opening);
    expect(opened.plaintext).toEqual(content(size));
    expect(opened.root).toEqual(sealed.root);
    expect(opened.headerDigest).toEqual(sealed.headerDigest);
    expect(sealed.mode).toBe('pq');
  });

  it.each([0, 1, 65_536, 131_073])('gives %i bytes back, classic', async (size) => {
    const sealed = await seal(content(size), classic.sealing);
    expect((await open(sealed.bytes, classic.opening)).plaintext).toEqual(content(size));
    expect(sealed.mode).toBe('classic');
  });

  it('refuses facts and labels that would change a prototype where they are copied', async () => {
    const hostile = JSON.parse('{"a":{"__proto__":{"role":"consultant"}}}') as never;
    await expect(seal(new Uint8Array(1), { ...classic.sealing, labels: hostile })).rejects.toThrow(TypeError);
    await expect(seal(new Uint8Array(1), { ...classic.sealing, clinical: hostile })).rejects.toThrow(TypeError);
  });

  it('gives any content, facts and labels back', async () => {
    const facts = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.jsonValue({ maxDepth: 3 }), {
      maxKeys: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), facts, facts, async (data, clinical, labels) => {
        const text = JSON.stringify({ clinical, labels });
        fc.pre(!text.includes('"__proto__":')); // refused, see above
        const options = JSON.parse(text) as { clinical: object; labels: object };
        const sealed = await seal(data, { ...classic.sealing, ...(options as Pick<typeof classic.sealing, 'labels'>) });
        const opened = await open(sealed.bytes, { ...classic.opening, expectLabels: options.labels as never });
        expect(opened.plaintext).toEqual(new Uint8Array(data));
        expect(opened.manifest.clinical).toEqual(options.clinical);
      }),
      { numRuns: 40 },
    );
  });

  it('tells the reader what the sender signed', async () => {
    const sealed = await seal(content(10), pq.sealing);
    const { manifest, sender, sentAt, originRoot, root } = await open(sealed.bytes, pq.opening);
    expect(manifest).toMatchObject({
      v: 0,
      id: sealed.manifestId,
      iss: { org: 'demo-trust', person: 'alice', kid: pq.alice.keys.kid },
      iat: NOW,
      case: 'case-1',
      size: 10,
      mediaType: 'image/jpeg',
      labels: { kind: 'photo', identifiable: true },
      clinical: { site: 'left forearm' },
      mode: 'pq',
    });
    expect(manifest.stz).toEqual(sealed.recipients);
    expect(manifest.stz.map(({ role, thumbprint }) => [role, thumbprint])).toEqual([
      ['member', recipientThumbprint(pq.alice.entry.recipient)],
      ['member', recipientThumbprint(pq.bob.entry.recipient)],
      ['custodian', recipientThumbprint(pq.custodian.entry.recipient)],
    ]);
    expect(sender.person).toBe('alice');
    expect(sentAt).toEqual({ time: NOW, from: 'claim' });
    expect(originRoot).toEqual(root);
  });

  it('names another original when the sender does', async () => {
    const originRoot = new Uint8Array(32).fill(9);
    const sealed = await seal(content(10), { ...classic.sealing, originRoot });
    expect((await open(sealed.bytes, classic.opening)).originRoot).toEqual(originRoot);
  });

  it('reads a Blob in pieces and opens one', async () => {
    const data = content(2_300_000);
    const sealed = await seal(new Blob([data]), classic.sealing);
    expect((await open(new Blob([sealed.bytes]), classic.opening)).plaintext).toEqual(data);
  });

  it('signs what it was given, whatever the caller does to it meanwhile', async () => {
    const labels: Record<string, string> = { kind: 'photo' };
    const blob = new Blob([content(200_000)]);
    const meddling = {
      size: blob.size,
      arrayBuffer: () => blob.arrayBuffer(),
      slice: (start: number, end: number) => {
        labels['kind'] = 'a much longer label that would not fit the header';
        return blob.slice(start, end);
      },
    } as Blob;
    const sealed = await seal(meddling, { ...classic.sealing, labels });
    const opened = await open(sealed.bytes, classic.opening);
    expect(opened.manifest.labels).toEqual({ kind: 'photo' });
    expect(opened.plaintext).toEqual(content(200_000));
  });

  it('seals what it was told at the call, whatever the caller does to its options meanwhile', async () => {
    const { alice, bob, mallory, guardians } = classic;
    const link = { id: 'link-1', key: new Uint8Array(32).fill(7) };
    const recipients: DirectoryEntry[] = [{ ...alice.entry }, { ...bob.entry }];
    const options = {
      ...classic.sealing,
      directory: 'unverified' as const,
      recipients,
      labels: { kind: 'photo' },
      clinical: { side: 'left' },
      guardians: { seats: guardians.map(({ entry }) => entry), threshold: 2 },
      link,
      originRoot: new Uint8Array(32).fill(5),
      sender: { keys: { ...alice.keys }, entry: { ...alice.entry } },
    };
    // As somebody does who keeps one object for many files, or wipes a key too early.
    const pending = seal(content(10), options);
    Object.assign(options, { case: 'case-2', mediaType: 'video/mp4', custodian: mallory.entry });
    options.labels.kind = 'video';
    options.clinical.side = 'right';
    Object.assign(recipients[1]!, mallory.entry);
    recipients.push(mallory.entry);
    options.guardians.threshold = 1;
    options.guardians.seats.pop();
    Object.assign(options.sender.keys, { kid: mallory.keys.kid });
    Object.assign(options.sender.entry, { person: 'mallory' });
    link.key.fill(0);
    options.originRoot.fill(0);
    const { bytes } = await pending;

    const { manifest } = await open(bytes, classic.opening);
    const { case: caseId, mediaType, labels, clinical, originRoot, recovery, iss } = manifest;
    expect({ caseId, mediaType, labels, clinical, k: recovery?.k, n: recovery?.n }).toEqual({
      caseId: 'case-1',
      mediaType: 'image/jpeg',
      labels: { kind: 'photo' },
      clinical: { side: 'left' },
      k: 2,
      n: 3,
    });
    expect([iss.person, iss.kid, originRoot]).toEqual(['alice', alice.keys.kid, base64url(new Uint8Array(32).fill(5))]);
    expect(await codeOf(() => open(bytes, { ...classic.opening, identities: [mallory.identity] }))).toBe('NO_MATCH');
    const { resolveSender } = classic.opening;
    const zeros = { id: 'link-1', key: new Uint8Array(32) };
    expect(await codeOf(() => open(bytes, { resolveSender, link: zeros }))).toBe('NO_MATCH');
    const right = { id: 'link-1', key: new Uint8Array(32).fill(7) };
    expect(await codeOf(() => open(bytes, { resolveSender, link: right }))).toBe('accepted');
  });

  it('opens as it was told at the call, and names the header that it judged', async () => {
    const { bytes, header, headerDigest } = await seal(content(10), classic.sealing);
    const file = new Uint8Array(bytes);
    const options: { -readonly [Name in keyof OpenOptions]: OpenOptions[Name] } = {
      ...classic.opening,
      sentAt: NOW,
      expectLabels: { kind: 'photo', identifiable: true },
      resolveSender: (iss) => {
        file[header.length - 2]! ^= 1; // in the line of the MAC, which was checked already
        return classic.directory.resolveSender(iss);
      },
    };
    const pending = open(file, options);
    Object.assign(options, { sentAt: NOW + 2000, notBelowEpoch: 1, expectLabels: {} });
    expect((await pending).headerDigest).toEqual(headerDigest);

    const late: Partial<OpenOptions> = { expectLabels: { kind: 'other' } };
    const wanted = { ...classic.opening, ...late };
    const source = (): ReadableStream<Uint8Array> => new Blob([bytes]).stream();
    const refused = [
      open(bytes, wanted),
      openReader(new Blob([bytes]), wanted),
      openStream(source(), wanted),
      openRange(new Blob([bytes]), 0, 1, wanted),
    ].map((act) => codeOf(() => act));
    Object.assign(wanted, { expectLabels: undefined });
    expect(await Promise.all(refused)).toEqual(refused.map(() => 'LABELS_MISMATCH'));
  });

  it('gives the same content another root, key and header each time', async () => {
    const [one, two] = await Promise.all([seal(content(100), classic.sealing), seal(content(100), classic.sealing)]);
    expect(one.root).not.toEqual(two.root);
    expect(one.payload).not.toEqual(two.payload);
    expect(one.manifestId).not.toEqual(two.manifestId);
  });

  it('says which recipients nobody vouched for', async () => {
    const stranger = await person('stranger');
    const guardians = { seats: pq.guardians.map(({ entry }) => entry), threshold: 2 };
    expect((await seal(content(1), { ...pq.sealing, guardians })).unverifiedRecipients).toEqual([]);
    const recipients = [pq.bob.entry, stranger.entry.recipient];
    const sealed = await seal(content(1), { ...pq.sealing, recipients });
    expect(sealed.unverifiedRecipients).toEqual([recipientThumbprint(stranger.entry.recipient)]);
    const unsure = await seal(content(1), { ...pq.sealing, directory: 'unverified' });
    expect(unsure.unverifiedRecipients).toHaveLength(3);
  });

  it('refuses whom the directory does not list just so', async () => {
    const stranger = await person('stranger');
    const to = (entry: typeof stranger.entry) => () => seal(content(1), { ...pq.sealing, recipients: [entry] });
    expect(await codeOf(to(stranger.entry))).toBe('RECIPIENT_UNKNOWN');
    expect(await codeOf(to({ ...pq.bob.entry, recipient: stranger.entry.recipient }))).toBe('RECIPIENT_UNKNOWN');
    expect(await codeOf(to({ ...pq.bob.entry, roles: ['custodian'] }))).toBe('RECIPIENT_UNKNOWN');
    const sender = { keys: stranger.keys, entry: stranger.entry };
    expect(await codeOf(() => seal(content(1), { ...pq.sealing, sender }))).toBe('SENDER_UNKNOWN');
  });

  it('refuses a directory that is out of date, or none', async () => {
    const { validTo, issuedAt } = pq.directory;
    const lasting = { validFrom: 0, validTo: validTo + 1000 };
    const [one, two] = await Promise.all([person('one', 'pq', lasting), person('two', 'pq', lasting)]);
    const later = await directoryOf([one.entry, two.entry]);
    const { custodian: _, ...sealing } = pq.sealing;
    const at = (now: number) => () =>
      seal(content(1), {
        ...sealing,
        directory: later,
        recipients: [two.entry],
        sender: { keys: one.keys, entry: one.entry },
        now,
      });
    expect(await codeOf(at(validTo - 1))).toBe('accepted');
    expect(await codeOf(at(validTo))).toBe('SNAPSHOT_STALE');
    expect(await codeOf(at(issuedAt - limits.MAX_CLOCK_SKEW_SECONDS))).toBe('accepted');
    expect(await codeOf(at(issuedAt - limits.MAX_CLOCK_SKEW_SECONDS - 1))).toBe('SNAPSHOT_STALE');
    const none = { ...pq.sealing, directory: undefined } as never;
    expect(await codeOf(() => seal(content(1), none))).toMatch(/^TypeError/);
  });

  it('gives somebody named twice one stanza, and the custodian its role', async () => {
    const { entry } = pq.custodian;
    const sealed = await seal(content(1), { ...pq.sealing, recipients: [pq.bob.entry, entry, pq.bob.entry.recipient] });
    expect(sealed.recipients.map(({ role }) => role)).toEqual(['member', 'custodian']);
  });
});

describe('header and payload apart', () => {
  it('reads no more of a large Blob than its header, whatever follows', async () => {
    const { bytes } = await seal(content(10), classic.sealing);
    let read = 0;
    const blobOf = (start: Uint8Array<ArrayBuffer>, size: number): Blob => {
      const part = (from: number, to: number): Blob =>
        ({
          size: to - from,
          slice: (a: number, b: number) => part(from + a, from + Math.min(b, size)),
          arrayBuffer: async () => {
            read += to - from;
            const out = new Uint8Array(to - from);
            out.set(start.subarray(from, to));
            return out.buffer;
          },
        }) as unknown as Blob;
      return part(0, size);
    };
    const gigabyte = 2 ** 30;
    expect((await inspect(blobOf(bytes, gigabyte))).plaintextBytes).toBeGreaterThan(gigabyte - 500_000);
    expect(await codeOf(() => open(blobOf(bytes, gigabyte), classic.opening))).toBe('PAYLOAD_INVALID');
    expect(await codeOf(() => detachHeader(blobOf(content(10), gigabyte)))).toBe('HEADER_INVALID');
    expect(read).toBeLessThan(4 * limits.MAX_HEADER_BYTES);
  });

  it('come apart and together again', async () => {
    const sealed = await seal(content(70_000), pq.sealing);
    const parts = await detachHeader(sealed.bytes);
    expect(parts.header).toEqual(sealed.header);
    expect(parts.payload).toEqual(sealed.payload);
    expect(parts.headerDigest).toEqual(sealed.headerDigest);
    expect(attachHeader(parts.header, parts.payload)).toEqual(sealed.bytes);
    expect((await open(parts, pq.opening)).plaintext).toEqual(content(70_000));
    expect((await open({ header: parts.header, payload: new Blob([parts.payload]) }, pq.opening)).signed).toBe(true);
  });

  it('refuses a header that is not alone', async () => {
    const sealed = await seal(content(1), pq.sealing);
    expect(await codeOf(() => attachHeader(sealed.bytes, sealed.payload))).toBe('HEADER_INVALID');
    expect(await codeOf(() => open({ header: sealed.bytes, payload: sealed.payload }, pq.opening))).toBe(
      'HEADER_INVALID',
    );
  });

  it('shows what needs no key', async () => {
    const link = { id: 'link-1', key: new Uint8Array(32).fill(1) };
    const guardians = { seats: pq.guardians.map(({ entry }) => entry), threshold: 2 };
    const sealed = await seal(content(65_537), { ...pq.sealing, link, guardians });
    const seen = await inspect(sealed.bytes);
    const { header, payload } = sealed;
    for (const payloadOnly of [payload, new Blob([payload]), { size: payload.length }])
      expect(await inspect({ header, payload: payloadOnly })).toEqual(seen);
    expect(await codeOf(() => inspect({ header, payload: { size: Number.NaN } }))).toMatch(/^TypeError/);
    expect(seen).toMatchObject({
      headerBytes: sealed.header.length,
      plaintextBytes: 65_537,
      modes: ['pq'],
      hasManifest: true,
      recovery: { threshold: 2, seats: 3 },
      links: ['link-1'],
    });
    expect(seen.stanzas.map(({ type }) => type)).toEqual([
      'mlkem768x25519',
      'mlkem768x25519',
      'mlkem768x25519',
      'wardseal.org/recovery',
      'wardseal.org/link',
      'wardseal.org/manifest',
      'wardseal.org/tree',
    ]);
    expect(new TextDecoder().decode(sealed.header)).not.toMatch(/alice|case-1|forearm|photo/);
  });
});

describe('what seal refuses', () => {
  it('a recipient of the other kind', async () => {
    const other = { pq: await person('other', 'classic'), classic: await person('other', 'pq') };
    const [w, c] = await Promise.all([world('pq', [other.pq]), world('classic', [other.classic])]);
    const recipients = [w.bob.entry, other.pq.entry];
    expect(await codeOf(() => seal(content(1), { ...w.sealing, recipients }))).toBe('MIXED_MODE');
    const reversed = [c.bob.entry, other.classic.entry];
    expect(await codeOf(() => seal(content(1), { ...c.sealing, recipients: reversed }))).toBe('MIXED_MODE');
    const { mode: _, ...unsaid } = c.sealing;
    expect(await codeOf(() => seal(content(1), unsaid))).toBe('MIXED_MODE');
    const guardians = { seats: [other.pq.entry], threshold: 1 };
    expect(await codeOf(() => seal(content(1), { ...w.sealing, guardians }))).toBe('MIXED_MODE');
  });

  it('entries that do not count now', async () => {
    const { entry } = pq.bob;
    const sealTo = (changed: object) => () =>
      seal(content(1), { ...pq.sealing, recipients: [{ ...entry, ...changed }] });
    expect(await codeOf(sealTo({ validTo: NOW }))).toBe('RECIPIENT_EXPIRED');
    expect(await codeOf(sealTo({ validFrom: NOW + 1 }))).toBe('RECIPIENT_EXPIRED');
    expect(await codeOf(sealTo({ revokedAt: NOW }))).toBe('RECIPIENT_REVOKED');
    const sendAs = (changed: object) => () =>
      seal(content(1), { ...pq.sealing, sender: { keys: pq.alice.keys, entry: { ...pq.alice.entry, ...changed } } });
    expect(await codeOf(sendAs({ validTo: NOW }))).toBe('SENDER_EXPIRED');
    expect(await codeOf(sendAs({ revokedAt: NOW - 5 }))).toBe('SENDER_REVOKED');
  });

  it('keys that are not keys', async () => {
    const to = (recipient: string) => () => seal(content(1), { ...pq.sealing, recipients: [recipient] });
    const good = pq.bob.entry.recipient;
    expect(await codeOf(to(''))).toBe('KEY_INVALID');
    expect(await codeOf(to(good.toUpperCase()))).toBe('KEY_INVALID');
    expect(await codeOf(to(`${good.slice(0, -1)}${good.endsWith('q') ? 'p' : 'q'}`))).toBe('KEY_INVALID');
    expect(await codeOf(to(pq.bob.identity))).toBe('KEY_INVALID');
    const sender = { keys: { ...pq.alice.keys, secretKey: pq.bob.keys.secretKey }, entry: pq.alice.entry };
    expect(await codeOf(() => seal(content(1), { ...pq.sealing, sender }))).toBe('KEY_INVALID');
  });

  it('a source that is not as long as it says, and a signer of another key: nobody could open the file', async () => {
    const grown = { size: 70_000, slice: () => new Blob([content(10)]), arrayBuffer: async () => new ArrayBuffer(0) };
    expect(await codeOf(() => seal(grown as unknown as Blob, pq.sealing))).toMatch(/^RangeError/);
    const { kid, publicKey } = pq.alice.keys;
    const sign = () => new Uint8Array(64);
    const sender = { keys: { kid, publicKey, sign }, entry: pq.alice.entry };
    expect(await codeOf(() => seal(content(1), { ...pq.sealing, sender }))).toBe('SIGNATURE_INVALID');
  });

  it('options of the wrong kind, as the mistake of the caller', async () => {
    const wrong = (changed: object) => codeOf(() => seal(content(1), { ...pq.sealing, ...changed } as never));
    expect(await wrong({ recipients: [] })).toMatch(/^TypeError/);
    expect(await wrong({ mediaType: 'picture' })).toMatch(/^TypeError/);
    expect(await wrong({ case: 7 })).toMatch(/^TypeError/);
    expect(await wrong({ labels: [1] })).toMatch(/^TypeError/);
    expect(await wrong({ labels: { text: 'x'.repeat(limits.MAX_LABELS_BYTES) } })).toMatch(/^TypeError/);
    expect(await wrong({ clinical: { text: 'x'.repeat(limits.MAX_CLINICAL_BYTES) } })).toMatch(/^TypeError/);
    expect(await wrong({ clinical: { bad: Number.NaN } })).toMatch(/^TypeError/);
    expect(await wrong({ now: 1.5 })).toMatch(/^RangeError/);
    expect(await wrong({ mode: 'both' })).toMatch(/^TypeError/);
    expect(await wrong({ originRoot: new Uint8Array(31) })).toMatch(/^RangeError/);
    expect(await wrong({ guardians: { seats: [pq.guardians[0]!.entry], threshold: 2 } })).toMatch(/^RangeError/);
    // Not taken for a file that shall have none: null comes out of databases.
    expect(await wrong({ guardians: null })).toMatch(/^RangeError/);
    expect(await wrong({ guardians: { threshold: 1 } })).toMatch(/^RangeError/);
    // A list that names two of one thumbprint is refused by every reader.
    const id = recipientThumbprint(pq.bob.entry.recipient);
    expect(await wrong({ link: { id, key: new Uint8Array(32) } })).toMatch(/^RangeError/);
    expect(await wrong({ link: { id: 'a b', key: new Uint8Array(32) } })).toMatch(/^TypeError/);
    expect(await wrong({ sender: { keys: pq.bob.keys, entry: pq.alice.entry } })).toMatch(/^TypeError/);
    expect(await codeOf(() => seal('text' as never, pq.sealing))).toMatch(/^TypeError/);
  });

  it('more recipients than a manifest can name', async () => {
    const many = await Promise.all(Array.from({ length: 400 }, (_, i) => person(`p${i}`, 'classic')));
    const recipients = many.map(({ entry }) => entry);
    const department = await world('classic', many);
    const error = await seal(content(1), { ...department.sealing, recipients }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SealError);
    expect(error).toMatchObject({ code: 'LIMIT', what: 'MAX_MANIFEST_BYTES' });
    const fewer = { ...department.sealing, recipients: recipients.slice(0, 250) };
    expect(
      (await open((await seal(content(1), fewer)).bytes, { ...department.opening, identities: [many[249]!.identity] }))
        .signed,
    ).toBe(true);
  });
});
