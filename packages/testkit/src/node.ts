export { type CaseResult, type CompareOptions, type Comparison, compare } from './compare.js';
