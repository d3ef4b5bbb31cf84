import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAuthzen, MAX_BODY_BYTES, toNodeHandler } from '../../src/authzen/index.js';
import { IDENTIFIER, person, recordOptions, todoOptions } from '../support/authzen.js';

// The AuthZEN Authorization API 1.0 certification scenario, over HTTP on this machine.
const servers: Server[] = [];
async function listen(options: Parameters<typeof createAuthzen>[0]): Promise<string> {
  const server = createServer(toNodeHandler(createAuthzen(options).handle));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
let origin = '';
let todo = '';
beforeAll(async () => {
  origin = await listen(recordOptions());
  todo = await listen(todoOptions());
});
afterAll(() => {
  for (const server of servers) server.close();
});

const post = (path: string, body: unknown, type = 'application/json', to = origin): Promise<Response> =>
  fetch(`${to}/access/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': type, 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

async function ok(path: string, body: unknown, to = origin): Promise<Record<string, unknown>> {
  const response = await post(path, body, 'application/json; charset=utf-8', to);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('x-request-id')).toBe('bfe9eb29-ab87-4ca3-be83-a1d5d8305716');
  return (await response.json()) as Record<string, unknown>;
}

const alice = { type: 'user', id: 'alice' };
const bob = { type: 'user', id: 'bob' };
const admin = { ...bob, properties: { role: 'admin' } };
const one = { type: 'record', id: 'record-1' };
const two = { type: 'record', id: 'record-2' };
const archived = { ...two, properties: { status: 'archived' } };
const active = { ...one, properties: { status: 'active' } };
const ask = (subject: object, name: string, resource: object, more: object = {}) => ({
  ...{ subject, action: { name }, resource },
  ...more,
});
const del = (soft: boolean) => ({ ...ask(alice, 'delete', one), action: { name: 'delete', properties: { soft } } });
const extra = {
  subject: { ...alice, properties: { department: 'Sales', role: 'manager' } },
  action: { name: 'read', properties: { method: 'GET' } },
  resource: { ...one, properties: { status: 'active', owner: 'bob' } },
};

test.each([
  ['rule 1', ask(alice, 'read', one), true],
  ['rule 2', ask(alice, 'write', one), true],
  ['rule 3', ask(bob, 'read', one), true],
  ['rule 4', ask(bob, 'write', one), false],
  ['rule 5', ask(alice, 'write', archived), false],
  ['rule 6', ask(admin, 'write', archived), true],
  ['rule 7', del(true), true],
  ['rule 8', del(false), false],
  ['context', ask(alice, 'read', one, { context: { time: '2025-06-27T18:03-07:00', ip: '192.168.1.1' } }), true],
  ['more properties', extra, true],
  ['unknown fields', ask(alice, 'read', one, { foo: 'bar', futureField: { nested: true } }), true],
])('basic: %s', async (_name, body, decision) => {
  for (const path of ['evaluation', 'evaluation', 'evaluations'])
    expect(await ok(path, body)).toMatchObject({ decision });
  expect(await ok('evaluations', { ...body, evaluations: [] })).toMatchObject({ decision });
});

const good = ask(alice, 'read', one);
const { subject, action, resource } = good;
test.each([
  ['no subject', { action, resource }],
  ['no action', { subject, resource }],
  ['no resource', { subject, action }],
  ['no subject type', { ...good, subject: { id: 'alice' } }],
  ['no subject id', { ...good, subject: { type: 'user' } }],
  ['no action name', { ...good, action: {} }],
  ['no resource type', { ...good, resource: { id: 'record-1' } }],
  ['no resource id', { ...good, resource: { type: 'record' } }],
  ['subject is a text', { ...good, subject: 'alice' }],
  ['name is a number', { ...good, action: { name: 123 } }],
  ['no JSON', '{"subject"'],
  ['empty', ''],
])('bad request: %s', async (_name, body) => {
  for (const path of ['evaluation', 'evaluations']) {
    const response = await post(path, body);
    expect([response.status, response.headers.get('content-type')]).toEqual([400, 'application/json']);
    expect(response.headers.get('x-request-id')).toBe('bfe9eb29-ab87-4ca3-be83-a1d5d8305716');
  }
});

test.each(['text/plain', 'application/jsonx', 'application/x-www-form-urlencoded'])('bad request: %s', async (type) => {
  expect((await post('evaluation', good, type)).status).toBe(400);
});

test.each([
  [
    { ...ask(bob, 'read', one), action: undefined, evaluations: [{ action }, { action: { name: 'write' } }] },
    [true, false],
  ],
  [{ evaluations: [ask(alice, 'read', one), ask(bob, 'write', one)] }, [true, false]],
  [
    { subject: alice, action: { name: 'write' }, evaluations: [{ resource: active }, { resource: archived }] },
    [true, false],
  ],
  [
    { action: { name: 'write' }, resource: archived, evaluations: [{ subject: alice }, { subject: admin }] },
    [false, true],
  ],
  [
    { subject, action, context: { time: 'now' }, evaluations: [{ resource: one }, { resource: two, context: {} }] },
    [true, true],
  ],
  [{ subject, action, evaluations: [{ resource: one }, {}] }, [true, false]],
  [
    {
      ...{ subject: alice, action: { name: 'write' }, resource: { type: 'record' } },
      evaluations: [{ resource: { id: 'record-1', properties: { status: 'active' } } }, { resource: archived }],
    },
    [true, false],
  ],
])('batch %#', async (body, decisions) => {
  const { evaluations } = await ok('evaluations', body);
  expect((evaluations as { decision: boolean }[]).map(({ decision }) => decision)).toEqual(decisions);
});

const user = { type: 'user' };
test.each([
  ['subject', { subject: user, action, resource: one }, ['alice', 'bob']],
  ['subject', { subject: user, action, resource: one, context: {}, page: {} }, ['alice', 'bob']],
  ['subject', { subject: { ...user, id: 'ignored' }, action: { name: 'write' }, resource: archived }, ['bob']],
  ['subject', { subject: { type: 'spaceship' }, action, resource: one }, []],
  ['subject', { subject: user, action, resource: { type: 'record', id: 'nonexistent' } }, []],
  ['resource', { subject: alice, action, resource: { type: 'record' } }, ['record-1', 'record-2']],
  ['resource', { subject: admin, action: { name: 'write' }, resource: { type: 'record' } }, ['record-2']],
  ['resource', { subject: { type: 'user', id: 'nobody' }, action, resource: { type: 'record' } }, []],
  ['action', { subject: alice, resource: one }, ['read', 'write']],
  ['action', { subject: admin, resource: archived, context: {} }, ['read', 'write']],
  ['action', { subject: { type: 'user', id: 'nonexistent-user' }, resource: one }, []],
])('search %s %#', async (kind, body, expected) => {
  const found = await ok(`search/${kind}`, body);
  const results = found['results'] as { type?: string; id?: string; name?: string }[];
  expect(results.map(({ id, name }) => id ?? name)).toEqual(expected);
  if (kind !== 'action')
    expect(results.every(({ type }) => type === (kind === 'subject' ? 'user' : 'record'))).toBe(true);
});

test('discovery', async () => {
  const response = await fetch(`${origin}/.well-known/authzen-configuration`);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  expect(await response.json()).toMatchObject({
    policy_decision_point: IDENTIFIER,
    access_evaluation_endpoint: `${IDENTIFIER}/access/v1/evaluation`,
  });
});

test.each([
  ['0', 'update', 'jerry@the-smiths.com', true],
  ['1', 'update', 'rick@the-citadel.com', false],
  ['1', 'update', 'morty@the-citadel.com', true],
  ['2', 'delete', 'summer@the-smiths.com', true],
  ['2', 'delete', 'rick@the-citadel.com', false],
  ['4', 'delete', 'jerry@the-smiths.com', false],
])('a list of things to do: %s may %s a thing of %s: %s', async (who, what, ownerID, decision) => {
  const question = ask({ type: 'user', id: person(who) }, `can_${what}_todo`, {
    type: 'todo',
    id: '1',
    properties: { ownerID },
  });
  expect(await ok('evaluation', question, todo)).toMatchObject({ decision });
});

test('a body without end is cut off', async () => {
  const { port } = new URL(origin);
  const status = await new Promise<number | undefined>((resolve) => {
    const sent = httpRequest(
      {
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/access/v1/evaluation',
        headers: { 'content-type': 'application/json' },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
        sent.destroy();
      },
    );
    sent.on('error', () => {});
    sent.write(Buffer.alloc(MAX_BODY_BYTES + 70_000, ' '));
  });
  expect(status).toBe(413);
});

test('a host that is none and a path that is none', async () => {
  const { port } = new URL(origin);
  for (const path of ['http://elsewhere/access/v1/evaluation', '//x', '/%']) {
    const status = await new Promise<number | undefined>((resolve) => {
      httpRequest({ port, host: '127.0.0.1', path }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(404);
  }
});
