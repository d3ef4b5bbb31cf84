import { WatermarkError } from '../errors.js';
import { fromFault } from '../worker/fault.js';
import { listenTo, uncloneable } from '../worker/thread.js';
import type { FrameMarkerOptions, FrameReport } from './frame-marker.js';
import { type Answer, isOurs, PROTOCOL, type Request } from './protocol.js';

/**
 * Time for one answer, in milliseconds: a hundred times what a frame of 4K takes. A worker that was ended from outside
 * says nothing, and neither does one that hangs.
 */
const PATIENCE_MS = 10_000;

/** One marked frame. */
export interface Picture {
  readonly picture: ImageBitmap;
  readonly report: FrameReport;
}

/** The page's line to the worker. One question at a time. */
export interface Line {
  /** Hands over what to mark with: chips that make no sense are refused here. */
  open(options: FrameMarkerOptions): Promise<void>;
  /** A frame, marked. The frame belongs to the line. */
  mark(frame: VideoFrame): Promise<Picture>;
  end(): void;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** @param onFailure told at once when the worker fails, also while nobody asks it anything. */
export function lineTo(worker: Worker, onFailure: (error: WatermarkError) => void): Line {
  let waiting: Waiting | null = null;
  const settle = (how: (to: Waiting) => void): void => {
    const to = waiting;
    waiting = null;
    if (to !== null) how(to);
  };
  const receive = (data: unknown): void => {
    if (!isOurs(data)) return;
    const answer = data as Answer;
    // Nobody waits for it any more.
    if (waiting === null && 'picture' in answer) answer.picture.close();
    settle(({ resolve, reject }) => ('fault' in answer ? reject(fromFault(answer.fault)) : resolve(answer)));
  };
  const thread = listenTo(worker, receive, (cause) => onFailure(failed(cause)));

  const ask = async (content: { options: FrameMarkerOptions } | { frame: VideoFrame }): Promise<Answer> => {
    const silence = setTimeout(() => onFailure(failed('no answer')), PATIENCE_MS);
    try {
      return await new Promise<Answer>((resolve, reject) => {
        waiting = { resolve, reject };
        const request = { protocol: PROTOCOL, ...content } as Request;
        thread.send(request, 'frame' in content ? [content.frame] : []);
      });
    } catch (cause) {
      throw uncloneable(cause) ?? cause;
    } finally {
      clearTimeout(silence);
      // Handed over, or not sent at all.
      if ('frame' in content) content.frame.close();
    }
  };
  return {
    async open(options) {
      await ask({ options });
    },
    async mark(frame) {
      const answer = await ask({ frame });
      if (!('picture' in answer)) throw failed('another answer');
      return answer;
    },
    end() {
      thread.end();
      settle(({ reject }) => reject(failed('ended')));
    },
  };
}

const failed = (cause: unknown): WatermarkError =>
  new WatermarkError('WORKER_FAILED', 'the worker could not be started, ended by itself or does not answer', { cause });
