import type { Witness } from '../errors.js';

// Fits a terminal of ordinary width.
const COLUMNS = 110;
const INDENT = ' '.repeat(12);

/** A witness, set in under the sentence that it bears out. */
export function witnessInWords({ request, now }: Witness): string[] {
  const lines = [`${INDENT}for example ${request.action.name} at ${now ?? 'an unknown moment'}:`];
  for (const fact of factsOf(request)) {
    const line = lines.at(-1)!;
    if (line.length + fact.length < COLUMNS) lines[lines.length - 1] = `${line} ${fact}`;
    else lines.push(`${INDENT}  ${fact}`);
  }
  return lines;
}

/** The facts of a request, as `subject.role=nurse`. */
function factsOf(request: object): string[] {
  const isHolder = (value: unknown): value is object =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
  const below = (path: string, value: unknown): string[] => {
    if (isHolder(value)) return Object.entries(value).flatMap(([name, part]) => below(`${path}.${name}`, part));
    return path === 'action.name' ? [] : [`${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
  };
  return Object.entries(request).flatMap(([name, section]) => (isHolder(section) ? below(name, section) : []));
}
