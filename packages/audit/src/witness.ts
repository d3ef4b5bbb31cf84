export { fileWitnessState } from './witness/file-state.js';
export { type Handle, toNodeHandler } from './witness/node-handler.js';
export { type ServedWitness, type ServeWitnessOptions, serveWitness } from './witness/serve.js';
export { createWitness, type Witness, type WitnessOptions } from './witness/server.js';
export { memoryWitnessState, type WitnessState } from './witness/state.js';
