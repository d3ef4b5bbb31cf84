import { WatermarkError } from '../errors.js';
import { optionNames } from '../options.js';
import type { Fault } from '../worker/protocol.js';
import type { FrameMarkerOptions, FrameReport } from './frame-marker.js';

/** Says whose a message is: a worker of an application's own may carry other messages beside ours. */
export const PROTOCOL = 'wardseal.org/watermark-player/v0';

/** What crosses to the worker: first with what to mark, then frames, the next when the last is answered. */
export type Request = { readonly protocol: typeof PROTOCOL } & (
  | { readonly options: FrameMarkerOptions }
  | { readonly frame: VideoFrame }
);

/** What comes back: that frames may come, a frame with its mark, or the error that ends it all. */
export type Answer = { readonly protocol: typeof PROTOCOL } & (
  | { readonly ready: true }
  | { readonly picture: ImageBitmap; readonly report: FrameReport }
  | { readonly fault: Fault }
);

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Whether a message belongs to a player. */
export const isOurs = (message: unknown): message is { readonly protocol: typeof PROTOCOL } =>
  isRecord(message) && message['protocol'] === PROTOCOL;

/** The frame that a message brought, if any: it has to be closed whatever else the message holds. */
export function frameOf(message: unknown): VideoFrame | null {
  const frame = isRecord(message) ? message['frame'] : undefined;
  return typeof VideoFrame === 'function' && frame instanceof VideoFrame ? frame : null;
}

/**
 * A request out of an untrusted message. What the options hold is checked by the marker.
 *
 * @throws {WatermarkError} MESSAGE_INVALID: neither options nor a frame, both, or an unknown field or option.
 */
export function readRequest(message: unknown): Request {
  const bad = (field: string): never => {
    throw new WatermarkError('MESSAGE_INVALID', 'the worker was sent a message it does not know', { field });
  };
  if (!isOurs(message)) return bad('protocol');
  const names = Object.keys(message).filter((name) => name !== 'protocol');
  if (names.length !== 1) return bad('message');
  if (frameOf(message) !== null) return message as unknown as Request;
  const { options } = message as { readonly options?: unknown };
  if (!isRecord(options) || Array.isArray(options)) return bad(names[0] === 'frame' ? 'frame' : 'message');
  const known = optionNames('frameMarker');
  for (const name of Object.keys(options)) if (!known.includes(name)) return bad('options');
  return message as unknown as Request;
}
