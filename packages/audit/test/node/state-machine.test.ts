import { describe, it } from 'vitest';
import { runSequences } from '../support/life-model.js';

describe('a log', () => {
  it('does what a plain list does, through crashes and failures: 300 random lives', () => runSequences(300, 12, 1));
});
