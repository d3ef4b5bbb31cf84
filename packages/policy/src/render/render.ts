import { type Html, html, htmlPage } from '@wardseal/primitives';
import { analyse } from '../analyse/analyse.js';
import type { Proof } from '../analyse/prove.js';
import type { Pack } from '../document.js';
import { enforced } from '../enforced.js';
import { PolicyError } from '../errors.js';
import { inForce } from '../governance/in-force.js';
import { presentOf } from '../governance/moments.js';
import type { Register } from '../governance/register.js';
import { loadPolicy } from '../load.js';
import { type TestResult, testPolicy } from '../test-policy.js';
import { changeHtml } from './change-html.js';
import { examples, parameters, promises } from './evidence-html.js';
import { type About, facts, isOverdue } from './header-html.js';
import { matrixTable } from './matrix-html.js';
import { emergency, notEnforced, permits, prohibitions } from './rules-html.js';
import { signatures } from './signatures-html.js';
import { pageStyle } from './style.js';
import { textChangesHtml } from './text-changes-html.js';
import { toMatrix } from './to-matrix.js';

/** What the page says beside the policy itself. */
export interface RenderOptions {
  /** The moment of printing, milliseconds since 1970: it says whether the review is overdue. */
  readonly now: number;
  /** Whose policy it is. */
  readonly organisation?: string;
  /** The heading; default the document's title. */
  readonly title?: string;
  /** The policy's register: its status, approvals and recorded change count. */
  readonly register?: Register;
  /** The version to compare with; default the one that `register` has in force. */
  readonly inForce?: Pack;
}

interface Section {
  readonly id: string;
  readonly heading: string;
  readonly body: Html;
}

/**
 * The policy as a page that a Caldicott Guardian or an information governance lead can read, print and sign: every rule in
 * plain English, who may do what as worked out from the whole, what was proved and what was not, what is not enforced, what
 * changes, and room for two signatures above the digest. One HTML file that runs nothing and loads nothing; every text of
 * the document is escaped. Same input, same page.
 *
 * @param pack - from `loadPolicy`.
 * @param options - what the page says beside the policy.
 * @throws RangeError when `now` is no moment, or the register is of another policy.
 * @throws PolicyError `REGISTER_INVALID`; as `createPdp`, when `loadPolicy` would have refused the document. A policy too large to analyse is
 * printed all the same, and the page says in red that nothing is proved.
 * @example
 * ```ts
 * await writeFile('policy.html', render(loadPolicy(nhs()), { now: Date.now(), organisation: 'Demo Trust' }));
 * ```
 */
export function render(pack: Pack, options: RenderOptions): string {
  const { document, digest } = pack;
  const { register, organisation } = options;
  const now = presentOf(options.now);
  if (register !== undefined && register.id !== document.id) throw new RangeError('the register is of another policy');
  const registered = register?.versions.find((each) => each.digest === digest);
  const about: About = { pack, registered, now };
  const proofs = unlessTooLarge(() => analyse(pack).prove());
  const results = testPolicy(pack);
  const title = options.title ?? document.title;
  const parts = sectionsOf(pack, { proofs, results, change: changeOf(pack, options, now) });
  const body = html`<header>${organisation === undefined ? null : html`<p class="quiet">${organisation}</p>`}<h1>${title}</h1>
<p class="lead">Version ${document.version}. Who may do what with clinical pictures here, and on what conditions.</p></header>
<main id="main"><section aria-labelledby="about"><h2 id="about">About this policy</h2>${facts(about)}</section>
${warnings(about, proofs, results, register)}${inShort(pack, proofs, results)}
<nav aria-label="Parts of this page"><ul>${parts.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>
${parts.map(
  ({ id, heading, body: content }) => html`<section aria-labelledby="${id}" class="${id}"><h2 id="${id}">${heading}</h2>
${content}</section>
`,
)}</main>
<footer><p class="quiet">This file is complete in itself. It loads nothing from anywhere and runs no program.</p></footer>`;
  return htmlPage({
    title: `${title}, version ${document.version}`,
    style: pageStyle(digest),
    skip: 'Skip to the policy',
    body,
  });
}

interface Evidence {
  readonly proofs: readonly Proof[] | null;
  readonly results: readonly TestResult[];
  readonly change: Html | null;
}

function sectionsOf(pack: Pack, { proofs, results, change }: Evidence): readonly Section[] {
  const { document } = pack;
  const matrix = unlessTooLarge(() => toMatrix(pack));
  return [
    ...(change === null ? [] : [{ id: 'changes', heading: 'What changes', body: change }]),
    { id: 'allowed', heading: 'What people may do', body: permits(document) },
    { id: 'emergency', heading: 'In an emergency', body: emergency(document) },
    { id: 'forbidden', heading: 'What nobody may do', body: prohibitions(document) },
    { id: 'not-enforced', heading: 'What is not enforced here', body: notEnforced(document) },
    {
      id: 'matrix',
      heading: 'Who may do what',
      body:
        matrix === null
          ? html`<p class="bad"><strong>Not worked out:</strong> the policy is too large to analyse.</p>`
          : matrixTable(matrix, pack),
    },
    { id: 'promises', heading: 'What is promised, and proved', body: promises(pack, proofs) },
    { id: 'numbers', heading: 'Numbers the trust may set', body: parameters(document) },
    { id: 'examples', heading: 'Examples', body: examples(results, document) },
    { id: 'signatures', heading: 'Signatures', body: signatures(pack) },
  ];
}

/** Null where the document takes too much to analyse: the page then says that nothing is proved. */
function unlessTooLarge<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof PolicyError && error.code === 'ANALYSIS_TOO_LARGE') return null;
    throw error;
  }
}

function changeOf(pack: Pack, options: RenderOptions, now: number): Html | null {
  const recorded = options.register?.versions.find(({ digest }) => digest === pack.digest)?.activated?.change;
  if (options.inForce === undefined && recorded !== undefined) return changeHtml(recorded);
  const before = options.inForce ?? packInForce(options.register, now);
  if (before === null) return null;
  const diff = unlessTooLarge(() => analyse(before).diff(pack));
  const from = html`<p>Compared with version ${before.document.version}, digest <code>${before.digest}</code>.</p>
${textChangesHtml(before.document, pack.document)}<h3>In the answers</h3>`;
  if (diff === null)
    return html`${from}<p class="bad"><strong>Not compared:</strong> the two versions are too large to analyse.</p>`;
  return html`${from}${changeHtml(diff)}`;
}

/** The version that the register has in force, its text read anew: a register's digests are only what it says. */
function packInForce(register: Register | undefined, now: number): Pack | null {
  const found = register === undefined ? null : inForce(register, now);
  if (found === null) return null;
  const pack = loadPolicy(found.document);
  if (pack.digest !== found.digest)
    throw new PolicyError('REGISTER_INVALID', '/versions', 'the text in force has another digest');
  return pack;
}

/** What a signer must not overlook. */
function warnings(
  about: About,
  proofs: Evidence['proofs'],
  results: Evidence['results'],
  register: Register | undefined,
): Html | null {
  const { document } = about.pack;
  const unproved = proofs?.filter(({ verdict }) => verdict !== 'proved' && verdict !== 'not-claimed').length;
  const failed = results.filter(({ passed }) => !passed).length;
  const lines = [
    ...(proofs === null ? ['Nothing is proved: the policy is too large to analyse. Do not sign it.'] : []),
    ...(unproved
      ? [`${unproved} of the promises of this policy ${unproved === 1 ? 'is' : 'are'} not proved. Do not sign it.`]
      : []),
    ...(failed > 0 ? [`${failed} of its examples ${failed === 1 ? 'comes' : 'come'} out wrong. Do not sign it.`] : []),
    ...(isOverdue(about) ? ['This policy is overdue for review. That warns, and never stops care.'] : []),
    ...(document.reviewBy === undefined ? ['It has no review date.'] : []),
    ...(register !== undefined && about.registered === undefined
      ? ['This text is not among the versions of the register.']
      : []),
  ];
  if (lines.length === 0) return null;
  return html`<div class="notice" role="note" aria-label="Before you sign"><p><strong>Before you sign</strong></p><ul>${lines.map((line) => html`<li class="bad">${line}</li>`)}</ul></div>`;
}

function inShort({ document }: Pack, proofs: Evidence['proofs'], results: Evidence['results']): Html {
  const active = enforced(document, document.rules);
  const count = (effect: string): number => active.filter((rule) => rule.effect === effect).length;
  const claimed = enforced(document, document.invariants).length;
  const proved = proofs?.filter(({ verdict }) => verdict === 'proved').length ?? 0;
  const passed = results.filter((each) => each.passed).length;
  const tiles = [
    [count('permit'), 'rules that allow'],
    [count('forbid'), 'prohibitions'],
    [document.rules.length - active.length, 'rules not enforced here'],
    [`${proved} of ${claimed}`, 'promises proved'],
    [`${passed} of ${results.length}`, 'examples come out right'],
  ] as const;
  return html`<ul class="tiles">${tiles.map(([figure, words]) => html`<li><strong>${figure}</strong> ${words}</li>`)}</ul>`;
}
