export { type FileSource, fileSource } from './node/file-source.js';
export { openFile, type SealedPath } from './node/open-file.js';
export { type FileOptions, sealFile } from './node/seal-file.js';
