import { explain } from '@wardseal/policy';
import sharp from 'sharp';
import { CANDIDATES, type MainJob } from './main-job.js';
import { ORGANISATION } from './people.js';
import { decodePicture } from './pictures.js';
import type { ReportData, ReportFile, ReportPicture, ReportStep } from './report/data.js';

/** What the photograph is; never its file name. */
export interface PhotographWords {
  readonly description: string;
  readonly licence?: string;
}

/** Duties of a view in a reader's words. */
const DUTIES: Readonly<Record<string, string>> = {
  'no-download': 'may not be downloaded',
  watermark: 'marked for this viewer before it is shown',
};

// Two pictures stand side by side on a laptop.
const PREVIEW_SIDE = 760;

/** Turns what the demo did into what the report says. */
export async function reportOf(
  job: MainJob,
  steps: readonly ReportStep[],
  photograph: PhotographWords,
  files: readonly ReportFile[],
): Promise<ReportData> {
  const { cast, trust, view, receipt, trace, tampered } = job;
  const { headline, lines } = explain(trust.pack, view.decision, 'clinician');
  const { policy, obligations, evaluated_at: evaluatedAt } = view.decision.context;
  const [best, next] = trace.hits;
  const person = ({ name, job: role }: MainJob['cast']['sender'], part: string) => ({
    name,
    role,
    organisation: ORGANISATION.name,
    part,
  });
  return {
    ranAt: job.began.toISOString(),
    ranWith: [`Node ${process.versions.node}`],
    people: [
      person(cast.sender, 'takes and sends the photograph'),
      person(cast.viewer, 'is on call, opens it; later "leaks" it'),
      person(cast.custodian, 'an openly listed recipient that files the picture into the record'),
      ...cast.approvers.map((approver) => person(approver, 'approves that the file is recovered')),
      ...cast.guardians.map((guardian) => person(guardian, 'holds one share of the recovery')),
    ],
    steps,
    photograph: {
      ...photograph,
      width: job.picture.width,
      height: job.picture.height,
      route: job.picture.route,
      removed: job.picture.removed,
    },
    pictures: await picturesOf(job),
    psnr: job.quality.psnr,
    sealed: {
      recipients: [cast.viewer.name, cast.sender.name, cast.custodian.name, 'any two of the three guardians together'],
      protection: 'ML-KEM-768 with X25519 (post-quantum hybrid), ChaCha20-Poly1305, Ed25519 signature',
      bytes: job.sealed.bytes.length,
    },
    decision: {
      permitted: view.permitted,
      headline,
      lines: [...lines.filter((line) => !line.startsWith('Comes with')), ...notEnforced(view.decision)],
      obligations: obligations.map(({ type }) => DUTIES[type] ?? type),
      policy,
      evaluatedAt,
    },
    log: {
      index: receipt.index,
      type: receipt.leaf.type,
      size: receipt.checkpoint.size,
      root: Buffer.from(receipt.checkpoint.root).toString('base64'),
      checkpoint: view.entry.receipt.slice(view.entry.receipt.indexOf('\n\n') + 2),
      receiptChecks: [
        'the number that the viewer’s side had chosen for this request',
        'the item and the person',
        'the digest of the header that came',
        'the kind of event',
        'the entry’s place in the signed tree',
      ],
      proofFile: 'view.tlog-proof',
      command: 'node packages/audit/dist/cli/main.js verify demo-output/audit',
      verified:
        job.audit.verdict === 'good'
          ? `good: ${job.audit.checked.entries} entries and ${job.audit.checked.tiles} tiles fit the signed checkpoint`
          : `${job.audit.verdict}: ${job.audit.findings[0]?.code ?? 'nothing could be read'}`,
    },
    trace:
      best === undefined || trace.nullHistogram === null
        ? null
        : {
            verdict: best.id === job.viewingId ? best.verdict : 'none',
            viewing: best.id,
            person: best.id === job.viewingId ? cast.viewer.name : 'nobody in the log',
            at: new Date(receipt.leaf.recordedAt).toISOString(),
            z: best.z,
            p: best.pCorrected,
            candidates: trace.candidates,
            invented: CANDIDATES - 1,
            runnerUp: next?.z ?? null,
            nullScores: trace.nullHistogram,
            attack: 'scaled to 1600 pixels and saved again as JPEG of quality 70',
          },
    link: {
      purpose: 'a colleague without an account, for a referral',
      first: { at: job.linkAt.first, result: 'The picture opened, byte for byte the one that was sealed.' },
      second: {
        at: job.linkAt.second,
        code: job.linkRefused,
        result: 'A second attempt was refused: its one use was spent, and its share of the key is destroyed.',
      },
    },
    tamper: [
      {
        what: `one byte of ${tampered.path} in a copy of the log`,
        noticed: tampered.report.verdict === 'tampered',
        code: tampered.report.findings[0]?.code ?? 'NOTHING_FOUND',
        result: `The check answers "${tampered.report.verdict}".`,
      },
    ],
    recovery: {
      needed: 2,
      seats: cast.guardians.length,
      used: [cast.guardians[0]!.name, cast.guardians[2]!.name],
      result: job.recovered
        ? 'Two others approved, then together they opened the file; the picture is the same, byte for byte.'
        : 'Recovery failed.',
    },
    files,
  };
}

/** Rules that need evidence which is not configured: shown, never hidden. */
function notEnforced({ context }: MainJob['view']['decision']): string[] {
  const rules = context.advice.flatMap(({ code, rule }) => (code === 'rule-not-enforced' && rule ? [rule] : []));
  return rules.length === 0 ? [] : [`Not enforced here, for want of the evidence they need: ${rules.join(', ')}.`];
}

async function picturesOf(job: MainJob): Promise<ReportPicture[]> {
  const of = async (
    bytes: Uint8Array,
    words: Pick<ReportPicture, 'title' | 'caption' | 'alt'>,
  ): Promise<ReportPicture> => {
    const preview = sharp(bytes).resize(PREVIEW_SIDE, PREVIEW_SIDE, { fit: 'inside', withoutEnlargement: true });
    const { data, info } = await preview.jpeg({ quality: 85 }).toBuffer({ resolveWithObject: true });
    return { ...words, mediaType: 'image/jpeg', bytes: data, width: info.width, height: info.height };
  };
  return [
    await of(job.picture.bytes, {
      title: 'The original',
      caption: 'Stripped of everything but pixels. This is what is sealed, and later filed in the record, unmarked.',
      alt: 'The photograph as it was taken.',
    }),
    await of(job.shown, {
      title: 'What the viewer saw',
      caption: 'A border says who looked and when; nothing covers the picture. The invisible mark is in the pixels.',
      alt: `The same photograph with a band above and below that names ${job.cast.viewer.name} and the time.`,
    }),
    await of(job.leaked, {
      title: 'The leaked copy',
      caption: 'The border is gone, the size is another, and it was saved again as messaging apps do.',
      alt: 'The same photograph, slightly coarser, without any visible mark.',
    }),
    await of(await difference(job), {
      title: 'The invisible mark, made visible',
      caption: 'The difference between original and marked picture, 24 times amplified around grey.',
      alt: 'A fine, irregular pattern of grey dots, stronger where the photograph has texture.',
    }),
  ];
}

const AMPLIFIED = 24;

async function difference(job: MainJob): Promise<Uint8Array> {
  const before = await decodePicture(job.picture.bytes);
  const after = await decodePicture(job.marked);
  const { width, height } = before;
  const grey = new Uint8ClampedArray(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = 128 + AMPLIFIED * (after.data[4 * i + 1]! - before.data[4 * i + 1]!);
  return sharp(grey, { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}
