// The script of a player's worker. In a browser's dedicated worker it answers a player at once; elsewhere it does nothing.
import { browserPort } from '../worker/browser-port.js';
import { servePlayer } from './serve-player.js';

export { type FrameMarker, type FrameMarkerOptions, type FrameReport, frameMarker } from './frame-marker.js';

const port = browserPort();
if (port !== null) servePlayer(port);
