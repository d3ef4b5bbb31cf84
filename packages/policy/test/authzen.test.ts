import { expect, test } from 'vitest';
import { createAuthzen, MAX_BODY_BYTES, MAX_BODY_DEPTH } from '../src/authzen/index.js';
import { MAX_EVALUATIONS } from '../src/index.js';
import { IDENTIFIER, recordOptions } from './support/authzen.js';

const { handle } = createAuthzen(recordOptions());
const alice = { type: 'user', id: 'alice' };
const admin = { type: 'user', id: 'bob', properties: { role: 'admin' } };
const read = { name: 'read' };
const one = { type: 'record', id: 'record-1' };
const two = { type: 'record', id: 'record-2' };
const good = { subject: alice, action: read, resource: one };

const post = (path: string, body: unknown, headers: Record<string, string> = {}, to = handle): Promise<Response> =>
  to(
    new Request(`${IDENTIFIER}/access/v1/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    }),
  );
const said = async (path: string, body: unknown, to = handle): Promise<Record<string, never>> =>
  (await post(path, body, {}, to)).json() as Promise<Record<string, never>>;

test.each([
  ['EVALUATIONS_INVALID', 'evaluations', { ...good, evaluations: {} }],
  ['EVALUATIONS_INVALID', 'evaluations', { ...good, evaluations: Array(MAX_EVALUATIONS + 1).fill({}) }],
  ['OPTIONS_INVALID', 'evaluations', { ...good, evaluations: [{}], options: [] }],
  ['OPTIONS_INVALID', 'evaluations', { ...good, evaluations: [{}], options: { evaluations_semantic: 'toString' } }],
  ['SUBJECT_INVALID', 'evaluations', { action: read, resource: one, evaluations: [] }],
  ['SUBJECT_INVALID', 'evaluation', { ...good, subject: { ...alice, properties: [] } }],
  ['SUBJECT_INVALID', 'evaluation', { ...good, subject: { ...alice, id: '' } }],
  ['RESOURCE_INVALID', 'evaluation', { ...good, resource: { ...one, properties: null } }],
  ['ACTION_INVALID', 'evaluation', { ...good, action: { name: 'read', properties: 'x' } }],
  ['CONTEXT_INVALID', 'evaluation', { ...good, context: [] }],
  ['BODY_INVALID', 'evaluation', '{"a":1}{'],
  // What stands before the decision point may read the first.
  ['BODY_INVALID', 'evaluation', `{"action":{"name":"delete"},${JSON.stringify(good).slice(1)}`],
  ['BODY_INVALID', 'evaluation', `{"\\u0061ction":{"name":"delete"},${JSON.stringify(good).slice(1)}`],
  ['BODY_INVALID', 'evaluations', `{"evaluations":[{"context":{"a":1,"a":2}}],${JSON.stringify(good).slice(1)}`],
  ['BODY_INVALID', 'evaluation', '[]'],
  ['BODY_INVALID', 'evaluation', 'null'],
  ['BODY_INVALID', 'evaluation', `{"a":${'['.repeat(MAX_BODY_DEPTH)}${']'.repeat(MAX_BODY_DEPTH)}}`],
  ['BODY_INVALID', 'evaluation', '['.repeat(500_000)],
  ['BODY_INVALID', 'evaluation', '{"a":"\\\\"}]}'],
  ['BODY_INVALID', 'evaluation', '{"a":"\\uD800"}'],
  ['BODY_INVALID', 'search/subject', '{"\\udfff":1}'],
  ['BODY_TOO_LARGE', 'evaluation', ' '.repeat(MAX_BODY_BYTES + 1)],
  ['PAGE_INVALID', 'search/subject', { ...good, page: { limit: 0 } }],
  ['PAGE_INVALID', 'search/subject', { ...good, page: { limit: '1' } }],
  ['PAGE_INVALID', 'search/subject', { ...good, page: { token: 7 } }],
  ['PAGE_INVALID', 'search/subject', { ...good, page: [] }],
  ['TOKEN_INVALID', 'search/subject', { ...good, page: { token: 'alsehrq3495u8' } }],
  ['ACTION_INVALID', 'search/subject', { subject: { type: 'user' }, resource: one }],
  ['SUBJECT_INVALID', 'search/subject', { subject: {}, action: read, resource: one }],
  ['RESOURCE_INVALID', 'search/subject', { ...good, resource: { type: 'record' } }],
  ['SUBJECT_INVALID', 'search/resource', { ...good, subject: { type: 'user' } }],
  ['RESOURCE_INVALID', 'search/action', { subject: alice }],
  ['NOT_FOUND', 'evaluation/', good],
  ['NOT_FOUND', 'search/toString', good],
])('%s: %s', async (code, path, body) => {
  const response = await post(path, body);
  const { error } = (await response.json()) as { error: { status: number; code: string; message: string } };
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(error).toMatchObject({ code, status: response.status });
  expect(response.status).toBe({ BODY_TOO_LARGE: 413, NOT_FOUND: 404 }[code as string] ?? 400);
});

test('brackets within texts do not nest, and whole characters may be escaped', async () => {
  const escaped = JSON.stringify({ ...good, context: { a: 'X' } }).replace('X', '\\ud83d\\ude00');
  expect(await said('evaluation', escaped)).toMatchObject({ decision: true });
  const context = { note: '[{"\\'.repeat(100), deep: JSON.parse(`${'['.repeat(20)}${']'.repeat(20)}`) };
  expect(await said('evaluation', { ...good, context })).toMatchObject({ decision: true });
});

test('a body that is not UTF-8, and one that is not there', async () => {
  const ask = (body?: Uint8Array<ArrayBuffer>): Promise<Response> =>
    handle(
      new Request(`${IDENTIFIER}/access/v1/evaluation`, {
        ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
        ...(body === undefined ? {} : { body }),
      }),
    );
  const bytes = new TextEncoder().encode(JSON.stringify({ ...good, context: { a: 'x' } }));
  expect((await ask(bytes)).status).toBe(200);
  expect((await ask(bytes.map((byte) => (byte === 0x78 ? 0xff : byte)))).status).toBe(400);
  expect((await ask()).status).toBe(400);
});

test('what is sent is never said back, but for the id of the request', async () => {
  const secret = 'kept-to-itself';
  for (const body of [
    { ...good, subject: secret },
    { ...good, action: { name: secret } },
    { ...good, context: { [secret]: secret }, resource: { type: secret, id: secret } },
    { ...good, evaluations: [{ resource: secret }, { action: { name: secret } }], [secret]: secret },
    `{"${secret}`,
  ]) {
    for (const path of ['evaluation', 'evaluations', 'search/resource'])
      expect(await (await post(path, body)).text()).not.toContain(secret);
  }
  const response = await post('evaluation', good, { 'x-request-id': secret });
  expect(response.headers.get('x-request-id')).toBe(secret);
  const refused = await post('evaluation', good, { 'x-request-id': 'x'.repeat(513) });
  expect([refused.status, refused.headers.get('x-request-id')]).toEqual([400, null]);
});

test('a key that reaches for prototypes is only a key', async () => {
  const body = JSON.stringify({ ...good, subject: { type: 'user', id: 'mallory', properties: { X: 1 } } });
  expect(
    JSON.parse(await (await post('evaluation', body.replace('"X":1', '"__proto__":{"id":"alice"}'))).text()),
  ).toMatchObject({ decision: false });
  expect(
    JSON.parse(await (await post('evaluation', '{"__proto__":{"subject":{}},"constructor":1}')).text()),
  ).toMatchObject({ error: { code: 'SUBJECT_INVALID' } });
  // No property stands in for what names the subject.
  const spoof = { type: 'user', id: 'mallory', properties: { id: 'alice', type: 'user' } };
  expect(await said('evaluation', { ...good, subject: spoof })).toMatchObject({ decision: false });
});

test.each([
  [undefined, [true, false, true]],
  ['execute_all', [true, false, true]],
  ['deny_on_first_deny', [true, false]],
  ['permit_on_first_permit', [true]],
])('semantic %s, where a bad item is a refusal', async (semantic, expected) => {
  const options = semantic === undefined ? {} : { options: { evaluations_semantic: semantic, other: 1 } };
  for (const bad of [{ resource: { id: 7 } }, { resource: 7 }, 'nothing', null, { action: { name: 'unknown' } }]) {
    const body = { ...good, evaluations: [{}, bad, {}], ...options };
    const { evaluations } = (await said('evaluations', body)) as unknown as { evaluations: { decision: boolean }[] };
    expect(evaluations.map(({ decision }) => decision)).toEqual(expected);
  }
});

test('an item takes what names a thing from the batch, never its properties', async () => {
  const body = {
    ...{ subject: alice, action: { name: 'write' }, resource: { type: 'record', properties: { status: 'active' } } },
    evaluations: [{ resource: { id: 'record-1' } }, { resource: { id: 'record-2' } }, {}],
  };
  expect(await said('evaluations', body)).toMatchObject({
    evaluations: [
      { decision: true },
      { decision: false },
      { decision: false, context: { error: { status: 400, code: 'RESOURCE_INVALID' } } },
    ],
  });
});

test('duties in the form of the profile', async () => {
  const asked = { subject: admin, action: { name: 'write' }, resource: two };
  const obligations = [
    { type: 'notification', id: 'notify:owner', properties: { to: 'owner', topic: 'access-notification' } },
    { type: 'notification', id: 'notify:siro', properties: { to: 'siro' } },
    { type: 'step-up', id: 'step-up', properties: { acr_value: 'urn:wardseal:assurance:3' } },
    { type: 'custom', id: 'watermark', properties: { vendor: 'wardseal', action: 'watermark', strength: 'standard' } },
  ];
  expect(await said('evaluation', asked)).toMatchObject({ decision: true, context: { obligations } });
  const search = { ...asked, subject: { type: 'user' } };
  expect(await said('search/subject', search)).toMatchObject({ results: [{ type: 'user', id: 'bob', obligations }] });
  expect((await said('evaluation', good))['context']).not.toHaveProperty('obligations');
  const { handle: other } = createAuthzen({ ...recordOptions(), acr: (level) => `loa-${level}` });
  expect(JSON.stringify(await said('evaluation', asked, other))).toContain('"acr_value":"loa-3"');
});

test.each([
  [['custom', 'step-up', 'notification'], true],
  [['wardseal:watermark', 'step-up', 'notification', 'session_termination'], true],
  [['wardseal:redact', 'step-up', 'notification'], false],
  [['custom', 'notification'], false],
  [[], false],
  ['custom', false],
])('a caller who can carry out %j', async (supported, decision) => {
  const asked = {
    subject: admin,
    action: { name: 'write' },
    resource: two,
    context: { supported_obligations: supported },
  };
  expect(await said('evaluation', asked)).toMatchObject({ decision });
  const { results } = (await said('search/action', asked)) as unknown as { results: { name: string }[] };
  expect(results.map(({ name }) => name).includes('write')).toBe(decision);
});

test('pages hold together, and a token is of one search only', async () => {
  const asked = { subject: { type: 'user' }, action: read, resource: one };
  const first = (await said('search/subject', { ...asked, page: { limit: 1 } })) as unknown as {
    page: { next_token: string };
  };
  expect(first).toMatchObject({ results: [{ type: 'user', id: 'alice' }], page: { count: 1 } });
  const token = first.page.next_token;
  expect(token).not.toBe('');
  expect(await said('search/subject', { ...asked, page: { token, limit: 5_000 } })).toEqual({
    results: [{ type: 'user', id: 'bob' }],
    page: { next_token: '', count: 1 },
  });
  for (const other of [
    { ...asked, resource: two },
    { ...asked, subject: { type: 'device' } },
    { ...asked, context: { a: 1 } },
  ])
    expect(await said('search/subject', { ...other, page: { token } })).toMatchObject({
      error: { code: 'TOKEN_INVALID' },
    });
});

test('metadata names what there is', async () => {
  const get = async (options: Parameters<typeof createAuthzen>[0], path = ''): Promise<unknown> =>
    (await createAuthzen(options).handle(new Request(`https://x/.well-known/authzen-configuration${path}`))).json();
  const endpoint = (path: string): string => `${IDENTIFIER}/access/v1/${path}`;
  expect(await get(recordOptions())).toEqual({
    policy_decision_point: IDENTIFIER,
    access_evaluation_endpoint: endpoint('evaluation'),
    access_evaluations_endpoint: endpoint('evaluations'),
    search_subject_endpoint: endpoint('search/subject'),
    search_resource_endpoint: endpoint('search/resource'),
    search_action_endpoint: endpoint('search/action'),
    supported_obligations: ['custom', 'notification', 'step-up'],
  });
  const identifier = 'https://pdp.example.org/trust-1';
  expect(await get({ pdp: recordOptions().pdp, identifier }, '/trust-1')).toEqual({
    policy_decision_point: identifier,
    access_evaluation_endpoint: `${identifier}/access/v1/evaluation`,
    access_evaluations_endpoint: `${identifier}/access/v1/evaluations`,
    supported_obligations: ['custom', 'notification', 'step-up'],
  });
});

test('methods, callers and failures', async () => {
  const got = await handle(new Request(`${IDENTIFIER}/access/v1/evaluation`));
  expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
  const strangers = createAuthzen({ ...recordOptions(), authenticate: ({ headers }) => headers.has('authorization') });
  const refused = await post('evaluation', '{', {}, strangers.handle);
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
  expect((await post('evaluation', good, { authorization: 'Bearer x' }, strangers.handle)).status).toBe(200);
  const causes: unknown[] = [];
  const failing = createAuthzen({
    ...recordOptions(),
    facts: () => Promise.reject(new Error('directory is down')),
    onError: (cause) => {
      causes.push(cause);
      throw new Error('log is down');
    },
  });
  for (const path of ['evaluation', 'search/action']) {
    const failed = await post(path, good, {}, failing.handle);
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('directory');
  }
  expect(causes).toHaveLength(2);
});

test.each(['http://pdp.example.org', 'https://pdp.example.org?', 'https://a@pdp.example.org', 'https://x/#', 'pdp', 7])(
  'no identifier: %s',
  (identifier) => {
    expect(() => createAuthzen({ ...recordOptions(), identifier: identifier as string })).toThrow(TypeError);
    expect(() => createAuthzen({ identifier: IDENTIFIER } as never)).toThrow(TypeError);
  },
);
