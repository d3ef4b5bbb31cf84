import { afterEach, describe, expect, it } from 'vitest';
import { forceBackend } from '../../src/testing.js';
import { openStreamed, pieces, type Vector, vectors, wanted } from '../node/cctv-vectors.js';

// Every byte of every vector by itself, also of those of 17 MB, of which the ordinary tests split only the edges.

afterEach(() => forceBackend());

describe.each(['node', 'webcrypto', 'noble'] as const)(
  'CCTV age vectors in streams of single bytes on %s',
  (backend) => {
    it.each(vectors.map((vector): [string, Vector] => [vector.name, vector]))('%s', async (_, vector) => {
      forceBackend(backend);
      const { outcome, released } = await openStreamed(vector, (file) => pieces(file, 1));
      const { codes, released: digest } = wanted(vector);
      expect(codes).toContain(outcome);
      expect(released).toBe(digest);
    });
  },
);
