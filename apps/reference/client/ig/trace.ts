import { fromBase64url, hex } from '@wardseal/primitives';
import type { Hit, MarkedPixels, TraceReport } from '@wardseal/watermark';
import { paint, pixelsOf } from '@wardseal/watermark/canvas';
import { evidencePictures, evidenceReport } from '@wardseal/watermark/report';
import { startWorker, type WatermarkWorker } from '@wardseal/watermark/worker-client';
import type { TracedPicture, ViewingEntry } from '../../src/wire/api.js';
import { h, summary } from '../app/dom.js';
import { call } from '../app/http.js';
import { PageError } from '../app/page-error.js';
import { ownUrl } from '../app/worker.js';
import { atTheBench, type Bench, byId, madeHere, verdict } from './bench.js';

type Corners = NonNullable<Parameters<WatermarkWorker['trace']>[2]['corners']>;
const CORNERS = ['top-left', 'top-right', 'bottom-right', 'bottom-left'] as const;

/** Looks for the viewing that a leaked copy comes from. Neither picture leaves the browser. */
export function offerTrace(form: HTMLFormElement): void {
  const url = ownUrl(MARK_WORKER_URL);
  const worker = startWorker(() => new Worker(url, { type: 'module' }));
  let next = 0;
  byId('copy', 'canvas').onclick = ({ offsetX, offsetY, currentTarget }) => {
    const { width, clientWidth } = currentTarget as HTMLCanvasElement;
    const name = CORNERS[next++ % CORNERS.length] as string;
    byId(`${name}-x` as 'x', 'input').value = String(Math.round((offsetX * width) / clientWidth));
    byId(`${name}-y` as 'x', 'input').value = String(Math.round((offsetY * width) / clientWidth));
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    void atTheBench((bench) => look(worker, form.dataset['purpose'] ?? '', bench));
  };
}

async function look(worker: WatermarkWorker, purpose: string, bench: Bench): Promise<Node> {
  const [copy, known] = [byId('suspect', 'input').files?.[0], byId('original', 'input').files?.[0]];
  if (copy === undefined || known === undefined) throw new PageError('TRACE_PICTURES');
  const { signal } = bench;
  bench.tell('Reading the pictures …');
  const [suspect, original] = [await pixelsOf(copy), await pixelsOf(known)];
  bench.tell('Asking for the key of its marks …');
  const pictures = await asked(purpose);
  signal.throwIfAborted();
  const keys = pictures.map(({ imageKey }) => fromBase64url(imageKey) ?? new Uint8Array());
  let at = pictures.length === 1 ? 0 : -1;
  if (pictures.length > 1) {
    const lead = await worker.decode(suspect, {
      keys,
      signal,
      onProgress: (done) => bench.tell(`Looking for the marks of ${pictures.length} pictures …`, done),
    });
    at = lead.found ? (lead.keyIndex ?? -1) : -1;
  }
  const [picture, key] = [pictures[at], keys[at]];
  if (picture === undefined || key === undefined)
    return verdict('Nothing in the copy says which of these pictures it is: find the number of the item in the record');
  if (picture.candidates.length === 0) return verdict('The log knows of nobody who opened this picture');
  const corners = cornersGiven();
  const report = await worker.trace(suspect, original, {
    key,
    candidates: picture.candidates.map(({ id }) => id),
    signal,
    onProgress: (done) => bench.tell(`Comparing with ${picture.candidates.length} viewings …`, done),
    ...(corners === null ? {} : { corners }),
  });
  bench.tell('Writing the report …', 1);
  if (report.registration.status === 'failed') await askForCorners(suspect);
  return told(report, picture, await evidence(report, picture.item, { copy, known, suspect, original }));
}

/** The key and the viewings of one picture, or of those of some days. The log has the request before the answer comes. */
async function asked(purpose: string): Promise<readonly TracedPicture[]> {
  const value = (id: string): string =>
    (document.getElementById(id) as HTMLInputElement).value.replaceAll(/\s+/g, ' ').trim();
  const [item, from, until, reason] = [value('item'), value('from'), value('until'), value('reason')];
  if (item !== '')
    return [{ item, ...(await call<Omit<TracedPicture, 'item'>>('POST', '/api/ig/trace', { item, reason, purpose })) }];
  if (from === '' || until === '') throw new PageError('TRACE_WHICH');
  return (await call<{ pictures: TracedPicture[] }>('POST', '/api/ig/trace', { from, until, reason, purpose }))
    .pictures;
}

function cornersGiven(): Corners | null {
  if (byId('corners', 'fieldset').hidden) return null;
  const points = CORNERS.map((name) => [
    byId(`${name}-x` as 'x', 'input').valueAsNumber,
    byId(`${name}-y` as 'x', 'input').valueAsNumber,
  ]);
  return points.flat().every(Number.isFinite) ? (points as unknown as Corners) : null;
}

async function askForCorners(suspect: MarkedPixels): Promise<void> {
  byId('corners', 'fieldset').hidden = false;
  await paint(byId('copy', 'canvas'), suspect);
}

interface Pictures {
  readonly copy: File;
  readonly known: File;
  readonly suspect: MarkedPixels;
  readonly original: MarkedPixels;
}

async function evidence(
  report: TraceReport,
  imageId: string,
  { copy, known, suspect, original }: Pictures,
): Promise<Blob> {
  const digest = async (file: File) =>
    hex(new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer())));
  const pictures = await evidencePictures(suspect, original, report, async (pixels) => {
    const canvas = document.createElement('canvas');
    await paint(canvas, pixels);
    return canvas.toDataURL('image/png');
  });
  const fileHashes = { suspect: await digest(copy), original: await digest(known) };
  const page = evidenceReport(report, {
    madeAt: new Date().toISOString(),
    imageId,
    pictures,
    fileHashes,
    program: 'Wardseal reference app',
  });
  return new Blob([page], { type: 'text/html' });
}

function told({ registration, hits, presence }: TraceReport, picture: TracedPicture, page: Blob): Node {
  const named = hits.filter((hit) => hit.verdict === 'match');
  const rest = hits.some((hit) => hit.verdict === 'consistent');
  const words = (): string => {
    if (registration.status === 'failed')
      return 'No answer: the copy could not be laid on the original. Mark its corners above, and try again';
    if (named.length > 0)
      return named.length === 1
        ? 'This copy comes from one viewing'
        : `This copy holds the marks of ${named.length} viewings`;
    if (rest) return 'Nobody is named: what was found is not enough for an accusation';
    if (presence !== null && presence.p < 1e-9)
      return 'There is a mark of this picture, but of no viewing that the log knows: ask for help';
    return 'Nobody is named: no mark of a viewing was found in this copy. That clears nobody';
  };
  const entries = named.flatMap((hit) =>
    picture.candidates.filter(({ id }) => id === hit.id).map((entry) => entryOf(hit, entry)),
  );
  return h(
    'div',
    {},
    verdict(words()),
    ...entries,
    named.length > 0 &&
      h(
        'p',
        {},
        'The mark alone accuses nobody: it counts together with the entry of the log, which is shown here and can be checked by anybody.',
      ),
    h(
      'p',
      {},
      madeHere('Open the evidence report', page),
      ' ',
      madeHere('Save it', page, `evidence-${picture.item}.html`),
    ),
    h('p', {}, 'The report holds the pictures: keep it as you keep the record.'),
  );
}

/** What the log says of a viewing that was named. */
function entryOf({ id, pCorrected }: Hit, { name, role, at, origin, index, proof }: ViewingEntry): HTMLElement {
  return h(
    'section',
    {},
    summary([
      ['Who', role === '' ? name : `${name}, ${role}`],
      [
        'When',
        new Date(at).toLocaleString('en-GB', { timeZone: 'Europe/London', dateStyle: 'long', timeStyle: 'short' }),
      ],
      ['Entry of the log', `${index} of ${origin}`],
      ['Viewing', id],
      ['Chance that this is an accident', `less than one in a thousand million (${pCorrected.toExponential(0)})`],
      [
        'Proof',
        proof === undefined ? 'none' : madeHere('Save the entry with its proof', new Blob([proof]), `${id}.tlog-proof`),
      ],
    ]),
  );
}
