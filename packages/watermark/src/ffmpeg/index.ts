export type { Frame, Range, Video } from '../video/video.js';
export type { Container } from './container.js';
export type { Programs } from './input.js';
export { type MarkedVideo, type MarkVideoOptions, markVideoFile } from './mark-video-file.js';
export { DEFAULT_CRF, DEFAULT_CRF_VP9 } from './output.js';
export { probeVideo, type VideoFacts } from './probe-video.js';
export { type ReadVideoOptions, readVideo, type VideoFile } from './read-video.js';
