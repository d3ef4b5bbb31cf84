export type { Organisation } from './handler/chrome.js';
export { createHandler } from './handler/create-handler.js';
export { MAX_BODY_BYTES } from './handler/json-request.js';
export { LOCATION_SECONDS } from './handler/location.js';
export { type NodeRequest, type NodeResponse, toNodeHandler } from './handler/node-handler.js';
export type { HandlerOptions, LinkContent, LinkDesk, LinkEvent } from './handler/options.js';
export type { OpenerModule, Opening, ProofFacts } from './opening-page/opener.js';
