import type { Parameter } from '../document.js';
import { PolicyError, step } from '../errors.js';
import type { Slot, Value } from './facts.js';
import { NONE } from './facts.js';
import { instant, UNIT_MS } from './time.js';

/** What conditions of one document may refer to. */
export interface Vocabulary {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly parameters: Readonly<Record<string, Parameter>>;
}

/** The only key of an object with exactly one; refuses anything else. */
export function onlyKey(value: unknown, path: string): string {
  const keys = typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
  if (keys.length !== 1) throw new PolicyError('DOCUMENT_INVALID', path, 'expected an object with exactly one key');
  return keys[0]!;
}

/** A whole number, given or taken from a parameter. */
export function integer(value: unknown, vocabulary: Vocabulary, path: string): number {
  if (Number.isSafeInteger(value)) return value as number;
  if (typeof value !== 'object' || onlyKey(value, path) !== 'parameter')
    throw new PolicyError('VALUE_INVALID', path, 'expected a whole number or a parameter');
  const name: unknown = (value as { parameter: unknown }).parameter;
  if (typeof name !== 'string' || !Object.hasOwn(vocabulary.parameters, name))
    throw new PolicyError('UNKNOWN_PARAMETER', step(path, 'parameter'), `no parameter \`${String(name)}\``);
  return vocabulary.parameters[name]!.value;
}

/** A whole number, a parameter, or a duration as its number of seconds. */
export function amount(value: unknown, vocabulary: Vocabulary, path: string): number {
  const isDuration = typeof value === 'object' && value !== null && !Object.hasOwn(value, 'parameter');
  return isDuration ? duration(value, vocabulary, path) / UNIT_MS.get('seconds')! : integer(value, vocabulary, path);
}

/** A duration in ms. */
export function duration(value: unknown, vocabulary: Vocabulary, path: string): number {
  const unit = onlyKey(value, path);
  const ms = UNIT_MS.get(unit);
  if (ms === undefined) throw new PolicyError('VALUE_INVALID', path, `no unit of time \`${unit}\``);
  return ms * integer((value as Record<string, unknown>)[unit], vocabulary, step(path, unit));
}

/** A constant as the slot's values are compared: refuses one that no fact could ever equal. */
export function constant(value: unknown, slot: Slot, vocabulary: Vocabulary, path: string): Value {
  const { declaration, kind } = slot;
  if (value === 'none' && declaration.none === true) return NONE;
  const refuse = (): never => {
    throw new PolicyError('VALUE_INVALID', path, `not a value of \`${slot.attribute}\``);
  };
  switch (kind) {
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse();
    case 'integer': {
      const number = integer(value, vocabulary, path);
      return number >= (declaration.min ?? number) && number <= (declaration.max ?? number) ? number : refuse();
    }
    case 'time':
      return typeof value === 'string' ? (instant(value) ?? refuse()) : refuse();
    case 'string':
      if (typeof value !== 'string' || value === '') return refuse();
      if (declaration.values !== undefined) return declaration.values.includes(value) ? value : refuse();
      return value === 'none' ? refuse() : value;
    default:
      throw new PolicyError('OPERATOR_MISMATCH', path, `\`${slot.attribute}\` has no single value to compare`);
  }
}

/** A member that a set may hold. */
export function member(value: unknown, slot: Slot, path: string): string | boolean {
  const field = slot.declaration.fields?.[slot.attribute.slice(slot.attribute.lastIndexOf('.') + 1)];
  const { type, values } = field ?? { type: 'set', values: slot.declaration.values };
  const fits =
    type === 'boolean' ? typeof value === 'boolean' : typeof value === 'string' && value !== '' && value !== 'none';
  if (!fits || (values !== undefined && !values.includes(value as string)))
    throw new PolicyError('VALUE_INVALID', path, `not a member of \`${slot.attribute}\``);
  return value as string | boolean;
}
