import { base64url } from '@wardseal/primitives';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createIssuer, createSigner, type GrantRequest, memoryEraseStore, memoryStore } from '../src/index.js';
import { ORIGIN, refusal, type World, world } from './world.js';

// People plainly invented, and numbers of the range that is never issued (999 000 xxxx) with their right check digits.
const NAMES = [
  'Ada Example',
  'EXAMPLE, Ada (Mrs)',
  'Zoë Müller-Beispiel',
  'Nguyễn Văn Mẫu',
  'محمد مثال',
  '山田 太郎 見本',
  'Дарья Примерова',
  'dr.ada.example@trust.example',
  'ada',
  'Ada Example, 01/02/1934, left hand',
];
const NUMBERS = [
  '9990000018',
  '999 000 0018',
  '999-000-0018',
  '999.000.0018',
  '９９９０００００１８',
  'NHS 9990000018',
  'CHI:9990000018',
  '9990001235',
];
const encode = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** A text made to fit: cut, or filled up with blanks, zeros, or itself. */
function fitted(text: string, length: number): Uint8Array<ArrayBuffer>[] {
  const fill = (with_: string): Uint8Array<ArrayBuffer> => encode(text + with_.repeat(length)).slice(0, length);
  return [fill(' '), fill('\0'), fill('0'), fill(`${text} `)].filter(wholeText);
}

/** Cutting may leave half a character, which is no text; it is no name either. */
function wholeText(data: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(data);
    return true;
  } catch {
    return false;
  }
}

const corpus = [...NAMES, ...NUMBERS];

async function refused(here: World, changes: Record<string, unknown>): Promise<void> {
  const error = await refusal(here.issuer.grant({ ...here.request(), ...changes } as unknown as GrantRequest));
  expect([changes, error.code]).toEqual([changes, 'CLAIMS_REFUSED']);
  const said = JSON.stringify({ ...error }) + error.message + error.stack?.split('\n')[0];
  for (const text of corpus) expect(said).not.toContain(text);
}

describe('no name and no patient number enters a grant', () => {
  const keyed = { binding: 'holder-of-key', recipientKey: new Uint8Array(32).fill(0xa9) };

  test.each(corpus)('%s: as a text in any field', async (text) => {
    const here = await world();
    for (const field of Object.keys({ ...here.request(), ...keyed, audience: 0, recipient: 0, cti: 0, notBefore: 0, delegationDepth: 0, policy: 0 })) // biome-ignore format: one list
      await refused(here, { [field]: text });
    for (const field of ['label', 'patient', 'name', 'nhsNumber', 'chi', 'note', 'subject', text])
      await refused(here, { [field]: text });
    for (const [
      field,
      value,
    ] of Object.entries({ permissions: [text], policy: { digest: here.random(32), revision: 1, [text]: text } })) // biome-ignore format: two nests
      await refused(here, { [field]: value });
  });

  test.each(corpus)('%s: as bytes of the right length in any identifier', async (text) => {
    const here = await world();
    for (const data of [...fitted(text, 32), ...fitted(text, 16)]) {
      await refused(here, { object: data });
      await refused(here, { recipient: data });
      await refused(here, { issuerUser: data });
      await refused(here, { ...keyed, recipientKey: data });
      await refused(here, { policy: { digest: data, revision: 1 } });
    }
  });

  test.each(NUMBERS)('%s: as a passcode or as a number', async (text) => {
    const here = await world();
    await refused(here, { binding: 'passcode', passcode: text });
    await refused(here, { binding: 'passcode', passcode: `a${text}` });
    const digits = Number(text.normalize('NFKC').replace(/\D/g, ''));
    for (const field of ['maxUses', 'expires', 'notBefore', 'delegationDepth'])
      await refused(here, { [field]: digits });
  });

  test('any text of the right length is refused as an identifier', async () => {
    const here = await world();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 4, maxLength: 32 }), async (text) => {
        for (const data of [...fitted(text, 32), ...fitted(text, 16)]) await refused(here, { issuerUser: data });
      }),
      { numRuns: 200 },
    );
  });
});

describe('no name and no patient number enters a URL', () => {
  const keys = (): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(5);
  const make = async (changes: object) =>
    createIssuer({
      issuer: 'img.trust.example',
      origins: [ORIGIN],
      signer: await createSigner(keys()),
      tagKeys: [{ key: keys() }],
      store: memoryStore(),
      shares: memoryEraseStore(),
      audit: () => undefined,
      ...changes,
    });

  // A host may be called anything: whoever runs the service names it once, and no request can.
  test.each(corpus.filter((text) => text !== 'ada'))('%s: neither as an origin nor as an issuer', async (text) => {
    const origins = [text, `https://${text}.example`, `https://${text}@img.trust.example`];
    for (const origin of [...origins, `${ORIGIN}/${text}`, `${ORIGIN}?patient=${text}`, `${ORIGIN}#${text}`])
      await expect(make({ origins: [origin] })).rejects.toThrow(RangeError);
    await expect(make({ issuer: text })).rejects.toThrow(RangeError);
  });

  test.each(NUMBERS)('%s: not as a host of digits alone either', async (text) => {
    const digits = text.normalize('NFKC').replace(/\D/g, '');
    for (const host of [
      digits,
      `${digits}.example`,
      `a${digits}.example`,
      `${digits.slice(0, 3)}-${digits.slice(3)}.example`,
    ]) {
      // biome-ignore format: one list
      await expect(make({ issuer: host })).rejects.toThrow(RangeError);
      await expect(make({ origins: [`https://${host}`] })).rejects.toThrow(RangeError);
    }
  });

  test('a link is its origin, its handle and its secret, and nothing of the request stands in it', async () => {
    const here = await world();
    const { handle, link, grant, id } = await here.issuer.grant(here.request({ recipient: here.random(32) }));
    const secret = here.random(32);
    expect(link(ORIGIN, secret)).toBe(`${ORIGIN}/o#${handle}.${base64url(secret)}`);
    // The grant has no text but issuer and origin: everything else is numbers and bytes that are none.
    const texts = new TextDecoder('latin1').decode(grant).match(/[\x20-\x7e]{12,}/g) ?? [];
    expect(texts.join(' ')).toMatch(/img\.trust\.example/);
    expect(texts.length).toBeLessThanOrEqual(3);
    expect(id).toHaveLength(32);
  });
});
