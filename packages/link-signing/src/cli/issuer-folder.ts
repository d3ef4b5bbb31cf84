import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { named, removeWhenInterrupted, TroubleError, writeOutput } from '@wardseal/primitives/cli';
import { createIssuer, type Issuer } from '../issuer.js';
import { createSigner } from '../keys.js';
import { sqliteStore } from '../store/sqlite.js';
import { sqliteEraseStore } from '../store/sqlite-erase.js';
import { needed } from './ids.js';
import { type IssuerKeys, keyText, readKeys } from './key-file.js';

/** The one option that says where an issuer lives. */
export const FOLDER = {
  folder: { kind: 'text', short: 'd', value: 'FOLDER', help: "the issuer's folder, made by `keys init`" },
} as const;

const keyPath = (folder: string): string => join(folder, 'keys.json');
/** The shares' keys lie apart, so that their backups can be kept for days while the links' are kept for years. */
const erasePath = (folder: string): string => join(folder, 'erase');

/** Makes the folder with its keys. Fails where there is one already. */
export async function makeFolder(folder: string, keys: IssuerKeys): Promise<void> {
  try {
    await named(folder, () => mkdir(folder, { mode: 0o700 }));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new TroubleError(`${folder}: it exists already: an issuer gets a new folder`);
  }
  await mkdir(erasePath(folder), { mode: 0o700 });
  await writeOutput({ path: keyPath(folder), force: false, secret: true, content: 'safe' }, (file) =>
    file.write(keyText(keys)),
  );
}

/** The keys of a folder. */
export async function keysOf(folder: string | undefined): Promise<IssuerKeys> {
  return readKeys(keyPath(needed(folder, 'folder')));
}

/** Changes the keys of a folder, one change at a time: two at once would lose one's new key. */
export async function changeKeys(
  folder: string | undefined,
  change: (keys: IssuerKeys) => IssuerKeys | Promise<IssuerKeys>,
): Promise<IssuerKeys> {
  const place = needed(folder, 'folder');
  const lock = join(place, 'keys.lock');
  try {
    await mkdir(lock, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new TroubleError(`${lock}: somebody else changes the keys; if nobody does, remove it`);
  }
  const finished = removeWhenInterrupted(lock);
  try {
    const changed = await change(await keysOf(place));
    await writeOutput({ path: keyPath(place), force: true, secret: true, content: 'safe' }, (file) =>
      file.write(keyText(changed)),
    );
    return changed;
  } finally {
    await rmdir(lock).catch(() => {});
    finished();
  }
}

/** Opens the issuer of a folder while `act` runs. This command opens no links, so nothing is ever to be logged by it. */
export async function withIssuer<T>(
  folder: string | undefined,
  act: (issuer: Issuer, keys: IssuerKeys) => Promise<T>,
): Promise<T> {
  const keys = await keysOf(folder);
  const { issuer: name, origins, signing, tags } = keys;
  const store = sqliteStore(join(folder!, 'links.db'));
  const shares = sqliteEraseStore(join(erasePath(folder!), 'shares.db'));
  try {
    const issuer = await createIssuer({
      issuer: name,
      origins,
      signer: await createSigner(signing[0]!.secretKey!),
      verificationKeys: signing.slice(1).map(({ publicKey, state }) => ({ publicKey, state, issuer: name })),
      tagKeys: tags,
      store,
      shares,
      audit: () => Promise.reject(new TypeError('this command opens no links')),
    });
    return await act(issuer, keys);
  } finally {
    store.close();
    shares.close();
  }
}
