import { type AuditEvent, type AuditLog, generateLogKey, logSigner, memoryKeyStore, openLog } from '@wardseal/audit';
import {
  addRecipients,
  type Directory,
  type DirectoryEntry,
  open as openFile,
  recipientThumbprint,
  release,
  rewrapWithout,
  seal as sealFile,
  verifySnapshot,
} from '@wardseal/crypto';
import { base64url, randomBytes } from '@wardseal/primitives';
import { beforeAll, describe, expect, test } from 'vitest';
import type { OpenAnswer, OpenedItem, SealedItem } from '../../client/core/core.js';
import type { CoreErrorCode } from '../../client/core/errors.js';
import { clinicalOf, labelsOf, photoOf, sealPhoto, uuid } from '../suites/core-items.js';
import {
  type Colleague,
  enrolColleague,
  enrolKnown,
  type Known,
  ORGANISATION,
  signIn,
  World,
} from '../suites/core-world.js';
import { memoryLog } from '../suites/memory-log.js';

let world: World;
let author: Colleague;
let viewer: Colleague;
/** In the directory, with keys that the test holds: a colleague who means harm. */
let insider: Known;
let directory: Directory;
let item: string;
let sealed: SealedItem;
/** An item that the viewer has no stanza in: who gets as far as its keys is told RELEASE_NEEDED. */
let closed: { readonly item: string; readonly sealed: SealedItem };

beforeAll(async () => {
  world = await World.create();
  const registrar = { roles: ['registrar'], teams: ['plastics-on-call'] };
  [author, viewer, insider] = await Promise.all([
    enrolColleague(world.trust, { person: 'p-lindqvist', name: 'Robin Sample', roles: ['nurse'] }),
    enrolColleague(world.trust, { person: 'p-okafor', name: 'Wren Example', ...registrar }),
    enrolKnown(world.trust, { person: 'p-moss', name: 'Ash Invented', roles: ['consultant'] }),
  ]);
  const snapshot = await world.publish([author.entry, viewer.entry, insider.entry]);
  directory = await verifySnapshot(snapshot, { rootThumbprint: world.trust.rootThumbprint });
  await Promise.all([signIn(world, author), signIn(world, viewer)]);
  item = uuid();
  sealed = (await sealPhoto(author.core, item, { team: 'plastics-on-call' })).sealed;
  const other = uuid();
  closed = { item: other, sealed: (await sealPhoto(author.core, other, { person: 'p-moss' })).sealed };
});

interface Tampering {
  readonly item?: string;
  readonly sealed?: Pick<SealedItem, 'header' | 'labels' | 'payload'>;
  readonly event?: Partial<AuditEvent>;
  readonly journal?: boolean;
  readonly log?: Pick<AuditLog, 'append'>;
  readonly nonce?: Uint8Array<ArrayBuffer>;
  readonly payload?: (honest: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
  readonly answer?: (honest: OpenAnswer) => OpenAnswer;
  readonly by?: Colleague;
}

async function opened(tampering: Tampering = {}): Promise<OpenedItem> {
  const { by = viewer, nonce = randomBytes(32), ...given } = tampering;
  const shown = given.sealed ?? sealed;
  const id = given.item ?? item;
  const { event, journal, log } = given;
  const changed = { ...(event && { event }), ...(journal && { journal }), ...(log && { log }) };
  const honest = await world.answer(id, shown, { person: by.person, nonce }, changed);
  const payload = new Uint8Array(await shown.payload.arrayBuffer());
  return by.core.open({
    item: id,
    nonce: tampering.nonce === undefined ? nonce : randomBytes(32),
    answer: given.answer?.(honest) ?? honest,
    payload: (given.payload?.(payload) ?? payload).buffer,
  });
}

const refused = (tampering: Tampering, code: CoreErrorCode) =>
  expect(opened(tampering)).rejects.toMatchObject({ code, name: 'CoreError' });

const flipped = (bytes: Uint8Array<ArrayBuffer>, at: number): Uint8Array<ArrayBuffer> => {
  const other = bytes.slice();
  other[at < 0 ? other.length + at : at]! ^= 1;
  return other;
};

test('nothing is refused where nothing was changed', async () => {
  expect((await opened()).picture).toBeDefined();
});

describe('a receipt, before any key is used', () => {
  // Of an item that this person cannot open: reaching the keys would say RELEASE_NEEDED.
  const unopenable = (tampering: Tampering): Tampering => ({ ...closed, ...tampering });

  test('honest, for somebody without a stanza: a release is needed', () => refused(unopenable({}), 'RELEASE_NEEDED'));

  test('of an earlier opening of the same item', () => refused(unopenable({ nonce: randomBytes(32) }), 'RECEIPT_OLD'));

  test('of another item', async () => {
    const contentHash = await digestOf(closed.sealed.header);
    const event = { object: { kind: 'item', id: uuid(), contentHash } };
    await refused(unopenable({ event }), 'RECEIPT_OTHER_ITEM');
  });

  test('of another header of the item', async () => {
    const event = { object: { kind: 'item', id: closed.item, contentHash: await digestOf(sealed.header) } };
    await refused(unopenable({ event }), 'RECEIPT_OTHER_HEADER');
  });

  test('of an entry that names no header', () =>
    refused(unopenable({ event: { object: { kind: 'item', id: closed.item } } }), 'RECEIPT_OTHER_HEADER'));

  test('of another person’s opening', () => {
    const event = { actor: { id: 'p-moss', kind: 'practitioner' as const, role: 'consultant', org: ORGANISATION } };
    return refused(unopenable({ event }), 'RECEIPT_OTHER_PERSON');
  });

  test('of another act', () => refused(unopenable({ event: { type: 'image.list' } }), 'RECEIPT_OTHER_ACT'));

  test('of another organisation', () => {
    const event = { actor: { id: 'p-okafor', kind: 'practitioner' as const, role: 'registrar', org: 'ZZZ02' } };
    return refused(unopenable({ event }), 'RECEIPT_OTHER_ORGANISATION');
  });

  test('of a viewing with another id than the mark would carry', () =>
    refused(unopenable({ answer: (honest) => ({ ...honest, viewing: uuid() }) }), 'RECEIPT_OTHER_VIEWING'));

  test('of a log that the directory does not name, and of one that only bears its name', async () => {
    const year = new Date().getUTCFullYear();
    for (const [origin, code] of [
      [`audit.zzz02.invalid/${year}`, 'RECEIPT_OTHER_LOG'],
      [`audit.zzz01.invalid/${year}`, 'RECEIPT_FORGED'],
    ] as const) {
      const { skey } = await generateLogKey(origin);
      const unwitnessed = { acceptedBy: 'test', until: `${year + 1}-12-31`, reason: 'forged' };
      const keys = memoryKeyStore();
      const log = await openLog({ origin, store: memoryLog(), keys, signer: await logSigner(skey), unwitnessed });
      await refused(unopenable({ log }), code);
    }
  });

  test('that is none', async () => {
    for (const receipt of ['', 'c2sp.org/tlog-proof@v1\n', 'x'.repeat(1000)])
      await refused(unopenable({ answer: (honest) => ({ ...honest, receipt }) }), 'RECEIPT_FORGED');
  });

  test('of the emergency journal is taken for breaking the glass, and says so', async () => {
    const { emergency, breakGlass, viewing } = await opened({ journal: true });
    expect([emergency, breakGlass]).toEqual([true, true]);
    expect(await viewer.core.confirmWitnessed(viewing, { checkpoint: await world.cosigned(), path: [] })).toBe(
      'pending',
    );
    expect(await opened({ event: { type: 'breakglass.open', purpose: 'BTG', reason: 'unconscious' } })).toMatchObject({
      emergency: false,
      breakGlass: true,
    });
  });
});

describe('an item', () => {
  test('with a changed label', () => {
    const labels = { ...sealed.labels, sensitivity: 'intimate' };
    return refused({ answer: (honest) => ({ ...honest, labels }) }, 'LABELS_CHANGED');
  });

  test('with labels that are none', () =>
    refused({ answer: (honest) => ({ ...honest, labels: { ...sealed.labels, patient: 'x' } }) }, 'LABELS_INVALID'));

  test('with the picture of another item', async () => {
    const other = await sealPhoto(author.core, uuid(), { team: 'plastics-on-call' });
    const payload = new Uint8Array(await other.sealed.payload.arrayBuffer());
    await refused({ payload: () => payload }, 'PICTURE_SWAPPED');
  });

  test('with one bit of the picture changed, or its end missing', async () => {
    await refused({ payload: (honest) => flipped(honest, -1) }, 'PICTURE_DAMAGED');
    await refused({ payload: (honest) => flipped(honest, 40) }, 'PICTURE_DAMAGED');
    await refused({ payload: (honest) => honest.slice(0, -1) }, 'PICTURE_DAMAGED');
  });

  test('that is another one whole, header, picture and log entry', () => refused({ item: uuid() }, 'ITEM_SWAPPED'));

  test('with a header that was changed', async () => {
    // The last line is the header's MAC, in base64; the log holds the digest of what the server handed out.
    const header = sealed.header.slice();
    const place = header.length - 20;
    header[place] = header[place] === 0x41 ? 0x42 : 0x41;
    await refused({ sealed: { ...sealed, header } }, 'HEADER_CHANGED');
    await refused({ answer: (honest) => ({ ...honest, header: honest.header.slice(0, 400) }) }, 'FILE_INVALID');
    await refused({ answer: (honest) => ({ ...honest, header: '?' }) }, 'FILE_INVALID');
  });

  test('signed by a colleague in the author’s name', async () => {
    await refused({ sealed: await sealedBy(insider, {}) }, 'LABELS_CHANGED');
    await refused({ sealed: await sealedBy(insider, { author: 'p-moss' }) }, 'ITEM_SWAPPED');
  });

  test('signed by somebody who is not in the directory', async () => {
    const stranger = await enrolKnown(world.trust, { person: 'p-lindqvist', name: 'Robin Sample' });
    await refused({ sealed: await sealedBy(stranger, {}) }, 'SENDER_UNKNOWN');
  });

  test('whose content is not what its author signed it to be', async () => {
    const gigapixel = new Uint8Array(await (await photoOf(1)).arrayBuffer());
    const frame = gigapixel.findIndex((byte, at) => byte === 0xff && gigapixel[at + 1] === 0xc0);
    gigapixel.set([0xff, 0xff, 0xff, 0xff], frame + 5);
    for (const [plaintext, mediaType] of [
      [gigapixel, 'image/jpeg'],
      [new Uint8Array(await (await photoOf(1)).arrayBuffer()), 'image/png'],
      [new TextEncoder().encode('<svg/>'), 'image/jpeg'],
      [new TextEncoder().encode('<svg/>'), 'image/svg+xml'],
    ] as const)
      await refused(
        { sealed: await sealedBy(insider, { author: 'p-moss' }, { item, plaintext, mediaType }) },
        'FILE_INVALID',
      );
    const message = { author: 'p-moss', kind: 'message', consentLevel: [] } as const;
    const text = (words: string) => ({ item, plaintext: new TextEncoder().encode(words), mediaType: 'text/plain' });
    const { note } = clinicalOf();
    expect((await opened({ sealed: await sealedBy(insider, message, text(note)) })).text).toBe(note);
    await refused({ sealed: await sealedBy(insider, message, text('Another dose.')) }, 'FILE_INVALID');
  });

  test('whose labels say that it is advice, and whose author does not', () => {
    const labels = { author: 'p-moss', kind: 'message', consentLevel: [], about: uuid() } as const;
    return sealedBy(insider, labels, { item }).then((given) => refused({ sealed: given }, 'ADVICE_ON_ANOTHER'));
  });

  test('with chips that are none: no picture rather than one without a mark', async () => {
    for (const chips of [{}, null, '{', '{}', { version: 'wardseal.org/mark/v0', layer: 'share', tile: '' }])
      await refused({ answer: (honest) => ({ ...honest, chips }) }, 'MARK_REFUSED');
    for (const watermark of [null, {}, { mode: 'none', strength: 'strong' }, { mode: 'tile', strength: 'weak' }])
      await refused({ answer: (honest) => ({ ...honest, watermark: watermark as never }) }, 'MARK_REFUSED');
  });

  test('whose time of sending is none', () =>
    refused({ answer: (honest) => ({ ...honest, sentAt: 'yesterday' }) }, 'FILE_INVALID'));
});

describe('later recipients', () => {
  const judging = {
    authorizeGrant: () => true,
    resolveSender: (iss: Parameters<Directory['resolveSender']>[0]) => directory.resolveSender(iss),
  };

  test('let in by the custodian under an entry of the log: taken, and the older list is refused from then on', async () => {
    const options = { actor: actorOf(world.custodian), directory, reason: 'handover', ...judging };
    const { header } = await release(closed.sealed.header, viewer.entry, { ...options, logEntry: uuid() });
    const released = { ...closed, sealed: { ...closed.sealed, header } };
    expect((await opened(released)).picture).toBeDefined();
    // The author had a stanza all along: for them the first header would open as well.
    await opened({ ...released, by: author });
    await refused({ ...closed, by: author }, 'HEADER_ROLLED_BACK');
    author.core.lock();
    await signIn(world, author);
    await refused({ ...closed, by: author }, 'HEADER_ROLLED_BACK');
  });

  test('let in by the custodian without an entry of the log', async () => {
    const options = { actor: actorOf(world.custodian), directory, reason: 'handover', ...judging };
    const { header } = await addRecipients(sealed.header, [insider.entry], options);
    await refused({ sealed: { ...sealed, header } }, 'GRANT_REFUSED');
  });

  test('the custodian may take itself out, and nobody else', async () => {
    const own = uuid();
    const { sealed: theirs } = await sealPhoto(author.core, own, { team: 'plastics-on-call' });
    const options = { actor: actorOf(world.custodian), directory, reason: 'filed', logEntry: uuid(), ...judging };
    const without = async ({ entry }: Pick<Known, 'entry'>) =>
      (await rewrapWithout(theirs.header, [recipientThumbprint(entry.recipient)], options)).header;
    const header = await without(world.custodian);
    expect((await opened({ item: own, sealed: { ...theirs, header } })).picture).toBeDefined();
    const other = await without(author);
    await refused({ item: own, sealed: { ...theirs, header: other } }, 'GRANT_REFUSED');
  });

  test('let in by a colleague who can open it', async () => {
    const own = uuid();
    const { sealed: theirs } = await sealPhoto(author.core, own, { person: 'p-moss' });
    const options = { actor: actorOf(insider), directory, reason: 'as a favour', ...judging };
    const { header } = await release(theirs.header, viewer.entry, { ...options, logEntry: uuid() });
    await refused({ item: own, sealed: { ...theirs, header } }, 'GRANT_REFUSED');
  });
});

describe('sealing', () => {
  test('names every member of the team, the author, the custodian and the guardians, and nobody else', async () => {
    const file = { header: sealed.header, payload: new Uint8Array(await sealed.payload.arrayBuffer()) };
    const { resolveSender } = directory;
    const { manifest, plaintext } = await openFile(file, { identities: [world.custodian.identity], resolveSender });
    const named = (role: string) => manifest.stz.filter((one) => one.role === role).map(({ thumbprint }) => thumbprint);
    const thumbprints = (...people: readonly DirectoryEntry[]) =>
      people.map(({ recipient }) => recipientThumbprint(recipient));
    expect(named('member').sort()).toEqual(thumbprints(viewer.entry, author.entry).sort());
    expect(named('custodian')).toEqual(thumbprints(world.custodian.entry));
    expect(manifest.recovery).toMatchObject({
      k: 2,
      n: 3,
      seats: thumbprints(...world.guardians.map(({ entry }) => entry)),
    });
    expect(manifest.stz.length).toBe(4);
    expect(manifest.mode).toBe('pq');
    expect(manifest.clinical).toEqual({ ...clinicalOf(), item });
    expect(base64url(await sha256Of(file.payload))).toBe(sealed.payloadDigest);
    expect(plaintext.subarray(0, 2)).toEqual(Uint8Array.of(0xff, 0xd8));
  });

  const message = { kind: 'message' as const, consentLevel: [] as const };
  const request = () => ({
    item: uuid(),
    case: uuid(),
    to: { person: 'p-okafor' } as { person: string } | { team: string },
    labels: { ...labelsOf(), ...message },
    clinical: { ...clinicalOf(), consent: null },
  });

  test.each<[string, (honest: ReturnType<typeof request>) => object, CoreErrorCode]>([
    ['somebody who is not in the directory', (r) => ({ ...r, to: { person: 'p-nobody' } }), 'RECIPIENT_UNKNOWN'],
    ['the custodian by name', (r) => ({ ...r, to: { person: 'custodian' } }), 'RECIPIENT_UNKNOWN'],
    ['a guardian by name', (r) => ({ ...r, to: { person: 'p-guardian-1' } }), 'RECIPIENT_UNKNOWN'],
    ['oneself alone', (r) => ({ ...r, to: { person: 'p-lindqvist' } }), 'TEAM_EMPTY'],
    ['a team of nobody', (r) => ({ ...r, to: { team: 'eyes' }, labels: { ...r.labels, team: 'eyes' } }), 'TEAM_EMPTY'],
    ['a team that the labels do not name', (r) => ({ ...r, to: { team: 'plastics-on-call' } }), 'LABELS_INVALID'],
    ['nobody knows what', (r) => ({ ...r, labels: { ...r.labels, kind: 'video' } }), 'LABELS_INVALID'],
    ['an empty message', (r) => ({ ...r, clinical: { ...r.clinical, note: ' ' } }), 'CLINICAL_INVALID'],
    [
      'a number that does not check',
      (r) => ({ ...r, clinical: { ...r.clinical, patient: { ...r.clinical.patient, number: '9990000019' } } }),
      'CLINICAL_INVALID',
    ],
    ['a photograph without consent', (r) => ({ ...r, labels: labelsOf() }), 'CLINICAL_INVALID'],
    ['a photograph that is not there', (r) => ({ ...r, labels: labelsOf(), clinical: clinicalOf() }), 'PICTURE_GONE'],
    ['advice on what was never opened', (r) => ({ ...r, labels: { ...r.labels, about: uuid() } }), 'ORIGINAL_NEEDED'],
  ])('to %s is refused', async (_what, change, code) => {
    await expect(author.core.seal(change(request()) as ReturnType<typeof request>)).rejects.toMatchObject({ code });
  });
});

describe('people who have left', () => {
  test('what they sent before opens, what they send afterwards does not; they themselves open nothing', async () => {
    const theirs = await sealedBy(
      insider,
      { author: 'p-moss', kind: 'message', consentLevel: [] },
      {
        item,
        plaintext: new TextEncoder().encode(clinicalOf().note),
        mediaType: 'text/plain',
      },
    );
    const revokedAt = Math.floor(Date.now() / 1000) + 60;
    const left = await world.publish([author.entry, viewer.entry, { ...insider.entry, revokedAt }]);
    await viewer.core.loadDirectory(left.slice().buffer);
    expect((await opened({ sealed: theirs })).sender.name).toBe('Ash Invented');
    const sentAt = new Date((revokedAt + 60) * 1000).toISOString();
    await refused({ sealed: theirs, answer: (honest) => ({ ...honest, sentAt }) }, 'SENDER_REVOKED');

    const gone = await world.publish([author.entry, { ...viewer.entry, revokedAt: revokedAt - 120 }]);
    const { me, people } = await viewer.core.loadDirectory(gone.slice().buffer);
    expect([me, people.map(({ id }) => id)]).toEqual([null, ['p-lindqvist']]);
    await refused({}, 'NOT_IN_DIRECTORY');
    await author.core.loadDirectory(gone.slice().buffer);
    await expect(sealPhoto(author.core, uuid(), { person: 'p-okafor' })).rejects.toMatchObject({
      code: 'RECIPIENT_UNKNOWN',
    });
    await expect(sealPhoto(author.core, uuid(), { team: 'plastics-on-call' })).rejects.toMatchObject({
      code: 'TEAM_EMPTY',
    });
  });
});

const actorOf = ({ identity, keys, entry }: Known) => ({ identities: [identity], sender: { keys, entry } });

async function sha256Of(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

async function digestOf(header: Uint8Array<ArrayBuffer>): Promise<string> {
  return base64url(await sha256Of(header));
}

/** Something to the viewer under the labels of the honest item, but by another hand, and of another item unless told. */
async function sealedBy(
  { keys, entry }: Known,
  changed: Partial<SealedItem['labels']>,
  content: { readonly item?: string; readonly plaintext?: Uint8Array; readonly mediaType?: string } = {},
): Promise<Pick<SealedItem, 'header' | 'labels' | 'payload'>> {
  const labels = { ...sealed.labels, ...changed };
  const { plaintext = new Uint8Array(3), mediaType = 'image/jpeg', item: id = uuid() } = content;
  const { header, payload } = await sealFile(plaintext, {
    directory: 'unverified',
    recipients: [viewer.entry],
    sender: { keys, entry },
    mediaType,
    case: uuid(),
    labels: { ...labels },
    clinical: { ...JSON.parse(JSON.stringify(clinicalOf())), item: id },
  });
  return { header, labels, payload: new Blob([payload]) };
}
