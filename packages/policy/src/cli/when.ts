import { jsonObject, UsageError } from '@wardseal/primitives/cli';
import type { Condition, Constant, PolicyDocument } from '../document.js';
import { PolicyError } from '../errors.js';

/** A condition from `--when`: each a condition in JSON, or `attribute=value` or `attribute!=value`; all of them hold. */
export function conditionOf(texts: readonly string[], document: PolicyDocument): Condition {
  return { all: texts.map((text) => one(text.trim(), document)) };
}

function one(text: string, { attributes }: PolicyDocument): Condition {
  if (text.startsWith('{')) {
    const condition = jsonObject(text);
    if (condition === null) throw new UsageError('--when is no condition in JSON');
    return condition as unknown as Condition;
  }
  const [, attribute, not, value] = /^([^=!\s]+)\s*(!?)=\s*(.*)$/.exec(text) ?? [];
  if (attribute === undefined || value === undefined || value === '')
    throw new UsageError(`--when takes FACT=VALUE, FACT!=VALUE or a condition in JSON, not ${text}`);
  const [holder, field] = split(attribute, attributes);
  const declared = Object.hasOwn(attributes, holder) ? attributes[holder] : undefined;
  if (declared === undefined)
    throw new UsageError(`the policy has no fact ${attribute}${nearest(attribute, attributes)}`);
  const isSet = declared.type === 'set' || field !== undefined;
  const constant = constantOf(value, field === undefined ? declared.type : declared.fields?.[field]?.type);
  const test = isSet && value !== 'none' ? { includes: constant } : { equals: constant };
  return { [attribute]: not === '!' ? { not: test } : test };
}

/** A field of a list is named behind it. */
function split(name: string, attributes: PolicyDocument['attributes']): readonly [string, string | undefined] {
  const parent = name.slice(0, Math.max(0, name.lastIndexOf('.')));
  const isField = Object.hasOwn(attributes, parent) && attributes[parent]!.fields !== undefined;
  return isField ? [parent, name.slice(parent.length + 1)] : [name, undefined];
}

function constantOf(text: string, type: string | undefined): Constant {
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return type === 'integer' && /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Facts that end as a mistaken one does. */
function nearest(name: string, attributes: PolicyDocument['attributes']): string {
  const last = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  const near = Object.keys(attributes).filter((each) => each.toLowerCase().endsWith(last));
  return near.length === 0 ? '' : `: is it ${near.slice(0, 3).join(' or ')}?`;
}

/** Runs an analysis: what the loader would say of a condition is the mistake of whoever gave `--when`. */
export function asked<T>(ask: () => T): T {
  try {
    return ask();
  } catch (error) {
    if (!(error instanceof PolicyError) || error.code === 'ANALYSIS_TOO_LARGE') throw error;
    throw new UsageError(`--when: ${error.message}`);
  }
}
