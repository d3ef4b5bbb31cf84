import { listRecipients, open } from '@wardseal/crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ReleaseCall } from '../../src/wire/custodian.js';
import { type CustodyWorld, custodyWorld, type Enrolled, type Item } from '../support/custody-world.js';

let world: CustodyWorld;
let sender: Enrolled;
let member: Enrolled;
let onDuty: Enrolled;
let stranger: Enrolled;

beforeAll(async () => {
  world = await custodyWorld();
  sender = await world.enrol('p-lindqvist');
  member = await world.enrol('p-okafor');
  onDuty = await world.enrol('p-moss');
  stranger = await world.enrol('p-teal');
}, 60_000);
afterAll(() => world?.stop());

type Asked = Pick<ReleaseCall, 'logEntry' | 'nonce'>;

/** An arrived item and somebody's logged request for it. */
async function asked(who: Enrolled, breakGlass = false): Promise<{ item: Item; asked: Asked }> {
  const item = await arrived();
  return { item, asked: await ask(item, who, breakGlass) };
}
async function arrived(): Promise<Item> {
  const item = await world.item(sender);
  expect(await world.custodian.arrive(item.call, item.sealed.payload)).toHaveProperty('manifestId');
  return item;
}
async function ask(item: Item, { person }: Enrolled, breakGlass = false): Promise<Asked> {
  const btg = breakGlass ? ({ purpose: 'BTG', reason: 'airway swelling' } as const) : {};
  const logged = await world.logRelease(item, person, btg);
  const { nonce, logEntry, emergency } = await world.custodian.releaseOptions({
    item: item.call.item,
    person,
    breakGlass,
    ...logged,
  });
  expect(emergency).toBe(false);
  return { nonce, logEntry };
}
function call(item: Item, who: Enrolled, { logEntry, nonce }: Asked, more: Partial<ReleaseCall> = {}): ReleaseCall {
  const response = world.assertion(who, { item: item.call.item, logEntry, nonce });
  return {
    ...item.call,
    person: who.person,
    state: 'active',
    suspended: false,
    acknowledgedVersion: 1,
    purpose: 'direct-care',
    breakGlass: false,
    logEntry,
    nonce,
    response,
    ...more,
  };
}
const refused = (code: string) => expect.objectContaining({ code });

test('whoever took over the duty is given the item, by a stanza that only the custodian may add', async () => {
  const { item, asked: request } = await asked(onDuty);
  const released = await world.custodian.release(call(item, onDuty, request));
  expect(released).toMatchObject({ epoch: 1, changed: true });
  const directory = await world.directory();
  const header = Buffer.from(released.header, 'base64url');
  const judged = { resolveSender: directory.resolveSender, authorizeGrant: () => true };
  const opened = await open(
    { header, payload: item.sealed.payload },
    { ...judged, identities: [onDuty.identity], expectLabels: item.call.labels as never },
  );
  expect(Buffer.compare(opened.plaintext, item.plaintext)).toBe(0);
  const { granted } = await listRecipients(header, { ...judged, identities: [onDuty.identity] });
  expect(granted.map(({ person, change }) => [person, change.by.person, change.logEntry])).toEqual([
    ['p-moss', 'custodian', request.logEntry],
  ]);
});

test('somebody who can open it already gets the header back as it was', async () => {
  const { item, asked: request } = await asked(member);
  const released = await world.custodian.release(call(item, member, request));
  expect(released).toMatchObject({ epoch: 0, changed: false, header: item.call.header });
});

test('a stranger is refused with the policy’s words, and breaks the glass with a reason', async () => {
  const quiet = await asked(stranger);
  const no = world.custodian.release(call(quiet.item, stranger, quiet.asked));
  await expect(no).rejects.toThrow(refused('POLICY_REFUSED'));
  await expect(no).rejects.toHaveProperty('lines.0', expect.any(String));
  const thin = await asked(stranger, true);
  const glass = { breakGlass: true, purpose: 'emergency' };
  await expect(
    world.custodian.release(call(thin.item, stranger, thin.asked, { ...glass, reason: 'x' })),
  ).rejects.toThrow(refused('POLICY_REFUSED'));
  const loud = await asked(stranger, true);
  const reason = 'Airway swelling, theatre now, photo needed';
  const released = await world.custodian.release(call(loud.item, stranger, loud.asked, { ...glass, reason }));
  expect(released.changed).toBe(true);
  // Whoever breaks the glass is in an emergency, whatever else the server calls it.
  const named = await asked(stranger, true);
  const called = call(named.item, stranger, named.asked, { ...glass, purpose: 'referral', reason });
  expect((await world.custodian.release(called)).changed).toBe(true);
});

test('an emergency without breaking the glass is none, whatever purpose the server names', async () => {
  const { item, asked: request } = await asked(stranger);
  const more = { purpose: 'emergency', reason: 'Airway swelling, theatre now, photo needed' };
  await expect(world.custodian.release(call(item, stranger, request, more))).rejects.toThrow(refused('POLICY_REFUSED'));
});

test('what the server says of person and item can only restrict', async () => {
  for (const more of [
    { suspended: true },
    { state: 'recalled' as const },
    { state: 'expired' as const },
    { state: 'erased' as const },
    { acknowledgedVersion: 'none' as const },
  ]) {
    const { item, asked: request } = await asked(onDuty);
    await expect(world.custodian.release(call(item, onDuty, request, more))).rejects.toThrow(refused('POLICY_REFUSED'));
  }
});

test('an assertion is for one item, one entry, one nonce, this site, by the person’s own passkey, with verification', async () => {
  const wrong = async (
    code: string,
    change: (item: Item, request: Asked) => Partial<ReleaseCall> | Promise<Partial<ReleaseCall>>,
  ) => {
    const { item, asked: request } = await asked(onDuty);
    const more = await change(item, request);
    await expect(world.custodian.release(call(item, onDuty, request, more))).rejects.toThrow(refused(code));
  };
  const flawed = (flaws: object) =>
    wrong('ASSERTION_REFUSED', (item, request) => ({
      response: world.assertion(onDuty, { item: item.call.item, ...request }, flaws),
    }));
  await flawed({ origin: 'http://localhost:4001' });
  await flawed({ rpId: 'example.org' });
  await flawed({ type: 'webauthn.create' });
  await flawed({ flags: 1 }); // present, not verified
  const other = await asked(onDuty);
  await wrong('ASSERTION_REFUSED', (_, request) => ({
    response: world.assertion(onDuty, { ...request, item: other.item.call.item }),
  }));
  await wrong('ASSERTION_REFUSED', ({ call: { item } }, { nonce }) => ({
    response: world.assertion(onDuty, { item, nonce, logEntry: other.asked.logEntry }),
  }));
  await wrong('ASSERTION_REFUSED', ({ call: { item } }, { logEntry }) => ({
    response: world.assertion(onDuty, { item, logEntry, nonce: other.asked.nonce }),
  }));
  await wrong('ASSERTION_REFUSED', ({ call: { item } }, request) => ({
    response: world.assertion({ ...stranger, person: onDuty.person }, { item, ...request }),
  }));
  await wrong('ASSERTION_REFUSED', () => ({ response: {} }));
  await wrong('ASSERTION_REFUSED', () => ({ response: { id: onDuty.passkey.id, response: [] } }));
});

test('a passkey that counts backwards is a copy', async () => {
  const one = await asked(onDuty);
  const counted = (item: Item, request: Asked, counter: number) => ({
    response: world.assertion(onDuty, { item: item.call.item, ...request }, { counter }),
  });
  await world.custodian.release(call(one.item, onDuty, one.asked, counted(one.item, one.asked, 9)));
  const two = await asked(onDuty);
  const copy = call(two.item, onDuty, two.asked, counted(two.item, two.asked, 3));
  await expect(world.custodian.release(copy)).rejects.toThrow(refused('ASSERTION_REFUSED'));
  await world.restart(); // counts begin anew: the other tests' passkeys do not count
});

test('a nonce serves once, for the person, item and entry that it was given for, for five minutes', async () => {
  const { item, asked: request } = await asked(onDuty);
  await world.custodian.release(call(item, onDuty, request));
  await expect(world.custodian.release(call(item, onDuty, request))).rejects.toThrow(refused('RELEASE_REFUSED'));
  const other = await asked(onDuty);
  await expect(world.custodian.release(call(item, onDuty, other.asked))).rejects.toThrow(refused('RELEASE_REFUSED'));
  const late = await asked(onDuty);
  world.now.skip += 6 * 60_000;
  await expect(world.custodian.release(call(late.item, onDuty, late.asked))).rejects.toThrow(
    refused('RELEASE_REFUSED'),
  );
  world.now.skip = 0;
  const own = await asked(onDuty);
  await expect(world.custodian.release(call(own.item, stranger, own.asked, { person: 'p-teal' }))).rejects.toThrow(
    refused('RELEASE_REFUSED'),
  );
  const glass = await asked(onDuty);
  await expect(world.custodian.release(call(glass.item, onDuty, glass.asked, { breakGlass: true }))).rejects.toThrow(
    refused('RELEASE_REFUSED'),
  );
});

test('a receipt is of this request: type, person, item, organisation, glass, id, time and key', async () => {
  const item = await arrived();
  const refuse = async (receipt: { logEntry: string; receipt: string }, breakGlass = false) =>
    expect(
      world.custodian.releaseOptions({ item: item.call.item, person: 'p-moss', breakGlass, ...receipt }),
    ).rejects.toThrow(refused('RECEIPT_REFUSED'));
  await refuse(await world.logRelease(item, 'p-teal'));
  await refuse(await world.logRelease(await arrived(), 'p-moss'));
  await refuse(await world.logRelease(item, 'p-moss', { type: 'image.view' }));
  await refuse(await world.logRelease(item, 'p-moss', { outcome: 'minor' }));
  await refuse(await world.logRelease(item, 'p-moss', { object: { kind: 'item', id: item.call.item } }));
  await refuse(await world.logRelease(item, 'p-moss'), true);
  const good = await world.logRelease(item, 'p-moss');
  await refuse({ ...(await world.logRelease(item, 'p-moss')), logEntry: good.logEntry });
  await refuse({ ...good, receipt: good.receipt.replace(/\n— .*\n$/, '\n') });
  await refuse({ ...good, receipt: 'no receipt' });
  world.now.skip += 6 * 60_000;
  await refuse(good);
  world.now.skip = 0;
  await expect(
    world.custodian.releaseOptions({ item: item.call.item, person: 'p-moss', breakGlass: false, ...good }),
  ).resolves.toHaveProperty('nonce');
});

test('another header than the one that was logged, another item’s, or changed labels release nothing', async () => {
  const first = await asked(onDuty);
  const released = await world.custodian.release(call(first.item, onDuty, first.asked));
  // The header has changed since: the old one would lose a recipient, and the entry names another digest.
  const second = await ask(first.item, stranger, true);
  const more = { breakGlass: true, purpose: 'emergency', reason: 'Airway swelling, theatre now, photo needed' };
  await expect(
    world.custodian.release(call(first.item, stranger, second, { ...more, header: released.header })),
  ).rejects.toThrow(refused('RELEASE_REFUSED'));
  const other = await arrived();
  const swapped = await ask(first.item, onDuty);
  await expect(
    world.custodian.release(call(first.item, onDuty, swapped, { header: other.call.header })),
  ).rejects.toThrow(refused('ITEM_HELD'));
  const relabelled = await ask(first.item, onDuty);
  const labels = { ...first.item.call.labels, notAfter: '2100-01-01T00:00:00.000Z' };
  await expect(world.custodian.release(call(first.item, onDuty, relabelled, { labels }))).rejects.toThrow(
    refused('ITEM_HELD'),
  );
});

test('an item that never arrived is not released', async () => {
  const item = await world.item(sender);
  const request = await ask(item, onDuty);
  await expect(world.custodian.release(call(item, onDuty, request))).rejects.toThrow(refused('ITEM_HELD'));
});

test('the log is down: the glass is broken through the journal, and only then the item is opened under it', async () => {
  const item = await arrived();
  const { item: id } = item.call;
  const headerDigest = Buffer.from(item.sealed.headerDigest).toString('base64url');
  const nonce = Buffer.alloc(32, 7).toString('base64url');
  const view = { item: id, person: 'p-teal', nonce, reason: 'airway swelling, theatre now', headerDigest };
  await expect(world.custodian.emergencyView(view)).rejects.toThrow(refused('RELEASE_NEEDED'));
  const reason = 'Airway swelling, theatre now, photo needed';
  await expect(
    world.custodian.releaseOptions({
      item: id,
      person: 'p-teal',
      breakGlass: true,
      emergency: { reason: 'patient 999 000 0018', headerDigest },
    }),
  ).rejects.toThrow(refused('REASON_REQUIRED'));
  const options = await world.custodian.releaseOptions({
    item: id,
    person: 'p-teal',
    breakGlass: true,
    emergency: { reason, headerDigest },
  });
  expect(world.said.at(-1)).toContain(options.logEntry);
  expect(options).toMatchObject({ emergency: true, credentials: [stranger.passkey.id] });
  await expect(world.custodian.emergencyView(view)).rejects.toThrow(refused('RELEASE_NEEDED'));
  const released = await world.custodian.release(
    call(item, stranger, options, { breakGlass: true, purpose: 'emergency' }),
  );
  const seen = { ...view, headerDigest: released.headerDigest };
  const { receipt, logEntry } = await world.custodian.emergencyView(seen);
  const { verifyReceipt } = await import('@wardseal/audit');
  const proof = await verifyReceipt(receipt, {
    logKey: world.trust.logs.keys[0] as string,
    emergencyKey: world.trust.emergencyKey,
    nonce: new Uint8Array(32).fill(7),
    object: id,
    actor: 'p-teal',
    headerDigest: new Uint8Array(Buffer.from(released.headerDigest, 'base64url')),
    type: 'breakglass.open',
  });
  expect([proof.emergency, proof.leaf.id]).toEqual([true, logEntry]);
  // A quarter of an hour later it is over.
  world.now.skip += 16 * 60_000;
  await expect(world.custodian.emergencyView(seen)).rejects.toThrow(refused('RELEASE_NEEDED'));
  world.now.skip = 0;

  // The log is back: the journal goes into it, whole.
  const journal = await world.custodian.turnJournal();
  expect(journal).toMatchObject({ origin: 'emergency.zzz01.invalid', size: 2 });
  const { mergeEmergency } = await import('@wardseal/audit');
  const { fileKeyStore, folderReader } = await import('@wardseal/audit/file-store');
  const merged = await mergeEmergency({
    log: world.log,
    journal: {
      reader: await folderReader(journal?.folder ?? ''),
      keys: fileKeyStore(journal?.keys ?? ''),
      policy: { logKey: world.trust.emergencyKey },
    },
    actor: { id: 'service-audit', kind: 'system', org: 'ZZZ01' },
  });
  expect(merged.added).toBe(2);
  // It goes on growing under the same name.
  await world.custodian.releaseOptions({
    item: id,
    person: 'p-teal',
    breakGlass: true,
    emergency: { reason, headerDigest },
  });
  expect(await world.custodian.turnJournal()).toMatchObject({ size: 3 });
});
