import { describe, it } from 'vitest';
import { raced } from '../support/race.js';

describe('two processes that race for a log', () => {
  it('1,000 times fork nothing', () => raced(500), 1_200_000);
});
