// A worker of video-chromium.bench.ts: the marking alone, of samples that are there already.
import { videoMarker } from '/dist/index.js';

let marker;
let pixels;
addEventListener('message', async ({ data: { chips, frame, count } }) => {
  if (frame !== undefined) {
    const { displayWidth: width, displayHeight: height } = frame;
    const data = new Uint8ClampedArray(width * height * 4);
    await frame.copyTo(data, { format: 'RGBA' });
    frame.close();
    pixels = { data, width, height };
    marker = videoMarker({ chips, width, height });
  }
  for (let i = 0; i < count; i++) marker.mark(pixels, i / 30);
  postMessage({});
});
