import { canonicalJson } from '@wardseal/primitives';
import type { PolicyDocument } from './document.js';

/** A part of the document that is not what it was. */
export interface TextChange {
  readonly part: 'parameter' | 'source' | 'fact' | 'rule' | 'invariant' | 'example' | 'document';
  readonly id: string;
  /** `added`, `removed`, `changed`, or the two numbers of a parameter. */
  readonly change: string;
}

type Parts = Readonly<Record<string, unknown>>;

const MEMBERS = ['id', 'title', 'owner', 'effectiveFrom', 'reviewBy', 'actions', 'breakGlass'] as const;

/** What was added, removed or changed from one document to the other, whether or not it changes a decision. */
export function textChanges(before: PolicyDocument, after: PolicyDocument): readonly TextChange[] {
  const byId = (list: readonly { readonly id: string }[]): Parts =>
    Object.fromEntries(list.map((each) => [each.id, each]));
  const byName = (list: PolicyDocument['tests']): Parts => Object.fromEntries(list.map((each) => [each.name, each]));
  const members = (document: PolicyDocument): Parts =>
    Object.fromEntries(MEMBERS.filter((name) => document[name] !== undefined).map((name) => [name, document[name]]));
  return [
    ...compared('document', members(before), members(after)),
    ...compared('parameter', before.parameters, after.parameters, ({ value }: { value: number }) => value),
    ...compared('source', before.sources, after.sources, (each: { configured: boolean }) =>
      each.configured ? 'configured' : 'not configured',
    ),
    ...compared('fact', before.attributes, after.attributes),
    ...compared('rule', byId(before.rules), byId(after.rules)),
    ...compared('invariant', byId(before.invariants), byId(after.invariants)),
    ...compared('example', byName(before.tests), byName(after.tests)),
  ];
}

/** `short` is what a part comes down to, where that can be said. */
function compared(
  part: TextChange['part'],
  before: Parts,
  after: Parts,
  short?: (each: never) => unknown,
): readonly TextChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((id) => {
    const [was, is] = [before, after].map((parts) => (Object.hasOwn(parts, id) ? parts[id] : undefined));
    if (was === undefined) return [{ part, id, change: 'added' }];
    if (is === undefined) return [{ part, id, change: 'removed' }];
    if (canonicalJson({ part: was }) === canonicalJson({ part: is })) return [];
    const [from, to] = [short?.(was as never), short?.(is as never)];
    return [{ part, id, change: from === to ? 'changed' : `${from} became ${to}` }];
  });
}
