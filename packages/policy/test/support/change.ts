/** A copy with the value at a JSON pointer set, or removed where the value is null. */
export function changed(document: unknown, pointer: string, value: unknown): unknown {
  const copy = structuredClone(document);
  const keys = pointer
    .slice(1)
    .split('/')
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop()!;
  const holder = keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], copy) as Record<
    string,
    unknown
  >;
  if (value === null) delete holder[last];
  else Object.defineProperty(holder, last, { value, enumerable: true, configurable: true, writable: true });
  return copy;
}

/** A copy with these members set, or removed where the value is null. */
export function withChange(document: object, change: object): unknown {
  const all = Object.entries({ ...document, ...change });
  return Object.fromEntries(all.filter(([, value]) => value !== null));
}
