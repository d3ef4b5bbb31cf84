import type { PolicyDocument } from '../document.js';
import { vocabularyOf } from '../engine/operand.js';
import { PolicyError, step } from '../errors.js';
import { checkCondition } from './condition.js';
import { checkObligations } from './obligations.js';
import { invalid } from './shape.js';

/** Refuses a document of the right shape that names what it does not declare, or whose emergency route is unsafe. */
export function checkDocument(document: PolicyDocument): void {
  checkAttributes(document);
  const { breakGlass } = document;
  const vocabulary = vocabularyOf(document);
  if (breakGlass !== undefined) {
    knownActions(document, breakGlass.actions, '/breakGlass/actions');
    checkObligations(breakGlass.obligations, vocabulary, '/breakGlass/obligations');
    for (const duty of ['notify', 'review'])
      if (!breakGlass.obligations.some(({ type }) => type === duty))
        throw new PolicyError(
          'BREAK_GLASS_UNSAFE',
          '/breakGlass/obligations',
          `breaking the glass must carry \`${duty}\``,
        );
    checkCondition(breakGlass.when, vocabulary, '/breakGlass/when');
  }
  const ids = new Set<string>();
  document.rules.forEach((rule, i) => {
    const path = step('/rules', i);
    unique(ids, rule.id, path);
    knownActions(document, rule.actions, step(path, 'actions'));
    checkCondition(rule.when, vocabulary, step(path, 'when'));
    if (rule.effect === 'permit') {
      checkObligations(rule.obligations, vocabulary, step(path, 'obligations'));
      if (rule.basis === 'break-glass') glassCovers(document, rule.actions, path);
    }
    knownSources(document, rule.requires, path);
  });
  document.invariants.forEach((invariant, i) => {
    const path = step('/invariants', i);
    unique(ids, invariant.id, path);
    const isNever = 'never' in invariant;
    const body = isNever ? invariant.never : invariant.carries;
    const at = step(path, isNever ? 'never' : 'carries');
    knownActions(document, body.actions, step(at, 'actions'));
    knownSources(document, invariant.requires, path);
    checkCondition(body.when, vocabulary, step(at, 'when'));
    if ('carries' in invariant) checkObligations(invariant.carries.obligations, vocabulary, step(at, 'obligations'));
  });
}

/** What one declaration must hold beside its own shape. */
function checkAttributes({ attributes }: PolicyDocument): void {
  for (const [attribute, { type, values, fields, min, max, source }] of Object.entries(attributes)) {
    const path = step('/attributes', attribute);
    const lists = type === 'enum' || type === 'fences';
    if (lists !== (values !== undefined) && type !== 'set')
      invalid(step(path, 'values'), 'an enum or fences, and beside them only a set, list their values');
    if ((type === 'list') !== (fields !== undefined))
      invalid(step(path, 'fields'), 'a list, and only a list, names its fields');
    if (source === 'clock' && type !== 'time') invalid(step(path, 'type'), 'a clock tells a time');
    if (min !== undefined && max !== undefined && min > max) invalid(step(path, 'max'), '`max` is below `min`');
    const parent = attribute.slice(0, attribute.lastIndexOf('.'));
    if (Object.hasOwn(attributes, parent)) invalid(path, `\`${parent}\` is a fact itself and can have no parts`);
  }
}

function glassCovers(document: PolicyDocument, actions: readonly string[], path: string): void {
  for (const action of actions)
    if (document.breakGlass?.actions.includes(action) !== true)
      throw new PolicyError(
        'BREAK_GLASS_UNSAFE',
        step(path, 'basis'),
        `\`${action}\` is no action for which the glass can be broken`,
      );
}

function knownActions(document: PolicyDocument, actions: readonly string[], path: string): void {
  actions.forEach((action, i) => {
    if (!document.actions.includes(action))
      throw new PolicyError('UNKNOWN_ACTION', step(path, i), `no action \`${action}\``);
  });
}

function knownSources({ sources }: PolicyDocument, requires: readonly string[] = [], path: string): void {
  requires.forEach((source, i) => {
    if (!Object.hasOwn(sources, source))
      throw new PolicyError('UNKNOWN_SOURCE', step(step(path, 'requires'), i), `no evidence source \`${source}\``);
  });
}

function unique(ids: Set<string>, id: string, path: string): void {
  if (ids.has(id)) throw new PolicyError('DUPLICATE_ID', step(path, 'id'), `\`${id}\` is there twice`);
  ids.add(id);
}
