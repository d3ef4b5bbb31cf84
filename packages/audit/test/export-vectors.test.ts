import { describe, expect, it } from 'vitest';
import { EXPORT_FORMATS, exportLine, type OpenedEntry, toFhir } from '../src/export.js';
import { decodeLeaf } from '../src/index.js';
import { decodeActorSide, type SubjectSide } from '../src/sides.js';
import file from '../vectors/exports.json' with { type: 'json' };
import { hexOf } from './support/events.js';
import { mth } from './support/model.js';

const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const { patient, ...rest } = file.options;
const options = { ...rest, patientOf: () => patient };

/** The entry as its vector tells it. */
function entryOf({ index, leaf, leafHash, actorSide, subject }: (typeof file.vectors)[number]): OpenedEntry {
  const data = bytes(leaf);
  const actor = actorSide === null ? null : decodeActorSide(bytes(actorSide));
  return {
    index,
    bytes: data,
    leafHash: bytes(leafHash),
    leaf: decodeLeaf(data),
    actor,
    opening: null,
    subject: subject as SubjectSide | null,
  };
}

describe('vectors/exports.json', () => {
  it.each(file.vectors)('$name', (vector) => {
    expect(Object.keys(vector.exports).sort()).toEqual([...EXPORT_FORMATS].sort());
    // One leaf is a tree, whose root is the leaf's hash.
    expect(hexOf(mth([bytes(vector.leaf)]))).toBe(vector.leafHash);
    const entry = entryOf(vector);
    for (const format of EXPORT_FORMATS)
      expect(exportLine(entry, format, options), format).toBe(vector.exports[format]);
  });

  const entry = entryOf(file.vectors[0]!);
  const { source } = file.options;
  it.each(file.mustFail.reference)('refuses %j as a reference to a patient', (reference) => {
    expect(() => toFhir(entry, 'R4', { ...options, patientOf: () => ({ reference }) })).toThrow(TypeError);
  });
  it.each(file.mustFail.origin)('refuses %j as an origin', (origin) => {
    expect(() => toFhir(entry, 'R4', { ...options, origin })).toThrow(TypeError);
  });
  it.each(file.mustFail.sourceId)('refuses %j as the name of a system', (id) => {
    expect(() => toFhir(entry, 'R4', { ...options, source: { ...source, id } })).toThrow(TypeError);
  });
  it.each(file.mustFail.sourceUrl)('refuses %j as the address of a system', (url) => {
    expect(() => toFhir(entry, 'R4', { ...options, source: { ...source, url } })).toThrow(TypeError);
  });
});
