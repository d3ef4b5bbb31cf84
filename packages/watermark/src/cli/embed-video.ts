import { progressLine, type Result, TroubleError, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { isOneFile, type MarkVideoOptions, markVideoInto } from '../ffmpeg/mark-video-file.js';
import { formatOf } from '../ffmpeg/output.js';
import { EXIT } from './exits.js';

/** Marks a video file into a file. */
export async function embedVideo(
  source: string,
  place: { readonly output: string | undefined; readonly force: boolean },
  options: MarkVideoOptions,
): Promise<Result> {
  const started = Date.now();
  const { output, force } = place;
  if (output === undefined || output === '-') throw new UsageError('a marked video goes into a file: give -o a name');
  const format = formatOf(output);
  if (await isOneFile(source, output)) throw new UsageError('the copy must not replace its source');
  const bar = progressLine('marking', 100, (done) => `${done} %`);
  const marked = await writeOutput(
    { path: output, force, secret: true, content: 'binary' },
    async ({ write, file }) => {
      if (file === null) throw new TroubleError(`${output}: it is no ordinary file`);
      await write(new Uint8Array(0)); // there, and for its owner alone, before a picture is in it
      return markVideoInto(source, file, format, { ...options, onProgress: (done) => bar.at(Math.round(100 * done)) });
    },
  ).finally(() => bar.clear());
  const { frames, psnr, problems } = marked;
  const changed = Number.isFinite(psnr);
  const ms = Date.now() - started;
  return {
    facts: { layer: options.chips.layer, format, frames, psnr: changed ? psnr : null, problems, ms },
    words: [
      `psnr    ${changed ? `${psnr.toFixed(2)} dB` : 'nothing could be changed: NO MARK IS IN IT'}`,
      `frames  ${frames}`,
      `ms      ${ms}`,
      ...problems.map((problem) => `note    ${problem}`),
    ],
    exit: changed ? EXIT.yes : EXIT.no,
  };
}
