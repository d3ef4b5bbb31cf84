export { type Analysis, analyse } from './analyse/analyse.js';
export { MAX_NODES, MAX_STEPS } from './analyse/diagram.js';
export { type Change, type Diff, type Difference, MAX_DIFFERENCES } from './analyse/diff.js';
export { type Proof, proveInvariants } from './analyse/prove.js';
export type { Redundancy, RedundancyReport, RedundantRule } from './analyse/redundant.js';
export { MAX_COMBINATIONS, type WhoCan, type WhoCanAnswer, type WhoCanQuery } from './analyse/who-can.js';
export type { Witness } from './errors.js';
