import { randomUUID } from 'node:crypto';
import { type AuditReport, createEventId, patientHandle, type VerifiedReceipt } from '@wardseal/audit';
import {
  approveShare,
  attachHeader,
  combineShares,
  detachHeader,
  type OpenedFile,
  open,
  openShare,
  type SealedFile,
  seal,
} from '@wardseal/crypto';
import { deriveImageKey, type EmbedReport, prepareChips, type TraceReport, trace } from '@wardseal/watermark';
import { type Stripped, strip } from '../../client/picture/strip.js';
import { type Decided, decideThenLog } from '../server/wiring/decide-then-log.js';
import { viewThenMark } from '../server/wiring/view-then-mark.js';
import { base64url, same, secretBytes } from './bytes.js';
import { happened } from './happened.js';
import { type LinkOnce, linkOnce } from './link-once.js';
import { type Cast, createCast, ORGANISATION, type Person } from './people.js';
import { decodePicture, drawOverlay, encodePng, leak } from './pictures.js';
import { type ItemState, labelsOf, maySend, mayView } from './questions.js';
import { receiptThenOpen } from './receipt-then-open.js';
import { sharpCodec } from './sharp-codec.js';
import type { Steps } from './steps.js';
import { verifyLog, verifyTampered } from './tamper.js';
import { startTrust, type Trust } from './trust.js';

/** An invented patient. The number is of the range that is never issued. These facts exist only inside the sealed file. */
export const PATIENT = { number: '9990000018', name: 'Imogen Invented', born: '1961-04-01' };

/** Viewings among which the leak is traced: the real ones, and invented ones to make the search honest. */
export const CANDIDATES = 1000;

/** Everything that the demo made and found out. */
export interface MainJob extends LinkOnce {
  readonly began: Date;
  readonly cast: Cast;
  readonly trust: Trust;
  readonly picture: Stripped;
  readonly sealed: SealedFile;
  readonly send: Decided;
  readonly view: Decided;
  readonly viewingId: string;
  readonly opened: OpenedFile;
  readonly receipt: VerifiedReceipt;
  readonly overlay: string;
  /** The marked picture with its border, as the viewer saw it. */
  readonly shown: Uint8Array;
  /** The marked picture alone. */
  readonly marked: Uint8Array;
  readonly quality: EmbedReport;
  readonly leaked: Uint8Array;
  readonly trace: TraceReport;
  readonly recovered: boolean;
  readonly audit: AuditReport;
  readonly tampered: { readonly report: AuditReport; readonly path: string };
}

/** Runs the main job on a photograph, step by step, with the log in `logFolder`. */
export async function mainJob(photo: Uint8Array, logFolder: string, steps: Steps): Promise<MainJob> {
  const began = new Date();
  const { cast, trust } = await steps.run(
    'People and keys',
    async () => ({ cast: await createCast(), trust: await startTrust(logFolder, began) }),
    ({ cast: { sender, viewer, guardians, directory } }) =>
      `${sender.name}, ${viewer.name}, a custodian, two approvers, ${guardians.length} guardians; ${directory.entries.length} signed entries`,
  );
  try {
    return await run(photo, logFolder, steps, { began, cast, trust });
  } finally {
    await trust.log.close();
  }
}

async function run(
  photo: Uint8Array,
  logFolder: string,
  steps: Steps,
  { began, cast, trust }: Pick<MainJob, 'began' | 'cast' | 'trust'>,
): Promise<MainJob> {
  const { sender, viewer, custodian, approvers, guardians, directory } = cast;
  const item = `item-${randomUUID()}`;
  const caseId = `case-${randomUUID()}`;
  const labels = labelsOf(sender, new Date(began.getTime() + 72 * 3_600_000));

  const picture = await steps.run(
    'Picture stripped',
    () => strip(photo, sharpCodec()),
    ({ width, height, bytes, route, removed }) =>
      `${width} x ${height}, ${kilobytes(bytes.length)}, ${route === 'rebuilt' ? 'same pixels' : 'encoded once'}, removed: ${removed.join(', ') || 'nothing was there'}`,
  );
  const original = await decodePicture(picture.bytes);

  const send = await steps.run(
    'Policy: send',
    () =>
      decideThenLog(trust, {
        request: maySend(sender, [viewer], labels, began),
        event: happened('send', sender, { kind: 'item', id: item }, began),
        // The custodian files at the end of the case; here it is enough that it can.
        duties: { 'file-in-record': () => true, 'delete-after-filing': () => true },
      }),
    decidedWords,
  );
  if (!send.permitted) throw new Error('the policy refused the send');

  const seats = guardians.map(({ entry }) => entry);
  const sealed = await steps.run(
    'Sealed',
    () =>
      seal(picture.bytes, {
        recipients: [viewer.entry, sender.entry],
        custodian: custodian.entry,
        guardians: { seats, threshold: 2 },
        directory,
        sender: { keys: sender.keys, entry: sender.entry },
        mediaType: picture.mediaType,
        case: caseId,
        labels,
        clinical: { patient: PATIENT, site: 'right eye', question: 'Please look at the optic disc.' },
      }),
    ({ bytes, header, recipients }) =>
      `${kilobytes(bytes.length)} age file, header ${kilobytes(header.length)}, ${recipients.length} signed stanzas`,
  );
  const stored = await detachHeader(sealed.bytes);
  const handle = patientHandle(trust.indexKey, `nhs:${PATIENT.number}`);
  await trust.log.append({
    ...happened('item.handled', custodian, { kind: 'item', id: item }, new Date()),
    outcome: 'success',
    subject: { handle },
  });
  const state: ItemState = { state: 'active', sentAt: new Date().toISOString() };

  const nonce = secretBytes(32);
  const viewing = happened(
    'image.view',
    viewer,
    { kind: 'item', id: item, contentHash: base64url(stored.headerDigest) },
    new Date(),
  );
  const imageKey = deriveImageKey(trust.watermarkSecret, item);
  const view = await steps.run(
    'Policy: view, logged',
    () =>
      decideThenLog(trust, {
        request: mayView(viewer, labels, state, new Date()),
        event: { ...viewing, subject: { handle } },
        duties: { watermark: () => true, 'no-download': () => true },
        nonce,
      }),
    (decided) => `${decidedWords(decided)}; entry ${decided.entry.index}`,
  );
  if (!view.permitted) throw new Error('the policy refused the view');

  const { opened, receipt } = await steps.run(
    'Receipt, then opened',
    () =>
      receiptThenOpen(
        { ...stored, receipt: view.entry.receipt },
        {
          logKey: trust.logKey,
          nonce,
          object: item,
          actor: viewer.entry.person,
          identity: viewer.identity,
          labels,
          resolveSender: directory.resolveSender,
        },
      ),
    ({ opened: { plaintext, sender: from }, receipt: { checkpoint } }) =>
      `entry proven in a signed log of ${checkpoint.size}; ${kilobytes(plaintext.length)} from ${from.person}, signature good`,
  );

  const { shown, marked, overlay, quality } = await steps.run(
    'Marked for this view',
    async () => {
      const chips = prepareChips(imageKey, viewing.id);
      const at = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const pixels = await decodePicture(opened.plaintext);
      const seen = viewThenMark(pixels, chips, {
        id: viewing.id,
        who: viewer.name,
        role: viewer.job,
        organisation: ORGANISATION.name,
        at,
      });
      return {
        shown: await encodePng(await drawOverlay(seen.pixels, seen.overlay, seen.box)),
        marked: await encodePng(seen.pixels),
        overlay: seen.overlay,
        quality: seen.report,
      };
    },
    ({ quality: { psnr, ssim } }) =>
      psnr === Number.POSITIVE_INFINITY
        ? 'border around the picture; nothing in it that could carry a mark'
        : `border around the picture; invisible mark at ${psnr.toFixed(1)} dB, SSIM ${ssim.toFixed(4)}`,
  );

  const leaked = await steps.run(
    '"Leaked"',
    async () => leak(await decodePicture(marked)),
    (bytes) => `scaled to 1600 px, JPEG quality 70, ${kilobytes(bytes.length)}`,
  );

  const traced = await steps.run(
    'Traced',
    async (progress) => {
      const invented = Array.from({ length: CANDIDATES - 1 }, () => createEventId());
      const place = invented.length >> 1;
      const candidates = [...invented.slice(0, place), viewing.id, ...invented.slice(place)];
      return trace(await decodePicture(leaked), original, { key: imageKey, candidates, onProgress: progress });
    },
    (report) => traceWords(report, viewing.id, viewer),
  );

  const { link, linkRefused, linkAt } = await steps.run(
    'Link, once',
    () => linkOnce({ trust, cast, picture, labels, state, caseId }),
    (done) => `opened once, the picture is the same; the second time: ${done.linkRefused}`,
  );

  const recovered = await steps.run(
    'Guardians, 2 of 3',
    async () => {
      const asking = {
        ...happened('key.release', custodian, { kind: 'item', id: item }, new Date()),
        outcome: 'intent' as const,
        subject: { handle },
      };
      await trust.log.append(asking, { await: 'integrated' });
      const asked = { requester: custodian.entry, ground: 'nobody named in the file can open it', logEntry: asking.id };
      const approve = (approver: Person) => approveShare(stored.header, asked, { approver, directory });
      const request = { ...asked, approvals: await Promise.all(approvers.map(approve)) };
      const shares = [
        await openShare(stored.header, guardians[0]!.identity, request, { directory }),
        await openShare(stored.header, guardians[2]!.identity, request, { directory }),
      ];
      const recovery = await combineShares(stored.header, shares, custodian.identity);
      const again = await open(attachHeader(stored.header, stored.payload), {
        recovery,
        resolveSender: directory.resolveSender,
      });
      return same(again.plaintext, picture.bytes);
    },
    (good) => (good ? 'two of them together open the file, once two others approved' : 'FAILED'),
  );
  if (!recovered) throw new Error('the guardians recovered another picture');

  const audit = await steps.run(
    'Log verified',
    (progress) => verifyLog(logFolder, trust.logKey, progress),
    ({ verdict, checked }) => `${verdict}: ${checked.entries} entries, ${checked.tiles} tiles`,
  );
  const tampered = await steps.run(
    'One byte flipped',
    () => verifyTampered(logFolder, trust.logKey),
    ({ report }) => `${report.verdict}: ${report.findings[0]?.code ?? 'nothing found'}`,
  );
  if (audit.verdict !== 'good' || tampered.report.verdict !== 'tampered')
    throw new Error('the log was not judged as it is');

  return {
    began,
    cast,
    trust,
    picture,
    sealed,
    send,
    view,
    viewingId: viewing.id,
    opened,
    receipt,
    overlay,
    shown,
    marked,
    quality,
    leaked,
    trace: traced,
    link,
    linkRefused,
    linkAt,
    recovered,
    audit,
    tampered,
  };
}

function decidedWords({ permitted, decision }: Decided): string {
  const { basis, reasons, obligations } = decision.context;
  const duties = obligations.map(({ type }) => type).join(', ');
  return permitted
    ? `permitted (${basis}, ${reasons.map(({ rule }) => rule).join(', ')}); duties: ${duties}`
    : 'refused';
}

function traceWords(report: TraceReport, guilty: string, viewer: Person): string {
  const matches = report.hits.filter(({ verdict }) => verdict === 'match');
  const [best, next] = report.hits;
  const named = matches.length === 1 && best?.id === guilty;
  if (!named || best === undefined) return `no single viewing is named (${matches.length} matches)`;
  return `the view of ${viewer.name}, z ${best.z.toFixed(1)}, next ${next?.z.toFixed(1)}, of ${report.candidates}; p < ${Math.max(best.pCorrected, 1e-12).toExponential(0)}`;
}

function kilobytes(bytes: number): string {
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
