import { base64url, utf8 } from '@wardseal/primitives';
import { SealError } from '../errors.js';
import { type Header, parseHeader, type Stanza, stanzaDigest } from '../header.js';
import { openInner } from '../inner.js';
import { MAX_GRANT_BYTES, MAX_STANZAS } from '../limits.js';
import { AGE_VERSION_LINE, STANZA } from '../names.js';
import { readStatement, type Statement } from '../statement.js';
import { GRANT, type Grant } from './grant.js';

// Additions stand at the end of a header and removed stanzas travel inside the grant, so whoever holds the file key can undo
// the changes one by one, last first, and gets every earlier header back byte for byte.

/** Stanzas that do not wrap the file key. */
const STATEMENTS: ReadonlySet<string> = new Set([STANZA.manifest, STANZA.tree, STANZA.grant]);

/** Whether a stanza wraps the file key, for whomever. */
export function isWrapping(stanza: Stanza): boolean {
  return !STATEMENTS.has(stanza.type);
}

/** One change, not yet believed: `before` are the stanzas of the header that it changed. */
export interface Step {
  readonly grant: Statement<Grant>;
  readonly before: readonly Stanza[];
  readonly added: readonly Stanza[];
  readonly removed: readonly Stanza[];
}

const NO_MAC = `--- ${'A'.repeat(43)}\n`;

/** The one stanza that a text spells, or null. */
function oneStanza(text: string): Stanza | null {
  try {
    const { stanzas } = parseHeader(utf8(`${AGE_VERSION_LINE}\n${text}${NO_MAC}`));
    return stanzas.length === 1 && stanzas[0]!.raw.length === text.length ? stanzas[0]! : null;
  } catch {
    return null;
  }
}

function undo(list: readonly Stanza[], grant: Statement<Grant>): Step {
  const { claims } = grant;
  const from = list.length - 1 - claims.added.length;
  const added = list.slice(Math.max(0, from), -1);
  if (!claims.added.every(({ digest }, i) => added[i] && base64url(stanzaDigest(added[i])) === digest))
    throw new SealError('RECIPIENTS_MISMATCH', 'recipients are not the ones that were granted', { what: STANZA.grant });
  const before = list.slice(0, Math.max(0, from));
  const removed = claims.removed.map(({ at, stanza: text }, i) => {
    const stanza = oneStanza(text);
    const after = i === 0 ? -1 : claims.removed[i - 1]!.at;
    if (stanza === null || !isWrapping(stanza) || at <= after || at > before.length)
      throw new SealError('GRANT_INVALID', 'a grant removes what is no recipient', { what: 'removed' });
    before.splice(at, 0, stanza);
    return stanza;
  });
  // In bytes it is never longer than the header it comes from: the grant spells what it removed in base64, twice.
  if (before.length > MAX_STANZAS)
    throw new SealError('LIMIT', 'an earlier header would have too many stanzas', {
      what: 'MAX_STANZAS',
      limit: MAX_STANZAS,
    });
  return { grant, before, added, removed };
}

/**
 * Undoes every change: the stanzas of the first header, and the steps from there, oldest first. Throws GRANT_INVALID, UNSUPPORTED
 * or LIMIT when a grant does not read, RECIPIENTS_MISMATCH when stanzas stand where no grant put them.
 */
export async function rebuild(
  header: Header,
  fileKey: Uint8Array,
): Promise<{ readonly first: readonly Stanza[]; readonly steps: readonly Step[] }> {
  const steps: Step[] = [];
  let list = header.stanzas;
  while (list.some(({ type }) => type === STANZA.grant)) {
    const last = list.at(-1)!;
    if (last.type !== STANZA.grant)
      throw new SealError('RECIPIENTS_MISMATCH', 'a stanza stands where no grant put it', { what: last.type });
    const grant = readStatement<Grant>(GRANT, await openInner('grant', last, fileKey, MAX_GRANT_BYTES));
    const step = undo(list, grant);
    steps.unshift(step);
    list = step.before;
  }
  return { first: list, steps };
}
