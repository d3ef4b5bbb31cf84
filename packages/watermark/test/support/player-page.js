// Runs in the page of player-files.test.ts: plays clips by the built player, and holds every picture that reaches the
// canvas against the frame that was taken for it.
import { deriveImageKey, prepareChips, videoMarker } from '/dist/index.js';
import { startPlayer } from '/dist/player/start-player.js';

const policy = trustedTypes.createPolicy('wardseal', { createScriptURL: (url) => url });
const script = policy.createScriptURL('/dist/player/player-worker.js');
const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(3), 'img-1'), 'view-2');

/** RGBA of anything that can be drawn, as the browser shows it. */
function pixelsOf(source, width, height) {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true, colorSpace: 'srgb' });
  context.drawImage(source, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return { data, width, height };
}

// What the player takes and what it shows, in pairs: it marks one frame at a time.
let taken = [];
let shown = [];
const frames = [];
globalThis.VideoFrame = class extends VideoFrame {
  constructor(source, ...rest) {
    super(source, ...rest);
    frames.push(this);
    const { displayWidth, displayHeight, timestamp } = this;
    taken.push({ ...pixelsOf(this, displayWidth, displayHeight), time: timestamp / 1e6 });
  }
};
const { transferFromImageBitmap } = ImageBitmapRenderingContext.prototype;
ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (picture) {
  shown.push(picture === null ? null : pixelsOf(picture, picture.width, picture.height));
  transferFromImageBitmap.call(this, picture);
};

let player;
let problems = [];
const canvas = document.createElement('canvas');
document.body.append(canvas);
const video = document.createElement('video');

/** Starts a player on a clip; it plays when told. */
globalThis.load = async (clip) => {
  const blob = await (await fetch(clip)).blob();
  [taken, shown, problems] = [[], [], []];
  video.src = URL.createObjectURL(blob);
  player = startPlayer({
    video,
    canvas,
    worker: () => new Worker(script, { type: 'module' }),
    chips,
    onProblem: (error) => problems.push(error.code ?? String(error)),
  });
};
const pictures = () => shown.filter((one) => one !== null);
/** Waits for something, ten seconds at most. */
const until = async (what) => {
  for (let i = 0; i < 1000 && !what(); i++) await new Promise((done) => setTimeout(done, 10));
};
globalThis.play = async (count, rate = 1) => {
  const until0 = pictures().length + count;
  video.playbackRate = rate;
  await video.play();
  await until(() => pictures().length >= until0 || problems.length > 0 || video.ended);
};
globalThis.seek = async (to) => {
  video.pause();
  video.currentTime = to;
  await until(() => problems.length > 0 || (!video.seeking && Math.abs((taken.at(-1)?.time ?? -1) - to) < 0.05));
  await until(() => problems.length > 0 || taken.length === pictures().length);
};
globalThis.failed = () => until(() => problems.length > 0);
globalThis.stop = () => player.stop();

/** Ends the player, and says how its pictures compare. */
globalThis.result = async () => {
  const report = player.report();
  const all = pictures();
  player.stop();
  const markers = new Map();
  let equal = 0;
  let unmarked = 0;
  const times = [];
  all.forEach((picture, i) => {
    const frame = taken[i];
    const size = `${frame.width}x${frame.height}`;
    const { width, height } = frame;
    if (!markers.has(size)) markers.set(size, videoMarker({ chips, width, height }));
    const wanted = markers.get(size).mark(frame, frame.time);
    const same = (a, b) => a.data.length === b.data.length && a.data.every((value, k) => value === b.data[k]);
    if (same(picture, wanted)) equal++;
    if (same(picture, frame)) unmarked++;
    times.push(frame.time);
  });
  const now = pixelsOf(canvas, canvas.width, canvas.height);
  return {
    pictures: all.length,
    equal,
    unmarked,
    sizes: [...markers.keys()],
    times,
    problems,
    empty: now.data.every((value) => value === 0),
    paused: video.paused,
    open: frames.filter(({ codedWidth }) => codedWidth > 0).length,
    dropped: report.dropped,
    reported: report.frames,
    psnr: report.psnr,
  };
};
globalThis.ready = true;
