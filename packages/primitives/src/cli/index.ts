export { secretLine } from './ask.js';
export {
  COMMON,
  type Command,
  command,
  type Options,
  OUTPUT,
  type Request,
  type Result,
  type Values,
} from './command.js';
export { readFull, syncFolder } from './disk.js';
export { type Failure, failureOf, jsonLine, looksSecret, TroubleError, UsageError, visible } from './failure.js';
export {
  type Input,
  type JsonObject,
  type JsonValue,
  jsonObject,
  named,
  objectOf,
  openInput,
  peek,
  readAll,
  readLines,
  readSmall,
  readText,
  streamOf,
  takeStdin,
} from './input.js';
export { removeWhenInterrupted } from './interrupt.js';
export { type Output, type Place, writeOutput } from './output.js';
export { type Program, runProgram } from './program.js';
export { counted, type Progress, progressLine } from './progress.js';
