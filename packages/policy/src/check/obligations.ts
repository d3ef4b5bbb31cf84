import type { ObligationStatement } from '../document.js';
import { type Joining, OBLIGATIONS } from '../engine/obligations.js';
import type { Vocabulary } from '../engine/operand.js';
import { PolicyError, step } from '../errors.js';
import { checkAmount } from './condition.js';
import { invalid } from './shape.js';

/** Refuses duties and properties that are not in the table of obligations. */
export function checkObligations(
  stated: readonly ObligationStatement[] | undefined,
  vocabulary: Vocabulary,
  path: string,
): void {
  (stated ?? []).forEach(({ type, properties = {} }, i) => {
    const at = step(path, i);
    if (!Object.hasOwn(OBLIGATIONS, type))
      throw new PolicyError('UNKNOWN_OBLIGATION', step(at, 'type'), `no obligation \`${type}\``);
    const known = OBLIGATIONS[type]!;
    const given = step(at, 'properties');
    for (const name of Object.keys(properties))
      if (!Object.hasOwn(known, name))
        throw new PolicyError('UNKNOWN_FIELD', step(given, name), `\`${type}\` has no property \`${name}\``);
    for (const [name, joining] of Object.entries(known)) {
      const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
      if (value !== undefined) checkProperty(value, joining, vocabulary, step(given, name));
      else if (typeof joining === 'string') invalid(given, `\`${type}\` needs \`${name}\``);
    }
  });
}

function checkProperty(value: unknown, joining: Joining, vocabulary: Vocabulary, path: string): void {
  const refuse = (expected: string): never => {
    throw new PolicyError('VALUE_INVALID', path, `expected ${expected}`);
  };
  if (typeof joining === 'object') {
    if (!joining.includes(value as string)) refuse(`one of ${joining.join(', ')}`);
  } else if (joining === 'union') {
    const isName = (name: unknown): boolean => typeof name === 'string' && name !== '';
    if (!Array.isArray(value) || value.length === 0 || !value.every(isName)) refuse('at least one name');
  } else if (joining !== 'least seconds' && typeof value === 'object' && !Object.hasOwn(value as object, 'parameter')) {
    refuse('a whole number or a parameter');
  } else if (checkAmount(value, vocabulary, path) < 1) refuse('a whole number above zero');
}
