// Test helpers that need no platform: they run in Node and in Chromium alike.
export {
  bytes,
  everyBitFlip,
  everyByteFlip,
  everyTextMutation,
  INTERESTING_SIZES,
  mutateByte,
  mutateText,
  type TextMutation,
} from './arbitraries.js';
export { type FakeClock, fakeClock } from './clock.js';
export {
  everyJsonMutation,
  HOSTILE_JSON_TEXTS,
  HOSTILE_VALUES,
  hostileJson,
  type JsonMutation,
} from './hostile-json.js';
export { seededNumbers, seededRandom } from './random.js';
export { type RgbaImage, syntheticSkin } from './synthetic-skin.js';
