import { describe, it } from 'vitest';
import { runSequences } from '../support/life-model.js';

describe('a log', () => {
  it('does what a plain list does, through crashes and failures: 10,000 random lives', () =>
    runSequences(10_000, 20, 2));
});
