import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { startPostgres } from '../support/postgres.js';

it("the README's example of PostgreSQL runs", async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, code] = /^```js\n(.*?)^```$/ms.exec(readme)!;
  const server = await startPostgres();
  // Inside the package, so that it is found under its own name.
  const path = fileURLToPath(new URL(`./readme-${process.pid}.tmp.mjs`, import.meta.url));
  try {
    await writeFile(path, code!);
    const env = { DATABASE_URL: server.connectionString(await server.createDatabase()) };
    expect(await promisify(execFile)(process.execPath, [path], { env })).toEqual({ stdout: '', stderr: '' });
  } finally {
    await rm(path, { force: true });
    await server.stop();
  }
});
