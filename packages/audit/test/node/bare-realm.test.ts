import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bareRealm } from '@wardseal/testkit/node';
import { describe, expect, it } from 'vitest';
import { demoLogFolder } from '../support/damage.js';
import { inFolder } from '../support/folder.js';

const entry = new URL('../../dist/index.js', import.meta.url);

describe('the verifier', () => {
  it('runs where there is the language and nothing else', () =>
    inFolder(async (folder) => {
      const { receipt, vkey, nonce, event } = await demoLogFolder(folder);
      const input = { receipt, logKey: vkey, nonce, object: event.object!.id, actor: event.actor.id };
      const index = await bareRealm<typeof import('../../src/index.js')>(
        entry,
        async (api, given: typeof input) => {
          const facts = { ...given, headerDigest: null, type: null };
          return (await api.verifyReceipt(given.receipt, facts)).index;
        },
        { input },
      );
      expect(index).toBe(265);
    }));

  it('pulls nothing of Node into the browser', async () => {
    const seen = new Set<string>();
    const follow = async (name: string): Promise<void> => {
      if (seen.has(name)) return;
      seen.add(name);
      const text = await readFile(join(new URL('../../dist/', import.meta.url).pathname, name), 'utf8');
      expect(text).not.toMatch(/from ?["']node:|import\(["']node:|["']fs["']/);
      for (const match of text.matchAll(/from ?["']\.\/([^"']+)["']/g)) await follow(match[1]!);
    };
    await follow('index.js');
    expect(seen.size).toBeGreaterThan(0);
  });
});
