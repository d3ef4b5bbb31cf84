import { expect, test } from 'vitest';
import { analyse } from '../src/analyse.js';
import { loadPolicy, nameOfFact, type Pack, type PolicyDocument } from '../src/index.js';
import { nhs } from '../src/packs/nhs/index.js';
import { type RenderOptions, render, renderAssessment, renderChange, renderPaper } from '../src/render/index.js';
import { approved as assessed, draft as openAssessment } from './support/assessment.js';
import { costly } from './support/costly.js';
import { approved, inForceSince, packOf } from './support/governance.js';
import { forbid, permit, sample } from './support/sample.js';

const AT = '2026-03-02T12:00:00Z';
const NOW = Date.parse(AT);
const pack = loadPolicy(nhs());
const page = (document: PolicyDocument, options: Partial<RenderOptions> = {}): string =>
  render(loadPolicy(document), { now: NOW, ...options });

/** What a person reads, without markup and style. */
const textOf = (html: string): string =>
  html
    .replace(/<style>.*?<\/style>/s, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll(/\s+/g, ' ');
const nhsPage = render(pack, { now: NOW, organisation: 'Demo Trust' });
const nhsText = textOf(nhsPage);

test('every rule, promise, example, parameter and missing evidence of the NHS pack is on the page, once where it is told', () => {
  const { rules, invariants, tests, parameters, sources } = pack.document;
  for (const { id, title, rationale, source } of rules) {
    expect(nhsPage.match(new RegExp(`<h4 [^>]*><span class="id">${id}</span>`, 'g'))).toHaveLength(1);
    for (const words of [title, rationale, source]) expect(nhsText).toContain(words.replaceAll(/\s+/g, ' '));
  }
  for (const { id, title } of invariants) expect(nhsText).toContain(`${id} ${title}`);
  for (const { name } of tests) expect(nhsText).toContain(name);
  for (const { title } of Object.values(parameters)) expect(nhsText).toContain(title);
  for (const { title } of Object.values(sources)) expect(nhsText).toContain(title);
  expect(nhsText).toContain(pack.digest);
});

test('nobody reads a technical name, JSON or what went wrong in making the page', () => {
  const before = loadPolicy(nhs({ parameters: { viewSignInHours: 12, linkBoundDays: 14 } }));
  const texts = [
    nhsText,
    textOf(render(pack, { now: NOW, inForce: before })),
    textOf(page(sample(permit('P-1', { all: [] })))),
  ];
  for (const text of texts) {
    expect(text).not.toMatch(/\b(subject|action|resource|context)\.[a-z]/);
    expect(text).not.toMatch(/undefined|\bnull\b|NaN|\[object|[{}]|direct-care|on-duty|link-create/);
  }
});

test('the same policy gives the same page, wherever it is made; another moment changes what depends on it alone', () => {
  expect(render(loadPolicy(nhs()), { now: NOW, organisation: 'Demo Trust' })).toBe(nhsPage);
  expect(render(pack, { now: Date.parse('2026-03-03T12:00:00Z'), organisation: 'Demo Trust' })).toBe(nhsPage);
});

test('the page runs nothing, loads nothing and lets nothing in but its own style', () => {
  expect(nhsPage).toMatch(
    /content="default-src &#39;none&#39;; style-src &#39;sha256-[A-Za-z0-9+/=]{44}&#39;; base-uri/,
  );
  expect(nhsPage).not.toMatch(/<script|<img|<iframe|<form|\son[a-z]+=|\sstyle=|url\(|@import|https?:/i);
  expect([...nhsPage.matchAll(/(?:href|src)="([^"]*)"/g)].filter(([, to]) => !/^(#|data:,$)/.test(to!))).toEqual([]);
});

test('each link leads to something on the page, and nothing has the id of another', () => {
  const ids = [...nhsPage.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, to] of nhsPage.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(to);
});

test('an overdue review is said in words and days, and the lack of a date too', () => {
  const due = { ...sample(permit('P-1', { 'context.shared': true })), reviewBy: '2026-02-18T12:00:00Z' };
  expect(textOf(page(due))).toContain('Overdue by 12 days : it was due on 18 February 2026, 12:00 UTC');
  expect(textOf(page(due))).toContain('This policy is overdue for review. That warns, and never stops care.');
  expect(textOf(page(due, { now: Date.parse('2026-02-17T12:00:00Z') }))).toContain(
    '18 February 2026, 12:00 UTC (in 1 day)',
  );
  // From that moment on, as a decision's advice and every report have it.
  expect(textOf(page(due, { now: Date.parse('2026-02-18T12:00:00Z') }))).toContain('Overdue by less than a day');
  expect(textOf(page(due, { now: Date.parse('2026-02-18T11:59:59Z') }))).not.toContain('verdue');
  expect(textOf(page(sample(permit('P-1', { 'context.shared': true }))))).toContain('No review date is set');
});

test('a promise that does not hold is never called proved', () => {
  const careless = { ...nhs(), rules: nhs().rules.filter(({ effect }) => effect === 'permit') };
  const text = textOf(page(careless));
  expect(text).toMatch(/\d+ of the promises of this policy are not proved\. Do not sign it\./);
  const lines = analyse(loadPolicy(careless)).prove();
  const proved = lines.filter(({ verdict }) => verdict === 'proved').length;
  expect(proved).toBeLessThan(lines.length);
  expect(text.match(/Proved for every possible request/g) ?? []).toHaveLength(proved);
  expect(text.match(/NOT TRUE: a request was found that breaks it/g)).toHaveLength(
    lines.filter(({ verdict }) => verdict === 'broken').length,
  );
  expect(nhsText).not.toMatch(/NOT TRUE|NOT PROVED|Do not sign/);
  expect(nhsText).toMatch(/it needs evidence that is not configured/);
});

test('a policy that cannot be analysed is printed, and nothing is called proved or worked out', () => {
  const text = textOf(page(costly()));
  expect(text).toContain('Nothing is proved: the policy is too large to analyse. Do not sign it.');
  expect(text).toContain('NOT PROVED');
  expect(text).toContain('Not worked out: the policy is too large to analyse.');
  expect(text).toContain('0 of 1 promises proved');
  expect(text).not.toContain('Proved for every');
  expect(textOf(page(costly(), { inForce: loadPolicy(costly()) }))).toContain('Not compared');
});

test('a promise and a matrix that could not be decided say why, in plain words', () => {
  const document: PolicyDocument = {
    ...sample(permit('P-1', { 'context.supportedObligations': { includes: 'watermark' } })),
    invariants: [{ id: 'INV-01', title: 'Held', never: { actions: ['view'], when: { 'resource.hold': 'legal' } } }],
  };
  const attributes = {
    ...document.attributes,
    'context.supportedObligations': { type: 'set', source: 'request' } as const,
  };
  const text = textOf(page({ ...document, attributes }));
  expect(text).toContain('NOT PROVED: a condition reads the duties that can be carried out here');
  expect(text).toContain('Who may do what could not be worked out');
});

test('an example that comes out wrong is said in red, with what differed', () => {
  const wrong: PolicyDocument = {
    ...sample(permit('P-1', { 'context.shared': true })),
    tests: [
      {
        name: 'Nobody shares',
        now: AT,
        request: { subject: {}, action: { name: 'view' }, resource: {}, context: { shared: true } },
        expect: { decision: false },
      },
    ],
  };
  const html = page(wrong);
  expect(html).toContain('<strong class="bad">WRONG: allowed; decision: expected false, got true</strong>');
  expect(textOf(html)).toContain('1 of its examples comes out wrong. Do not sign it.');
});

test('prohibitions say whether an emergency sets them aside, and for what', () => {
  const held = { 'resource.hold': 'legal' } as const;
  const text = textOf(
    page(
      sample(
        permit('P-1', { 'context.shared': true }),
        forbid('F-1', held, { strength: 'absolute' }),
        forbid('F-2', held, { strength: 'emergency-waivable' }),
        forbid('F-3', held, { strength: 'emergency-waivable', actions: ['view', 'send'] }),
        forbid('F-4', held, { strength: 'emergency-waivable', actions: ['send'] }),
      ),
    ),
  );
  expect(text).toMatch(/F-1 Title Also in an emergency/);
  expect(text).toMatch(/F-2 Title Gives way to an emergency Stops/);
  expect(text).toMatch(/F-3 Title Gives way to an emergency to look at an item, and to nothing else/);
  expect(text).toMatch(/F-4 Title Also in an emergency/);
  expect(text).toMatch(/It sets aside F-2 , F-3/);
});

test('a hostile document is text, all of it', () => {
  const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&\u202egnp.exe\u2066`;
  const spoil = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value), (key, each) =>
      ['title', 'rationale', 'source', 'name'].includes(key) && typeof each === 'string' && /[ ’]/.test(each)
        ? evil + each
        : each,
    ) as T;
  const document = spoil({ ...nhs(), approvals: [{ by: evil, role: evil, at: evil, digest: evil }] }) as PolicyDocument;
  const role = document.attributes['subject.role']!;
  const attributes = { ...document.attributes, 'subject.role': { ...role, values: [...role.values!, '<b>&\u202e'] } };
  const html = page({ ...document, attributes }, { organisation: evil, title: evil, inForce: loadPolicy(document) });
  expect(html).not.toMatch(/<script|<img|<b>|\u202e|\u2066/);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(html).toContain('\ufffdgnp.exe\ufffd');
  // As many tags of each kind as without it: nothing got in, nothing was closed.
  const tags = (text: string): number => (text.match(/<\/?(article|section|table|tbody|dl|main|h4)\b/g) ?? []).length;
  expect(tags(html)).toBeGreaterThanOrEqual(tags(nhsPage));
});

test('a pack that nobody checked, with a title of 100,000 characters and a digest that is none, gives a safe page', () => {
  const long = '<x>'.repeat(33_334);
  const { document } = loadPolicy(sample(permit('P-1', { 'context.shared': true })));
  const unchecked: Pack = {
    document: { ...document, title: long, rules: [{ ...document.rules[0]!, title: long }] },
    digest: '"}@import url(https://example.org/x);</style><script>alert(1)</script>',
  };
  const html = render(unchecked, { now: NOW });
  expect(html).not.toMatch(/<x>|<script/);
  expect(html.match(/<style>(.*?)<\/style>/s)![1]).not.toContain('@import');
  expect(html.match(/&lt;x&gt;/g)!.length).toBeGreaterThan(3 * 33_000);
});

test('what changes is told against the version in force: what is newly allowed, refused, or carries other duties', () => {
  const before = loadPolicy(nhs({ parameters: { viewSignInHours: 12, linkBoundDays: 14 } }));
  const text = textOf(render(pack, { now: NOW, inForce: before }));
  expect(text).toContain(`Compared with version ${before.document.version}, digest ${before.digest}`);
  expect(text).toMatch(/In the text Hours .* : 12 became 13 Days .* : 14 became 7 In the answers/);
  expect(text).toContain('Give advice when the sign-in is at least 12 hours old and less than 13 hours old.');
  expect(text).toContain('Make a link when the lifetime asked for is more than 7 days and at most 14 days');
  expect(text).toMatch(/Before: .*The copy lives at most 14 days.* Now: .*The copy lives at most 7 days/);
  expect(nhsText).not.toContain('What changes');
  expect(textOf(render(pack, { now: NOW, inForce: pack }))).toMatch(
    /In the text Nothing\. In the answers Proved: no request is answered differently\./,
  );
});

test('what changes in the text alone is told too, by what people call it', () => {
  const full = loadPolicy({ ...nhs(), reviewBy: '2027-01-01T00:00:00Z' });
  const { rules, tests, invariants, attributes, sources } = full.document;
  const after = loadPolicy({
    ...full.document,
    reviewBy: '2028-01-01T00:00:00Z',
    rules: rules.map((rule, i) => (i === 0 ? { ...rule, rationale: 'Another' } : rule)),
    invariants: invariants.slice(1),
    tests: tests.slice(1),
    attributes: { ...attributes, 'subject.badge': { type: 'string', source: 'session' } },
    sources: { ...sources, badge: { title: 'Badges are read', configured: false } },
  });
  const text = textOf(render(after, { now: NOW, inForce: full }));
  expect(text).toContain('The review date : changed');
  expect(text).toContain(`${rules[0]!.id} ${rules[0]!.title} : changed`);
  expect(text).toContain(`${invariants[0]!.id} ${invariants[0]!.title} : removed`);
  expect(text).toContain(`Example: ${tests[0]!.name} : removed`);
  expect(text).toContain(`What may be known: ${nameOfFact('subject.badge')} : added`);
  expect(text).toContain('Badges are read : added');
});

test('a change is a fragment: equal, first, different, not decided', () => {
  const [one, two] = [packOf(1), packOf(2)];
  expect(textOf(renderChange(analyse(one).diff(one)))).toContain('Proved: no request is answered differently.');
  expect(textOf(renderChange(analyse(one).diff(two)))).toMatch(
    /Newly allowed.*Look at an item.*No longer allowed.*Look at an item/,
  );
  const nothing = { differences: [], more: false } as const;
  expect(
    textOf(renderChange({ verdict: 'not-decided', ...nothing, reason: '`subject.id` is not of the same kind' })),
  ).toMatch(/could not be compared : the person is not of the same kind/);
  expect(renderChange({ verdict: 'different', ...nothing, more: true })).toContain('further differences');
  expect(renderChange({ verdict: 'not-decided', ...nothing, reason: '<script>' })).toContain('&lt;script&gt;');
});

test('the register says where the version stands, who approved it and what was recorded', async () => {
  const [one, two] = [packOf(1), packOf(2, { supersedes: { version: 1, digest: packOf(1).digest } })];
  const first = await inForceSince(one);
  const text = textOf(render(one, { now: NOW, register: first }));
  expect(text).toMatch(/Status In force/);
  expect(text).toMatch(/Nothing was in force before/);
  expect(text.match(/2 March 2026, 09:00 UTC/g)!.length).toBeGreaterThanOrEqual(2);
  const next = textOf(render(two, { now: NOW, register: await approved(two, first) }));
  expect(next).toMatch(/Status Approved: not yet in force/);
  expect(next).toContain(`Compared with version 1, digest ${one.digest}`);
  expect(next).toMatch(/Newly allowed Look at an item , in every case in which this version allows it\./);
  expect(textOf(render(packOf(3), { now: NOW, register: first }))).toContain('not among the versions of the register');
  expect(() => render(pack, { now: NOW, register: first })).toThrow(RangeError);
  const forged = {
    ...first,
    versions: first.versions.map((each) => ({ ...each, document: { ...each.document, title: 'Other' } })),
  };
  expect(() => render(two, { now: NOW, register: forged })).toThrow(
    expect.objectContaining({ code: 'REGISTER_INVALID' }),
  );
});

test('an approval of another text is not passed off as one of this', () => {
  const approvals = [{ by: 'p-reid', role: 'caldicott-guardian', at: AT, digest: 'sha256-other' }];
  const text = textOf(page({ ...sample(permit('P-1', { 'context.shared': true })), approvals }));
  expect(text).toMatch(/p-reid, Caldicott Guardian, 2 March 2026, 12:00 UTC of another text, not of this one/);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1, '2026-03-02T12:00:00Z'])('no moment: %j', (at) => {
  const now = at as number;
  expect(() => render(pack, { now })).toThrow(RangeError);
  expect(() => renderAssessment(assessed, now)).toThrow(RangeError);
});

test('an assessment is told with risks before and after, advice and decision', () => {
  const text = textOf(renderAssessment(assessed, NOW));
  expect(text).toContain('Decision Approved Decided by p-siro, 20 February 2026, 09:00 UTC');
  expect(text).toContain('3 × 5 = 15');
  expect(text).toContain('1 × 5 = 5');
  expect(text).toContain('Review by 20 February 2027');
  expect(textOf(renderAssessment(assessed, Date.parse('2027-02-22T09:00:00Z')))).toContain('Overdue by 2 days');
  expect(textOf(renderAssessment(assessed, Date.parse(assessed.reviewBy)))).toContain('Overdue by less than a day');
  expect(textOf(renderAssessment(openAssessment(2), NOW))).toContain('None yet: the app counts as not assessed');
  expect(renderAssessment({ ...assessed, purpose: '<script>' }, NOW)).not.toContain('<script');
  const { dpoAdvice: _advice, ...unasked } = assessed;
  expect(textOf(renderAssessment(unasked, NOW))).toContain('Not asked yet.');
});

test('a paper says first what nobody has answered', () => {
  const paper = {
    format: 'dpia/0',
    title: 'Impact <assessment>',
    at: AT,
    policy: { id: 'default-nhs', version: 1, digest: pack.digest },
    sections: [
      {
        heading: 'Purposes',
        clause: '35(7)(a)',
        statements: [{ text: 'For care & advice', source: 'rule VW-01' }],
        tables: [{ title: 'Rules', columns: ['Rule', 'Source'], rows: [['A <b>', 'rule VW-01']] }],
      },
    ],
    missing: [{ field: '/dpo', question: 'Who is the data protection officer?' }],
  };
  const html = renderPaper(paper, 'Demo Trust');
  expect(html.indexOf('Who is the data protection officer?')).toBeLessThan(html.indexOf('Purposes (35(7)(a))'));
  expect(html).toContain('A &lt;b&gt;');
  expect(textOf(html)).toContain('For care & advice');
  expect(renderPaper({ ...paper, missing: [] })).not.toContain('Not finished');
});
