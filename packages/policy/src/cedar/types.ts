import type { Slot } from '../engine/facts.js';

/** What the members of a set are in Cedar. */
export function membersOf({ attribute, declaration }: Slot): 'String' | 'Bool' {
  const field = declaration.fields?.[attribute.slice(attribute.lastIndexOf('.') + 1)];
  return field?.type === 'boolean' ? 'Bool' : 'String';
}

/** What a fact is in Cedar: times are ms since 1970, of a text only what it says is counted, an address is not carried. */
export function typeOf(slot: Slot): string | undefined {
  switch (slot.kind) {
    case 'address':
      return undefined;
    case 'set':
      return `Set<${membersOf(slot)}>`;
    case 'boolean':
      return 'Bool';
    case 'string':
      return 'String';
    default:
      return 'Long';
  }
}
