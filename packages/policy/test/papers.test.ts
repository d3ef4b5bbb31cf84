import { expect, test } from 'vitest';
import { proveInvariants } from '../src/analyse.js';
import {
  acknowledgementReport,
  article30,
  checkProcessingForm,
  dpia,
  type Paper,
  type PaperInput,
  type ProcessingForm,
  pageOf,
} from '../src/governance/index.js';
import { loadPolicy, type PolicyDocument } from '../src/index.js';
import { nhs } from '../src/packs/nhs/index.js';
import { approved, draft } from './support/assessment.js';
import { registerOf } from './support/register.js';

const NOW = Date.parse('2026-03-02T09:00:00Z');
const document = nhs();
const made = (policy: PolicyDocument = document, more: Partial<PaperInput> = {}) =>
  dpia({ pack: loadPolicy(policy), now: NOW, ...more });

/** Every text of a paper with its source. */
function saidBy({ sections }: Paper): readonly { text: string; source: string }[] {
  return sections.flatMap(({ statements, tables }) => [
    ...statements,
    ...tables.flatMap(({ rows }) => rows.map((row) => ({ text: row.join(' | '), source: row.at(-1)! }))),
  ]);
}
const sourcesOf = (paper: Paper): string =>
  saidBy(paper)
    .map(({ source }) => source)
    .join('\n');
const textOf = (paper: Paper): string =>
  saidBy(paper)
    .map(({ text }) => text)
    .join('\n');

const form: ProcessingForm = {
  controller: { name: 'Example NHS Trust', contact: 'ig@example.org' },
  dpo: { name: 'A. Example', contact: 'dpo@example.org' },
  lawfulBasis: { article6: '6(1)(e)', article9: '9(2)(h)', confirmedBy: 'p-ig', at: '2026-02-01T00:00:00Z' },
  necessity: 'Colleagues must see what the clinician sees.',
  proportionality: 'Only those who care for the patient see it, for a short time.',
  patientRights: 'Through the records office.',
  dataSubjects: ['Patients', 'Staff'],
  dataCategories: ['Health data', 'Names of staff'],
  processors: [{ name: 'Example Hosting', service: 'Servers', country: 'UK', contract: 'C-7' }],
  transfers: [],
  retention: [{ what: 'Transfer copies', period: '72 hours after the case closes', source: 'Local schedule' }],
  dpoAdvice: { by: 'p-dpo', at: '2026-02-10T09:00:00Z', text: 'Go ahead.', followed: true },
  consultation: { outcome: 'The patients’ panel agreed.', by: 'p-ig', at: '2026-02-12T09:00:00Z' },
};

test('an impact assessment has the contents of Article 35(7) and every statement its source', () => {
  const paper = made(document, { assessments: [approved], form });
  expect(paper.sections.map(({ clause }) => clause)).toEqual([
    undefined,
    '35(2), 35(9), 36',
    '35(7)(a)',
    '35(7)(b)',
    '35(7)(c)',
    '35(7)(d)',
  ]);
  const known =
    /^(rules? |parameter |evidence source|policy|attribute |assessments?[ :]|form: |breakGlass|register|invariant |proofs: )/;
  for (const { text, source } of saidBy(paper)) {
    expect(text).not.toBe('');
    expect(source).toMatch(known);
  }
  expect(saidBy(paper).length).toBeGreaterThan(80);
  expect(paper.missing).toEqual([]);
});

test('what only people know is missing until somebody says it', () => {
  const { missing } = made();
  expect(missing.map(({ field }) => field)).toEqual([
    '/controller',
    '/dpo',
    '/lawfulBasis',
    '/necessity',
    '/proportionality',
    '/patientRights',
    '/dataSubjects',
    '/dataCategories',
    '/processors',
    '/retention',
    '/dpoAdvice',
    '/consultation',
  ]);
  const { dpo: _dpo, ...rest } = form;
  expect(made(document, { form: rest }).missing.map(({ field }) => field)).toEqual(['/dpo']);
  expect(textOf(made())).not.toMatch(/6\(1\)\(e\)|Example NHS Trust|Advice of/);
  expect(pageOf(made()).sections[0]).toMatchObject({ heading: 'Not yet answered' });
  expect(pageOf(made(document, { form })).sections[0]!.heading).not.toBe('Not yet answered');
});

test('a page leaves out empty tables and says where nothing was said', () => {
  const { sections } = pageOf(made());
  expect(sections.find(({ heading }) => heading.startsWith('Who answers'))!.paragraphs).toEqual([
    'Nothing has been said about this yet.',
  ]);
  expect(sections.flatMap(({ tables }) => tables.filter(({ rows }) => rows.length === 0))).toEqual([]);
  const titles = (more: Partial<PaperInput>) =>
    pageOf(made(document, more)).sections.flatMap(({ tables }) => tables.map(({ title }) => title));
  expect(titles({})).not.toContain('Data flows, as assessed');
  expect(titles({ assessments: [approved] })).toContain('Data flows, as assessed');
});

test('each enforced rule is named, with parameters at their value', () => {
  const sources = sourcesOf(made(nhs({ parameters: { viewSignInHours: 11 } })));
  for (const { id, requires } of document.rules) if (requires === undefined) expect(sources).toContain(`rule ${id}`);
  expect(sources).toContain('parameter viewSignInHours = 11');
});

test('a rule that is removed is gone from the document, in the impact assessment and the record', () => {
  const without = { ...document, rules: document.rules.filter(({ id }) => id !== 'NO-07') };
  const title = document.rules.find(({ id }) => id === 'NO-07')!.title;
  for (const paper of [made, (policy: PolicyDocument) => article30({ pack: loadPolicy(policy), now: NOW })]) {
    expect(textOf(paper(document))).toContain(title);
    expect(textOf(paper(without))).not.toContain(title);
    expect(sourcesOf(paper(without))).not.toMatch(/NO-07\b/);
  }
});

test('evidence that is not configured is never claimed as a measure, and is told as a gap', () => {
  const rule = document.rules.find(({ id }) => id === 'NO-20')!;
  const measures = (paper: Paper) => JSON.stringify(paper.sections.find(({ clause }) => clause === '35(7)(d)'));
  const gaps = (paper: Paper) => JSON.stringify(paper.sections.find(({ clause }) => clause === '35(7)(c)'));
  const [off, on] = [made(), made(nhs({ configured: ['device-management'] }))];
  expect(measures(off)).not.toContain(rule.title);
  expect(measures(off)).not.toContain('device-management');
  expect(gaps(off)).toContain(`rule ${rule.id}; evidence source device-management: not configured`);
  expect(measures(on)).toContain(rule.title);
  expect(measures(on)).toContain('evidence source device-management: configured');
  expect(gaps(on)).not.toContain(`rule ${rule.id};`);
  const security = (policy: PolicyDocument) =>
    JSON.stringify(article30({ pack: loadPolicy(policy), now: NOW }).sections.at(-1));
  expect(security(document)).not.toContain(rule.title);
  expect(security(nhs({ configured: ['device-management'] }))).toContain(rule.title);
});

test('every source of evidence, switched on or off, changes the document', () => {
  const names = Object.keys(document.sources) as Parameters<typeof nhs>[0] extends { configured?: infer C } | undefined
    ? NonNullable<C>
    : never;
  for (const name of names) expect(textOf(made(nhs({ configured: [name] })))).not.toBe(textOf(made()));
});

test('every rule, removed, changes the document', () => {
  const whole = JSON.stringify(made().sections.slice(1));
  for (const { id } of document.rules) {
    const without = { ...document, rules: document.rules.filter((rule) => rule.id !== id), tests: [] };
    expect(JSON.stringify(made(without).sections.slice(1))).not.toBe(whole);
  }
});

test('promises are called proved only when the proofs are given', () => {
  const pack = loadPolicy(document);
  expect(textOf(made())).not.toContain('proved for every request');
  expect(textOf(made())).toContain('Whether the promises below are proved was not given to this paper.');
  const proved = textOf(made(document, { proofs: proveInvariants(pack) }));
  expect(proved).toContain('proved for every request');
  expect(proved).toContain('not promised: its evidence is not configured');
  const broken = [{ invariant: 'INV-01', title: '', verdict: 'broken' as const }];
  expect(textOf(made(document, { proofs: broken }))).toContain('BROKEN');
});

test('whether the version is in force is what the register says', () => {
  const register = registerOf(
    [{ version: 1, from: '2026-01-05T00:00:00Z', more: { reviewBy: '2026-02-01T00:00:00Z' } }],
    document,
  );
  const running = { ...register.versions[0]!.document };
  expect(textOf(made(running, { register }))).toContain(
    'It has been in force since 5 January 2026, proposed by p-ig, approved by p-first (SIRO) and p-second (SIRO).',
  );
  expect(textOf(made(running, { register }))).toContain('Its review was due by 1 February 2026 and is overdue.');
  expect(textOf(made())).toContain('Whether this version is in force was not given to this paper.');
  expect(textOf(made({ ...document, title: 'Other' }, { register }))).toContain(
    'This is NOT the version in force: that is version 1,',
  );
  expect(textOf(made(document, { register: registerOf([{ version: 1 }], document) }))).toContain(
    'No version is in force: everything is refused.',
  );
});

test('channels: assessed, drafts, unassessed; risks that stay high ask for the regulator', () => {
  const high = { ...approved, risks: [{ ...approved.risks[0]!, residual: { likelihood: 3, severity: 5 } }] };
  const paper = made(document, { assessments: [high, draft(2)], channels: ['mail'], form });
  expect(textOf(paper)).toContain('The channel web is approved.');
  expect(textOf(paper)).toContain('The channel mail has NOT been assessed.');
  expect(textOf(paper)).toContain(
    'A risk stays high and the regulator must be consulted before (Article 36): A picture reaches the wrong person.',
  );
  expect(textOf(paper)).toContain('3 x 5 = 15');
  expect(paper.missing.map(({ field }) => field)).toEqual(['/priorConsultation']);
  const rejected = made(document, { assessments: [{ ...high, decision: 'reject' }], form });
  expect(textOf(rejected)).toContain('The channel web was REJECTED.');
  expect(rejected.missing).toEqual([]);
  expect(textOf(made(document, { channels: [] }))).toContain(
    'No channel was given to this paper and none was assessed.',
  );
});

test('who assessed, decided and advised is named, with advice that was not followed and why', () => {
  const dpoAdvice = { ...approved.dpoAdvice!, followed: false, reason: 'The pilot is small.' };
  const text = textOf(made(document, { assessments: [{ ...approved, dpoAdvice }] }));
  expect(text).toContain(
    '“Picture transfer in the browser” was assessed by p-analyst and decided on by p-siro on 20 February 2026; to be reviewed by 20 February 2027.',
  );
  expect(text).toContain(
    'On “Picture transfer in the browser”: Advice of p-dpo, 10 February 2026: Go ahead, review in a year. It was not followed: The pilot is small.',
  );
});

test('a permission that lacks its evidence is told as not given, a prohibition as not enforced', () => {
  const gaps = textOf(made());
  expect(gaps).toContain(`Not enforced: ${document.rules.find(({ id }) => id === 'NO-20')!.title}.`);
  for (const { effect, requires, title } of document.rules)
    if (effect === 'permit' && requires !== undefined) expect(gaps).toContain(`Not allowed here: ${title}.`);
});

test('staff: the duty to acknowledge, and the rate if a report of this version is given', () => {
  const register = registerOf([{ version: 1, from: '2026-01-05T00:00:00Z' }], document);
  const people = [{ id: 'p-okafor', department: 'Plastics', status: 'active' as const }];
  const acknowledgements = acknowledgementReport(register, { acknowledgements: [], people, now: NOW });
  expect(textOf(made(document, { acknowledgements }))).toContain('0 of 1 people have acknowledged version 1 (0%).');
  expect(textOf(made({ ...document, version: 2 }, { acknowledgements }))).not.toContain('have acknowledged version');
  const lax = { ...document, rules: document.rules.filter(({ id }) => id !== 'NO-04') };
  expect(textOf(made(document))).toContain('Staff acknowledge the policy before they use the system.');
  expect(textOf(made(lax))).not.toContain('Staff acknowledge');
});

test('a purpose is named only as far as an enforced rule asks for it', () => {
  const purposes = (policy: PolicyDocument) =>
    article30({ pack: loadPolicy(policy), now: NOW }).sections[1]!.statements;
  expect(purposes(document)).toContainEqual({
    text: 'Purpose: direct care.',
    source: expect.stringMatching(/^rules .*CP-01/),
  });
  const small = (when: object): PolicyDocument => ({
    ...document,
    rules: [
      {
        id: 'XX-01',
        effect: 'permit',
        basis: 'standing',
        actions: ['view'],
        title: 'Test',
        rationale: 'Test',
        source: 'Test',
        when: when as never,
      },
    ],
    invariants: [],
    tests: [],
  });
  const named = (when: object) => purposes(small(when)).map(({ text }) => text);
  const unlimited = 'Some rules allow an action without asking for one purpose by name.';
  expect(named({ 'context.purpose': 'audit' })).toEqual(['Purpose: audit.']);
  expect(named({ 'context.purpose': { not: 'audit' } })).toEqual([unlimited]);
  expect(named({ not: { 'context.purpose': 'audit' } })).toEqual([unlimited]);
  expect(named({ any: [{ 'context.purpose': 'audit' }, { 'subject.role': 'nurse' }] })).toEqual([unlimited]);
  expect(named({ any: [{ 'context.purpose': 'audit' }, { 'context.purpose': 'mdt' }] })).toEqual([
    'Purpose: audit.',
    'Purpose: MDT.',
  ]);
  expect(
    named({
      all: [{ 'context.purpose': { in: ['audit', 'mdt'] } }, { 'context.purpose': { in: ['mdt', 'research'] } }],
    }),
  ).toEqual(['Purpose: MDT.']);
  expect(named({ all: [] })).toEqual([unlimited]);
});

test('the record of processing has the clauses of Article 30(1), in order', () => {
  const paper = article30({ pack: loadPolicy(document), now: NOW, form });
  expect(paper.sections.map(({ clause }) => clause)).toEqual('abcdefg'.split('').map((letter) => `30(1)(${letter})`));
  expect(paper.sections.every(({ statements }) => statements.length > 0)).toBe(true);
  expect(paper.missing).toEqual([]);
  expect(textOf(paper)).toContain('Nothing is transferred abroad.');
  // Only what ends the life of a copy is a time limit; whoever is referred to is beyond the organisation.
  expect(JSON.stringify(paper.sections[5])).not.toMatch(/download|covered/);
  expect(JSON.stringify(paper.sections[3])).toMatch(/Beyond the organisation: [^"]*", *"source":"rule VW-03"/);
  const bare = article30({ pack: loadPolicy(document), now: NOW });
  expect(bare.sections[4]!.statements).toEqual([]);
  expect(bare.missing.map(({ field }) => field)).toEqual([
    '/controller',
    '/dpo',
    '/dataSubjects',
    '/dataCategories',
    '/processors',
    '/transfers',
    '/retention',
  ]);
});

test('the same configuration makes the same paper, as plain JSON', () => {
  const [first, second] = [made(document, { form }), made(document, { form })];
  expect(JSON.parse(JSON.stringify(first))).toEqual(second);
  expect(first).toMatchObject({
    format: 'dpia/0',
    at: '2026-03-02T09:00:00.000Z',
    policy: { id: 'default-nhs', version: 1, digest: loadPolicy(document).digest },
  });
});

test.each<[object, string, string]>([
  [{ owner: 'x' }, 'UNKNOWN_FIELD', '/owner'],
  [{ controller: { name: 'x' } }, 'DOCUMENT_INVALID', '/controller/contact'],
  [{ dataSubjects: [] }, 'DOCUMENT_INVALID', '/dataSubjects'],
  [{ dpoAdvice: { ...form.dpoAdvice, followed: false } }, 'DOCUMENT_INVALID', '/dpoAdvice/reason'],
  [{ lawfulBasis: { ...form.lawfulBasis, at: 'yesterday' } }, 'DOCUMENT_INVALID', '/lawfulBasis/at'],
])('a form that is none is refused: %j', (json, code, path) => {
  expect(() => checkProcessingForm(json)).toThrow(expect.objectContaining({ code, path }));
  expect(() => made(document, { form: json as ProcessingForm })).toThrow(expect.objectContaining({ code, path }));
});
