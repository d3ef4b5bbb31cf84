import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Other people's published vectors, as one file or one folder of them. */
export interface VectorSet {
  /** Path below VECTORS_DIR. */
  name: string;
  /** How many cases it is known to hold: said when they were not run, and to be checked when they were. */
  cases: number;
  available: boolean;
  /** For the test's name: what is run, or that it is not and why. */
  title: string;
  /** The parsed JSON of the file itself, or of one below the folder. */
  json: (file?: string) => unknown;
  /** Paths of all `.json` files below the folder, sorted. */
  files: () => string[];
}

function workspaceRoot(from: string): string {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, 'pnpm-workspace.yaml')) || at === dirname(at)) return at;
  }
}

/** The folder of published vectors: `VECTORS_DIR`, else `../shared/vectors` beside the workspace; undefined when absent. */
export function vectorsFolder(): string | undefined {
  const folder = process.env['VECTORS_DIR'] ?? join(workspaceRoot(process.cwd()), '..', 'shared', 'vectors');
  return existsSync(folder) ? folder : undefined;
}

function jsonFilesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.json') && statSync(join(folder, file)).isFile())
    .sort();
}

/**
 * Finds a set of published vectors that the repository does not hold. A missing set is announced at once, by name and
 * number of cases, and is to be handed to the test runner as skipped, so that it never counts as passed.
 *
 * @example
 * const set = vectorSet('wycheproof/testvectors_v1/x25519_test.json', 518);
 * test.skipIf(!set.available)(set.title, () => { run(set.json()); });
 */
export function vectorSet(name: string, cases: number): VectorSet {
  const root = vectorsFolder();
  const path = root === undefined ? undefined : join(root, name);
  const available = path !== undefined && existsSync(path);
  const why = root === undefined ? 'VECTORS_DIR names no folder' : 'not in VECTORS_DIR';
  const title = available ? `${name}: ${cases} cases` : `NOT RUN ${name}: ${cases} cases (${why})`;
  if (!available) console.warn(title);
  const found = (): string => {
    if (!available) throw new Error(title);
    return path;
  };
  return {
    name,
    cases,
    available,
    title,
    json: (file) => JSON.parse(readFileSync(file === undefined ? found() : join(found(), file), 'utf8')),
    files: () => jsonFilesBelow(found()),
  };
}
