import { type Html, html } from '@wardseal/primitives';
import type { ForbidRule, ObligationStatement, PermitRule, PolicyDocument, Rule } from '../document.js';
import { enforced, lacking } from '../enforced.js';
import { compileObligations } from '../engine/obligations.js';
import { vocabularyOf } from '../engine/operand.js';
import { actionInWords } from '../plain-english/action.js';
import { dutyInWords } from '../plain-english/duty.js';
import { listed } from '../plain-english/names.js';
import { conditionHtml, whoAndWhen } from './condition-html.js';
import { byDoing, byProtecting } from './groups.js';
import { capital } from './words.js';

/** Where the page shows a rule: ids are of the program's making, whatever the document calls the rule. */
export function anchorOf({ rules }: PolicyDocument, id: string): string {
  return `rule-${rules.findIndex((rule) => rule.id === id)}`;
}

/** A link to a rule, by its id. */
export function linkTo(document: PolicyDocument, id: string): Html {
  return html`<a class="id" href="#${anchorOf(document, id)}">${id}</a>`;
}

/** Everything that somebody may do without an emergency. */
export function permits(document: PolicyDocument): Html {
  const rules = enforcedOf(document, 'permit').filter(({ basis }) => basis !== 'break-glass');
  const allowed = new Set(
    enforced(document, document.rules).flatMap((rule) => (rule.effect === 'permit' ? rule.actions : [])),
  );
  const refused = document.actions.filter((action) => !allowed.has(action));
  return html`<p>Whatever no rule here allows is refused. So is whatever cannot be decided because something is not known.</p>
${byDoing(rules, ({ actions }) => actions[0] ?? '').map(
  ([heading, found]) => html`<h3>${heading}</h3>${found.map((rule) => article(rule, document))}`,
)}${
  refused.length === 0
    ? null
    : html`<p><strong>Refused to everybody, since no rule allows it:</strong> ${listed(refused.map(actionInWords), 'and')}.</p>`
}`;
}

/** Breaking the glass: when it counts, what follows, and what it opens. */
export function emergency(document: PolicyDocument): Html {
  const { breakGlass } = document;
  if (breakGlass === undefined) return html`<p>This policy knows no emergency: no rule gives way to one.</p>`;
  const opening = enforcedOf(document, 'permit').filter(({ basis }) => basis === 'break-glass');
  const waived = waivable(document).map(({ id }) => linkTo(document, id));
  return html`<div class="glass"><p>In an emergency a person may “break the glass”: say that it is one, and why, and go ahead. It is never free of consequences.</p>
<dl><dt>For what</dt><dd>${capital(listed(breakGlass.actions.map(actionInWords), 'or'))}</dd>
<dt>It counts when</dt><dd>${conditionHtml(breakGlass.when, document)}</dd>
<dt>What always follows</dt><dd>${duties(breakGlass.obligations, document)}</dd>
<dt>It sets aside</dt><dd>${waived.length === 0 ? 'no prohibition' : waived.map((link, i) => html`${i === 0 ? '' : ', '}${link}`)}</dd></dl>
${opening.length === 0 ? null : html`<h3>What it opens</h3>`}${opening.map((rule) => article(rule, document))}</div>`;
}

/** What nobody may do, whatever a rule above allows. */
export function prohibitions(document: PolicyDocument): Html {
  const rules = enforcedOf(document, 'forbid');
  if (rules.length === 0) return html`<p>This policy has no prohibition.</p>`;
  return html`<p>A prohibition is stronger than any rule that allows. When it is not known whether one applies, it applies.</p>
${byProtecting(rules).map(([heading, found]) => html`<h3>${heading}</h3>${found.map((rule) => article(rule, document))}`)}`;
}

/** Rules that lie still until the evidence they need is there. */
export function notEnforced(document: PolicyDocument): Html {
  const active = new Set<Rule>(enforced(document, document.rules));
  const still = document.rules.filter((rule) => !active.has(rule));
  if (still.length === 0) return html`<p>Every rule of this policy is enforced.</p>`;
  return html`<p>These rules are part of the policy, but <strong>nothing enforces them yet</strong>: the evidence they need is not configured. Every decision says so.</p>
<h3>Waiting for evidence</h3>
${still.map((rule) => article(rule, document))}`;
}

function enforcedOf<E extends Rule['effect']>(
  document: PolicyDocument,
  effect: E,
): readonly Extract<Rule, { effect: E }>[] {
  return enforced(document, document.rules).filter(
    (rule): rule is Extract<Rule, { effect: E }> => rule.effect === effect,
  );
}

function waivable(document: PolicyDocument): readonly ForbidRule[] {
  return enforcedOf(document, 'forbid').filter((rule) => givesWay(rule, document).length > 0);
}

/** The actions at which a prohibition gives way to an emergency. */
function givesWay({ strength, actions }: ForbidRule, { breakGlass }: PolicyDocument): readonly string[] {
  return strength === 'absolute' ? [] : actions.filter((action) => breakGlass?.actions.includes(action));
}

function article(rule: Rule, document: PolicyDocument): Html {
  const { id, title, rationale, source, actions } = rule;
  const { who, when } = whoAndWhen(rule.when, document);
  const missing = lacking(document, rule);
  const all = actions.length === document.actions.length;
  const what = capital(all ? 'anything' : listed(actions.map(actionInWords), 'or'));
  return html`<article id="${anchorOf(document, id)}" aria-labelledby="${anchorOf(document, id)}-title"><h4 id="${anchorOf(document, id)}-title"><span class="id">${id}</span> ${title}</h4>
${rule.effect === 'forbid' ? html`<p class="tags">${tag(rule, document)}</p>` : null}<dl><dt>${rule.effect === 'permit' ? 'Allows' : 'Stops'}</dt><dd>${what}</dd>
<dt>Who</dt><dd>${who}</dd><dt>When</dt><dd>${when}</dd>
${rule.effect === 'permit' ? html`<dt>Always with it</dt><dd>${duties((rule as PermitRule).obligations, document)}</dd>` : null}${
  missing.length === 0
    ? null
    : html`<dt>Needs</dt><dd>${missing.map((name) => html`<p><strong>${document.sources[name]?.title ?? name}</strong></p>`)}</dd>`
}<dt>Why</dt><dd>${rationale}</dd><dt>Source</dt><dd>${source}</dd></dl></article>
`;
}

function tag(rule: ForbidRule, document: PolicyDocument): Html {
  const waived = givesWay(rule, document);
  if (waived.length === 0) return html`<span class="tag">Also in an emergency</span>`;
  const only =
    waived.length === rule.actions.length ? '' : ` to ${listed(waived.map(actionInWords), 'or')}, and to nothing else`;
  return html`<span class="tag soft">Gives way to an emergency</span>${only}`;
}

/** Duties as the decision point combines and states them, parameters put in. */
function duties(stated: readonly ObligationStatement[] | undefined, document: PolicyDocument): Html {
  const compiled = compileObligations(stated, vocabularyOf(document));
  if (compiled.length === 0) return html`<p>Nothing.</p>`;
  return html`<ul>${compiled.map((duty) => html`<li>${dutyInWords(duty)}</li>`)}</ul>`;
}
