import type { Hit } from '../score-candidates.js';
import type { NullHistogram } from '../statistics.js';
import type { Registration, TraceReport } from '../trace.js';
import type { Layer, MARK_VERSION } from '../version.js';

export interface VideoTraceReport {
  readonly algorithm: 'informed-spread-spectrum-video';
  readonly version: typeof MARK_VERSION;
  readonly layer: Layer;
  readonly timeline:
    | { readonly status: 'failed' }
    | {
        readonly status: 'found';
        readonly offset: number;
        readonly rate: number;
        readonly from: number;
        readonly to: number;
      };
  readonly registration: Registration;
  readonly frames: {
    readonly suspect: number;
    readonly original: number;
    readonly used: readonly { readonly suspect: number; readonly original: number; readonly correlation: number }[];
  };
  readonly presence: { readonly z: number; readonly p: number } | null;
  readonly hits: readonly Hit[];
  readonly candidates: number;
  readonly geometries: number;
  readonly rounds: number;
  readonly nullHistogram: NullHistogram | null;
  readonly inputHashes: { readonly suspect: string; readonly original: string };
  readonly ms: number;
}

/** What `trace` or `traceVideo` gives. */
export type AnyTrace = TraceReport | VideoTraceReport;

/** Whether a video was traced. */
export function isVideo(report: AnyTrace): report is VideoTraceReport {
  return report.algorithm === 'informed-spread-spectrum-video';
}

/** The frames whose pictures agree best: what the registration speaks of. */
export function bestFrames({ frames }: VideoTraceReport): VideoTraceReport['frames']['used'][number] | null {
  return frames.used.reduce<VideoTraceReport['frames']['used'][number] | null>(
    (best, one) => (best === null || one.correlation > best.correlation ? one : best),
    null,
  );
}
