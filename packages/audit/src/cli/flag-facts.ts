import { type JsonObject, type JsonValue, UsageError } from '@wardseal/primitives/cli';
import type { FlagFacts, FlagParameters } from '../report/flags/flag-rules.js';
import type { Shift } from '../report/flags/out-of-hours.js';
import { moment } from './times.js';

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function wrong(name: string, shape: string): UsageError {
  return new UsageError(`facts: \`${name}\` must be ${shape}`);
}

function texts(value: JsonValue, name: string): Set<string> {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) throw wrong(name, 'a list of texts');
  return new Set(value as readonly string[]);
}

function map<T>(value: JsonValue, name: string, read: (value: JsonValue) => T): Map<string, T> {
  if (!isObject(value)) throw wrong(name, 'an object');
  return new Map(Object.entries(value).map(([key, one]) => [key, read(one)]));
}

function text(value: JsonValue, name: string): string {
  if (typeof value !== 'string') throw wrong(name, 'of texts');
  return value;
}

function shifts(value: JsonValue): readonly Shift[] {
  if (!Array.isArray(value)) throw wrong('rota', 'lists of {"from","until"}');
  return value.map((shift: JsonValue) => {
    if (!isObject(shift)) throw wrong('rota', 'lists of {"from","until"}');
    return {
      from: moment(text(shift['from']!, 'rota'), 'facts'),
      until: moment(text(shift['until']!, 'rota'), 'facts'),
    };
  });
}

/** Minutes from place to place, the same both ways. */
function travel(value: JsonValue): NonNullable<FlagFacts['travel']> {
  const table = map(value, 'travel', (row) => map(row, 'travel', Number));
  return (one, other) => table.get(one)?.get(other) ?? table.get(other)?.get(one);
}

const READERS: { readonly [Name in keyof FlagFacts]?: (value: JsonValue) => FlagFacts[Name] } = {
  ownHandles: (value) => map(value, 'ownHandles', (one) => text(one, 'ownHandles')),
  staffHandles: (value) => texts(value, 'staffHandles'),
  watchList: (value) => texts(value, 'watchList'),
  rota: (value) => map(value, 'rota', shifts),
  bankHolidays: (value) => texts(value, 'bankHolidays'),
  leavers: (value) => map(value, 'leavers', (one) => moment(text(one, 'leavers'), 'facts')),
  travel,
};

/** What the trust knows and the log does not, from JSON: lists and objects where the package wants sets and maps. */
export function factsIn(file: JsonObject): FlagFacts {
  const facts: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(file)) {
    const read = Object.hasOwn(READERS, name) ? READERS[name as keyof FlagFacts] : undefined;
    if (read === undefined) throw new UsageError(`facts: unknown member \`${name}\``);
    facts[name] = read(value);
  }
  return facts as FlagFacts;
}

/** Figures of the rules: the package refuses what it does not know. */
export function parametersIn(file: JsonObject): FlagParameters {
  return file as unknown as FlagParameters;
}
