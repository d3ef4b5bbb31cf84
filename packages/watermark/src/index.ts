export { DEFAULT_DECODE_BUDGET_MS, type DecodeOptions, decode, type Lead, PRESENCE_P } from './decode.js';
export { deriveImageKey } from './derive-image-key.js';
export { type EmbedOptions, type EmbedReport, embed } from './embed.js';
export { WatermarkError, type WatermarkErrorCode, type WatermarkErrorFacts } from './errors.js';
export type { MarkedPixels, Pixels, Size } from './image.js';
export * from './limits.js';
export { type Chips, type ChipsOptions, prepareChips } from './prepare-chips.js';
export type { Corners, Point } from './register/corners.js';
export type { Homography } from './register/homography.js';
export type { Step } from './register/register.js';
export type { Method } from './register/steps.js';
export {
  DEFAULT_OPACITY,
  type OverlayOptions,
  overlayBox,
  type Region,
  ROI_OPACITY,
  renderOverlay,
} from './render-overlay.js';
export type { Roi } from './roi.js';
export { CONSISTENT_P, DEFAULT_DECOYS, type Hit, MATCH_P, MOST_ROUNDS, type Verdict } from './score-candidates.js';
export type { NullHistogram } from './statistics.js';
export { type Registration, type TraceOptions, type TraceReport, trace } from './trace.js';
export {
  type Piece,
  traceVideo,
  type UsedFrame,
  type VideoRegistration,
  type VideoTraceOptions,
  type VideoTraceReport,
} from './trace-video.js';
export { type Layer, MARK_VERSION } from './version.js';
export type { Frame, Range, Video } from './video/video.js';
export { type VideoMarker, type VideoMarkerOptions, videoMarker } from './video-marker.js';
