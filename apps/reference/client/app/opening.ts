import { base64url } from '@wardseal/primitives';
import type { LogCheckpoint, OpenAnswer, Released, ReleaseOptions } from '../../src/wire/api.js';
import type { OpenedItem } from '../core/core.js';
import type { Desk } from './desk.js';
import { call, download, PAYLOAD_MS } from './http.js';
import { answerRelease } from './passkey.js';
import { withStepUp } from './sign-in.js';

export interface Asked {
  readonly purpose: string;
  readonly reason?: string;
}

export type Opened = OpenedItem & Pick<OpenAnswer, 'sentAt' | 'until'>;

/**
 * Opens an item: the server logs the viewing before it gives anything, the worker checks all of it before it opens anything.
 *
 * @param tell what is going on, for the line under the heading
 */
export async function openItem(
  desk: Desk,
  id: string,
  asked: Asked,
  tell: (doing: string) => void = () => {},
): Promise<Opened> {
  tell('Asking: your viewing is written into the log first');
  await desk.directory();
  const nonce = crypto.getRandomValues(new Uint8Array(32));
  const body = { nonce: base64url(nonce), ...asked };
  // The ciphertext comes while the viewing is being logged: without the header it is of no use to anybody.
  const early = download(`/api/items/${id}/payload`, PAYLOAD_MS).catch(() => null);
  const answer = await withStepUp(() => call<OpenAnswer>('POST', `/api/items/${id}/open`, body));
  tell('Downloading');
  const payload = (await early) ?? (await download(`/api/items/${id}/payload`, PAYLOAD_MS));
  tell('Checking, opening and marking');
  const opened = await desk.core.open({ item: id, nonce, answer, payload });
  return { ...opened, sentAt: answer.sentAt, until: answer.until };
}

/** Has the trust's custodian release an item to this person: it asks for the passkey over exactly this release. */
export async function releaseItem(desk: Desk, id: string, asked: Asked, breakGlass: boolean): Promise<void> {
  const path = `/api/items/${id}/release`;
  const options = await withStepUp(() => call<ReleaseOptions>('POST', `${path}/options`, { ...asked, breakGlass }));
  const { logEntry, nonce, credentials } = options;
  const challenge = await desk.core.releaseChallenge({ item: id, logEntry, nonce });
  const { response } = await answerRelease(challenge, credentials);
  await call<Released>('POST', path, { logEntry, nonce, response });
}

/** Witnesses sign within a minute, or somebody is told. */
const WITNESS_MS = 60_000;
const ASK_EVERY_MS = 3_000;

/** Waits until outsiders have seen the log go on from this viewing. `late` when none has within a minute. */
export async function awaitWitness(
  desk: Desk,
  { viewing, receipt }: OpenedItem,
  wanted: () => boolean,
): Promise<'witnessed' | 'late'> {
  for (const end = Date.now() + WITNESS_MS; Date.now() < end && wanted(); ) {
    const newer = await call<LogCheckpoint>('GET', `/api/log/checkpoint?from=${receipt.size}`);
    if ((await desk.core.confirmWitnessed(viewing, newer)) === 'witnessed') return 'witnessed';
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  return 'late';
}
