import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import * as verify from '../../src/verify.js';

const ENTRY = fileURLToPath(new URL('../../dist/verify.js', import.meta.url));
const IMPORT = /(?:^|[;\s])(?:import|export)\b[^'"();]*?['"]([^'"]+)['"]/g;

/** Every module that loading a built file brings along. */
function loaded(file: string, seen = new Set<string>()): Set<string> {
  for (const [, name] of readFileSync(file, 'utf8').matchAll(IMPORT)) {
    const next = name!.startsWith('.') ? join(dirname(file), name!) : name!;
    if (seen.has(next)) continue;
    seen.add(next);
    if (name!.startsWith('.')) loaded(next, seen);
  }
  return seen;
}

describe('@wardseal/audit/verify', () => {
  it('loads no package and no module of Node', () => {
    const outside = [...loaded(ENTRY)].filter((name) => !name.startsWith('/'));
    expect(outside).toEqual([]);
  });

  it('says of every code whether it is an answer', () => {
    expect(verify.verdictOf('SIGNATURE_INVALID')).toBe('tampered');
    expect(verify.verdictOf('INCLUSION_INVALID')).toBe('tampered');
    for (const code of ['ORIGIN_MISMATCH', 'KEY_INVALID', 'QUORUM_MISSING', 'STORE_FAILED', 'POLICY_INVALID'] as const)
      expect(verify.verdictOf(code)).toBe('unknown');
  });
});
