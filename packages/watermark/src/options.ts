import type { DecodeOptions } from './decode.js';
import type { EmbedOptions } from './embed.js';
import type { MarkVideoOptions } from './ffmpeg/mark-video-file.js';
import type { FrameMarkerOptions } from './player/frame-marker.js';
import type { PlayerOptions } from './player/start-player.js';
import type { ChipsOptions } from './prepare-chips.js';
import type { TraceOptions } from './trace.js';
import type { VideoTraceOptions } from './trace-video.js';
import type { VideoMarkerOptions } from './video-marker.js';

/** Every option must be listed: one forgotten would be refused by its verb, and lost on its way to a worker. */
type Fields<Options> = Readonly<Record<keyof Options, true>>;
const FIELDS: {
  readonly prepareChips: Fields<ChipsOptions>;
  readonly embed: Fields<EmbedOptions>;
  readonly videoMarker: Fields<VideoMarkerOptions>;
  readonly frameMarker: Fields<FrameMarkerOptions>;
  readonly markVideoFile: Fields<MarkVideoOptions>;
  readonly startPlayer: Fields<PlayerOptions>;
  readonly traceVideo: Fields<VideoTraceOptions>;
  readonly decode: Fields<DecodeOptions>;
  readonly trace: Fields<TraceOptions>;
} = {
  prepareChips: { layer: true },
  embed: { chips: true, psnr: true, roi: true, layer: true },
  videoMarker: { chips: true, width: true, height: true, psnr: true, roi: true, layer: true, range: true },
  frameMarker: { chips: true, psnr: true, roi: true, layer: true },
  markVideoFile: {
    chips: true,
    psnr: true,
    roi: true,
    layer: true,
    crf: true,
    onProgress: true,
    signal: true,
    ffmpeg: true,
    ffprobe: true,
  },
  startPlayer: {
    video: true,
    canvas: true,
    worker: true,
    onProblem: true,
    chips: true,
    psnr: true,
    roi: true,
    layer: true,
  },
  traceVideo: { key: true, candidates: true, decoys: true, budgetMs: true, layer: true, onProgress: true },
  decode: { keys: true, budgetMs: true, layer: true, onProgress: true },
  trace: { key: true, candidates: true, decoys: true, budgetMs: true, layer: true, corners: true, onProgress: true },
};

/** Names of the options of a verb. */
export function optionNames(verb: keyof typeof FIELDS): readonly string[] {
  return Object.keys(FIELDS[verb]);
}

/** A misspelt option must not be passed over: `mask` for `roi` would put the mark over a lesion. */
export function checkOptions(verb: keyof typeof FIELDS, options: object): void {
  if (typeof options !== 'object' || options === null) throw new TypeError(`${verb} needs an object with its options`);
  const names = optionNames(verb);
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`${verb} has no such option: it takes ${names.join(', ')}`);
  }
}
