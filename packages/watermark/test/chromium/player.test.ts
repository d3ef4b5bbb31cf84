// The built worker, fed by a stream that the page draws itself. Files, and every picture held against its frame:
// test/node/player-files.test.ts.
import { afterEach, describe, expect, test, vi } from 'vitest';
import { deriveImageKey, prepareChips } from '../../src/index.js';
import { type PlayerOptions, startPlayer } from '../../src/player/start-player.js';
import { skin } from '../pictures.js';

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(3), 'img-1'), 'view-2');
const script = (): Worker =>
  new Worker(new URL('../../dist/player/player-worker.js', import.meta.url), { type: 'module' });

/** A camera that films invented skin, a little lighter at each frame. */
function camera(width = 160, height = 128) {
  const canvas = document.createElement('canvas');
  const film = (w: number, h: number): void => {
    canvas.width = w;
    canvas.height = h;
    const { data } = skin(w, h);
    image = new ImageData(data as Uint8ClampedArray<ArrayBuffer>, w, h);
  };
  let image: ImageData;
  film(width, height);
  const context = canvas.getContext('2d')!;
  let shots = 0;
  const timer = setInterval(() => {
    context.putImageData(image, 0, 0);
    context.fillStyle = `rgb(${shots++ % 256} 120 90)`;
    context.fillRect(0, 0, 32, 32);
  }, 20);
  const stream = canvas.captureStream(50);
  const off = (): void => {
    clearInterval(timer);
    for (const track of stream.getTracks()) track.stop();
  };
  return { stream, film, off };
}

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** A player that plays what a camera films. */
async function playing(more: Partial<PlayerOptions> = {}) {
  const { stream, film, off } = camera();
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = stream;
  const canvas = document.createElement('canvas');
  const problems: unknown[] = [];
  const options = { video, canvas, worker: script, chips, onProblem: (error: Error) => problems.push(error), ...more };
  const player = startPlayer(options);
  endings.push(() => {
    player.stop();
    off();
  });
  video.play().catch(() => {}); // pausing it ends the promise
  const shows = (count = 1) => vi.waitFor(() => expect(player.report().frames).toBeGreaterThanOrEqual(count), 5000);
  const fails = (code: string) =>
    vi.waitFor(() => expect(problems).toEqual([expect.objectContaining({ code })]), OFTEN);
  return { player, video, canvas, problems, film, shows, fails, options };
}

const OFTEN = { timeout: 5000, interval: 2 };

/** What can be seen: whether anything, and the size. */
function seen(canvas: HTMLCanvasElement) {
  const context = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d')!;
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { anything: data.some((value) => value !== 0), width: canvas.width, height: canvas.height };
}
const nothing = { anything: false };

/** Ends as a player must: nothing to be seen, nothing played, and it stays so. */
async function isOver({ canvas, video, player }: Awaited<ReturnType<typeof playing>>): Promise<void> {
  expect(seen(canvas)).toMatchObject(nothing);
  expect(video.paused).toBe(true);
  const { frames } = player.report();
  await video.play().catch(() => {});
  await new Promise((done) => setTimeout(done, 80));
  expect(seen(canvas)).toMatchObject(nothing);
  expect(player.report().frames).toBe(frames);
  video.pause();
}

describe('a player', () => {
  test('shows a stream at its size, and says what the mark cost', async () => {
    const { player, canvas, shows, video } = await playing();
    expect(seen(canvas)).toMatchObject(nothing);
    await shows(5);
    expect(seen(canvas)).toEqual({ anything: true, width: 160, height: 128 });
    expect(player.report().psnr).toBeGreaterThan(45.9);
    expect([video.disablePictureInPicture, video.disableRemotePlayback, video.playsInline]).toEqual([true, true, true]);
  });

  test('shows the frame of a video that stands still already', async () => {
    const { stream, off } = camera();
    endings.push(off);
    const video = document.createElement('video');
    video.muted = true;
    video.srcObject = stream;
    await video.play();
    await new Promise((done) => video.requestVideoFrameCallback(done));
    video.pause();
    await new Promise((done) => setTimeout(done, 100));
    const canvas = document.createElement('canvas');
    const player = startPlayer({ video, canvas, worker: script, chips, onProblem: () => {} });
    endings.push(() => player.stop());
    await vi.waitFor(() => expect(seen(canvas)).toMatchObject({ anything: true, width: 160 }), 5000);
    expect(player.report()).toMatchObject({ frames: 1, dropped: 0 });
  });

  test('that is stopped shows nothing, and says nothing', async () => {
    const one = await playing();
    await one.shows();
    one.player.stop();
    await isOver(one);
    expect(one.problems).toEqual([]);
    // A late stop of an earlier player does not touch the next one on the same canvas.
    const next = await playing({ canvas: one.canvas });
    await next.shows();
    one.player.stop();
    expect(seen(one.canvas).anything).toBe(true);
    expect(next.video.paused).toBe(false);
  });

  test('follows a change of size, and ends when frames become too small for a mark', async () => {
    const one = await playing();
    await one.shows();
    one.film(200, 96);
    await vi.waitFor(() => expect(seen(one.canvas)).toEqual({ anything: true, width: 200, height: 96 }), 5000);
    one.film(200, 48);
    await one.fails('IMAGE_TOO_SMALL');
    await isOver(one);
  });

  test('leaves frames out while its worker is busy, and shows the newest afterwards', async () => {
    const open = new Set<VideoFrame>();
    const Original = VideoFrame;
    vi.stubGlobal(
      'VideoFrame',
      class extends Original {
        constructor(...args: [HTMLVideoElement]) {
          super(...args);
          open.add(this);
        }
      },
    );
    let release = (): void => {};
    const held = new Promise<void>((done) => {
      release = done;
    });
    const worker = script();
    const post = worker.postMessage.bind(worker) as (message: object, transfer: Transferable[]) => void;
    worker.postMessage = (message: object, transfer: unknown) => {
      if (!('frame' in message)) return post(message, []);
      const frame = (message.frame as VideoFrame).clone();
      void held.then(() => post({ ...message, frame }, [frame]));
      return void transfer;
    };
    const { player, canvas, shows, problems } = await playing({ worker: () => worker });
    await vi.waitFor(() => expect(open.size).toBe(1), OFTEN);
    const { dropped } = player.report();
    await vi.waitFor(() => expect(player.report().dropped).toBeGreaterThan(dropped + 3), 5000);
    expect(seen(canvas)).toMatchObject(nothing);
    expect(open.size).toBe(1);
    expect(player.report()).toMatchObject({ frames: 0 });
    release();
    await shows(3);
    // None of those that came meanwhile: a frame of the camera lasts 20 ms.
    const taken = [...open].map(({ timestamp }) => timestamp / 1e6);
    expect(taken[1]! - taken[0]!).toBeGreaterThan(0.07);
    await vi.waitFor(() => expect([...open].filter(({ codedWidth }) => codedWidth > 0).length).toBeLessThan(2));
    expect(problems).toEqual([]);
  });
});

describe('nothing is seen, and the reason told, when', () => {
  test('the chips are refused', async () => {
    const one = await playing({ chips: { ...chips, tile: 'x' } });
    await one.fails('CHIPS_INVALID');
    await isOver(one);
    const share = await playing({ layer: 'share' });
    await share.fails('CHIPS_INVALID');
    const rough = await playing({ psnr: 30 });
    await rough.fails('QUALITY_INVALID');
    const masked = await playing({ roi: { width: 3, height: 1, data: new Uint8Array(2) } });
    await masked.fails('ROI_INVALID');
  });

  test('options cannot be copied to a worker', async () => {
    const one = await playing({ chips: { ...chips, tile: () => '' } as never });
    await vi.waitFor(() => expect(one.problems[0]).toBeInstanceOf(TypeError));
    await isOver(one);
  });

  test('the worker cannot be loaded', async () => {
    const one = await playing({ worker: () => new Worker('/no-such-script.js', { type: 'module' }) });
    await one.fails('WORKER_FAILED');
    await isOver(one);
  });

  test('the worker fails while the video stands still', async () => {
    const worker = script();
    const one = await playing({ worker: () => worker });
    await one.shows();
    one.video.pause();
    worker.dispatchEvent(new ErrorEvent('error', { message: 'out of memory' }));
    await one.fails('WORKER_FAILED');
    await isOver(one);
  });

  test('the worker was ended and says nothing', async () => {
    const worker = script();
    const one = await playing({ worker: () => worker });
    await one.shows();
    // Once nothing is under way: what waits already, waits by the real clock.
    one.video.pause();
    await new Promise((done) => setTimeout(done, 200));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { frames } = one.player.report();
    worker.terminate();
    one.video.play().catch(() => {});
    for (let waited = 0; waited < 100_000 && one.problems.length === 0; waited += 1000) {
      await new Promise(requestAnimationFrame);
      vi.advanceTimersByTime(1000);
    }
    vi.useRealTimers();
    expect(one.player.report().frames - frames).toBeLessThan(3);
    await one.fails('WORKER_FAILED');
    await isOver(one);
  });

  test('the worker sends what is no picture', async () => {
    const worker = script();
    const one = await playing({ worker: () => worker });
    await one.shows();
    const protocol = 'wardseal.org/watermark-player/v0';
    for (const data of [null, 7, { protocol: 'another' }, { picture: null }]) {
      worker.dispatchEvent(new MessageEvent('message', { data }));
    }
    await one.shows(one.player.report().frames + 3);
    // Whichever comes while nothing was asked is left alone, so it is said until somebody asks.
    await vi.waitFor(() => {
      worker.dispatchEvent(new MessageEvent('message', { data: { protocol, ready: true } }));
      expect(one.problems).toHaveLength(1);
    }, OFTEN);
    await one.fails('WORKER_FAILED');
    await isOver(one);
  });

  test('the video is put into the document, or another into the element', async () => {
    const one = await playing();
    await one.shows();
    document.body.append(one.video);
    await one.fails('VIDEO_INVALID');
    one.video.remove();
    await isOver(one);
    const two = await playing();
    await two.shows();
    const other = camera();
    endings.push(other.off);
    two.video.srcObject = other.stream;
    await two.fails('VIDEO_INVALID');
    await isOver(two);
  });

  test('the browser cannot play the video', async () => {
    const video = document.createElement('video');
    video.src = URL.createObjectURL(new Blob(['no video']));
    const one = await playing({ video });
    await one.fails('VIDEO_INVALID');
    // It says so too when the video had failed before the player began.
    const late = await playing({ video });
    await late.fails('VIDEO_INVALID');
  });
});

describe('refused at once', () => {
  const video = document.createElement('video');
  video.src = 'blob:none';
  const canvas = document.createElement('canvas');
  const options = { video, canvas, worker: script, chips, onProblem: () => {} };
  const start = (more: object) => () => startPlayer({ ...options, ...more });

  test('what is not what it should be', () => {
    const shown = document.createElement('video');
    shown.src = 'blob:none';
    document.body.append(shown);
    const wrong = [
      { video: canvas },
      { video: shown },
      { video: document.createElement('video') },
      { canvas: video },
      { canvas: new OffscreenCanvas(1, 1) },
      { worker: 'worker.js' },
      { onProblem: undefined },
      { mask: null },
    ];
    for (const more of wrong) expect(start(more), Object.keys(more)[0]).toThrow(TypeError);
    expect(() => startPlayer(undefined as never)).toThrow(TypeError);
    shown.remove();
  });

  test('a canvas in use, and a browser without frames', () => {
    const used = document.createElement('canvas');
    used.getContext('2d');
    expect(start({ canvas: used })).toThrow(expect.objectContaining({ code: 'CANVAS_UNAVAILABLE', field: 'canvas' }));
    vi.stubGlobal('VideoFrame', undefined);
    expect(start({})).toThrow(expect.objectContaining({ code: 'CANVAS_UNAVAILABLE', field: 'video' }));
  });
});
