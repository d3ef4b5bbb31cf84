// Completes video-v0.json from the built package. Frames that are already marked in the file are never marked again: an old
// mark stays detectable for ever, and the test holds today's code to it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { deriveImageKey, prepareChips, videoMarker } from '@wardseal/watermark';

const place = new URL('video-v0.json', import.meta.url);
const old = existsSync(place) ? JSON.parse(readFileSync(place, 'utf8')) : {};

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const tenantSecret = Uint8Array.from({ length: 32 }, (_, i) => i);
const imageId = 'video-0001';
const imageKey = deriveImageKey(tenantSecret, imageId);
const [width, height] = [192, 108];

// Frame n is a formula, so that any language can make it: grey, whole numbers only.
const drawn = (n) => ({
  data: Uint8Array.from({ length: width * height }, (_, i) => {
    const x = (i % width) + 3 * n;
    const y = Math.floor(i / width) + n;
    return 50 + ((x * 3 + y * 2) % 97) + ((x * x + 7 * y * y + 13 * x * y) % 23);
  }),
  width,
  height,
});

/** Frames 0, 1, 2, ... shown at these times, with these marks laid on them one after the other. */
function marked(times, marks) {
  const markers = marks.map(({ layer, viewingId }) =>
    videoMarker({ chips: prepareChips(imageKey, viewingId, { layer }), width, height, layer }),
  );
  const frames = times.map((time, n) => {
    const frame = markers.reduce((pixels, marker) => marker.mark(pixels, time), drawn(n));
    return Buffer.from(frame.data).toString('base64');
  });
  return { times, marks, frames };
}

const view = { layer: 'view', viewingId: 'view-0001' };
const share = { layer: 'share', viewingId: 'view-0002' };
// One whole phase; a fade, 2 into 3; the last phase; the fade from the last into the first.
const videos = old.videos ?? [marked([1, 11.5, 29, 31.5], [view]), marked([6, 18.25], [share, view])];

const refusedTimes = [
  { by: 'embedder', why: 'a time before the start', times: [-0.04] },
  { by: 'detector', why: 'a time twice', times: [0, 0.04, 0.04] },
  { by: 'detector', why: 'times that fall', times: [0, 0.08, 0.04] },
  { by: 'detector', why: 'no frame', times: [] },
];

const file = {
  about: 'wardseal.org/mark/v0, moving pictures: see docs/spec/mark.md',
  tenantSecret: hex(tenantSecret),
  imageId,
  imageKey: hex(imageKey),
  width,
  height,
  formula: '50 + (3u + 2v) mod 97 + (u^2 + 7v^2 + 13uv) mod 23, u = x + 3n, v = y + n, grey, frame n from 0',
  videos,
  refused: refusedTimes.map((one) => ({ ...one, code: 'VIDEO_INVALID' })),
};
writeFileSync(place, `${JSON.stringify(file, null, 1)}\n`);
