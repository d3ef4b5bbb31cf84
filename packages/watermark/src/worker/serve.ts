import { type DecodeOptions, decode } from '../decode.js';
import { type EmbedOptions, embed } from '../embed.js';
import { type TraceOptions, trace } from '../trace.js';
import { toFault } from './fault.js';
import { type Answer, jobOf, PROTOCOL, type Request, readRequest } from './protocol.js';

/** The worker's end of the line to the page. */
export interface WorkerPort {
  /** Calls back with the data of every message that comes in. */
  listen(receive: (data: unknown) => void): void;
  send(message: unknown, transfer: ArrayBuffer[]): void;
}

/**
 * Answers the calls of `startWorker` on a port. The script `@wardseal/watermark/worker` does this by itself in a
 * worker; messages that are not from `startWorker` are left alone. What it is sent is checked as input from outside:
 * unknown fields and verbs are answered with MESSAGE_INVALID, all else by the errors of `embed`, `decode` and `trace`.
 *
 * @example
 * serve({ listen: (receive) => port.on('message', receive), send: (message, transfer) => port.postMessage(message, transfer) });
 */
export function serve(port: WorkerPort): void {
  port.listen((message) => {
    const job = jobOf(message);
    if (job !== null) void answer(port, job, message);
  });
}

async function answer(port: WorkerPort, job: number, message: unknown): Promise<void> {
  const send = (content: object, transfer: ArrayBuffer[] = []): void =>
    port.send({ protocol: PROTOCOL, job, ...content } as Answer, transfer);
  try {
    const request = readRequest(message);
    const onProgress = request.progress ? (done: number): void => send({ done }) : undefined;
    const { result, transfer } = await run(request, onProgress);
    send({ result }, transfer);
  } catch (error) {
    send({ fault: toFault(error) });
  }
}

async function run(
  { verb, pictures, options }: Request,
  onProgress: ((done: number) => void) | undefined,
): Promise<{ result: unknown; transfer: ArrayBuffer[] }> {
  const listened = { ...options, ...(onProgress && { onProgress }) };
  if (verb === 'trace') {
    return { result: await trace(pictures[0]!, pictures[1]!, listened as unknown as TraceOptions), transfer: [] };
  }
  if (verb === 'decode') {
    return { result: decode(pictures[0]!, listened as unknown as DecodeOptions), transfer: [] };
  }
  const result = embed(pictures[0]!, options as unknown as EmbedOptions);
  return { result, transfer: [result.pixels.data.buffer] };
}
