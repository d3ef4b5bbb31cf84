import type { AttributeDeclaration, FieldDeclaration } from '../document.js';
import { parseAddress } from '../place/cidr.js';
import { MAX_TEXT, substance } from './substance.js';
import { instant } from './time.js';

/** Longest identifier or enum value read, UTF-16 units: longer than any ODS code, UUID or URI in use. */
const MAX_STRING = 512;
/** Most members read from a set or list: a whole trust's on-call directory; more counts as no fact. */
const MAX_MEMBERS = 10_000;

/** There is none, and that is known. */
export const NONE: unique symbol = Symbol('none');
/** Nothing is known: absent, or outside the declared domain. */
export const MISSING: unique symbol = Symbol('missing');

/** A typed fact: string, integer, boolean (of a fence: inside), ms (time), count (text), or the members of a set. */
export type Value = string | number | boolean | readonly (string | boolean)[] | typeof NONE | typeof MISSING;

/** One request being decided. Each fact is read at most once, so a request cannot answer twice differently. */
export interface Frame {
  readonly subject: Facts;
  readonly action: Facts;
  readonly resource: Facts;
  readonly context: Facts;
  /** Typed facts by slot; undefined where not read yet. */
  readonly facts: (Value | undefined)[];
  /** Slots whose fact was there but outside its domain. */
  illTyped: Slot[] | undefined;
  readonly now: number | null;
}

/** One of the four sections of a request. */
export type Facts = Readonly<Record<string, unknown>>;

/** A fact a rule can ask about: where it lies and how it is typed. */
export interface Slot {
  readonly index: number;
  readonly attribute: string;
  readonly declaration: AttributeDeclaration;
  /** What its values are compared as. */
  readonly kind: 'string' | 'integer' | 'boolean' | 'time' | 'text' | 'set' | 'address';
  /** Every value it can have beside `NONE` and `MISSING`, where they can be listed. */
  readonly domain: readonly Value[] | undefined;
  readonly read: (frame: Frame) => Value;
}

type Typing = (raw: unknown) => Value;

const aString: Typing = (raw) =>
  typeof raw === 'string' && raw !== '' && raw !== 'none' && raw.length <= MAX_STRING ? raw : MISSING;
const aBoolean: Typing = (raw) => (typeof raw === 'boolean' ? raw : MISSING);

function anEnum(values: readonly string[]): Typing {
  const known = new Set<unknown>(values);
  return (raw) => (known.has(raw) ? (raw as string) : MISSING);
}

function members(each: Typing, min: number, max: number): Typing {
  return (raw) => {
    if (!Array.isArray(raw)) return MISSING;
    const length = raw.length;
    if (length < min || length > max) return MISSING;
    const out: (string | boolean)[] = [];
    for (let i = 0; i < length; i += 1) {
      const value = each(raw[i]);
      if (typeof value !== 'string' && typeof value !== 'boolean') return MISSING;
      out.push(value);
    }
    // One member said twice is one: two approvers are two people.
    return min > 1 && new Set(out).size < min ? MISSING : out;
  };
}

function typing(declared: AttributeDeclaration | FieldDeclaration): Typing {
  const { min, max } = { min: undefined, max: undefined, ...declared } as AttributeDeclaration;
  const text = declared.values === undefined ? aString : anEnum(declared.values);
  switch (declared.type) {
    case 'string':
    case 'enum':
      return text;
    case 'boolean':
      return aBoolean;
    case 'integer':
      return (raw) => {
        const fits = Number.isSafeInteger(raw) && (raw as number) >= (min ?? Number.NEGATIVE_INFINITY);
        return fits && (raw as number) <= (max ?? Number.POSITIVE_INFINITY) ? (raw as number) : MISSING;
      };
    case 'time':
      return (raw) => (typeof raw === 'string' ? (instant(raw) ?? MISSING) : MISSING);
    case 'address':
      return (raw) => (typeof raw === 'string' && parseAddress(raw) !== null ? raw : MISSING);
    case 'fences':
      return (raw) => (raw === 'inside' ? true : raw === 'outside' ? false : MISSING);
    case 'text':
      return (raw) => (typeof raw === 'string' && raw.length <= MAX_TEXT ? substance(raw) : MISSING);
    default:
      return members(text, min ?? 0, max ?? MAX_MEMBERS);
  }
}

/** A list seen through one field: the values that occur, or, for a field that is a set, the members that all share. */
function projection(list: AttributeDeclaration, name: string, field: FieldDeclaration): Typing {
  const each = typing(field);
  return (raw) => {
    if (!Array.isArray(raw)) return MISSING;
    const length = raw.length;
    if (length < (list.min ?? 0) || length > (list.max ?? MAX_MEMBERS)) return MISSING;
    let out: Set<string | boolean> | undefined;
    for (let i = 0; i < length; i += 1) {
      const value = each(own(raw[i], name));
      if (Array.isArray(value)) {
        const shared: Set<string | boolean> | undefined = out;
        out = new Set((value as (string | boolean)[]).filter((member) => shared === undefined || shared.has(member)));
      } else if (typeof value === 'string' || typeof value === 'boolean') {
        out ??= new Set();
        out.add(value);
      } else return MISSING;
    }
    return [...(out ?? [])];
  };
}

const { hasOwnProperty: hasOwn } = Object.prototype;

/** Twice as fast as `Object.hasOwn` in V8, and called for every fact. */
function has(holder: object, key: string): boolean {
  return hasOwn.call(holder, key);
}

/** An own property of a plain object or null-prototype record; undefined for everything else. */
export function own(holder: unknown, key: string): unknown {
  return isRecord(holder) && has(holder, key) ? holder[key] : undefined;
}

/** A section of a request. Throws where there is none. */
export function section(request: object, name: string): Facts {
  const value = has(request, name) && (request as Facts)[name];
  if (isRecord(value)) return value;
  throw new TypeError(`no ${name}`);
}

function isRecord(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Most values of an integer that are listed one by one: sign-in levels, not seconds. */
const MAX_LISTED = 64;

function listed({ type, values, min, max, source }: AttributeDeclaration): readonly Value[] | undefined {
  if (source === 'clock') return undefined;
  if (type === 'enum') return values;
  if (type === 'boolean' || type === 'fences') return [true, false];
  if (type !== 'integer' || min === undefined || max === undefined || max - min >= MAX_LISTED) return undefined;
  return Array.from({ length: max - min + 1 }, (_, i) => min + i);
}

/** Every fact that rules can ask about; a field of a list is `list.field`, a fence is `fences.fence`. */
export function slots(attributes: Readonly<Record<string, AttributeDeclaration>>): ReadonlyMap<string, Slot> {
  const out = new Map<string, Slot>();
  const add = (
    attribute: string,
    path: readonly string[],
    declaration: AttributeDeclaration,
    type: Typing,
    kind: Slot['kind'],
  ): void => {
    const domain = listed(declaration);
    out.set(attribute, reader({ index: out.size, attribute, declaration, kind, domain }, path, type));
  };
  for (const [attribute, declaration] of Object.entries(attributes)) {
    const path = attribute.split('.');
    const { type } = declaration;
    if (type === 'list') {
      for (const [name, field] of Object.entries(declaration.fields ?? {}))
        add(`${attribute}.${name}`, path, declaration, projection(declaration, name, field), 'set');
    } else if (type === 'fences') {
      for (const name of declaration.values ?? [])
        add(`${attribute}.${name}`, [...path, name], declaration, typing(declaration), 'boolean');
    } else add(attribute, path, declaration, typing(declaration), type === 'enum' ? 'string' : type);
  }
  return out;
}

/** What finding a fact takes: one shape for all, so that one piece of machine code reads them all. */
interface Place {
  readonly index: number;
  readonly section: string;
  readonly key: string;
  /** Where in the object at `key`, if not there itself. */
  readonly parts: readonly string[];
  readonly isClock: boolean;
  readonly isFence: boolean;
  /** Its values, where they can be listed; else each is typed. */
  readonly listed: ReadonlyMap<unknown, Value> | undefined;
  readonly type: Typing;
  readonly slot: Slot;
}

function reader(slot: Omit<Slot, 'read'>, path: readonly string[], type: Typing): Slot {
  const { index, declaration, domain } = slot;
  const { none, values, source } = declaration;
  const [section, key, ...parts] = path as [string, string, ...string[]];
  const isNone: readonly [unknown, Value] = ['none', none === true ? NONE : MISSING];
  const typed: Typing = values?.includes('none') === true ? type : (raw) => (raw === 'none' ? isNone[1] : type(raw));
  const isFence = declaration.type === 'fences';
  const listed =
    domain && !isFence
      ? new Map<unknown, Value>([isNone, ...domain.map((value) => [value, value] as const)])
      : undefined;
  const complete: Slot = { ...slot, read: (frame) => frame.facts[index] ?? find(place, frame) };
  const place: Place = {
    index,
    section,
    key,
    parts,
    isClock: source === 'clock',
    isFence,
    listed,
    type: typed,
    slot: complete,
  };
  return complete;
}

function find(place: Place, frame: Frame): Value {
  const value = place.isClock ? (frame.now ?? MISSING) : look(place, frame);
  frame.facts[place.index] = value;
  return value;
}

function look({ section, key, parts, isFence, listed, type, slot }: Place, frame: Frame): Value {
  const { subject, action, resource, context } = frame;
  const facts =
    section === 'subject' ? subject : section === 'resource' ? resource : section === 'context' ? context : action;
  if (!has(facts, key)) return MISSING;
  let raw = facts[key];
  // "none" said of a whole object ("no relationship") holds for each of its parts.
  for (let i = 0; i < parts.length && raw !== 'none'; i += 1) raw = own(raw, parts[i]!);
  // Of a fence, too near the edge or too old: known to be not known.
  if (raw === undefined || (isFence && raw === 'uncertain')) return MISSING;
  const value = listed === undefined ? type(raw) : (listed.get(raw) ?? MISSING);
  if (value === MISSING) {
    frame.illTyped ??= [];
    frame.illTyped.push(slot);
  }
  return value;
}
