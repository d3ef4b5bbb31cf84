import { readFile } from 'node:fs/promises';
import { bareRealm } from '@wardseal/testkit/node';
import { describe, expect, it } from 'vitest';
import { EVENT_MAP } from '../../src/export/event-map.js';
import vectors from '../../vectors/exports.json' with { type: 'json' };
import { entriesOf, OPTIONS } from '../support/export/entries.js';

const entry = new URL('../../dist/export.js', import.meta.url);
const source = (name: string) => new URL(`../../src/${name}`, import.meta.url);

describe('the entry for exports', () => {
  it('writes every format where there is the language and nothing else', async () => {
    const [opened] = await entriesOf([{}]);
    const input = { opened: opened!, options: OPTIONS };
    const lines = await bareRealm<typeof import('../../src/export.js')>(
      entry,
      async (api, given: typeof input) =>
        api.EXPORT_FORMATS.map((format) => api.exportLine(given.opened, format, given.options)),
      { input },
    );
    expect(lines).toHaveLength(Object.keys(vectors.vectors[0]!.exports).length);
  });

  it('imports nothing of Node', async () => {
    const seen = new Set<string>();
    const follow = async (url: URL): Promise<void> => {
      if (seen.has(url.href)) return;
      seen.add(url.href);
      const text = await readFile(url, 'utf8');
      expect(text, url.pathname).not.toMatch(/from 'node:/);
      for (const [, path] of text.matchAll(/(?:from|import) '(\.[^']+)\.js'/g))
        await follow(new URL(`${path}.ts`, url));
    };
    await follow(source('export.ts'));
    expect(seen.size).toBeGreaterThan(20);
  });
});

describe('docs/spec/export.md', () => {
  it('has the row of every type as the code has it', async () => {
    const text = await readFile(new URL('../../../../docs/spec/export.md', import.meta.url), 'utf8');
    for (const [type, { shape, dicom = '', lifecycle = '', ocsf, ecs, severity }] of Object.entries(EVENT_MAP))
      expect(text).toContain(
        `| \`${type}\` | ${shape} | ${dicom} | ${lifecycle} | ${ocsf.join(' ')} | ${ecs.join(' ')} | ${severity} |\n`,
      );
  });
});
