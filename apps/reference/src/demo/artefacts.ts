import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import type { MainJob } from './main-job.js';
import type { ReportFile } from './report/data.js';
import { renderReport } from './report/render.js';
import { type PhotographWords, reportOf } from './report-of.js';
import type { Steps } from './steps.js';

/** Name of the folder that the demo leaves. */
export const OUTPUT = 'demo-output';

const WHAT: Readonly<Record<string, string>> = {
  'original.jpg': 'the photograph as it is filed: stripped, full resolution, unmarked',
  'original.png': 'the picture as it is filed: stripped, full resolution, unmarked',
  'picture.age': 'the sealed file: age 1.3 and typage open it with a recipient’s key',
  'view.png': 'what the viewer saw: invisible mark, border around it',
  'view-marked.png': 'the marked picture without its border',
  'overlay.svg': 'the border as a drawing',
  'leaked.jpg': 'the "leaked" copy: 1600 px, JPEG quality 70',
  'view.tlog-proof': 'the viewer’s receipt: C2SP tlog-proof of the log entry',
  'decision.json': 'the policy’s decision on the view',
  'trace.json': 'the trace of the leaked copy, with every score that stands out',
  'log.vkey': 'public key of the log, to verify it with',
};

/**
 * Runs the job and leaves everything it made in `folder`. The folder appears whole or not at all: it is prepared beside
 * its place, and a former one is replaced only when the new one is complete.
 */
export async function writeArtefacts(
  folder: string,
  steps: Steps,
  photograph: PhotographWords,
  job: (logFolder: string) => Promise<MainJob>,
): Promise<MainJob> {
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(`${folder}.`);
  const interrupted = (): void => {
    rmSync(fresh, { recursive: true, force: true });
    process.exit(130);
  };
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
  try {
    const log = join(fresh, 'audit');
    await mkdir(log);
    const done = await job(log);
    await steps.run(
      'Report written',
      async () => {
        for (const [name, content] of Object.entries(filesOf(done))) await writeFile(join(fresh, name), content);
        const report = renderReport(await reportOf(done, steps.done, photograph, await listFiles(fresh)));
        await writeFile(join(fresh, 'report.html'), report);
        await replace(folder, fresh);
      },
      () => `${OUTPUT}/report.html and everything it shows`,
    );
    return done;
  } finally {
    process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
    await rm(fresh, { recursive: true, force: true });
  }
}

function filesOf(job: MainJob): Record<string, string | Uint8Array> {
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return {
    [job.picture.mediaType === 'image/jpeg' ? 'original.jpg' : 'original.png']: job.picture.bytes,
    'picture.age': job.sealed.bytes,
    'view.png': job.shown,
    'view-marked.png': job.marked,
    'overlay.svg': job.overlay,
    'leaked.jpg': job.leaked,
    'view.tlog-proof': job.view.entry.receipt,
    'decision.json': json(job.view.decision),
    'trace.json': json(job.trace),
    'log.vkey': `${job.trust.logKey}\n`,
  };
}

async function listFiles(folder: string): Promise<ReportFile[]> {
  const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
  const files = await Promise.all(
    found.map(async (file): Promise<ReportFile> => {
      const path = relative(folder, join(file.parentPath, file.name));
      const bytes = await readFile(join(file.parentPath, file.name));
      return {
        path,
        what: WHAT[path] ?? 'part of the log (C2SP tiles, checkpoint, journal)',
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      };
    }),
  );
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function replace(folder: string, fresh: string): Promise<void> {
  const former = `${fresh}.former`;
  let there = true;
  await rename(folder, former).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    there = false;
  });
  await rename(fresh, folder);
  if (there) await rm(former, { recursive: true, force: true });
}
