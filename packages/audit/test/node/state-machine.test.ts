import { describe, it } from 'vitest';
import { runSequences } from '../support/life-model.js';

describe('a log', () => {
  it('does what a plain list does, through crashes and failures: 100 random lives', () => runSequences(100, 12, 1));
});
