import { type AnyTrace, isVideo } from '../report/any-trace.js';
import { exchanged, type Finding, markPresent } from '../report/finding.js';
import { inDigits, several } from '../report/page/numbers.js';
import { methodWords, thing } from '../report/page/words.js';
import type { TraceReport } from '../trace.js';
import type { VideoTraceReport } from '../trace-video.js';

/** Hits that are printed though they say nothing. */
const SHOWN = 3;

/** A trace's result for a terminal: the facts first, the verdict last. */
export function traceWords(report: AnyTrace, finding: Finding): string[] {
  const { presence, candidates, geometries, nullHistogram, hits } = report;
  const { one, many } = thing(report);
  const lines = isVideo(report) ? movingWords(report) : stillWords(report);

  if (presence !== null) {
    const there = exchanged(report)
      ? 'a mark under this key is in the ORIGINAL: were the two exchanged?'
      : markPresent(report)
        ? 'a mark under this key is there'
        : hits.some(({ verdict }) => verdict === 'match')
          ? 'too weak to show by itself: it shows by the code of a viewing'
          : 'no mark under this key shows by itself';
    lines.push(`mark        ${there} (score ${presence.z.toFixed(1)})`);
  }
  if (nullHistogram !== null) {
    lines.push(
      `list        ${several(candidates, one, many)}, ${several(geometries, 'geometry', 'geometries')}, ${several(nullHistogram.decoys, 'control')}`,
    );
  }
  for (const [rank, { id, z, pCorrected, verdict }] of hits.entries()) {
    if (rank >= SHOWN && verdict === 'none') break;
    lines.push(
      `score       ${z.toFixed(2).padStart(6)}  by chance at most ${inDigits(pCorrected).padEnd(6)}  ${verdict.padEnd(10)}  ${verdict === 'none' ? `another ${one}` : id}`,
    );
  }
  lines.push(...verdictWords(report, finding));
  return lines;
}

function stillWords({ registration }: TraceReport): string[] {
  const lines = registration.tried.map(
    ({ method, correlation }) =>
      `tried       ${methodWords(method)}: ${correlation === null ? 'no starting point' : `agreement ${correlation.toFixed(2)}`}`,
  );
  if (registration.status === 'registered') {
    const { method, overlap, mirrored } = registration;
    lines.push(
      `registered  by ${methodWords(method)}; the copy shows ${Math.round(overlap * 100)} % of the original${mirrored ? ', mirrored' : ''}`,
    );
  }
  return lines;
}

function movingWords({ timeline, registration, frames }: VideoTraceReport): string[] {
  const lines = [
    `read        ${frames.suspect} frames of the copy, ${frames.original} of the original; ${frames.used.length} compared`,
  ];
  if (timeline.status === 'found') {
    for (const { from, to, originalFrom, originalTo } of timeline.pieces) {
      const [copy, original] = [
        [from, to],
        [originalFrom, originalTo],
      ].map((times) => `${times.map((time) => time!.toFixed(1)).join(' to ')} s`);
      lines.push(`found       ${copy} of the copy are ${original} of the original`);
    }
  }
  if (registration.status === 'registered') {
    const { overlap, mirrored } = registration;
    lines.push(
      `registered  the copy shows ${Math.round(overlap * 100)} % of the original's frame${mirrored ? ', mirrored' : ''}`,
    );
  }
  return lines;
}

function verdictWords(report: AnyTrace, { outcome, named, consistent }: Finding): string[] {
  const { one, many } = thing(report);
  const ids = (hits: Finding['named']): string => hits.map(({ id }) => id).join(', ');
  const caution = `It names a ${one}, not who leaked it, and counts only together with the log's own entry.`;
  switch (outcome) {
    case 'match':
      return [caution, `THIS COPY COMES FROM ${one.toUpperCase()} ${ids(named)}`];
    case 'several':
      return [caution, `THIS COPY HOLDS THE MARKS OF ${named.length} ${many.toUpperCase()}: ${ids(named)}`];
    case 'consistent':
      return [`Consistent with ${ids(consistent)}, which is no evidence against anybody.`, 'NOBODY IS NAMED'];
    case 'none':
      return ['NOBODY IS NAMED'];
    case 'unregistered':
      if (isVideo(report)) return ['NO ANSWER: NO MOMENT OF THE ORIGINAL WAS FOUND IN THE COPY'];
      return [
        'Give the four corners of the original as they lie in the copy: --corners=x,y,x,y,x,y,x,y',
        'NO ANSWER: THE COPY COULD NOT BE LAID OVER THE ORIGINAL',
      ];
    case 'unsound':
      return ['NO ANSWER: THE CONTROLS DO NOT LOOK LIKE CHANCE'];
  }
}
