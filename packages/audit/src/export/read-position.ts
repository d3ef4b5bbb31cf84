import { fromBase64, fromUtf8 } from '@wardseal/primitives';
import type { ExportFormat } from './format.js';

/** What a line of an export says of the entry that it copies; nothing of it is checked. */
export interface CopiedEntry {
  readonly origin: string;
  readonly index: number;
  /** RFC 6962 hash of the leaf, hex. */
  readonly leafHash: string;
  /** The event's id and type. */
  readonly id: string;
  readonly type: string;
}

type Found = Readonly<Record<keyof CopiedEntry, unknown>>;

/** Characters of a line that is looked at: four times the longest that any format writes. */
export const MAX_COPY = 131_072;

/** Reads the position out of a line, or null when it is not one of that format. */
export function readPosition(line: string, format: ExportFormat): CopiedEntry | null {
  if (line.length > MAX_COPY) return null;
  const found = READERS[format](line);
  const { origin, index: given, leafHash, id, type } = found ?? {};
  const index = typeof given === 'string' && /^(?:0|[1-9]\d{0,15})$/.test(given) ? Number(given) : given;
  if (typeof origin !== 'string' || typeof index !== 'number' || !Number.isSafeInteger(index) || index < 0) return null;
  if (typeof leafHash !== 'string' || !/^[0-9a-f]{64}$/.test(leafHash)) return null;
  return typeof id === 'string' && typeof type === 'string' ? { origin, index, leafHash, id, type } : null;
}

const READERS: Readonly<Record<ExportFormat, (line: string) => Found | null>> = {
  'fhir-r4': ofFhir,
  'fhir-r5': ofFhir,
  ocsf: (line) =>
    ofJson(line, (at) => ({
      origin: at('metadata', 'log_name'),
      index: at('metadata', 'sequence'),
      leafHash: at('unmapped', 'wardseal', 'leaf_hash'),
      id: at('metadata', 'uid'),
      type: at('metadata', 'event_code'),
    })),
  ecs: (line) =>
    ofJson(line, (at) => ({
      origin: at('event', 'provider'),
      index: at('event', 'sequence'),
      leafHash: at('event', 'hash'),
      id: at('event', 'id'),
      type: at('event', 'action'),
    })),
  otlp: (line) =>
    ofJson(line, (at) => {
      const list = at('resourceLogs', 0, 'scopeLogs', 0, 'logRecords', 0, 'attributes');
      const named = (key: string) => step(step(one(list, 'key', `wardseal.${key}`), 'value'), 'stringValue');
      const index = step(step(one(list, 'key', 'wardseal.index'), 'value'), 'intValue');
      return { origin: named('origin'), index, leafHash: named('leaf_hash'), id: named('event'), type: named('type') };
    }),
  // An equals sign, a quotation mark or a bracket inside a value is escaped, so none of these can stand in one.
  cef: (line) =>
    matched(line, (key) => new RegExp(`[ |]${key}=(\\S+)(?= |$)`, 'g'), {
      origin: 'cs1',
      index: 'cn1',
      leafHash: 'cs2',
      id: 'externalId',
      type: 'cat',
    }),
  syslog: (line) =>
    matched(line, (key) => new RegExp(` ${key}="([^"\\\\\\]]*)"`, 'g'), {
      origin: 'origin',
      index: 'index',
      leafHash: 'leaf_hash',
      id: 'event',
      type: 'type',
    }),
  atna: ofAtna,
};

function ofFhir(line: string): Found | null {
  return ofJson(line, (at) => {
    const parts = at('extension', 0, 'extension');
    const part = (url: string) => step(one(parts, 'url', url), 'valueString');
    const type = step(one(at('meta', 'tag'), 'system', 'https://wardseal.org/audit/v0/event-type'), 'code');
    return { origin: part('origin'), index: part('index'), leafHash: part('leafHash'), id: at('id'), type };
  });
}

function ofAtna(line: string): Found | null {
  const found = matched(
    line,
    (key) => new RegExp(`<ParticipantObjectDetail type="${key}" value="([A-Za-z0-9+/=]*)"/>`, 'g'),
    {
      origin: 'origin',
      index: 'index',
      leafHash: 'leafHash',
      id: 'event',
      type: 'type',
    },
  );
  const decoded = Object.entries(found).map(([name, value]) => [name, typeof value === 'string' ? text(value) : value]);
  const hash = /ParticipantObjectID="([0-9a-f]{64})"[^>]*><ParticipantObjectIDTypeCode csd-code="leaf-hash"/.exec(line);
  return { ...(Object.fromEntries(decoded) as Found), leafHash: hash?.[1] };
}

function text(base64: string): string | null {
  const data = fromBase64(base64);
  return data && fromUtf8(data);
}

/** One match each; two are as good as none. */
function matched(
  line: string,
  pattern: (key: string) => RegExp,
  keys: Readonly<Record<keyof CopiedEntry, string>>,
): Found {
  const only = (key: string): string | undefined => {
    const all = [...line.matchAll(pattern(key))];
    return all.length === 1 ? all[0]![1] : undefined;
  };
  return {
    origin: only(keys.origin),
    index: only(keys.index),
    leafHash: only(keys.leafHash),
    id: only(keys.id),
    type: only(keys.type),
  };
}

type At = (...path: readonly (string | number)[]) => unknown;

function ofJson(line: string, read: (at: At) => Found): Found | null {
  try {
    const value: unknown = JSON.parse(line);
    return read((...path) => path.reduce(step, value));
  } catch {
    return null;
  }
}

function step(value: unknown, name: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string | number, unknown>)[name]
    : undefined;
}

function one(list: unknown, key: string, wanted: string): unknown {
  return Array.isArray(list) ? list.find((part: unknown) => step(part, key) === wanted) : undefined;
}
