import { detachHeader, type OpenedFile, open as openFile, type RecipientChange } from '@wardseal/crypto';
import { base64url, fromBase64url, fromUtf8 } from '@wardseal/primitives';
import { shortCode } from '../../src/server/wiring/view-then-mark.js';
import { type Clinical, parseClinical } from '../../src/wire/clinical.js';
import { type ItemLabels, parseLabels } from '../../src/wire/labels.js';
import { canvasCodec } from '../picture/canvas-codec.js';
import { checkClaimedSize } from '../picture/check-claimed-size.js';
import type { Pixels } from '../picture/exif-orientation.js';
import { PictureError } from '../picture/picture-error.js';
import { sniff } from '../picture/sniff.js';
import { checkReceipt } from './check-receipt.js';
import type { OpenAnswer, OpenedItem, OpenRequest, ShownPicture, Step } from './core.js';
import { personOf } from './directory.js';
import { CoreError } from './errors.js';
import { epochOf, keepEpoch } from './keeper.js';
import { mark } from './mark.js';
import { parsed } from './seal.js';
import { type Call, directoryOf, keysOf, myEntry, originalOf, pinned, type Session } from './session.js';
import { at } from './translate.js';
import { isCustodian, type TrustAnchors } from './trust-anchors.js';

const NO_PAYLOAD = new Uint8Array(0);

/**
 * Opens an item: what the log proves first, then what the file proves, then what both say about each other; only then are
 * there pixels, and they are marked before they leave.
 */
export async function open(session: Session, request: OpenRequest, call: Call): Promise<OpenedItem> {
  const { item, nonce, answer } = request;
  const { organisation, person } = pinned(session);
  const [keys, entry, { signed, anchors }] = [keysOf(session), myEntry(session), directoryOf(session)];
  const { viewing } = answer;
  const labels = parsed('LABELS_INVALID', () => parseLabels(answer.labels));
  const sentAt = sentAtOf(answer);
  const timer = timed(call);

  timer.step('receipt');
  // Computed here, over what arrived: a digest that came along would let one header be logged and another be opened.
  const { header, headerDigest } = await at('open', () =>
    detachHeader({ header: headerOf(answer), payload: NO_PAYLOAD }),
  );
  const asked = { viewing, nonce, item, person, organisation, headerDigest };
  const { receipt, logKey } = await checkReceipt(answer.receipt, asked, anchors);
  call.signal.throwIfAborted();

  timer.step('open');
  const opened = await at('open', async () =>
    openFile(
      { header, payload: new Uint8Array(request.payload) },
      {
        identities: [keys.identity],
        resolveSender: signed.resolveSender,
        sentAt,
        expectLabels: { ...labels },
        authorizeGrant: mayChange(anchors),
        notBelowEpoch: await epochOf(session.keeper, organisation, item),
      },
    ),
  );
  const clinical = proven(session, item, labels, opened);
  if (opened.epoch > 0) await keepEpoch(session.keeper, organisation, item, opened.epoch);
  call.signal.throwIfAborted();

  // The log's clock, as the border says it: to the second.
  const moment = new Date(receipt.leaf.recordedAt).toISOString().replace(/\.\d+Z$/, 'Z');
  const content = await contentOf();
  call.signal.throwIfAborted();
  const members = opened.recipients.filter(({ role }) => role === 'member').map(({ thumbprint }) => thumbprint);
  session.opened.set(item, { root: base64url(opened.root), members: new Set(members) });
  session.receipts.set(viewing, { receipt: answer.receipt, logKey: receipt.emergency ? null : logKey });
  const { origin, size } = receipt.checkpoint;
  return {
    viewing,
    code: shortCode(viewing),
    labels,
    case: opened.manifest.case,
    clinical,
    sender: personOf(opened.sender),
    ...content,
    receipt: { origin, size, index: receipt.index, at: moment },
    breakGlass: receipt.leaf.type === 'breakglass.open',
    emergency: receipt.emergency,
    timings: timer.end(),
  };

  async function contentOf(): Promise<{ text: string } | { picture: ShownPicture }> {
    const { plaintext, manifest } = opened;
    if (labels.kind === 'message') {
      const text = fromUtf8(plaintext);
      if (manifest.mediaType !== 'text/plain' || text !== clinical.note)
        throw new CoreError('FILE_INVALID', 'the content is not the message that was signed');
      return { text };
    }
    timer.step('decode');
    const pixels = await decoded(plaintext, manifest.mediaType);
    plaintext.fill(0);
    call.signal.throwIfAborted();
    timer.step('mark');
    const { name: who, role } = personOf(entry);
    return {
      picture: await mark(
        pixels,
        chipsOf(answer),
        {
          id: viewing,
          who,
          role,
          organisation: anchors.custodian.name ?? organisation,
          at: moment,
        },
        answer.watermark,
      ),
    };
  }
}

function headerOf({ header }: OpenAnswer): Uint8Array<ArrayBuffer> {
  const bytes = typeof header === 'string' ? fromBase64url(header) : null;
  if (bytes === null) throw new CoreError('FILE_INVALID', 'the header is not base64url');
  return bytes;
}

function chipsOf({ chips }: OpenAnswer): unknown {
  return typeof chips === 'string' ? parsed('MARK_REFUSED', () => JSON.parse(chips) as unknown) : chips;
}

function sentAtOf({ sentAt }: OpenAnswer): number {
  const time = Math.floor(Date.parse(sentAt) / 1000);
  if (!Number.isSafeInteger(time)) throw new CoreError('FILE_INVALID', 'the time of sending is no time');
  return time;
}

/** What the sender signed must be about this very item, under the sender's own name. Gives the clinical facts. */
function proven(session: Session, item: string, labels: ItemLabels, { manifest, sender }: OpenedFile): Clinical {
  if (labels.author !== sender.person || labels.ownerOrg !== sender.organisation)
    throw new CoreError('LABELS_CHANGED', 'the labels name another author than the one who signed');
  const clinical = parsed('CLINICAL_INVALID', () => parseClinical(manifest.clinical));
  if (clinical.item !== item) throw new CoreError('ITEM_SWAPPED', 'what was signed is another item');
  const { advice } = clinical;
  if ((advice?.about ?? 'none') !== labels.about) throw new CoreError('ADVICE_ON_ANOTHER', 'labels and advice differ');
  if (advice === undefined) return clinical;
  if (originalOf(session, advice.about).root !== advice.root)
    throw new CoreError('ADVICE_ON_ANOTHER', 'the advice was given on other bytes');
  return clinical;
}

/**
 * The custodian alone changes who can open an item: it lets a person in under an entry of the log, and takes itself out when
 * everything is filed. Whoever else signs a change, and whatever else changes, the file is refused.
 */
function mayChange({ custodian }: TrustAnchors): (change: RecipientChange) => boolean {
  const ours = ({ organisation }: { readonly organisation?: string }): boolean =>
    organisation === custodian.organisation;
  return ({ kind, by, logEntry, added, removed }) => {
    if (!isCustodian(by) || !ours(by)) return false;
    if (kind === 'release') return logEntry !== undefined && removed.length === 0 && added.every(ours);
    return kind === 'remove' && added.length === 0 && removed.every(({ role }) => role === 'custodian');
  };
}

/** The pixels, when content and signature agree on the type and the size is one that a picture has. */
async function decoded(bytes: Uint8Array<ArrayBuffer>, claimed: string): Promise<Pixels> {
  try {
    const type = sniff(bytes);
    if (type !== claimed) throw new CoreError('FILE_INVALID', 'the content is not what its sender says');
    checkClaimedSize(bytes, type);
    return await canvasCodec().decode(bytes, type);
  } catch (cause) {
    if (cause instanceof CoreError) throw cause;
    // What the browser does to canvases is no fault of the file.
    if (cause instanceof PictureError && cause.code === 'PICTURE_CODEC_FAILED')
      throw new CoreError(cause.code, cause.message, { cause });
    throw new CoreError('FILE_INVALID', 'the content is no picture that can be shown', { cause });
  }
}

function timed(call: Call): { step(step: Step): void; end(): Partial<Record<Step, number>> } {
  const timings: Partial<Record<Step, number>> = {};
  let last: { readonly step: Step; readonly since: number } | null = null;
  const end = (): Partial<Record<Step, number>> => {
    if (last !== null) timings[last.step] = performance.now() - last.since;
    last = null;
    return timings;
  };
  return {
    step(step) {
      end();
      last = { step, since: performance.now() };
      call.step(step);
    },
    end,
  };
}
