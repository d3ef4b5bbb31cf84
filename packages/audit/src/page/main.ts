import { fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import { by, hide, input, Missing, onClick, onSubmit, startOf, write } from '@wardseal/primitives/page';
import { NO_FACTS } from '../check-proof.js';
import { MAX_REPORT } from '../check-report.js';
import { AuditError } from '../errors.js';
import { EVENT_TYPES, type EventType } from '../event-codes.js';
import type { ReceiptFacts } from '../receipt-facts.js';
import { MAX_POLICY } from '../witness/policy.js';
import { withProgress } from './progress.js';
import { showResult } from './result.js';
import { type Trust, trustOf } from './trust.js';
import { judge } from './verdict.js';
import { wordsFor } from './words.js';

// The verifier's page: everything happens in this one document, and its policy lets it connect to nothing.

const text = (id: string): string => by<HTMLTextAreaElement>(id).value;
const SECRET = 'PRIVATE+KEY+';

// What was dropped stands in for what was chosen.
let dropped: File | null = null;

/** The file or the pasted text. */
async function given(): Promise<{ name: string; data: Uint8Array<ArrayBuffer> }> {
  const file = dropped ?? input('file').files?.[0];
  const pasted = text('text').trim();
  if (file && pasted !== '') throw new Missing('text', 'Give a file or its text, not both.');
  if (file) {
    const data = await startOf(file, MAX_REPORT);
    if (data.length > MAX_REPORT) throw new Missing('file', 'That file is too large to be a proof or a report.');
    return { name: file.name, data };
  }
  if (pasted === '') throw new Missing('file', 'Choose, drop or paste a proof.');
  // Copying loses the newline at the end, which is part of every proof.
  return { name: 'pasted text', data: utf8(`${pasted}\n`) };
}

async function trusted(): Promise<Trust> {
  const keys = text('keys');
  if (keys.includes(SECRET)) {
    by<HTMLTextAreaElement>('keys').value = '';
    throw new Missing(
      'keys',
      'That was a private key, with which anybody could sign for the log. It is removed here. Its owner must be told.',
    );
  }
  const file = input('policy').files?.[0];
  const policy = file ? await startOf(file, MAX_POLICY) : null;
  try {
    return trustOf(keys, policy);
  } catch (error) {
    if (!(error instanceof AuditError)) throw error;
    const field = error.code === 'POLICY_INVALID' ? 'policy' : 'keys';
    throw new Missing(field, wordsFor(error.code, error.message));
  }
}

function expected(): ReceiptFacts {
  const value = (id: string): string | null => input(`expect-${id}`).value.trim() || null;
  const nonce = value('nonce');
  const bytes = nonce === null ? null : fromBase64url(nonce);
  if (nonce !== null && bytes?.length !== 32)
    throw new Missing('expect-nonce', 'The nonce has 43 letters, digits, hyphens and underscores.');
  return {
    ...NO_FACTS,
    nonce: bytes,
    object: value('object'),
    actor: value('actor'),
    organisation: value('organisation'),
    type: value('type') as EventType | null,
  };
}

async function check(): Promise<void> {
  hide('result');
  const trust = await trusted();
  const facts = expected();
  const checkpoint = text('other').trim();
  const other = checkpoint === '' ? null : { checkpoint: `${checkpoint}\n`, hashes: text('hashes') };
  const { name, data } = await given();
  const shown = await withProgress((onProgress) =>
    // What is not text is no proof; the judge says so of an empty one.
    judge(fromUtf8(data) ?? '', { trust, facts, other, onProgress }),
  );
  if (shown !== null) await showResult(shown, { name, data, trust });
}

function take(file: File | null): void {
  dropped = file;
  input('file').value = '';
  write('dropped', file === null ? '' : `Dropped: ${file.name}`);
}

function wireDrop(): void {
  const zone = by('drop');
  const mark =
    (over: boolean) =>
    (event: DragEvent): void => {
      event.preventDefault();
      if (over) zone.dataset['over'] = 'true';
      else delete zone.dataset['over'];
    };
  // Anywhere on the page: a file that misses the frame must not replace the page.
  addEventListener('dragover', mark(true));
  addEventListener('dragleave', mark(false));
  addEventListener('drop', (event) => {
    mark(false)(event);
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  });
  input('file').addEventListener('change', () => {
    dropped = null;
    write('dropped', '');
  });
}

function tellConnection(): void {
  write(
    'connection',
    navigator.onLine
      ? 'This computer is online. You can disconnect it: the page needs no network.'
      : 'This computer is offline. Good: the page needs no network.',
  );
}

const kinds = Object.keys(EVENT_TYPES).sort();
by('expect-type').append(...kinds.map((kind) => new Option(kind, kind)));
onSubmit('check', check, (error) =>
  error instanceof AuditError
    ? wordsFor(error.code, error.message)
    : 'Something went wrong in this page. Reload it and try again.',
);
onClick('clear', () => {
  by<HTMLFormElement>('check-form').reset();
  take(null);
  write('check-error', '');
  hide('result');
  by('keys').focus();
});
onClick('print', () => print());
wireDrop();
addEventListener('online', tellConnection);
addEventListener('offline', tellConnection);
tellConnection();
by('main').dataset['ready'] = 'true';
