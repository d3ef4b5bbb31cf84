import type { EvidenceSource, Parameter, PolicyDocument } from '../../document.js';
import { INVARIANTS } from './invariants.js';
import { BREAK_GLASS, PERMITS } from './permits.js';
import { PROHIBITIONS } from './prohibitions.js';
import { TESTS } from './tests.js';
import { ACTIONS, ATTRIBUTES, type NhsParameter, type NhsSource, PARAMETERS, SOURCES } from './vocabulary.js';

export type { NhsParameter, NhsSource };

/** What a trust says about itself; nothing else needs changing to begin. */
export interface NhsOptions {
  /** Numbers that differ from the defaults; the loader refuses one outside its range. */
  readonly parameters?: Partial<Readonly<Record<NhsParameter, number>>>;
  /** Evidence this trust has. Rules that need other evidence are not enforced, and every decision says so. */
  readonly configured?: readonly NhsSource[];
}

/**
 * The first policy of an NHS trust for clinical pictures, as a draft to approve: a document for `loadPolicy`, with
 * its facts, rules, invariants and examples. Its thresholds are a starting point, not clinical or legal advice.
 *
 * @throws RangeError for a parameter or an evidence source that this policy does not have.
 * @example
 * ```ts
 * const pack = loadPolicy(nhs({ parameters: { viewSignInHours: 12 }, configured: ['device-management'] }));
 * ```
 */
export function nhs(options: NhsOptions = {}): PolicyDocument {
  const parameters: Record<string, Parameter> = { ...PARAMETERS };
  for (const [name, value] of Object.entries(options.parameters ?? {})) {
    const parameter = Object.hasOwn(PARAMETERS, name) ? PARAMETERS[name as NhsParameter] : undefined;
    if (parameter === undefined) throw new RangeError(`no parameter \`${name}\``);
    parameters[name] = { ...parameter, value };
  }
  const sources: Record<string, EvidenceSource> = { ...SOURCES };
  for (const name of options.configured ?? []) {
    if (!Object.hasOwn(SOURCES, name)) throw new RangeError(`no evidence source \`${name}\``);
    sources[name] = { ...SOURCES[name], configured: true };
  }
  return {
    format: 'policy/0',
    id: 'default-nhs',
    version: 1,
    title: 'Sharing of clinical pictures, videos and messages',
    status: 'draft',
    owner: { role: 'caldicott-guardian' },
    actions: ACTIONS,
    attributes: ATTRIBUTES,
    parameters,
    sources,
    breakGlass: BREAK_GLASS,
    rules: [...PERMITS, ...PROHIBITIONS],
    invariants: INVARIANTS,
    tests: TESTS,
  };
}
