import {
  type DirectoryEntry,
  delegateDirectory,
  generateIdentity,
  type Signer,
  signSnapshot,
  verifySnapshot,
} from '@wardseal/crypto';
import { base64url, canonicalJson, fromBase64url, fromUtf8, type Json, sha256, utf8 } from '@wardseal/primitives';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CoreErrorCode } from '../../client/core/errors.js';
import { createTrust, enrolKnown, type Known, newCore, ORGANISATION, TRUST_NAME, World } from '../suites/core-world.js';

let world: World;
let known: Known;
let snapshot: Uint8Array<ArrayBuffer>;

beforeAll(async () => {
  world = await World.create();
  const about = { person: 'p-okafor', name: 'Wren Example', roles: ['registrar'], teams: ['plastics-on-call'] };
  known = await enrolKnown(world.trust, about);
  snapshot = await world.publish([known.entry]);
  await world.publish([known.entry]);
});

function entries(changed: (entry: DirectoryEntry) => DirectoryEntry = (entry) => entry): DirectoryEntry[] {
  return [world.custodian, ...world.guardians, known].map(({ entry }) => changed(entry));
}

async function load(bytes: Uint8Array<ArrayBuffer>, storage: Map<string, string> = new Map()) {
  const core = newCore(storage);
  const { rootThumbprint } = world.trust;
  await core.pin({ organisation: ORGANISATION, person: 'p-okafor', rootThumbprint });
  return core.loadDirectory(bytes.slice().buffer).finally(() => core.lock());
}

const refused = (bytes: Uint8Array<ArrayBuffer>, code: CoreErrorCode, storage?: Map<string, string>) =>
  expect(load(bytes, storage)).rejects.toMatchObject({ code });

/** A snapshot's lines changed, and its head signed again over them where a `signer` is at hand. */
async function changed(change: (lines: string) => string, signer?: Signer): Promise<Uint8Array<ArrayBuffer>> {
  const text = fromUtf8(snapshot)!;
  const cut = text.indexOf('\n');
  const lines = change(text.slice(cut + 1));
  expect(lines).not.toBe(text.slice(cut + 1));
  const [header, payload] = text.slice(0, cut).split('.');
  if (signer === undefined) return utf8(`${text.slice(0, cut)}\n${lines}`);
  const claims = JSON.parse(fromUtf8(fromBase64url(payload!)!)!) as Record<string, Json>;
  const digest = base64url(sha256(utf8(lines)));
  const signed = `${header}.${base64url(utf8(canonicalJson({ ...claims, entries: digest })))}`;
  const signature = await signer.sign(utf8(signed));
  return utf8(`${signed}.${base64url(signature)}\n${lines}`);
}

describe('the directory', () => {
  test('says who is who, custodian and guardians apart', async () => {
    const me = { id: 'p-okafor', name: 'Wren Example', role: 'registrar', teams: ['plastics-on-call'] };
    expect(await load(snapshot)).toEqual({
      epoch: 1,
      organisation: ORGANISATION,
      organisationName: TRUST_NAME,
      people: [me],
      teams: [{ id: 'plastics-on-call', members: [me] }],
      me,
    });
  });

  test('nobody is believed before a root was pinned', async () => {
    await expect(newCore().loadDirectory(snapshot.slice().buffer)).rejects.toMatchObject({ code: 'PIN_NEEDED' });
  });

  test('made by a server under a root of its own', async () => {
    const other = await createTrust();
    const options = { directoryKey: other.directoryKey, delegation: other.delegation, organisation: ORGANISATION };
    const people = [await enrolKnown(other, { person: 'p-okafor', name: 'Wren Example' })];
    await refused(
      await signSnapshot(
        people.map(({ entry }) => entry),
        { ...options, epoch: 1 },
      ),
      'DIRECTORY_OTHER_ROOT',
    );
  });

  test('of another organisation under the same root', async () => {
    const { root, directoryKey, rootThumbprint } = world.trust;
    const until = Math.floor(Date.now() / 1000) + 86_400;
    const delegation = await delegateDirectory(root, directoryKey.publicKey, { organisation: 'ZZZ02', until });
    const bytes = await signSnapshot([], { directoryKey, delegation, organisation: 'ZZZ02', epoch: 1 });
    await verifySnapshot(bytes, { rootThumbprint });
    await refused(bytes, 'DIRECTORY_OTHER_ORGANISATION');
  });

  test('signed by a key that the root never named', async () => {
    const other = await createTrust();
    const forged = await changed((lines) => lines.replace('Wren Example', 'Mallory Example'), other.directoryKey);
    await refused(forged, 'DIRECTORY_FORGED');
  });

  test('with another name, or another key, in a line that the custodian signed', async () => {
    await refused(await changed((lines) => lines.replace('Wren Example', 'Mallory Example')), 'DIRECTORY_CHANGED');
    const { recipient } = await generateIdentity();
    await refused(await changed((lines) => lines.replace(known.entry.recipient, recipient)), 'DIRECTORY_CHANGED');
    await refused(await changed((lines) => lines.slice(0, -1)), 'DIRECTORY_CHANGED');
  });

  test('with a recipient key of somebody else, signed by who stole the directory key', async () => {
    const { recipient } = await generateIdentity();
    const swapped = await changed((lines) => lines.replace(known.entry.recipient, recipient), world.trust.directoryKey);
    await refused(swapped, 'DIRECTORY_KEY_SWAPPED');
  });

  test('older than one that this browser saw, also after the page was loaded anew', async () => {
    const storage = new Map<string, string>();
    expect((await load(world.snapshots[1]!, storage)).epoch).toBe(2);
    await refused(snapshot, 'DIRECTORY_ROLLED_BACK', storage);
    expect((await load(world.snapshots[1]!, storage)).epoch).toBe(2);
    expect([...storage.values()].join()).not.toContain('Wren');
  });

  test('under a new root of the organisation, for who pinned that one', async () => {
    const storage = new Map<string, string>();
    await load(world.snapshots[1]!, storage);
    const other = await createTrust();
    const { directoryKey, delegation, rootThumbprint } = other;
    const custodian = await enrolKnown(
      other,
      { person: 'custodian', name: TRUST_NAME, roles: ['custodian'] },
      world.custodian.entry.credentials,
    );
    const options = { directoryKey, delegation, organisation: ORGANISATION, epoch: 1 };
    const core = newCore(storage);
    await core.pin({ organisation: ORGANISATION, person: 'p-okafor', rootThumbprint });
    const { epoch, me } = await core.loadDirectory((await signSnapshot([custodian.entry], options)).buffer);
    expect([epoch, me]).toEqual([1, null]);
    core.lock();
  });

  test('another one of the same number', async () => {
    const storage = new Map<string, string>();
    await load(snapshot, storage);
    const { directoryKey, delegation } = world.trust;
    const options = { directoryKey, delegation, organisation: ORGANISATION, epoch: 1 };
    const fork = await signSnapshot(entries().slice(0, -1), options);
    await refused(fork, 'DIRECTORY_ROLLED_BACK', storage);
  });

  test('whose time has passed', async () => {
    const { directoryKey, delegation } = world.trust;
    const options = { directoryKey, delegation, organisation: ORGANISATION, epoch: 1, validFor: 1 };
    const bytes = await signSnapshot(entries(), options);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await refused(bytes, 'DIRECTORY_STALE');
  });

  test('that does not say which log to believe', async () => {
    const { directoryKey, delegation } = world.trust;
    const options = { directoryKey, delegation, organisation: ORGANISATION, epoch: 1 };
    const custodian = await enrolKnown(world.trust, { person: 'custodian', roles: ['custodian'] });
    await refused(await signSnapshot([custodian.entry, known.entry], options), 'DIRECTORY_INCOMPLETE');
    const { roles: _, ...entry } = world.custodian.entry;
    await refused(await signSnapshot([entry, known.entry], options), 'DIRECTORY_INCOMPLETE');
  });

  test('that is none', async () => {
    for (const bytes of [new Uint8Array(0), utf8('{}'), utf8('a.b.c\n'), snapshot.subarray(0, 900)])
      await refused(bytes.slice(), 'DIRECTORY_FORGED');
  });
});
