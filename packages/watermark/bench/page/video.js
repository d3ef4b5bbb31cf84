// Runs in the page of video-chromium.bench.ts.
import { startPlayer } from '/dist/player/start-player.js';

const policy = trustedTypes.createPolicy('wardseal', { createScriptURL: (url) => url });
const workerOf = (url) => new Worker(policy.createScriptURL(url), { type: 'module' });
const PROTOCOL = 'wardseal.org/watermark-player/v0';
const canvas = document.createElement('canvas');
document.body.append(canvas);

const loaded = async (clip) => {
  const video = document.createElement('video');
  video.src = URL.createObjectURL(await (await fetch(clip)).blob());
  video.muted = true;
  video.loop = true;
  return video;
};
const answerOf = (worker) => new Promise((done) => worker.addEventListener('message', done, { once: true }));
async function ask(worker, message, transfer = []) {
  const answer = answerOf(worker);
  worker.postMessage(message, transfer);
  const { data } = await answer;
  if (data.fault) throw new Error(data.fault.message);
  return data;
}

const jobs = {};
/** Eight frames of a clip as its decoder gives them, and workers that mark them. */
globalThis.prepare = async (name, chips) => {
  const video = await loaded(`/${name}.mp4`);
  const frames = [];
  await video.play();
  while (frames.length < 8) {
    await new Promise((done) => video.requestVideoFrameCallback(done));
    frames.push(new VideoFrame(video));
  }
  video.pause();
  const whole = workerOf('/dist/player/player-worker.js');
  await ask(whole, { protocol: PROTOCOL, options: { chips } });
  const alone = workerOf('/marking.js');
  await ask(alone, { chips, frame: frames[0].clone() });
  const screen = canvas.getContext('bitmaprenderer');
  // A frame in the page, the marked picture on the canvas of the page.
  jobs[`${name}, frame to canvas`] = async (count) => {
    for (let i = 0; i < count; i++) {
      const frame = new VideoFrame(frames[i % 8], { timestamp: (i * 1e6) / 30 });
      const { picture } = await ask(whole, { protocol: PROTOCOL, frame }, [frame]);
      [canvas.width, canvas.height] = [picture.width, picture.height];
      screen.transferFromImageBitmap(picture);
    }
  };
  jobs[`${name}, marking alone`] = (count) => ask(alone, { count });
};
globalThis.run = (job, count) => jobs[job](count);

/** Plays for some seconds: what was shown, what was left out, and how many frames were open at once. */
globalThis.play = async (name, chips, seconds) => {
  const open = new Set();
  const Original = VideoFrame;
  let most = 0;
  globalThis.VideoFrame = class extends Original {
    constructor(...args) {
      super(...args);
      open.add(this);
      for (const frame of open) if (frame.codedWidth === 0) open.delete(frame);
      most = Math.max(most, open.size);
    }
  };
  const video = await loaded(`/${name}.mp4`);
  const problems = [];
  const shown = document.createElement('canvas');
  document.body.append(shown);
  const worker = () => workerOf('/dist/player/player-worker.js');
  const onProblem = (error) => problems.push(error.message);
  const player = startPlayer({ video, canvas: shown, worker, chips, onProblem });
  await video.play();
  await new Promise((done) => setTimeout(done, seconds * 1000));
  const report = player.report();
  player.stop();
  shown.remove();
  globalThis.VideoFrame = Original;
  return { ...report, problems, most };
};
globalThis.ready = true;
