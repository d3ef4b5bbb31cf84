import { base64, utf8 } from '@wardseal/primitives';
import { expect, test } from 'vitest';
import { createHandler } from '../../src/handler.js';
import { createRedeemer, type LinkError } from '../../src/index.js';
import { MAX_SHLINK_URL_CHARACTERS, SHLINK_LABEL, shlinkPart, toShlink } from '../../src/shlink.js';
import { binary, HOST, markFor, PASSCODE, PHOTO, payloadOf, post, RECIPIENT, shlinks } from '../support/shlinks.js';
import { ORIGIN, refusal, world } from '../world.js';

const ask = { recipient: RECIPIENT };

test('off unless the issuer was made for it: nothing is minted and nothing is served', async () => {
  const { issuer, random } = await world();
  const here = await shlinks();
  expect(await refusal(here.share({}, issuer))).toMatchObject({ code: 'SHLINK_DISABLED' });
  expect(
    await refusal(() => shlinkPart(issuer, { ...here.options, authorize: () => ({ permit: true }) })),
  ).toMatchObject({
    code: 'SHLINK_DISABLED',
  });
  expect(random(1)).toHaveLength(1);
  expect((await world({ allowShlink: 'yes' as unknown as boolean })).issuer.allowsShlink).toBe(false);
});

test('a link is what the specification says, with nothing of a patient in it', async () => {
  const here = await shlinks();
  const link = await here.share({ binding: 'passcode', passcode: PASSCODE });
  const { url, key, ...rest } = payloadOf(link.uri);
  expect(url).toBe(`${ORIGIN}/m/${link.handle}`);
  expect(url.length).toBeLessThanOrEqual(MAX_SHLINK_URL_CHARACTERS);
  expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(rest).toEqual({ exp: here.seconds() + 3600, flag: 'P', label: SHLINK_LABEL, v: 1 });
  expect(payloadOf((await here.share()).uri)).not.toHaveProperty('flag');
  expect(here.logged).toMatchObject([
    { type: 'shlink.export', maxUses: 2, binding: 'passcode' },
    { binding: 'bearer' },
  ]);
  expect(JSON.stringify(here.logged)).not.toContain(key);
});

test.each([
  ['one use', { maxUses: 1 }, 'maxUses'],
  ['no number of uses', { maxUses: Number.NaN }, 'maxUses'],
  ['too many uses', { maxUses: 101 }, 'maxUses'],
  ['a binding that no client can show', { binding: 'holder-of-key' as 'bearer' }, 'binding'],
  ['a passcode that is not asked for', { passcode: PASSCODE }, 'passcode'],
  ['none where one is', { binding: 'passcode' as const }, 'passcode'],
  ['another origin', { origin: 'https://other.example' }, 'audience'],
  ['more than a day', { expires: 4_000_000_000 }, 'expires'],
  ['nothing', { resources: [] }, 'resources'],
  ['what is no resource', { resources: [{ resourceType: 7 as unknown as string }] }, 'resources'],
  ['too many', { resources: Array.from({ length: 33 }, () => ({ resourceType: 'Basic' })) }, 'resources'],
  ['too much', { resources: [{ resourceType: 'Basic', note: 'x'.repeat(17_000_000) }] }, 'resources'],
])('an export of %s is refused', async (_, changes, claim) => {
  const here = await shlinks();
  expect(await refusal(here.share(changes))).toMatchObject({ code: 'CLAIMS_REFUSED', claim });
  expect(here.logged).toEqual([]);
});

test('the share mark cannot be forgotten: each picture is asked about, wherever it hides', async () => {
  const here = await shlinks();
  const picture = base64(PHOTO);
  const hidden: [string, Record<string, unknown>][] = [
    ['Binary', binary(PHOTO)],
    ['of no type', { data: picture }],
    ['as a document', { content: [{ attachment: { contentType: 'application/pdf', data: picture } }] }],
    ['in a bundle', { entry: [{ resource: { photo: [{ contentType: 'image/png', data: picture }] } }] }],
    ['in an extension', { extension: [{ url: 'https://example.org/x', valueBase64Binary: picture }] }],
    ['in a narrative', { text: { div: `<div><img src="data:image/jpeg;base64,${picture}"/></div>` } }],
    ['by address', { content: [{ attachment: { contentType: 'image/jpeg', url: 'https://img.example/1.jpg' } }] }],
    ['by address without a type', { content: [{ attachment: { url: 'HTTPS://img.example/1.jpg' } }] }],
    ['in another spelling', { contentType: 'image/jpeg', data: `${picture.slice(0, 4)}\n${picture.slice(4)}` }],
    ['by a getter', { toJSON: () => binary(PHOTO) }],
  ];
  for (const [where, resource] of hidden) {
    const error = await refusal(here.share({ resources: [{ resourceType: 'DocumentReference', ...resource }] }));
    expect([where, error.code]).toEqual([where, 'SHLINK_UNMARKED']);
  }
  const never = [() => false, () => 'yes', () => undefined, () => Promise.reject(new Error('no reader'))];
  for (const marked of never)
    expect(await refusal(here.share({ marked: marked as () => boolean }))).toMatchObject({ code: 'SHLINK_UNMARKED' });
  await expect(here.share({ marked: undefined as unknown as () => boolean })).rejects.toThrow(TypeError);
  expect(here.logged).toEqual([]);
});

test('a mark of another link does not do, and text needs none', async () => {
  const here = await shlinks();
  const other = await here.issuer.prepare();
  expect(await refusal(here.share({ resources: [binary(markFor(other.cti))] }))).toMatchObject({
    code: 'SHLINK_UNMARKED',
  });
  await here.share({
    resources: [
      { resourceType: 'Observation', valueSampledData: { data: '12 13 E 12.5 U', origin: { value: 0 } } },
      {
        resourceType: 'DocumentReference',
        content: [{ attachment: { contentType: 'text/plain', data: base64(utf8('seen')) } }],
      },
      { resourceType: 'Basic', extension: [{ url: 'https://example.org/fhir/x', valueString: 'see data: below' }] },
    ],
  });
  expect(here.logged).toMatchObject([{ pictures: [] }]);
});

test('an export that cannot be logged or kept is revoked', async () => {
  const here = await shlinks();
  here.failAudit = true;
  const prepared = await here.issuer.prepare();
  expect(await refusal(here.share({ prepared }))).toMatchObject({ code: 'AUDIT_FAILED' });
  expect(await here.shares.get(prepared.cti)).toBeNull();

  here.failAudit = false;
  const kept = await here.issuer.prepare();
  here.options.store.put = () => Promise.reject(new Error('full'));
  expect(await refusal(here.share({ prepared: kept }))).toMatchObject({ code: 'STORE_FAILED' });
  expect(await here.shares.get(kept.cti)).toBeNull();
});

test('each answer takes a use and is logged before it goes out; then the link is as if it had never been', async () => {
  const here = await shlinks();
  const link = await here.share();
  const { url } = payloadOf(link.uri);
  for (const use of [1, 2]) {
    const answer = await here.part(post(url, { ...ask, later: 'ignored', embeddedLengthMax: 1e9 }));
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { files } = (await answer.json()) as { files: Record<string, unknown>[] };
    expect(files).toEqual([
      { contentType: 'application/fhir+json', embedded: expect.any(String), status: 'finalized' },
    ]);
    expect(here.events.at(-1)).toMatchObject({ type: 'link.open', use, of: 2 });
    expect(here.logged.at(-1)).toMatchObject({ type: 'shlink.disclose', use, of: 2, recipient: RECIPIENT });
  }
  const dead = await here.part(post(url, ask));
  expect(dead.status).toBe(404);
  // Used up: the server itself cannot open the manifest any more.
  expect(await here.shares.get((await here.issuer.inspect(link.handle)).claims!.cti)).toBeNull();
});

test('unknown, forged, expired, revoked, used up, locked and other links: one and the same answer', async () => {
  const here = await shlinks();
  const seen = new Map<string, string>();
  const look = async (what: string, request: Request): Promise<void> => {
    const answer = await here.part(request);
    seen.set(what, JSON.stringify([answer.status, [...answer.headers], await answer.text()]));
  };
  const urlOf = (handle: string): string => `${ORIGIN}/m/${handle}`;
  const revoked = await here.share();
  await here.issuer.revoke({ id: revoked.id });
  await look('revoked', post(urlOf(revoked.handle), ask));
  const locked = await here.share({ binding: 'passcode', passcode: PASSCODE });
  for (let i = 0; i < 5; i++) await here.part(post(urlOf(locked.handle), { ...ask, passcode: 'wrong-one' }));
  await look('locked', post(urlOf(locked.handle), { ...ask, passcode: PASSCODE }));
  const spent = await here.share();
  for (let i = 0; i < 2; i++) await here.part(post(urlOf(spent.handle), ask));
  await look('used up', post(urlOf(spent.handle), ask));
  const fragment = await here.issuer.grant(here.request());
  await look('a link of our own', post(urlOf(fragment.handle), ask));
  const tampered = await here.share();
  await here.options.store.put(tampered.id, new Uint8Array(100), 0);
  await look('a changed manifest', post(urlOf(tampered.handle), ask));
  await look('forged', post(urlOf(`${spent.handle.slice(0, 70)}AAAAAA`), ask));
  await look('no handle', post(urlOf('nothing'), ask));
  await look('none', post(urlOf(''), ask));
  await look('a query', post(`${urlOf(spent.handle)}?recipient=x`, ask));
  const late = await here.share();
  here.clock.advance(3600 * 1000);
  await look('expired', post(urlOf(late.handle), ask));
  expect(seen.size).toBe(10);
  expect(new Set(seen.values()).size).toBe(1);
  expect([...seen.values()][0]).toContain('404');
  expect(await here.used(fragment)).toBe(0);
  expect(await here.used(tampered)).toBe(0);
});

test('the passcode: what is left is told exactly, and what can be none costs nothing', async () => {
  const here = await shlinks();
  const link = await here.share({ binding: 'passcode', passcode: PASSCODE });
  const { url } = payloadOf(link.uri);
  const left = async (passcode?: unknown): Promise<unknown> => {
    const answer = await here.part(post(url, { ...ask, ...(passcode !== undefined && { passcode }) }));
    return [answer.status, await answer.json()];
  };
  expect(await left()).toEqual([401, { remainingAttempts: 5 }]);
  expect(await left('1234')).toEqual([401, { remainingAttempts: 5 }]);
  expect(await left('wrong-one')).toEqual([401, { remainingAttempts: 4 }]);
  expect(await left()).toEqual([401, { remainingAttempts: 4 }]);
  expect(await left('wrong-two')).toEqual([401, { remainingAttempts: 3 }]);
  expect((await here.part(post(url, { ...ask, passcode: PASSCODE }))).status).toBe(200);
  expect(await here.used(link)).toBe(1);
});

test('60 wrong passcodes at once, limit 5: exactly 5 are evaluated, and each is told another number', async () => {
  const here = await shlinks();
  const link = await here.share({ binding: 'passcode', passcode: PASSCODE });
  const { url } = payloadOf(link.uri);
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, i) => here.part(post(url, { ...ask, passcode: `wrong-${100 + i}` }))),
  );
  const wrong = answers.filter(({ status }) => status === 401);
  const told = await Promise.all(
    wrong.map(async (one) => ((await one.json()) as { remainingAttempts: number }).remainingAttempts),
  );
  expect(told.toSorted()).toEqual([0, 1, 2, 3, 4]);
  expect(answers.filter(({ status }) => status === 404)).toHaveLength(55);
  expect((await here.part(post(url, { ...ask, passcode: PASSCODE }))).status).toBe(404);
});

test('looking spends nothing: 150 requests that are no manifest request', async () => {
  const here = await shlinks();
  const link = await here.share();
  const { url } = payloadOf(link.uri);
  for (let i = 0; i < 50; i++)
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      const answer = await here.part(new Request(url, { method }));
      expect(answer.status).toBe(method === 'OPTIONS' ? 204 : 405);
    }
  const preflight = await here.part(new Request(url, { method: 'OPTIONS' }));
  expect(preflight.headers.get('access-control-allow-headers')).toBe('content-type');
  const bodies: [unknown, Record<string, string>, number][] = [
    ['recipient=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [ask, { 'content-type': 'text/plain' }, 415],
    ['', {}, 400],
    ['[]', {}, 400],
    ['null', {}, 400],
    [{}, {}, 400],
    [{ recipient: ' ' }, {}, 400],
    [{ recipient: ['x'] }, {}, 400],
    [{ ...ask, passcode: 123456 }, {}, 400],
    [{ ...ask, embeddedLengthMax: 'much' }, {}, 400],
    [{ ...ask, filler: 'x'.repeat(9000) }, {}, 413],
    // Shorter files than there are: said before a use is taken.
    [{ ...ask, embeddedLengthMax: 1000 }, {}, 422],
  ];
  for (const [body, headers, status] of bodies) expect((await here.part(post(url, body, headers))).status).toBe(status);
  expect(await here.used(link)).toBe(0);
});

test('a denial costs no use, a policy or a log that fails serves nothing, and the reason goes to the event hook', async () => {
  const here = await shlinks();
  const link = await here.share({ maxUses: 3 });
  const { url } = payloadOf(link.uri);
  const told: string[] = [];
  const onEvent = ({ route, code, reason }: { route: string; code: string; reason?: string }): void =>
    void told.push([route, code, reason].join());
  const denies = here.partWith({ authorize: () => ({ permit: false }), onEvent });
  expect((await denies(post(url, ask))).status).toBe(403);
  const broken = here.partWith({ authorize: () => Promise.reject(new Error('no policy')), onEvent });
  expect((await broken(post(url, ask))).status).toBe(503);
  expect(await here.used(link)).toBe(0);
  here.failAudit = true;
  const unlogged = await here.partWith({ onEvent })(post(url, ask));
  expect([unlogged.status, await unlogged.json()]).toEqual([503, { error: 'unavailable' }]);
  expect(await here.used(link)).toBe(1);
  await here.issuer.revoke({ id: link.id });
  expect((await here.partWith({ onEvent })(post(url, ask))).status).toBe(404);
  expect(told).toEqual([
    'manifest,DENIED,',
    'manifest,DENIED,',
    'manifest,AUDIT_FAILED,',
    'manifest,LINK_GONE,revoked',
  ]);
});

test('a patient number never reaches the log, however a client spells itself', async () => {
  const here = await shlinks();
  const link = await here.share({ maxUses: 5 });
  const { url } = payloadOf(link.uri);
  for (const recipient of ['patient 999 000 0018', '9990000018', 'two\nlines', 'x'.repeat(201)])
    expect((await here.part(post(url, { recipient }))).status).toBe(200);
  expect(JSON.stringify(here.logged)).not.toContain('999');
  expect(here.logged.filter((event) => 'recipient' in event)).toEqual([]);
});

test('the handler mounts it, and only where it was given', async () => {
  const here = await shlinks();
  const { uri, handle } = await here.share();
  const options = {
    origins: [ORIGIN],
    organisation: { name: 'Leeds Example Hospitals' },
    openerModule: '/opener.js',
    authorize: () => ({ permit: true }),
    clock: here.seconds,
  };
  const { url } = payloadOf(uri);
  expect((await createHandler(here.issuer, options)(post(url, ask))).status).toBe(404);
  expect((await createHandler(here.issuer, { ...options, shlink: here.part })(post(url, ask))).status).toBe(200);
  // The opening page's own way gives a share that opens nothing without the sealed manifest.
  const { sealed } = await here.redeem(handle, await createRedeemer());
  expect(sealed.length).toBeLessThan(3000);
});

test('the address has room for the host, or there is no link', async () => {
  const origin = `https://${'a'.repeat(42)}.example`;
  const here = await shlinks({ origins: [ORIGIN, origin] });
  const prepared = await here.issuer.prepare();
  await expect(here.share({ origin, prepared })).rejects.toThrow(RangeError);
  expect(await here.shares.get(prepared.cti)).toBeNull();
  expect(HOST.length).toBeLessThan(42);
});

test('an error tells nobody how many attempts are left by being serialised', async () => {
  const here = await shlinks();
  const link = await here.share({ binding: 'passcode', passcode: PASSCODE });
  const error: LinkError = await refusal(here.redeem(link.handle, await createRedeemer(), { passcode: 'wrong-one' }));
  expect(error.remaining).toBe(4);
  expect(JSON.stringify(error)).not.toContain('remaining');
  expect(toShlink).toBeTypeOf('function');
});
