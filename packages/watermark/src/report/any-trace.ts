import type { TraceReport } from '../trace.js';
import type { UsedFrame, VideoTraceReport } from '../trace-video.js';

/** What `trace` or `traceVideo` gives. */
export type AnyTrace = TraceReport | VideoTraceReport;

/** Whether a video was traced. */
export function isVideo(report: AnyTrace): report is VideoTraceReport {
  return report.algorithm === 'informed-spread-spectrum-video';
}

/** The frames whose pictures agree best: what the registration speaks of. */
export function bestFrames({ frames }: VideoTraceReport): UsedFrame | null {
  return frames.used.reduce<UsedFrame | null>(
    (best, one) => (best === null || one.correlation > best.correlation ? one : best),
    null,
  );
}
