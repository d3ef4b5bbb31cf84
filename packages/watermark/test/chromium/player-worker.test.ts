// What happens in the player's worker, without a thread: frames of WebCodecs, and messages from outside.
import { HOSTILE_VALUES } from '@wardseal/testkit';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { deriveImageKey, type Pixels, prepareChips, videoMarker } from '../../src/index.js';
import { frameMarker } from '../../src/player/player-worker.js';
import { servePlayer } from '../../src/player/serve-player.js';
import { same, skin } from '../pictures.js';

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(3), 'img-1'), 'view-2');
const [WIDTH, HEIGHT] = [161, 97];
const picture = skin(WIDTH, HEIGHT);

interface More extends Partial<VideoFrameBufferInit> {
  readonly rotation?: number;
  readonly flip?: boolean;
}
/** A frame of RGBA samples. */
const frameOf = ({ data, width, height }: Pixels, seconds: number, more: More = {}): VideoFrame =>
  new VideoFrame(data as Uint8ClampedArray<ArrayBuffer>, {
    ...{ format: 'RGBA', codedWidth: width, codedHeight: height, timestamp: seconds * 1e6 },
    colorSpace: { primaries: 'bt709', transfer: 'iec61966-2-1', matrix: 'rgb', fullRange: true },
    ...more,
  });
/** What the browser shows of anything. */
function shown(source: VideoFrame | ImageBitmap, width: number, height: number): Pixels {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(source, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
/** Luma with little colour, as a camera writes it. */
function camera(format: 'I420' | 'NV12', seconds: number): VideoFrame {
  const [width, height] = [160, 96];
  const { data } = skin(width, height, 5, 1);
  const samples = new Uint8Array(width * height * 1.5).fill(120);
  samples.set(data);
  const colorSpace = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', fullRange: false } as const;
  const size = { codedWidth: width, codedHeight: height };
  return new VideoFrame(samples, { format, ...size, timestamp: seconds * 1e6, colorSpace });
}
const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'no error',
    (error: { code?: string }) => error.code ?? error,
  );

const open: VideoFrame[] = [];
const kept = <T extends VideoFrame>(frame: T): T => {
  open.push(frame);
  return frame;
};
afterEach(() => {
  vi.restoreAllMocks();
  for (const frame of open.splice(0)) frame.close();
});

/** Marks a frame; gives what the result shows beside what should be there. */
async function marked(frame: VideoFrame) {
  const { displayWidth: width, displayHeight: height, timestamp } = frame;
  const plain = shown(frame, width, height);
  const result = kept(await frameMarker({ chips }).mark(kept(frame)));
  return {
    result,
    plain,
    got: shown(result, width, height),
    wanted: videoMarker({ chips, width, height }).mark(plain, timestamp / 1e6),
  };
}

describe('a frame', () => {
  test.each([0, 3.5, 5.25])('carries the mark of its moment, %d seconds, and of no other', async (seconds) => {
    const { result, plain, got, wanted } = await marked(frameOf(picture, seconds, { duration: 40_000 }));
    expect(same(plain.data, picture.data)).toBe(true);
    expect(same(got.data, wanted.data)).toBe(true);
    expect(same(got.data, plain.data)).toBe(false);
    const later = videoMarker({ chips, width: WIDTH, height: HEIGHT }).mark(picture, seconds + 4);
    expect(same(got.data, later.data)).toBe(false);
    expect(result).toMatchObject({ timestamp: seconds * 1e6, duration: 40_000, displayWidth: WIDTH });
    expect(open[0]!.codedWidth).toBe(WIDTH); // still the caller's
  });

  test.each(['I420', 'NV12'] as const)('of a camera, %s, is marked as it is shown', async (format) => {
    const { got, wanted, plain } = await marked(camera(format, 1));
    expect(same(got.data, wanted.data)).toBe(true);
    expect(same(got.data, plain.data)).toBe(false);
  });

  test.each([
    ['turned', { rotation: 90 }],
    ['upside down', { rotation: 180 }],
    ['mirrored', { flip: true }],
    ['turned and mirrored', { rotation: 270, flip: true }],
    ['of oblong pixels', { displayWidth: 200, displayHeight: 97 }],
    ['cut out of a larger one', { visibleRect: { x: 20, y: 10, width: 100, height: 80 } }],
  ] as const)('%s is marked upright, as it is shown', async (_, more) => {
    const { result, got, wanted } = await marked(frameOf(picture, 2, more));
    expect(same(got.data, wanted.data)).toBe(true);
    expect((result as VideoFrame & { rotation: number }).rotation).toBe(0);
  });

  test('is drawn where the browser does not convert it, and comes to the same', async () => {
    const copyTo = vi
      .spyOn(VideoFrame.prototype, 'copyTo')
      .mockRejectedValue(new DOMException('', 'NotSupportedError'));
    const { got, wanted } = await marked(camera('I420', 1));
    expect(same(got.data, wanted.data)).toBe(true);
    expect(copyTo).toHaveBeenCalledOnce();
  });

  test('keeps what is transparent, and shows nothing of the frame before', async () => {
    const clear = { ...picture, data: picture.data.map((value, i) => (i % 8 === 3 ? 0 : value)) };
    const marker = frameMarker({ chips });
    for (const more of [{}, { rotation: 180 }]) {
      kept(await marker.mark(kept(frameOf(picture, 0, more))));
      const after = kept(await marker.mark(kept(frameOf(clear, 0, more))));
      const { data } = shown(after, WIDTH, HEIGHT);
      expect(new Set(data.filter((_, i) => i % 4 === 3))).toEqual(new Set([0, 255]));
    }
  });

  test('refused: too small, too large, closed, before the beginning, or no frame', async () => {
    const { mark } = frameMarker({ chips });
    expect(await codeOf(mark(kept(frameOf(skin(63, 200), 0))))).toBe('IMAGE_TOO_SMALL');
    expect(await codeOf(mark(kept(frameOf(picture, 0, { displayWidth: 9000, displayHeight: 80 }))))).toBe(
      'IMAGE_TOO_LARGE',
    );
    expect(await codeOf(mark(kept(frameOf(picture, -1))))).toBe('VIDEO_INVALID');
    const closed = frameOf(picture, 0);
    closed.close();
    for (const what of [closed, null, picture, {}]) expect(await codeOf(mark(what as never))).toBe('VIDEO_INVALID');
  });
});

test('frames that overlap in time keep apart, and sizes may change between them', async () => {
  const marker = frameMarker({ chips, psnr: 48 });
  const pictures = [picture, skin(200, 120, 2), skin(WIDTH, HEIGHT, 9), skin(200, 120, 4)];
  const results = await Promise.all(pictures.map((one, i) => marker.mark(kept(frameOf(one, i)))));
  let squares = 0;
  let samples = 0;
  results.forEach((result, i) => {
    const { data, width, height } = pictures[i]!;
    const wanted = videoMarker({ chips, psnr: 48, width, height }).mark(pictures[i]!, i).data;
    const got = shown(kept(result), width, height).data;
    expect(same(got, wanted)).toBe(true);
    got.forEach((value, k) => {
      squares += (value - data[k]!) ** 2;
    });
    samples += width * height * 3;
  });
  expect(marker.report().frames).toBe(4);
  expect(marker.report().psnr).toBeCloseTo(10 * Math.log10((255 * 255 * samples) / squares), 6);
});

test('options are checked before a frame has come', () => {
  expect(frameMarker({ chips }).report()).toEqual({ frames: 0, psnr: Number.POSITIVE_INFINITY });
  const refused = (code: string) => expect.objectContaining({ code });
  expect(() => frameMarker({ chips: { ...chips, tile: '' } })).toThrow(refused('CHIPS_INVALID'));
  expect(() => frameMarker({ chips, psnr: 10 })).toThrow(refused('QUALITY_INVALID'));
  expect(() => frameMarker({ chips, width: 100 } as never)).toThrow(TypeError);
  expect(() => frameMarker(undefined as never)).toThrow(TypeError);
});

describe('messages', () => {
  const protocol = 'wardseal.org/watermark-player/v0';
  const options = { chips };
  type Answer = { ready?: true; picture?: ImageBitmap; report?: object; fault?: { facts: { code: string } } };

  /** A served port: what is sent to it comes back as answers, once there are as many as asked for. */
  function served() {
    let receive = (_: unknown): void => {};
    const answers: Answer[] = [];
    servePlayer({
      listen: (listener) => {
        receive = listener;
      },
      send: (message, transfer) => {
        expect(transfer).toEqual('picture' in (message as object) ? [(message as Answer).picture] : []);
        answers.push(message as Answer);
      },
    });
    return {
      answers,
      async tell(count: number, ...messages: unknown[]): Promise<Answer[]> {
        const from = answers.length;
        for (const message of messages) receive(message);
        await vi.waitFor(() => expect(answers.length).toBe(from + count), 5000);
        return answers.slice(from);
      },
    };
  }
  const codes = (answers: Answer[]) => answers.map(({ fault }) => fault?.facts.code);

  test('frames are answered in order, marked, and closed', async () => {
    const { tell } = served();
    const frames = [0, 1, 2].map((i) => frameOf(skin(160, 96, i), i));
    const [ready, ...pictures] = await tell(4, { protocol, options }, ...frames.map((frame) => ({ protocol, frame })));
    expect(ready).toEqual({ protocol, ready: true });
    pictures.forEach(({ picture: bitmap, report }, i) => {
      const wanted = videoMarker({ chips, width: 160, height: 96 }).mark(skin(160, 96, i), i);
      expect(same(shown(bitmap!, 160, 96).data, wanted.data)).toBe(true);
      expect(report).toMatchObject({ frames: i + 1 });
    });
    expect(frames.map(({ codedWidth }) => codedWidth)).toEqual([0, 0, 0]);
  });

  test('that are malformed are refused, and the frames in them closed', async () => {
    const { tell, answers } = served();
    const frame = (): VideoFrame => kept(frameOf(picture, 0));
    const early = await tell(1, { protocol, frame: frame() });
    expect(codes(early)).toEqual(['MESSAGE_INVALID']);
    expect(codes(await tell(2, { protocol, options }, { protocol, options: { chips: null } }))).toEqual([
      undefined,
      'CHIPS_INVALID',
    ]);
    const bad = [
      { protocol },
      { protocol, options, frame: frame() },
      { protocol, frame: frame(), time: 3 },
      { protocol, options: { chips, width: 80 } },
      { protocol, options: [] },
      { protocol, frame: picture },
      { protocol, picture: null },
    ];
    expect(codes(await tell(bad.length, ...bad))).toEqual(bad.map(() => 'MESSAGE_INVALID'));
    const small = kept(frameOf(skin(64, 40), 0));
    expect(codes(await tell(1, { protocol, frame: small }))).toEqual(['IMAGE_TOO_SMALL']);
    expect(open.filter(({ codedWidth }) => codedWidth > 0)).toEqual([]);
    // What is not ours is left alone.
    const count = answers.length;
    await tell(0, ...HOSTILE_VALUES, { protocol: 'wardseal.org/watermark-worker/v0', job: 0 }, { options });
    await new Promise((done) => setTimeout(done, 20));
    expect(answers.length).toBe(count);
  });
});
