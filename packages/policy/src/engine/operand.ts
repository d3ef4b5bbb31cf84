import type { Parameter, PolicyDocument } from '../document.js';
import type { Code } from './compile.js';
import { NONE, type Slot, slots, type Value } from './facts.js';
import { instant, UNIT_MS } from './time.js';

/** What conditions of one document may refer to. */
export interface Vocabulary {
  readonly slots: ReadonlyMap<string, Slot>;
  readonly parameters: Readonly<Record<string, Parameter>>;
  /** What was compiled so far, by its text. */
  readonly codes: Map<string, Code>;
}

/** What conditions of a document may refer to. */
export function vocabularyOf({
  attributes,
  parameters,
}: Pick<PolicyDocument, 'attributes' | 'parameters'>): Vocabulary {
  return { slots: slots(attributes), parameters, codes: new Map() };
}

/** A fact by its name. Only a document that nobody checked can name one that there is not. */
export function slotOf(name: string, { slots }: Vocabulary): Slot {
  const slot = slots.get(name);
  if (slot === undefined) throw new TypeError(`no attribute \`${name}\``);
  return slot;
}

/** The only key of an object. A second key would be a condition that is silently left out. */
export function onlyKey(value: unknown): string {
  const keys = Object.keys(value as object);
  if (keys.length !== 1) throw new TypeError('expected exactly one key');
  return keys[0]!;
}

/** A whole number, given or taken from a parameter. */
export function integer(value: unknown, { parameters }: Vocabulary): number {
  return typeof value === 'number' ? value : parameters[(value as { parameter: string }).parameter]!.value;
}

/** A whole number, a parameter, or a duration as its number of seconds. */
export function amount(value: unknown, vocabulary: Vocabulary): number {
  const isDuration = typeof value === 'object' && onlyKey(value) !== 'parameter';
  return isDuration ? duration(value, vocabulary) / 1_000 : integer(value, vocabulary);
}

/** A duration in ms. */
export function duration(value: unknown, vocabulary: Vocabulary): number {
  const unit = onlyKey(value);
  return UNIT_MS.get(unit)! * integer((value as Record<string, unknown>)[unit], vocabulary);
}

/** A constant as the slot's values are compared. */
export function constant(value: unknown, { declaration, kind }: Slot, vocabulary: Vocabulary): Value {
  if (value === 'none' && declaration.none === true) return NONE;
  if (kind === 'integer') return integer(value, vocabulary);
  return kind === 'time' ? instant(value as string)! : (value as string | boolean);
}
