import { type DirectoryEntry, type JsonObject, recipientThumbprint, seal as sealFile } from '@wardseal/crypto';
import { base64url, sha256Large, utf8 } from '@wardseal/primitives';
import { type Clinical, parseClinical } from '../../src/wire/clinical.js';
import { type ItemLabels, parseLabels } from '../../src/wire/labels.js';
import type { SealedItem, SealRequest } from './core.js';
import { current, staff } from './directory.js';
import { CoreError, type CoreErrorCode } from './errors.js';
import { type Call, directoryOf, keysOf, myEntry, originalOf, pinned, type Session, seconds } from './session.js';
import { at } from './translate.js';

/** Guardians that are needed together to recover an item nobody else can open. */
const THRESHOLD = 2;

/** Seals a picture or a message to the people chosen, the author, the custodian and the guardians together. */
export async function seal(session: Session, request: SealRequest, call: Call): Promise<SealedItem> {
  const { signed, anchors } = directoryOf(session);
  const [keys, entry] = [keysOf(session), myEntry(session)];
  const { labels, clinical } = factsOf(session, request);
  const { plaintext, mediaType } = contentOf(session, request, labels, clinical);
  const others = addressees(session, request.to).filter(({ person }) => person !== entry.person);
  if (others.length === 0) throw new CoreError('TEAM_EMPTY', 'nobody else would receive it');
  const recipients = [...others, entry];
  const seats = current(signed).filter(({ roles }) => roles?.includes('guardian') === true);
  if (seats.length < THRESHOLD) throw new CoreError('DIRECTORY_INCOMPLETE', 'the directory names too few guardians');
  call.step('seal');
  const sealed = await at('seal', () =>
    sealFile(plaintext, {
      directory: signed,
      recipients,
      custodian: anchors.custodian,
      guardians: { seats, threshold: THRESHOLD },
      sender: { keys: keys.signing, entry },
      mediaType,
      case: request.case,
      labels: { ...labels },
      clinical: clinical as unknown as JsonObject,
    }),
  );
  call.signal.throwIfAborted();
  const { header, payload } = sealed;
  return {
    labels,
    header,
    payload: new Blob([payload]),
    payloadDigest: base64url(await sha256Large(payload)),
    recipients: recipients.map(({ person }) => person),
  };
}

/** Everybody who counts in the signed directory now; what the server says about teams is never asked. */
function addressees(session: Session, to: SealRequest['to']): DirectoryEntry[] {
  const { signed } = directoryOf(session);
  if ('same' in to) {
    const { members } = originalOf(session, to.same);
    return staff(current(signed)).filter(({ recipient }) => members.has(recipientThumbprint(recipient)));
  }
  if ('team' in to) return staff(signed.team(to.team, seconds()));
  const entry = signed.person(to.person, seconds());
  if (entry === null || staff([entry]).length === 0)
    throw new CoreError('RECIPIENT_UNKNOWN', 'the directory holds no such person now');
  return [entry];
}

function factsOf(
  session: Session,
  { labels, clinical, item, to }: SealRequest,
): { labels: ItemLabels; clinical: Clinical } {
  const { person: author, organisation: ownerOrg } = pinned(session);
  const wire = parsed('LABELS_INVALID', () => parseLabels({ ...labels, author, ownerOrg }));
  if (wire.team !== ('team' in to ? to.team : 'none'))
    throw new CoreError('LABELS_INVALID', 'the labels name another team');
  return { labels: wire, clinical: parsed('CLINICAL_INVALID', () => parseClinical(clinicalOf())) };

  function clinicalOf(): object {
    if (wire.about === 'none') return { ...clinical, item };
    const { root } = originalOf(session, wire.about);
    return { ...clinical, item, advice: { about: wire.about, root } };
  }
}

function contentOf(
  { pictures }: Session,
  { picture }: SealRequest,
  { kind }: ItemLabels,
  { note, consent }: Clinical,
): { plaintext: Uint8Array; mediaType: string } {
  if (kind === 'message') {
    if (note.trim() === '' || consent !== null) throw new CoreError('CLINICAL_INVALID', 'a message is its note');
    return { plaintext: utf8(note), mediaType: 'text/plain' };
  }
  if (consent === null) throw new CoreError('CLINICAL_INVALID', 'a photograph needs consent');
  const prepared = pictures.get(picture ?? '');
  if (prepared === undefined) throw new CoreError('PICTURE_GONE', 'there is no such prepared picture');
  return { plaintext: prepared.bytes, mediaType: prepared.mediaType };
}

/** What a parser gives; its refusal under our code. */
export function parsed<T>(code: CoreErrorCode, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof CoreError) throw cause;
    throw new CoreError(code, cause instanceof Error ? cause.message : 'malformed', { cause });
  }
}
