import { proveInvariants } from '../analyse/prove.js';
import type { Pack } from '../document.js';
import { PolicyError, step } from '../errors.js';
import { testPolicy } from '../test-policy.js';
import { earlier } from './shapes.js';

/** Throws `REVIEW_DATE_INVALID` unless the document says by when it must be looked at again, and that is to come. */
export function checkReviewDate({ document: { reviewBy } }: Pack, at: string): void {
  if (reviewBy === undefined || !earlier(at, reviewBy))
    throw new PolicyError('REVIEW_DATE_INVALID', '/reviewBy', 'a policy needs a date of review that is to come');
}

/** Throws `TESTS_FAILED` unless the document has examples and all of them come out as they say. */
function checkTests(pack: Pack): void {
  const results = testPolicy(pack);
  if (results.length === 0) throw new PolicyError('TESTS_FAILED', '/tests', 'a policy needs examples');
  const failed = results.findIndex(({ passed }) => !passed);
  if (failed >= 0) {
    const { name, differences } = results[failed]!;
    throw new PolicyError('TESTS_FAILED', step('/tests', failed), `\`${name}\`: ${differences.join('; ')}`);
  }
}

/**
 * Everything a version must be before it comes into force; paths point into the document. Throws `NOT_YET_EFFECTIVE`,
 * `REVIEW_DATE_INVALID`, `TESTS_FAILED`, `INVARIANT_BROKEN`, `ANALYSIS_TOO_LARGE`.
 */
export function checkReady(pack: Pack, at: string): void {
  const { effectiveFrom } = pack.document;
  if (effectiveFrom !== undefined && earlier(at, effectiveFrom))
    throw new PolicyError('NOT_YET_EFFECTIVE', '/effectiveFrom', 'its time has not come');
  checkReviewDate(pack, at);
  checkTests(pack);
  proveInvariants(pack);
}
