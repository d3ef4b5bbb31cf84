import { base64url, fromUtf8, utf8 } from '@wardseal/primitives';
import {
  by,
  chosen,
  hide,
  input,
  list,
  Missing,
  onClick,
  onSubmit,
  save,
  show,
  write,
} from '@wardseal/primitives/page';
import { verifySnapshot } from '../directory/verify-snapshot.js';
import { parseHeader } from '../header.js';
import type { DirectoryEntry } from '../keys/directory-entry.js';
import { recipientThumbprint } from '../keys/recipient.js';
import { MAX_HEADER_BYTES, MAX_SHARE_REQUEST_BYTES, MAX_SNAPSHOT_BYTES } from '../limits.js';
import { openShare } from '../recovery/open-share.js';
import { decodeShareRequest } from '../recovery/request-file.js';
import { verifyShareRequest } from '../recovery/verify-share-request.js';
import { currentSeat, isUnlocked } from './seat.js';
import { wordsFor } from './words.js';

let grant: (() => Promise<Uint8Array<ArrayBuffer>>) | null = null;

/** Forgets the request and the share on the page. */
export function clearAnswer(): void {
  grant = null;
  for (const id of ['who', 'why', 'log-entry', 'digest', 'takes', 'directory-facts', 'needed', 'share-done'])
    write(id, '');
  list('approvers', []);
  by<HTMLTextAreaElement>('share').value = '';
  input('sure').checked = false;
  hide('verified', 'opened');
}

/** The header of a file given whole or as its header alone. */
export function headerOf(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.slice(0, parseHeader(bytes).length);
}

const when = (time: number): string =>
  new Date(time * 1000).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' });

function personWords({ person, organisation, roles = [], outsider }: DirectoryEntry): string {
  const more = [...roles, ...(outsider === undefined ? [] : [`from outside, for: ${outsider.purpose}`])];
  return `${person} of ${organisation}${more.length === 0 ? '' : ` (${more.join(', ')})`}`;
}

async function given(): Promise<{ header: Uint8Array<ArrayBuffer>; request: Uint8Array; snapshot: Uint8Array }> {
  const header = await chosen('header-file', MAX_HEADER_BYTES);
  if (header === null) throw new Missing('header-file', 'Choose the file’s header.');
  const text = by<HTMLTextAreaElement>('request-text').value.trim();
  const file = await chosen('request-file', MAX_SHARE_REQUEST_BYTES);
  if (file !== null && text !== '')
    throw new Missing('request-text', 'You chose a request file and pasted text as well. Keep one of them.');
  // An editor's last line end is no part of the request.
  const request = file === null ? utf8(text) : utf8(fromUtf8(file)?.trimEnd() ?? '');
  if (request.length === 0) throw new Missing('request-file', 'Choose the request, or paste its text.');
  const snapshot = await chosen('snapshot-file', MAX_SNAPSHOT_BYTES);
  if (snapshot === null) throw new Missing('snapshot-file', 'Choose the directory.');
  return { header: headerOf(header), request, snapshot };
}

async function check(): Promise<void> {
  clearAnswer();
  const seat = currentSeat();
  const { header, request: data, snapshot } = await given();
  const request = decodeShareRequest(data);
  const directory = await verifySnapshot(snapshot, { rootThumbprint: seat.root });
  const { identity } = seat;
  const proven = await verifyShareRequest(header, request, { directory, seat: identity });
  if (!isUnlocked(seat)) return;
  const { requester, approvals, threshold, seats } = proven;
  write('who', `${personWords(requester)}, key ${recipientThumbprint(requester.recipient)}`);
  write('why', proven.ground);
  list(
    'approvers',
    approvals.map(({ approver, at }) => `${personWords(approver)}, on ${when(at)}`),
  );
  write('log-entry', proven.logEntry);
  write('digest', base64url(proven.headerDigest));
  const alone = threshold === 1;
  const takes = `${threshold} of ${seats} guardians’ shares`;
  write('takes', alone ? 'one guardian’s share: yours alone opens the file' : takes);
  write('needed', alone ? 'no other share' : takes);
  write(
    'directory-facts',
    `${directory.organisation}, number ${directory.epoch}, signed on ${when(directory.issuedAt)}`,
  );
  grant = () => openShare(header, identity, request, { directory });
  show('verified', 'verified-h');
}

async function open(): Promise<void> {
  if (!input('sure').checked) throw new Missing('sure', 'Tick the box when you are sure.');
  const seat = currentSeat();
  const share = await grant?.();
  if (!isUnlocked(seat)) return;
  if (share === undefined) throw new Missing('sure', 'Check the request again.');
  by<HTMLTextAreaElement>('share').value = fromUtf8(share)!;
  show('opened', 'opened-h');
}

/** "Answer a request". */
export function wireAnswer(): void {
  onSubmit('answer', check, wordsFor);
  onSubmit('open', open, wordsFor);
  const share = () => by<HTMLTextAreaElement>('share');
  onClick('save-share', () => {
    save('share.json', share().value, 'application/json');
    write('share-done', 'Saved.');
  });
  onClick('copy-share', async () => {
    // A page from a file may not write to the clipboard everywhere: then it selects, and the person copies.
    share().select();
    const copied = await navigator.clipboard?.writeText(share().value).then(
      () => true,
      () => false,
    );
    write('share-done', copied === true ? 'Copied.' : 'Selected: copy it with the keyboard or the menu.');
  });
}
