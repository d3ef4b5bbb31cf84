export { type RenderOptions, render } from './render.js';
export { renderAssessment } from './render-assessment.js';
export { renderChange } from './render-change.js';
export { renderPaper } from './render-paper.js';
export { type Matrix, type MatrixCell, toMatrix, type Way } from './to-matrix.js';
