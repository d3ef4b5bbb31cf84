// Which entries a package has, read from its own `exports`, and which of them are for Node only.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readJson, root } from './lib.mjs';

// Node-only entries are listed by name: an entry that merely began to import node: must fail, not move over quietly.
const { nodeOnly } = readJson(join(root, 'scripts/entries.json'));

const IMPORT = /(?:^|[;\s])(?:import|export)\b[^'"():;]*?['"]([^'"\s]+)['"]/g;

/** Every entry of a package as {subpath, specifier, file, nodeOnly}; package.json and pages are files, not modules. */
export function entries(folder, manifest) {
  return Object.entries(manifest.exports)
    .filter(([subpath]) => !/\.(json|html)$/.test(subpath))
    .map(([subpath, target]) => ({
      subpath,
      specifier: manifest.name + subpath.slice(1),
      file: join(folder, target.default),
      types: join(folder, target.types),
      nodeOnly: nodeOnly.includes(subpath),
    }));
}

export const browserEntries = (folder, manifest) => entries(folder, manifest).filter((entry) => !entry.nodeOnly);

/** What a built module imports statically, itself and through its own files. */
export function staticImports(file, seen = new Map()) {
  if (seen.has(file)) return seen;
  const specifiers = [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, specifier]) => specifier);
  seen.set(file, specifiers);
  for (const specifier of specifiers) {
    const next = join(dirname(file), specifier);
    if (specifier.startsWith('.') && existsSync(next)) staticImports(next, seen);
  }
  return seen;
}
