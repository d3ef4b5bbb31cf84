import { afterEach, describe, expect, it } from 'vitest';
import { decodeArmor, encodeArmor } from '../../src/index.js';
import { forceBackend } from '../../src/testing.js';
import {
  bytesNearEdges,
  NOTHING,
  openRanged,
  openStreamed,
  openWhole,
  pieces,
  type Vector,
  vectors,
  wanted,
} from './cctv-vectors.js';

afterEach(() => forceBackend());

const named = vectors.map((vector): [string, Vector] => [vector.name, vector]);

describe('CCTV age vectors', () => {
  it('are all 143 there', () => {
    expect(vectors).toHaveLength(143);
    expect(vectors.filter((vector) => vector.expect === 'success')).toHaveLength(26);
    expect(vectors.filter((vector) => wanted(vector).released !== NOTHING).length).toBeGreaterThan(30);
  });

  describe.each(['node', 'webcrypto', 'noble'] as const)('on %s', (backend) => {
    it.each(named)('%s whole', async (_, vector) => {
      forceBackend(backend);
      const { outcome, released } = await openWhole(vector);
      const { codes, released: digest } = wanted(vector);
      expect(codes).toContain(outcome);
      expect(released).toBe(outcome === 'success' ? digest : NOTHING); // whole files are all or nothing
    });

    it.each(named)('%s streamed', async (_, vector) => {
      forceBackend(backend);
      const { outcome, released } = await openStreamed(vector, (file) => pieces(file, 50_021));
      const { codes, released: digest } = wanted(vector);
      expect(codes).toContain(outcome);
      expect(released).toBe(digest);
    });

    it.each(named)('%s byte by byte', async (_, vector) => {
      forceBackend(backend);
      const { outcome, released } = await openStreamed(vector, bytesNearEdges);
      const { codes, released: digest } = wanted(vector);
      expect(codes).toContain(outcome);
      expect(released).toBe(digest);
    });

    it.each(named)('%s as a range', async (_, vector) => {
      forceBackend(backend);
      const { outcome, released } = await openRanged(vector);
      const { codes, released: digest } = wanted(vector);
      expect(codes).toContain(outcome);
      expect(released).toBe(outcome === 'success' ? digest : NOTHING);
    });
  });

  it('in armor come back the same when armored again', () => {
    const armored = vectors.filter((vector) => vector.fields.get('armored') === 'yes' && vector.expect === 'success');
    for (const { file } of armored) {
      const text = Buffer.from(file).toString().trim().replaceAll('\r\n', '\n');
      expect(encodeArmor(decodeArmor(file)).trim()).toBe(text);
    }
    expect(armored.length).toBeGreaterThan(5);
  });
});
