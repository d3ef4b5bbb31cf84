import type { OverlayOptions } from './render-overlay.js';

/** An overlay for whatever picture it is laid over: its size is the picture's. */
export type Overlay = Omit<OverlayOptions, 'size'>;
