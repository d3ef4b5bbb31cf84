import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OpenedFile } from '@wardseal/crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bundleOf, type Filed, searchOf } from '../../src/custodian/fhir/bundle.js';
import { serveRecord } from '../../src/record/serve.js';
import { type Clinical, CONSENT_FORMS, parseClinical, SIDES } from '../../src/wire/clinical.js';
import { CLINICAL, LABELS } from '../support/custody-world.js';

/** What FHIR R4 demands of each resource that is filed, and of the whole, by the specification and not by our own schema. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  DocumentReference: ['status', 'content.attachment'],
  Binary: ['contentType'],
  Provenance: ['target', 'recorded', 'agent.who'],
  BodyStructure: ['patient'],
};

/** Every value at a path, through lists; an absent one is undefined. */
function at(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.length === 0 ? [undefined] : value.flatMap((each) => at(each, path));
  const [first, ...rest] = path;
  if (first === undefined) return [value];
  return at((value as Record<string, unknown> | undefined)?.[first], rest);
}

const words = (maxLength: number, minLength = 1) =>
  fc
    .string({ minLength, maxLength, unit: 'grapheme' })
    .map((text) => text.replaceAll(/[\p{C}\u2028\u2029]/gu, '').trim())
    .filter((text) => text.length >= minLength && text.length <= maxLength);
const moment = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

const clinicals: fc.Arbitrary<Clinical> = fc.record({
  item: fc.constant(randomUUID()),
  patient: fc.oneof(
    fc.record({
      scheme: fc.constant('nhs' as const),
      number: fc.constantFrom('9990000018', '9990000026', '9990000034'),
      name: words(60),
      born: fc.constant('1985-03-27'),
    }),
    fc.record({
      scheme: fc.constant('unverified' as const),
      number: words(20, 0),
      name: words(60),
      born: fc.constantFrom('', '1985-03-27'),
      reason: words(60),
    }),
  ),
  consent: fc.option(
    fc.record({
      level: fc.constant('record' as const),
      form: fc.constantFrom(...CONSENT_FORMS),
      givenBy: words(60),
      at: moment,
    }),
  ),
  site: words(60, 0),
  side: fc.constantFrom(...SIDES),
  capturedAt: moment,
  note: words(200, 0),
});

function filedOf(clinical: Clinical, plaintext: Uint8Array<ArrayBuffer>, about?: string): Filed {
  const sender = { organisation: 'ZZZ01', person: 'p-lindqvist', name: 'Robin Sample' };
  const manifest = { mediaType: 'image/jpeg', root: 'r'.repeat(43), id: 'm'.repeat(22) };
  const opened = { plaintext, sender, manifest } as unknown as OpenedFile;
  const call = {
    item: clinical.item,
    case: randomUUID(),
    labels: LABELS,
    sentAt: '2026-01-01T09:00:00.000Z',
    header: '',
  };
  return { call, opened, clinical, at: new Date('2026-01-01T10:00:00.000Z'), ...(about !== undefined && { about }) };
}

test('every bundle has what FHIR R4 demands, whatever was written, and hides nothing of it', () => {
  fc.assert(
    fc.property(
      clinicals,
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.option(fc.constant('DocumentReference/7')),
      (clinical, bytes, about) => {
        expect(parseClinical(clinical)).toEqual(clinical);
        const plaintext = new Uint8Array(bytes);
        const bundle = bundleOf(filedOf(clinical, plaintext, about ?? undefined));
        expect([bundle.resourceType, bundle.type]).toEqual(['Bundle', 'transaction']);
        for (const { resource, request } of bundle.entry) {
          expect(request.url).toBe(resource.resourceType);
          for (const path of REQUIRED[resource.resourceType] as readonly string[])
            for (const value of at(resource, path.split('.'))) expect(value ?? '', path).not.toBe('');
        }
        const of = (type: string) => bundle.entry.filter(({ resource }) => resource.resourceType === type);
        expect(['DocumentReference', 'Binary', 'Provenance', 'BodyStructure'].map((type) => of(type).length)).toEqual([
          1,
          1,
          1,
          clinical.site === '' && clinical.side === 'not-applicable' ? 0 : 1,
        ]);
        // FHIR: no member is empty, and each urn that is meant is there.
        const text = JSON.stringify(bundle);
        expect(text).not.toMatch(/:(?:null|""|\[\]|\{\})/);
        const urls = bundle.entry.map(({ fullUrl }) => fullUrl);
        const item = `urn:uuid:${clinical.item}`;
        for (const urn of text.match(/urn:uuid:[0-9a-f-]{36}/g) ?? []) expect([...urls, item]).toContain(urn);
        const [binary] = of('Binary').map(({ resource }) => resource as { data: string });
        expect(Buffer.from(binary?.data ?? '', 'base64')).toEqual(Buffer.from(plaintext));
        expect(text).toContain(createHash('sha256').update(plaintext).digest('base64url'));
        // Who was not verified has no identifier that a machine could match.
        expect(text.includes('https://fhir.nhs.uk/Id/nhs-number')).toBe(clinical.patient.scheme === 'nhs');
        expect(text).toContain(JSON.stringify(clinical.patient.name).slice(1, -1));
      },
    ),
    { numRuns: 200 },
  );
});

test('a Scottish number, sides and consent stand where a record looks for them', () => {
  const patient = { ...CLINICAL.patient, scheme: 'chi', number: '0101800049' } as const;
  const bundle = bundleOf(filedOf({ ...CLINICAL, item: randomUUID(), patient, side: 'both' }, new Uint8Array(3)));
  expect(bundle.entry[0]?.resource).toMatchObject({
    docStatus: 'final',
    subject: { identifier: { system: 'https://fhir.nhs.uk/Id/chi-number', value: '0101800049' } },
    description:
      'Clinical photograph. Body site: Skin of hand, both sides. Consent to the record given by word of mouth, Patient, 2026-01-01T08:00:00.000Z.',
    securityLabel: [{ coding: [{ code: 'N' }] }],
  });
  expect(bundle.entry[2]?.resource).toMatchObject({ locationQualifier: [{ coding: [{ code: '51440002' }] }] });
});

test('the stand-in stores all of a transaction or nothing, once, and keeps it over a restart and a torn write', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'c-record-'));
  let record = await serveRecord({ folder, port: 0 });
  const post = async (body: unknown, base = 'ZZZ01') => {
    const answer = await fetch(`${record.url}${base}`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as {
        entry?: { response: { status: string; location: string } }[];
        issue?: { code: string }[];
      },
    };
  };
  const item = randomUUID();
  const bundle = bundleOf(filedOf({ ...CLINICAL, item }, new Uint8Array([1, 2, 3])));
  const first = await post(bundle);
  expect(first.body.entry?.map(({ response }) => response.status)).toEqual(Array(4).fill('201 Created'));
  const location = first.body.entry?.[0]?.response.location as string;
  const again = await post(bundle);
  expect(again.body.entry?.[0]?.response).toEqual({ status: '200 OK', location });

  // Two trusts never see each other's.
  expect((await fetch(`${record.url}ZZZ02/${location}`)).status).toBe(404);
  const search = async () => {
    const answer = await fetch(`${record.url}ZZZ01/DocumentReference?${searchOf(item)}`);
    return ((await answer.json()) as { total: number }).total;
  };
  expect(await search()).toBe(1);
  const files = (await readdir(join(folder, 'ZZZ01'))).length;
  const hostile: readonly unknown[] = [
    '',
    '{',
    null,
    [],
    { resourceType: 'Bundle', type: 'transaction', entry: [] },
    { ...bundle, type: 'batch' },
    { ...bundle, entry: bundle.entry.map((entry) => ({ ...entry, request: { ...entry.request, method: 'DELETE' } })) },
    { ...bundle, entry: [...bundle.entry, { fullUrl: 'x', resource: { resourceType: 'Library' }, request: {} }] },
  ];
  for (const body of hostile) expect((await post(body)).status).toBe(400);
  expect((await post(bundle, '..%2f..')).status).toBe(404);
  const called = (host: string) =>
    new Promise((resolve) =>
      get(`${record.url}ZZZ01/${location}`, { headers: { host } }, (answered) => {
        answered.resume();
        resolve(answered.statusCode);
      }),
    );
  expect([await called('localhost:1'), await called('rebound.example'), await called('127.0.0.1.example')]).toEqual([
    200, 421, 421,
  ]);
  expect((await fetch(`${record.url}ZZZ01/Binary/..%2f1`)).status).toBe(404);
  expect((await fetch(`${record.url}ZZZ01/${location}`, { method: 'DELETE' })).status).toBe(405);
  expect((await readdir(join(folder, 'ZZZ01'))).length).toBe(files);

  await record.close();
  const { writeFile } = await import('node:fs/promises');
  await writeFile(join(folder, 'ZZZ01', '0000000009.json.x.part'), '[{"resourceType":');
  record = await serveRecord({ folder, port: 0 });
  expect(await search()).toBe(1);
  // Somebody stored it twice without a condition: now no condition fits one alone, and nothing is stored.
  const bare = {
    ...bundle,
    entry: bundle.entry.map(({ request: { ifNoneExist: _, ...request }, ...entry }) => ({ ...entry, request })),
  };
  expect((await post(bare)).status).toBe(200);
  expect(await post(bundle)).toMatchObject({ status: 412, body: { issue: [{ code: 'multiple-matches' }] } });
  expect(await search()).toBe(2);
  await record.close();
  await rm(folder, { recursive: true });
});
