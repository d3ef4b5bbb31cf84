import { own } from '../engine/facts.js';
import { type Claims, optionalText, optionalTexts, refuse } from './read.js';
import type { Assurance, Note, Provenance } from './sign-in.js';

/** What the values of a provider's claims say of a sign-in. A value that is not listed says nothing. */
export interface AssuranceMapping extends Provenance {
  /** By value of `acr`. */
  readonly acr?: Readonly<Record<string, Assurance>>;
  /** By value of `acr` that promises a level without saying which it was: counts only where nothing else speaks. */
  readonly acrAtLeast?: Readonly<Record<string, Assurance>>;
  /** By member of `amr`: methods are used together, so the strongest of those listed counts. */
  readonly amr?: Readonly<Record<string, Assurance>>;
  /** By member of `acrs`, Entra's authentication contexts: the strongest of those listed counts. */
  readonly acrs?: Readonly<Record<string, Assurance>>;
}

/** Ensures that a mapping holds levels only. TypeError or RangeError otherwise. */
export function checkAssuranceMapping(mapping: AssuranceMapping): void {
  const tables = [mapping?.acr, mapping?.acrAtLeast, mapping?.amr, mapping?.acrs].filter(
    (table) => table !== undefined,
  );
  if (tables.length === 0) throw new TypeError('`assurance` must map `acr`, `acrAtLeast`, `amr` or `acrs`');
  for (const level of tables.flatMap((table) => Object.values(table)))
    if (![1, 2, 3].includes(level)) throw new RangeError('a level of assurance is 1, 2 or 3');
}

/**
 * The level of a sign-in. Where several claims speak, the lowest counts; where none does, nobody is let in.
 *
 * @param stated levels that the provider says outright.
 */
export function assuranceOf(
  claims: Claims,
  mapping: AssuranceMapping,
  stated: readonly Assurance[] = [],
): { readonly level: Assurance; readonly notes: readonly Note[] } {
  const said: Assurance[] = [...stated];
  let unmapped = 0;
  const listen = (table: Readonly<Record<string, Assurance>> | undefined, values: readonly string[]): void => {
    const levels = values.map((value) => own(table, value)).filter((level) => level !== undefined) as Assurance[];
    if (levels.length > 0) said.push(Math.max(...levels) as Assurance);
    else if (table !== undefined && values.length > 0) unmapped += 1;
  };
  const acr = optionalText(claims, 'acr', '/idToken');
  const floor = acr === undefined ? undefined : (own(mapping.acrAtLeast, acr) as Assurance | undefined);
  if (floor === undefined) listen(mapping.acr, acr === undefined ? [] : [acr]);
  listen(mapping.amr, optionalTexts(claims, 'amr', '/idToken') ?? []);
  if (mapping.acrs !== undefined) listen(mapping.acrs, optionalTexts(claims, 'acrs', '/idToken') ?? []);
  // What others say above a promise keeps it; below, it is broken, and they count as the lowest.
  if (floor !== undefined && said.every((level) => level < floor)) said.push(floor);
  if (said.length === 0) refuse('ASSURANCE_UNKNOWN', '/idToken', 'no claim says how strong the sign-in was');

  const notes: Note[] = [];
  if (new Set(said).size > 1)
    notes.push({ code: 'ASSURANCE_DISAGREES', text: 'claims speak of different levels of sign-in: the lowest counts' });
  if (unmapped > 0)
    notes.push({ code: 'ASSURANCE_UNMAPPED', text: 'a claim about the sign-in holds nothing the mapping lists' });
  if (!mapping.confirmed && said.length > stated.length)
    notes.push({
      code: 'ASSURANCE_UNCONFIRMED',
      text: 'the mapping of sign-in levels is to be confirmed by the trust',
    });
  return { level: Math.min(...said) as Assurance, notes };
}
