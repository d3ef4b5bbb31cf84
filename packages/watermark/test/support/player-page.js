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
const pictures = () => shown.filter((one) => one !== null);
const failed = () => problems.length > 0;
/** Waits for something, ten seconds at most. */
const until = async (what) => {
  for (let i = 0; i < 1000 && !what(); i++) await new Promise((done) => setTimeout(done, 10));
};
/** The last frame that was taken has reached the canvas. */
const settled = () => until(() => failed() || (taken.length > 0 && taken.length === pictures().length));

/** Starts a player on a clip: its first frame is shown before it plays. */
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
  await settled();
  return pictures().length;
};
/** Plays until so many more pictures were shown, or to the end. */
globalThis.play = async (count, rate = 1) => {
  const enough = pictures().length + count;
  video.playbackRate = rate;
  await video.play();
  await until(() => pictures().length >= enough || failed() || video.ended);
  if (!video.ended) video.pause();
  await new Promise((done) => setTimeout(done, 50));
  await settled();
};
/** Goes to a time; which frame is shown then. */
globalThis.seek = async (to) => {
  video.currentTime = to;
  await until(() => failed() || (!video.seeking && Math.abs((taken.at(-1)?.time ?? -1) - to) < 0.05));
  await settled();
  return taken.at(-1)?.time;
};

/** Luma of what was shown, for the tracer: a few pictures, evenly spread. */
globalThis.copy = (most) => {
  // A frame that was sought and played again is one.
  const byTime = new Map(pictures().map((picture, i) => [taken[i].time, picture]));
  const all = [...byTime].map(([time, picture]) => ({ ...picture, time })).sort((a, b) => a.time - b.time);
  const every = Math.ceil(all.length / most);
  return all
    .filter((_, i) => i % every === 0)
    .map(({ data, width, height, time }) => {
      const luma = Uint8Array.from({ length: width * height }, (_, i) =>
        Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]),
      );
      return { luma: luma.toBase64(), width, height, time };
    });
};

/** Ends the player, and says how each picture compares with the frame that was taken for it. */
globalThis.result = () => {
  const report = player.report();
  const sound = video.webkitAudioDecodedByteCount > 0 && !video.muted;
  player.stop();
  const markers = new Map();
  const same = (a, b) => a.data.length === b.data.length && a.data.every((value, i) => value === b.data[i]);
  const all = pictures();
  const compared = all.map((picture, i) => {
    const frame = taken[i];
    const { width, height, time } = frame;
    const size = `${width}x${height}`;
    if (!markers.has(size)) markers.set(size, videoMarker({ chips, width, height }));
    if (same(picture, frame)) return 'unmarked';
    return same(picture, markers.get(size).mark(frame, time)) ? 'marked' : 'otherwise';
  });
  return {
    pictures: all.length,
    compared: [...new Set(compared)],
    sizes: [...markers.keys()],
    problems,
    emptied: pixelsOf(canvas, canvas.width, canvas.height).data.every((value) => value === 0),
    paused: video.paused,
    ended: video.ended,
    sound,
    open: frames.filter(({ codedWidth }) => codedWidth > 0).length,
    report,
  };
};
globalThis.ready = true;
