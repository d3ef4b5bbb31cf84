import type { EvidenceSource, Parameter, PolicyDocument } from '../../document.js';
import { BREAK_GLASS } from './care.js';
import { examples } from './examples.js';
import { INVARIANTS } from './invariants.js';
import { PERMITS } from './permits.js';
import { HOME, prohibitionsOfItems } from './prohibitions-items.js';
import { PROHIBITIONS_OF_PEOPLE } from './prohibitions-people.js';
import { prohibitionsOfSending } from './prohibitions-sending.js';
import { ACTIONS, ATTRIBUTES, type NhsParameter, type NhsSource, PARAMETERS, SOURCES } from './vocabulary.js';

export type { NhsParameter, NhsSource };

/** Kinds of item that are copies of what the record holds: denied unless a trust permits them. */
export type NhsCopy = 'screenshot' | 'document';
const COPIES: readonly NhsCopy[] = ['screenshot', 'document'];

/** What a trust says about itself; nothing else needs changing to begin. */
export interface NhsOptions {
  /** Numbers that differ from the defaults; the loader refuses one outside its range. */
  readonly parameters?: Partial<Readonly<Record<NhsParameter, number>>>;
  /** Evidence this trust has. Rules that need other evidence are not enforced, and every decision says so. */
  readonly configured?: readonly NhsSource[];
  /** Copies that may be sent all the same; default none. */
  readonly copies?: readonly NhsCopy[];
  /** Country codes (ISO 3166-1) from which the internet will do; default GB, GG, IM and JE. */
  readonly countries?: readonly string[];
}

/**
 * The first policy of an NHS trust for clinical pictures, as a draft to approve: a document for `loadPolicy`, with
 * its facts, rules, invariants and examples. Its thresholds are a starting point, not clinical or legal advice.
 *
 * @throws RangeError for a parameter, an evidence source or a kind of copy that this policy does not have, and for a
 * country that is not two capital letters.
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
  const { copies = [], countries = HOME } = options;
  for (const kind of copies) if (!COPIES.includes(kind)) throw new RangeError(`no kind of copy \`${kind}\``);
  if (countries.length === 0 || !countries.every((code) => /^[A-Z]{2}$/.test(code)))
    throw new RangeError('countries are codes of two capital letters, at least one');
  const denied = COPIES.filter((kind) => !copies.includes(kind));
  const document: PolicyDocument = {
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
    rules: [...PERMITS, ...PROHIBITIONS_OF_PEOPLE, ...prohibitionsOfSending(denied), ...prohibitionsOfItems(countries)],
    invariants: INVARIANTS,
    tests: examples(countries[0]!, denied, options.configured ?? []),
  };
  // Its parts are lists of this module: whoever changes a draft must not change the next one.
  return JSON.parse(JSON.stringify(document)) as PolicyDocument;
}
