import { checkDocument } from './check/document.js';
import { checkShape } from './check/document-shape.js';
import { digestOf } from './digest.js';
import type { Pack } from './document.js';
import { PolicyError } from './errors.js';
import { parsed } from './json-text.js';
import { plain } from './plain.js';

/**
 * Reads and checks a policy document and gives it its digest. Nothing unknown passes: a rule with a field, attribute,
 * operator, action, value, obligation, parameter or evidence source that the document does not declare is refused, since
 * a rule that is silently left out is a hole.
 *
 * @param json - the document's text, or the parsed value.
 * @returns the pack: the document (a frozen copy) and its digest.
 * @throws PolicyError `DOCUMENT_TOO_LARGE` (over 1,000,000 characters or 100,000 values), `DOCUMENT_NOT_JSON`
 * (also when an object of the text has a member twice), `TOO_DEEP`, `UNSUPPORTED_FORMAT`, `UNKNOWN_FIELD`, `DOCUMENT_INVALID`, `UNKNOWN_ATTRIBUTE`, `UNKNOWN_OPERATOR`,
 * `UNKNOWN_ACTION`, `UNKNOWN_OBLIGATION`, `UNKNOWN_PARAMETER`, `UNKNOWN_SOURCE`, `OPERATOR_MISMATCH`, `VALUE_INVALID`,
 * `DUPLICATE_ID`, `BREAK_GLASS_UNSAFE`; `path` points to the place.
 * @example
 * ```ts
 * const pack = loadPolicy(await readFile('policy.json', 'utf8'));
 * ```
 */
export function loadPolicy(json: unknown): Pack {
  const copy: unknown = plain(parsed(json));
  const format: unknown = (copy as { format?: unknown } | null)?.format;
  if (typeof format === 'string' && format !== 'policy/0')
    throw new PolicyError('UNSUPPORTED_FORMAT', '/format', 'expected `policy/0`');
  checkShape(copy);
  checkDocument(copy);
  const { status: _status, approvals: _approvals, ...signed } = copy;
  return Object.freeze({ document: copy, digest: digestOf(signed) });
}
