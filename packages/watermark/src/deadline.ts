import { WatermarkError } from './errors.js';

/**
 * A function that throws once a budget is spent.
 *
 * @throws {WatermarkError} BUDGET_EXCEEDED, from that function.
 * @throws {RangeError} the budget is not positive.
 */
export function deadline(started: number, budgetMs: number | undefined): () => void {
  if (budgetMs !== undefined && !(budgetMs > 0)) throw new RangeError('budgetMs must be a positive number');
  return () => {
    if (budgetMs !== undefined && Date.now() - started > budgetMs) {
      throw new WatermarkError('BUDGET_EXCEEDED', 'the time ran out before an answer', { limit: budgetMs });
    }
  };
}
