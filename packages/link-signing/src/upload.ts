export type { Organisation } from './handler/chrome.js';
export { type NodeRequest, type NodeResponse, toNodeHandler } from './handler/node-handler.js';
export type { LinkEvent } from './handler/options.js';
export { createUploadHandler } from './upload/create-upload-handler.js';
export { EMERGENCY_WORDS, type UploadDesk, type UploadHandlerOptions } from './upload/options.js';
export type { UploaderModule, UploadOneOff, UploadPrepared, UploadSealing } from './upload/upload-page/uploader.js';
