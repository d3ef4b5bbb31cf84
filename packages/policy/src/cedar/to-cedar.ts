import { testsOf } from '../condition.js';
import type { Pack, PolicyDocument, Rule } from '../document.js';
import { enforced } from '../enforced.js';
import { vocabularyOf } from '../engine/operand.js';
import { type Both, toExpressions } from './condition.js';
import { ANYWHERE, literal, NOW, noneOf, withinOf } from './names.js';
import { typeOf } from './types.js';

/** A policy for Cedar. */
export interface CedarExport {
  /** Cedar policies, one a rule (two where breaking the glass waives it for some of its actions), in the order of ids. */
  readonly policies: string;
  /** The schema that they and the context of `cedarRequests` keep, in Cedar's own syntax. */
  readonly schema: string;
}

/**
 * Writes a policy as Cedar policies with a schema, for a trust that prefers a Cedar service, and as the text that tests
 * hold against Cedar. A permit applies only when all it needs is known; a prohibition also when a fact that it needs is
 * missing: each attribute is guarded with `has`. Rules that are not enforced are left out.
 *
 * What Cedar cannot say is lost: duties are annotations, which Cedar ignores, and so `context.supportedObligations` has no
 * effect; reasons and missing facts are not told.
 *
 * @param pack - from `loadPolicy`.
 * @returns texts. Every fact is an optional attribute of the context, made by `cedarRequests`.
 * @see https://docs.cedarpolicy.com/policies/syntax-grammar.html
 * @example
 * ```ts
 * const { policies, schema } = toCedar(loadPolicy(nhs()));
 * ```
 */
export function toCedar({ document }: Pack): CedarExport {
  return { policies: policiesOf(document), schema: schemaOf(document) };
}

function policiesOf(document: PolicyDocument): string {
  const vocabulary = vocabularyOf(document);
  const { breakGlass } = document;
  const glass = breakGlass === undefined ? NEVER : toExpressions(breakGlass.when, vocabulary);
  const breakable = new Set(breakGlass?.actions);
  return [...enforced(document, document.rules)]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap((rule) => {
      const { yes, no } = toExpressions(rule.when, vocabulary);
      if (rule.effect === 'permit')
        return [policy(rule, rule.actions, rule.basis === 'break-glass' ? `${glass.yes} && ${yes}` : yes)];
      const waived =
        rule.strength === 'emergency-waivable' ? rule.actions.filter((action) => breakable.has(action)) : [];
      const plain = rule.actions.filter((action) => !waived.includes(action));
      // A prohibition applies unless it is known not to.
      return [
        ...(plain.length === 0 ? [] : [policy(rule, plain, `!${no}`)]),
        ...(waived.length === 0 ? [] : [policy(rule, waived, `!(${no} || ${glass.yes})`)]),
      ];
    })
    .join('\n');
}

const NEVER: Both = { yes: 'false', no: 'true' };

function policy(rule: Rule, actions: readonly string[], when: string): string {
  const annotations: Record<string, string> = { id: rule.id, title: rule.title, rationale: rule.rationale };
  if (rule.effect === 'permit' && rule.obligations !== undefined)
    annotations['obligations'] = JSON.stringify(rule.obligations);
  return [
    ...Object.entries(annotations).map(([name, text]) => `@${name}(${literal(text)})`),
    `${rule.effect} (principal, action in [${actions.map((action) => `Action::${literal(action)}`).join(', ')}], resource)`,
    `when { ${when} };\n`,
  ].join('\n');
}

function schemaOf(document: PolicyDocument): string {
  const vocabulary = vocabularyOf(document);
  const fields = new Map([[NOW, 'Long']]);
  for (const slot of vocabulary.slots.values()) {
    const type = typeOf(slot);
    if (type !== undefined) fields.set(slot.attribute, type);
    if (slot.declaration.none === true) fields.set(noneOf(slot.attribute), 'Bool');
  }
  for (const { attribute, blocks } of blocksOf(document)) fields.set(withinOf(attribute, blocks), 'Bool');
  const lines = [...fields].map(([name, type]) => `  ${literal(name)}?: ${type},`);
  const actions = document.actions.map((action) => literal(action)).join(', ');
  return [
    'entity Subject;',
    'entity Resource;',
    `type Facts = {\n${lines.join('\n')}\n};`,
    `action ${actions} appliesTo { principal: [Subject], resource: [Resource], context: Facts };\n`,
  ].join('\n');
}

/** Every list of blocks that a rule asks for, with the address it asks about; whether there is one is asked of all blocks. */
export function blocksOf(document: PolicyDocument): readonly { attribute: string; blocks: readonly string[] }[] {
  const { attributes, breakGlass } = document;
  return [...document.rules.map(({ when }) => when), ...(breakGlass === undefined ? [] : [breakGlass.when])]
    .flatMap(testsOf)
    .filter(({ attribute }) => attributes[attribute]?.type === 'address')
    .map(({ attribute, op, operand }) => ({ attribute, blocks: op === 'within' ? (operand as string[]) : ANYWHERE }));
}
