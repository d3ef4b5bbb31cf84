// Runs one program in a realm without a platform and sends its answer back: see src/bare-realm.ts.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { createContext, runInContext, SourceTextModule } from 'node:vm';

const realm = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
runInContext('for (const name of ["WebAssembly", "SharedArrayBuffer", "console"]) delete globalThis[name]', realm);

// Bytes and objects of this realm would fail `instanceof` over there, so they are made anew from the inside.
const bring = runInContext(
  `(function bring(value) {
    if (ArrayBuffer.isView(value)) return Uint8Array.from({ length: value.length }, (_, i) => value[i]);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return Array.from(value, bring);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, bring(inner)]));
  })`,
  realm,
);

const modules = new Map();
function load(url) {
  if (!url.startsWith('file:')) throw new Error(`${url} is not there`);
  let found = modules.get(url);
  if (found === undefined) {
    found = new SourceTextModule(readFileSync(new URL(url), 'utf8'), {
      identifier: url,
      context: realm,
      importModuleDynamically: (specifier) => ready(import.meta.resolve(specifier, url)),
    });
    modules.set(url, found);
  }
  return found;
}

// One promise a module: the same import() may run twice before the first is linked.
const evaluated = new Map();
function ready(url) {
  let found = evaluated.get(url);
  if (found === undefined) {
    found = (async () => {
      const module = load(url);
      await module.link((specifier, from) => load(import.meta.resolve(specifier, from.identifier)));
      await module.evaluate();
      return module;
    })();
    evaluated.set(url, found);
  }
  return found;
}

async function run({ entry, program, input }) {
  const module = await ready(pathToFileURL(entry).href);
  const tools = runInContext('(random) => ({ random })', realm)((length) => bring(randomBytes(length)));
  return runInContext(`(${program})`, realm)(module.namespace, bring(input), tools);
}

process.once('message', async (task) => {
  try {
    process.send({ value: await run(task) });
  } catch (error) {
    process.send({ error: String(error?.stack ?? error) });
  }
});
