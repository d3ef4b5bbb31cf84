// A small film, a viewer's copy of it, and how a copy is traced.
import {
  deriveImageKey,
  prepareChips,
  traceVideo,
  type Video,
  type VideoTraceOptions,
  type VideoTraceReport,
} from '../../src/index.js';
import { viewings } from '../pictures.js';
import { type Film, film, filmOf, marked } from './made-up-video.js';

export const key = deriveImageKey(new Uint8Array(32).fill(5), 'gait-1');
export const chips = prepareChips(key, 'view-7');
export const options: VideoTraceOptions = { key, candidates: viewings(100), decoys: 1000 };
export const [width, height] = [224, 126];
export const original = film({ width, height, frames: 12, rate: 8 });
export const copy = marked(original, chips);

export const matches = ({ hits }: VideoTraceReport): string[] =>
  hits.filter(({ verdict }) => verdict === 'match').map(({ id }) => id);
export const traced = (suspect: Video, more: Partial<VideoTraceOptions> = {}): Promise<VideoTraceReport> =>
  traceVideo(suspect, original, { ...options, ...more });
export const oneFrame = (source: Film, n: number): Film => filmOf([{ ...source.frames()[n]!, time: 0 }]);
