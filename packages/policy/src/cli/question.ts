import { type JsonObject, type Options, objectOf, UsageError } from '@wardseal/primitives/cli';
import type { PolicyDocument } from '../document.js';
import { notTyped } from './policy-file.js';

/** What is asked of a policy, and when. */
export const QUESTION = {
  request: {
    kind: 'object',
    value: 'FILE',
    help: 'the request, where it is not the second file',
  },
  at: { kind: 'text', value: 'TIME', help: 'decide as of then; now without it' },
} as const satisfies Options;

const SECTIONS = ['subject', 'action', 'resource', 'context'] as const;
// More than that is no slip of the pen.
const MAX_NOTES = 10;

/** The object of an option, of a file, or of stdin where neither is given. */
export async function given(
  option: string | JsonObject | undefined,
  path: string | undefined,
  what: string,
): Promise<JsonObject> {
  if (option !== undefined && path !== undefined) throw new UsageError(`${what} is given twice`);
  if (option === undefined) notTyped(path, what);
  return (await objectOf(option ?? path ?? '-', what))!;
}

/** A request, or an item of a batch, as the decision point reads it: what AuthZEN calls properties are facts. */
export function requestIn<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const sections = Object.entries(value).map(([name, section]) => {
    const isOne = (SECTIONS as readonly string[]).includes(name) && name !== 'context';
    const { properties, ...own } = (isOne && typeof section === 'object' && section) || {};
    const isAuthzen = typeof properties === 'object' && properties !== null && !Array.isArray(properties);
    // `type`, `id` and `name` are facts that no property can stand in for.
    return [name, isAuthzen ? { ...properties, ...own } : section];
  });
  return Object.fromEntries(sections) as T;
}

function objectAt(value: object, name: string): object {
  const part = Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
  return typeof part === 'object' && part !== null ? part : {};
}

/** What a request says that the policy does not read: a slip of the pen looks like a missing fact. */
export function notesOn(request: object, { actions, attributes }: PolicyDocument): readonly string[] {
  const notes: string[] = [];
  for (const name of Object.keys(request))
    if (!(SECTIONS as readonly string[]).includes(name)) notes.push(`not read: ${name} is no part of a request`);
  const action = (objectAt(request, 'action') as JsonObject)['name'];
  const said = (request as JsonObject)['action'];
  if (typeof said === 'string') notes.push(`the action is an object: "action":{"name":${JSON.stringify(said)}}`);
  else if (typeof action !== 'string') notes.push('the action is missing: "action":{"name":...}');
  else if (!actions.includes(action)) notes.push(`the policy has no action ${action}; it has ${actions.join(', ')}`);
  for (const section of SECTIONS) {
    const facts = objectAt(request, section);
    for (const [name, value] of Object.entries(facts))
      if (!(section === 'action' && name === 'name')) notes.push(...unread(`${section}.${name}`, value, attributes));
  }
  return notes.slice(0, MAX_NOTES);
}

function unread(path: string, value: unknown, attributes: PolicyDocument['attributes']): string[] {
  if (Object.hasOwn(attributes, path)) {
    const isClock = attributes[path]!.source === 'clock';
    return isClock ? [`not read: ${path}; give --at, the clock is not the request's to say`] : [];
  }
  const isHolder = Object.keys(attributes).some((name) => name.startsWith(`${path}.`));
  if (!isHolder) return [`not read: ${path} is no fact of this policy`];
  if (typeof value !== 'object' || value === null || path.split('.').length > 2) return [];
  return Object.entries(value).flatMap(([name, part]) => unread(`${path}.${name}`, part, attributes));
}
