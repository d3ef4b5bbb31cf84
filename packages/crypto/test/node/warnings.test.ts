import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';

const built = (name: string): string => JSON.stringify(new URL(`../../dist/${name}.js`, import.meta.url).href);

/** What a Node of its own prints on stderr while it generates keys, seals and opens with the built package. */
function printed(backend: 'node' | 'webcrypto'): string {
  const program = `
    import { capabilities, generateIdentity, generateSigningKey, open, seal } from ${built('index')};
    import { forceBackend } from ${built('testing')};
    ${backend === 'node' ? '' : `forceBackend('${backend}');`}
    const keys = await generateSigningKey();
    for (const kind of ['pq', 'classic']) {
      const { identity, recipient } = await generateIdentity({ kind });
      const entry = { person: 'p', organisation: 'o', recipient, signingKey: keys.publicKey, validFrom: 0, validTo: 2 ** 40 };
      const sealed = await seal(new Uint8Array(70_000), {
        recipients: [entry], guardians: { seats: [recipient], threshold: 1 }, sender: { keys, entry }, mode: kind,
        directory: 'unverified', mediaType: 'image/jpeg', case: 'c', labels: {},
      });
      await open(sealed.bytes, { identities: [identity], resolveSender: () => entry });
    }
    console.log((await capabilities()).backend);`;
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8', env: {} });
  expect(child.stdout, child.stderr).toBe(`${backend}\n`);
  return child.stderr;
}

it('prints nothing in Node', () => {
  expect(printed('node')).toBe('');
});

it('on WebCrypto prints what Node says of its experimental algorithms, and nothing else', () => {
  const lines = printed('webcrypto').split('\n');
  const other = lines.filter((line) => !/ExperimentalWarning: The \S+ Web Crypto API|--trace-warnings|^$/.test(line));
  expect(other).toEqual([]);
});
