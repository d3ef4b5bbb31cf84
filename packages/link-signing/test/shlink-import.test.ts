import { aesGcmSeal, base64url, fromBase64url, utf8 } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import fc from 'fast-check';
import { compactDecrypt } from 'jose';
import { describe, expect, test } from 'vitest';
import { LinkError } from '../src/index.js';
import { openJwe, sealJwe } from '../src/shlink/jwe.js';
import { type FromShlinkOptions, fromShlink, parseShlink } from '../src/shlink.js';
import vectors from '../vectors/shlink.json' with { type: 'json' };
import { binary, HOST, markFor, PASSCODE, PHOTO, payloadOf, RECIPIENT, shlinks, uriOf } from './support/shlinks.js';
import { refusal } from './world.js';

const random = seededRandom('import');
const KEY = random(32);
const URL_ = `https://${HOST}/m/${base64url(random(57))}`;
const payload = (changes: Record<string, unknown> = {}) => ({
  url: URL_,
  key: base64url(KEY),
  exp: 2_000_000_000,
  flag: 'P',
  label: 'Shared health information',
  v: 1,
  ...changes,
});
const hosts = [HOST];
const NOW = 1_800_000_000;

describe('a link', () => {
  test('is taken apart', () => {
    expect(parseShlink(uriOf(payload()), { hosts })).toEqual({
      url: URL_,
      key: KEY,
      expires: 2_000_000_000,
      label: 'Shared health information',
      longTerm: false,
      passcode: true,
      direct: false,
    });
    const least = { url: URL_, key: base64url(KEY) };
    expect(parseShlink(uriOf(least), { hosts })).toMatchObject({ passcode: false });
    // Extensions are others’ own; ASCII escapes are how some writers spell the same.
    expect(parseShlink(uriOf({ ...least, _x: { a: 1 }, extension: {} }), { hosts })).toMatchObject({ url: URL_ });
    const escaped = JSON.stringify({ ...least, label: 'été' }).replaceAll('é', '\\u00e9');
    expect(parseShlink(uriOf(escaped), { hosts }).label).toBe('été');
    expect(parseShlink(`https://viewer.example/#${uriOf(least)}`, { hosts, viewers: ['https://viewer.example/#'] })).toMatchObject({ url: URL_ }); // biome-ignore format: one case
  });

  test.each(vectors.mustFail)('with or to $what is refused', async ({ uri, code, claim }) => {
    const error = await refusal(() => parseShlink(uri, { hosts }));
    expect([error.code, error.claim]).toEqual([code, claim]);
  });

  test('a list of hosts that is none is the caller’s mistake', () => {
    for (const bad of [[], ['*'], ['https://img.trust.example'], ['IMG.example'], ['']])
      expect(() => parseShlink(uriOf(payload()), { hosts: bad })).toThrow(RangeError);
    expect(() => parseShlink(uriOf(payload()), { hosts, viewers: ['http://viewer.example#'] })).toThrow(RangeError);
  });

  test('every change of one character is refused, or lies within a value that nobody signed', async () => {
    const before = payload();
    const uri = uriOf(before);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/.% ';
    let tried = 0;
    const passed = new Map<string, number>();
    const look = (text: string): void => {
      if (text === uri) return;
      tried += 1;
      let changed: string[];
      try {
        parseShlink(text, { hosts });
        const after = payloadOf(text);
        changed = Object.keys(before).filter((name) => after[name] !== before[name as keyof typeof before]);
        expect(new URL(after.url).host).toBe(HOST);
        expect(new URL(after.url).protocol).toBe('https:');
      } catch (error) {
        if (!(error instanceof Error && error.name === 'LinkError')) throw error;
        return;
      }
      const what = changed.join('+');
      passed.set(what, (passed.get(what) ?? 0) + 1);
    };
    for (let at = 0; at <= uri.length; at++) {
      for (const one of alphabet) {
        look(uri.slice(0, at) + one + uri.slice(at));
        if (at < uri.length) look(uri.slice(0, at) + one + uri.slice(at + 1));
      }
      look(uri.slice(0, at) + uri.slice(at + 1));
      if (at + 1 < uri.length) look(uri.slice(0, at) + uri[at + 1] + uri[at] + uri.slice(at + 2));
    }
    // What is left is another value of the same form; no property ever went missing or became another one.
    const accepted = Object.fromEntries([...passed].toSorted());
    expect({ tried, accepted }).toEqual({ tried: vectors.undetectable.tried, accepted: vectors.undetectable.accepted });
  });

  test('whatever is in it, a link is read or refused and nothing else', () => {
    const field = fc.oneof(fc.jsonValue(), fc.constantFrom(...Object.values(payload())));
    const names = ['url', 'key', 'exp', 'flag', 'label', 'v', '__proto__', 'extension', '_x', 'constructor'];
    const some = fc.dictionary(fc.constantFrom(...names), field);
    fc.assert(
      fc.property(fc.oneof(some, fc.jsonValue(), fc.string()), (value) => {
        try {
          expect(parseShlink(uriOf(value), { hosts }).url).toBe(URL_);
        } catch (error) {
          expect(error).toBeInstanceOf(LinkError);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('the specification’s own examples', async () => {
    const { links, jwe } = vectors.specification;
    for (const { uri, host, viewers, parsed } of links)
      expect(parseShlink(uri, { hosts: [host], viewers })).toMatchObject(parsed);
    const opened = await openJwe(jwe.text, fromBase64url(jwe.key)!, 1 << 20);
    expect(opened?.contentType).toBe('application/smart-health-card');
    const { verifiableCredential } = JSON.parse(new TextDecoder().decode(opened?.plaintext)) as {
      verifiableCredential: string[];
    };
    expect(verifiableCredential[0]).toMatch(/^eyJ6aXAiOiJERUYiLCJhbGciOiJFUzI1NiIs/);
  });
});

describe('a sealed file', () => {
  const plaintext = utf8(JSON.stringify(binary(PHOTO)));
  const sealed = (compress: boolean) => sealJwe(plaintext, { key: KEY, iv: random(12), contentType: 'application/fhir+json', compress }); // biome-ignore format: one line

  test('opens with another library, and its changes do not', async () => {
    const jwe = await sealed(false);
    const opened = await compactDecrypt(jwe, KEY);
    expect(opened.plaintext).toEqual(plaintext);
    expect(opened.protectedHeader).toEqual({ alg: 'dir', enc: 'A256GCM', cty: 'application/fhir+json' });
    expect((await openJwe(await sealed(true), KEY, plaintext.length))?.plaintext).toEqual(plaintext);
    expect((await sealed(true)).length).toBeLessThan(jwe.length * 0.8);

    const [head, , iv, text, tag] = jwe.split('.') as [string, string, string, string, string];
    const header = (value: object): string => base64url(utf8(JSON.stringify(value)));
    const wrong = [
      `${head}.AAAA.${iv}.${text}.${tag}`,
      `${head}..${iv}.${text}`,
      `${head}..${iv}.${text}.${tag}.`,
      `${head}..${iv}A.${text}.${tag}`,
      `${head}..${iv}.${text}.${tag.slice(0, 20)}`,
      `${head}..${iv}.${text}.${tag}=`,
      `${head}=..${iv}.${text}.${tag}`,
      `${head}..${iv}.${text.slice(4)}.${tag}`,
      `${header({ alg: 'dir', enc: 'A256GCM', cty: 'application/smart-health-card' })}..${iv}.${text}.${tag}`,
      `${header({ alg: 'none', enc: 'A256GCM', cty: 'application/fhir+json' })}..${iv}.${text}.${tag}`,
      '',
      '....',
    ];
    for (const one of wrong) expect(await openJwe(one, KEY, 1 << 20)).toBeNull();
    expect(await openJwe(jwe, random(32), 1 << 20)).toBeNull();
    expect(await openJwe(jwe, KEY, plaintext.length - 1)).toBeNull();
    for (const header of [{ crit: ['exp'] }, { zip: 'GZ' }, { enc: 'A128GCM' }, { alg: 'A256KW' }, { cty: 1 }])
      expect(await openJwe(await forged(header), KEY, 1 << 20)).toBeNull();
  });

  test('that inflates beyond the limit is not inflated, and what is no DEFLATE is refused', async () => {
    const bomb = new Uint8Array(20_000_000);
    const jwe = await sealJwe(bomb, { key: KEY, iv: random(12), contentType: 'application/fhir+json', compress: true });
    expect(jwe.length).toBeLessThan(40_000);
    expect(await openJwe(jwe, KEY, bomb.length)).not.toBeNull();
    expect(await openJwe(jwe, KEY, bomb.length - 1)).toBeNull();
    expect(await openJwe(await forged({ zip: 'DEF' }), KEY, 1 << 20)).toBeNull();
  });
});

/** A JWE that is sealed rightly under a header that is not. */
async function forged(changes: Record<string, unknown>): Promise<string> {
  const head = base64url(
    utf8(JSON.stringify({ alg: 'dir', enc: 'A256GCM', cty: 'application/fhir+json', ...changes })),
  );
  const iv = random(12);
  const sealed = await aesGcmSeal(KEY, iv, utf8('{"resourceType":"Basic"}'), utf8(head));
  return `${head}..${base64url(iv)}.${base64url(sealed.slice(0, -16))}.${base64url(sealed.slice(-16))}`;
}

describe('an import', () => {
  const least = { url: URL_, key: base64url(KEY) };
  const basic = (contentType = 'application/fhir+json', text = '{"resourceType":"Basic"}') =>
    sealJwe(utf8(text), { key: KEY, iv: random(12), contentType, compress: false });
  const manifest = (...files: object[]): Response => json({ files });
  const json = (value: unknown, status = 200): Response =>
    new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json' } });
  const bring = (
    answer: (url: string, init: RequestInit) => Response | Promise<Response>,
    of: object = least,
    more: Partial<FromShlinkOptions> = {},
  ) =>
    fromShlink(uriOf(of), {
      hosts,
      recipient: RECIPIENT,
      now: NOW,
      fetch: async (url, init) => answer(url, init),
      ...more,
    });
  const fhir = 'application/fhir+json';

  test('of a link of ours, with its passcode', async () => {
    const here = await shlinks();
    const cti = await here.issuer.prepare();
    const { uri } = await here.share({ prepared: cti, binding: 'passcode', passcode: PASSCODE, compress: true });
    const asked: RequestInit[] = [];
    const fetch: FromShlinkOptions['fetch'] = (url, init) => {
      asked.push(init);
      // Node's Request knows no such values; the guard sets them for the platform's fetch.
      const { method, headers, body } = init;
      return here.part(new Request(url, { method: method!, headers: headers!, body: body! }));
    };
    const options = { fetch, hosts, recipient: RECIPIENT, now: here.seconds() };
    expect(await refusal(fromShlink(uri, options))).toMatchObject({ code: 'PASSCODE_REFUSED' });
    expect(asked).toEqual([]);
    const wrong = await refusal(fromShlink(uri, { ...options, passcode: 'wrong-one' }));
    expect([wrong.code, wrong.remaining]).toEqual(['PASSCODE_REFUSED', 4]);
    const { files, label, host } = await fromShlink(uri, { ...options, passcode: PASSCODE });
    expect(files).toEqual([{ contentType: fhir, content: binary(markFor(cti.cti)) }]);
    expect([label, host]).toEqual(['Shared health information', HOST]);
    expect(asked.at(-1)).toMatchObject({ redirect: 'error', credentials: 'omit', referrerPolicy: 'no-referrer' });
    const expired = await refusal(fromShlink(uri, { ...options, passcode: PASSCODE, now: here.seconds() + 3600 }));
    expect([expired.code, expired.reason]).toEqual(['LINK_GONE', 'expired']);
  });

  test('by location, and of one file without a manifest', async () => {
    const jwe = await basic();
    const location = `https://files.example/${'A'.repeat(43)}?sig=1%2B`;
    const both = { hosts: [HOST, 'files.example'] };
    const jose = () => new Response(jwe, { headers: { 'content-type': 'application/jose' } });
    const { files } = await bring(
      (url) => (url === location ? jose() : manifest({ contentType: fhir, location })),
      least,
      both,
    );
    expect(files).toEqual([{ contentType: fhir, content: { resourceType: 'Basic' } }]);
    const direct = await bring(
      (url, { method }) => {
        expect([method, url]).toEqual(['GET', `${URL_}?recipient=Leeds+Example+Hospitals`]);
        return jose();
      },
      { ...least, flag: 'LU' },
    );
    expect(direct.files).toHaveLength(1);
  });

  test('what is not a manifest with files that open is refused', async () => {
    const jwe = await basic();
    const good = { contentType: fhir, embedded: jwe };
    const wrong: [string, () => Response | Promise<Response>][] = [
      ['no JSON', () => new Response('{', { headers: { 'content-type': 'application/json' } })],
      ['HTML', () => new Response('{}', { headers: { 'content-type': 'text/html' } })],
      ['no object', () => json([good])],
      ['no files', () => json({})],
      ['no file', () => manifest()],
      ['too many files', () => manifest(...Array.from({ length: 33 }, () => good))],
      ['a file that is none', () => json({ files: [null] })],
      ['a file of no type', () => manifest({ embedded: jwe })],
      ['a file of nothing', () => manifest({ contentType: fhir })],
      ['a file of both', () => manifest({ ...good, location: URL_ })],
      ['another type than said', () => manifest({ ...good, contentType: 'application/smart-health-card' })],
      [
        'another key',
        async () =>
          manifest({
            ...good,
            embedded: await sealJwe(utf8('{}'), {
              key: random(32),
              iv: random(12),
              contentType: fhir,
              compress: false,
            }),
          }),
      ],
      [
        'an access token',
        async () =>
          manifest({
            contentType: 'application/smart-api-access',
            embedded: await basic('application/smart-api-access'),
          }),
      ],
      ['no resource', async () => manifest({ contentType: fhir, embedded: await basic(fhir, '{}') })],
      ['no text', async () => manifest({ contentType: fhir, embedded: await basic(fhir, '[]') })],
      ['a location that is no address', () => manifest({ contentType: fhir, location: 'http://img.trust.example/x' })],
    ];
    for (const [what, answer] of wrong) {
      const error = await refusal(bring(answer));
      expect([what, error.code]).toEqual([what, 'SHLINK_ANSWER_INVALID']);
    }
    const elsewhere = manifest({ contentType: fhir, location: `https://169.254.169.254/${'A'.repeat(43)}` });
    expect(await refusal(bring(() => elsewhere))).toMatchObject({ code: 'ORIGIN_UNKNOWN' });
  });

  test('a host that does not behave is given up', async () => {
    const endless = (): Response => {
      let sent = 0;
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          sent += 1;
          if (sent > 1000) throw new Error('read far beyond the limit');
          controller.enqueue(new Uint8Array(1 << 20));
        },
      });
      return new Response(body, { headers: { 'content-type': 'application/json' } });
    };
    const redirected = (): Response => {
      const answer = manifest();
      Object.defineProperty(answer, 'redirected', { value: true });
      return answer;
    };
    const wrong: [string, () => Response | Promise<Response>][] = [
      ['down', () => Promise.reject(new TypeError('refused'))],
      ['an error', () => json({}, 500)],
      ['too busy', () => json({}, 429)],
      ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })],
      ['a redirect that was followed', redirected],
      ['endless', endless],
      ['no text', () => new Response(new Uint8Array([0xff]), { headers: { 'content-type': 'application/json' } })],
    ];
    for (const [what, answer] of wrong) {
      const error = await refusal(bring(answer));
      expect([what, error.code]).toEqual([what, 'SHLINK_FETCH_FAILED']);
    }
    let signal: AbortSignal | null | undefined;
    const slow = bring(
      (_, init) => {
        signal = init.signal;
        return new Promise(() => undefined);
      },
      least,
      { seconds: 1 },
    );
    expect(await refusal(slow)).toMatchObject({ code: 'SHLINK_FETCH_FAILED' });
    expect(signal?.aborted).toBe(true);
    expect(await refusal(bring(() => json({}, 404)))).toMatchObject({ code: 'LINK_GONE', reason: 'unknown' });
    expect((await refusal(bring(() => json({ remainingAttempts: -1 }, 401)))).remaining).toBeUndefined();
  });

  test('many small files cannot inflate to more than one large one may', async () => {
    const zeros = utf8(`{"resourceType":"Basic","x":"${' '.repeat(7_000_000)}"}`);
    const one = await sealJwe(zeros, { key: KEY, iv: random(12), contentType: fhir, compress: true });
    const file = { contentType: fhir, embedded: one };
    expect((await bring(() => manifest(file, file))).files).toHaveLength(2);
    expect(await refusal(bring(() => manifest(file, file, file)))).toMatchObject({ code: 'SHLINK_ANSWER_INVALID' });
  });

  test('what the caller gives is checked', async () => {
    for (const more of [{ recipient: '' }, { seconds: 0 }, { seconds: 31 }, { now: Date.now() }, { hosts: [] }])
      await expect(bring(() => manifest(), least, more)).rejects.toThrow(RangeError);
  });
});
