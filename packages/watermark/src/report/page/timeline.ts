import { type Html, html } from '@wardseal/primitives';
import type { Piece, VideoTraceReport } from '../../trace-video.js';
import { type AnyTrace, bestFrames, isVideo } from '../any-trace.js';
import { readable } from '../problems.js';
import { count, several } from './numbers.js';

/** Speeds that differ by less are the same: the ends of a short piece are known to a frame only. */
const SAME_SPEED = 0.01;

/** A moment of a video: minutes and seconds to a tenth, with hours where there are any. */
export function clock(seconds: number): string {
  const tenths = Math.round(Math.abs(seconds) * 10);
  const [hours, minutes, rest] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60, tenths % 600];
  const tail = `${String(Math.floor(rest / 10)).padStart(2, '0')}.${rest % 10}`;
  const sign = seconds < 0 && tenths > 0 ? '−' : '';
  return `${sign}${hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}` : minutes}:${tail}`;
}

/** Which part of the original a copy of a video shows, how many frames say so and how well they agree. */
export function timelinePart(report: AnyTrace, problems: readonly string[]): Html | null {
  if (!isVideo(report)) return troubles(problems);
  const { timeline, frames } = report;
  const read = `${several(frames.suspect, 'frame')} of the copy and ${count(frames.original)} of the original were read`;
  if (timeline.status === 'failed') {
    return html`<h2>Which part of the video the copy shows</h2><p>None was found. ${read}.</p>${troubles(problems)}`;
  }
  const { pieces } = timeline;
  const where = frames.suspect === 1 ? still(pieces) : pieces.length === 1 ? whole(pieces[0]!) : parts(pieces);
  return html`<h2>Which part of the video the copy shows</h2>${where}${agreement(report, read)}${troubles(problems)}`;
}

function still(pieces: readonly Piece[]): Html {
  const at =
    pieces[0] === undefined ? null : html` It shows the original at <strong>${clock(pieces[0].originalFrom)}</strong>.`;
  return html`<p>The copy is one single frame: a still picture or a screenshot of the video.${at}</p>`;
}

function whole({ from, to, originalFrom, originalTo }: Piece): Html {
  const rest = `${clock(from)} to ${clock(to)} of the copy, ${speed({ from, to, originalFrom, originalTo })}`;
  return html`<p>The copy shows the original from <strong>${clock(originalFrom)}</strong> to <strong>${clock(originalTo)}</strong> (minutes and seconds), that is ${(originalTo - originalFrom).toFixed(1)} seconds of it: ${rest}.</p>`;
}

function parts(pieces: readonly Piece[]): Html {
  const rows = pieces.map(
    (
      piece,
    ) => html`<tr><td>${clock(piece.from)} to ${clock(piece.to)}</td><td>${clock(piece.originalFrom)} to ${clock(piece.originalTo)}</td><td>${speed(piece)}</td></tr>
`,
  );
  return html`<p>The copy was <strong>cut together from ${count(pieces.length)} parts</strong> of the original (minutes and seconds):</p>
<table class="frames"><thead><tr><th scope="col">In the copy</th><th scope="col">In the original</th><th scope="col">Speed</th></tr></thead><tbody>${rows}</tbody></table>`;
}

function speed({ from, to, originalFrom, originalTo }: Piece): string {
  const rate = to > from ? (originalTo - originalFrom) / (to - from) : 1;
  if (Math.abs(rate - 1) < SAME_SPEED) return 'at the speed of the original';
  return rate > 1 ? `${rate.toFixed(2)} times as fast as the original` : `slowed to ${rate.toFixed(2)} of its speed`;
}

function agreement({ frames: { used } }: VideoTraceReport, read: string): Html {
  if (used.length === 0) return html`<p>${read}; none could be used.</p>`;
  const values = used.map((frame) => frame.correlation);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const how =
    used.length === 1
      ? html`One was used; it and its frame of the original agree to ${mean.toFixed(2)}`
      : html`${count(used.length)} were used, each laid on its frame of the original; these agree to ${mean.toFixed(2)} on average and ${Math.min(...values).toFixed(2)} at worst`;
  const rows = used.map(
    ({
      suspect,
      original,
      correlation,
    }) => html`<tr><td class="number">${clock(suspect)}</td><td class="number">${clock(original)}</td><td class="number">${correlation.toFixed(2)}</td></tr>
`,
  );
  return html`<p>${read}. ${how} (1 is a perfect copy, strangers stay below 0.1).</p>
<details class="screen"><summary>The frames that were used</summary><table class="frames"><thead><tr><th scope="col">In the copy</th><th scope="col">In the original</th><th scope="col">Agreement</th></tr></thead><tbody>${rows}</tbody></table></details>`;
}

/** Which frames the pictures are. */
export function framesShown(report: AnyTrace): Html | null {
  if (!isVideo(report)) return null;
  const pair = bestPair(report);
  const which = pair === null ? 'How both videos begin.' : `First the frames that agree best: ${pair}.`;
  return html`<p>${which} What was read by its light alone is shown grey.</p>`;
}

/** When the pair of frames is shown that the registration speaks of. */
export function bestPair(report: AnyTrace): string | null {
  const best = isVideo(report) ? bestFrames(report) : null;
  return best === null ? null : `${clock(best.suspect)} of the copy and ${clock(best.original)} of the original`;
}

function troubles(problems: readonly string[]): Html | null {
  if (problems.length === 0) return null;
  return html`<h2>How the files were read</h2><p>The result rests on what could be read. Reported, of what is missing or damaged and of what was done about it:</p><ul>${problems.map((line) => html`<li>${readable(line)}</li>`)}</ul>`;
}
