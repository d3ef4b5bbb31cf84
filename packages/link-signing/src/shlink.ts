export type { ShlinkDisclosure, ShlinkEvent, ShlinkExport } from './shlink/events.js';
export { type FromShlinkOptions, fromShlink, type ImportedShlink, type ShlinkFile } from './shlink/from-shlink.js';
export {
  MAX_SHLINK_BYTES,
  MAX_SHLINK_CHARACTERS,
  MAX_SHLINK_FILES,
  MAX_SHLINK_URL_CHARACTERS,
  MIN_SHLINK_USES,
  SHLINK_LABEL,
  SHLINK_SECONDS,
} from './shlink/limits.js';
export { memoryShlinkStore, type ShlinkStore } from './shlink/manifest-store.js';
export { type ParsedShlink, type ParseShlinkOptions, parseShlink } from './shlink/parse-shlink.js';
export type { ShlinkPicture } from './shlink/pictures.js';
export { type ShlinkPart, type ShlinkPartOptions, shlinkPart } from './shlink/shlink-part.js';
export {
  type FhirResource,
  type Shlink,
  type ShlinkOptions,
  type ShlinkRequest,
  toShlink,
} from './shlink/to-shlink.js';
