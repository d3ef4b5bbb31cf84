import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Hono } from 'hono';
import { APP_FOLDER } from '../paths.js';
import type { Env } from './env.js';
import { notFound } from './problem.js';

/** Names carry a digest of what is in them, so what was fetched once is good for ever. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** What pages load, as the build made it, and what each says on top. */
export interface Assets {
  readonly notice: string | null;
  /** The address of a file by its plain name, such as `app.js`; null when the build has none. */
  readonly address: (name: string) => string | null;
  /** Addresses that a script loads at once. */
  readonly preload: (name: string) => readonly string[];
  readonly routes: Hono<Env>;
}

interface Manifest {
  readonly names: Readonly<Record<string, string>>;
  readonly preload: Readonly<Record<string, readonly string[]>>;
}

/**
 * Reads all that pages load into memory: a name that is not there is not looked for on the disk.
 *
 * @throws Error when the client was not built
 */
export async function loadAssets(
  notice: string | null = null,
  folder: string = join(APP_FOLDER, 'dist/assets'),
): Promise<Assets> {
  const { names, preload } = JSON.parse(await readFile(join(folder, 'assets.json'), 'utf8')) as Manifest;
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of await readdir(folder)) files.set(name, new Uint8Array(await readFile(join(folder, name))));
  const routes = new Hono<Env>().get('/assets/:name', (c) => {
    const name = c.req.param('name');
    const type = TYPES[extname(name)];
    const plain = files.get(name);
    if (plain === undefined || type === undefined) throw notFound();
    const brotli = /\bbr\b/.test(c.req.header('accept-encoding') ?? '') ? files.get(`${name}.br`) : undefined;
    return c.body(brotli ?? plain, 200, {
      'content-type': type,
      'cache-control': FOR_EVER,
      vary: 'accept-encoding',
      ...(brotli && { 'content-encoding': 'br' }),
    });
  });
  const address = (file: string): string => `/assets/${file}`;
  return {
    notice,
    address: (name) => (Object.hasOwn(names, name) ? address(names[name] as string) : null),
    preload: (name) => (preload[name] ?? []).map(address),
    routes,
  };
}
