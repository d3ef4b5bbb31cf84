import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeArmor, inspect, open, SealError, seal } from '../src/index.js';
import { content, world } from './world.js';

describe('errors', () => {
  it('carry neither key, name nor content', async () => {
    const w = await world('classic');
    const sealed = await seal(content(100), w.sealing);
    const secrets = [w.alice, w.bob, w.mallory].flatMap(({ identity, keys, entry }) => [
      identity,
      keys.secretKey,
      keys.publicKey,
      keys.kid,
      entry.recipient,
      entry.person,
    ]);
    const { resolveSender } = w.opening;
    const attempts: (() => Promise<unknown>)[] = [
      () => open(sealed.bytes, { ...w.opening, identities: [w.mallory.identity] }),
      () => open(sealed.bytes, { ...w.opening, identities: [`${w.bob.identity}X`] }),
      () => open(sealed.bytes, { ...w.opening, resolveSender: () => null }),
      () =>
        open(sealed.bytes, {
          ...w.opening,
          resolveSender: async (iss) => ({ ...(await resolveSender(iss))!, validTo: 0 }),
        }),
      () => open(sealed.bytes, { ...w.opening, expectLabels: { forearm: 1 } }),
      () => open(sealed.bytes.slice(0, -1), w.opening),
      () => seal(content(1), { ...w.sealing, recipients: [`${w.bob.entry.recipient}x`] }),
      () =>
        seal(content(1), {
          ...w.sealing,
          sender: { keys: { ...w.alice.keys, secretKey: w.bob.keys.secretKey }, entry: w.alice.entry },
        }),
      () => seal(content(1), { ...w.sealing, sender: { keys: w.bob.keys, entry: w.alice.entry } }),
    ];
    for (const attempt of attempts) {
      const error = await attempt().catch((reason: unknown) => reason as Error);
      if (!(error instanceof Error)) throw new Error('was accepted');
      const told = `${error.message} ${error.stack?.split('\n')[0]} ${JSON.stringify(error)} ${String(error.cause)}`;
      for (const secret of [...secrets, 'forearm', 'case-1']) expect(told).not.toContain(secret);
      expect(error.message).toMatch(/^[a-z`].*[^.]$/);
    }
  });

  it('are all of one class, whatever the bytes', async () => {
    const w = await world('classic');
    const sealed = await seal(content(200), w.sealing);
    const text = new TextDecoder('latin1').decode(sealed.header);
    const bytes = (value: string) => Uint8Array.from(value, (character) => character.charCodeAt(0) & 255);
    const mutated = fc
      .tuple(
        fc.nat(text.length),
        fc.nat(200),
        fc.oneof(fc.string({ maxLength: 80 }), fc.constantFrom('\n', '-> x y\n', '\n\n', '--- ', 'A'.repeat(64))),
      )
      .map(([at, length, put]) => bytes(text.slice(0, at) + put + text.slice(at + length)));
    const any = fc.uint8Array({ maxLength: 300 });
    const headed = any.map((tail) => Uint8Array.from([...bytes('age-encryption.org/v1\n-> '), ...tail]));
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutated, headed, any), async (file) => {
        for (const act of [() => open(file, w.opening), () => inspect(file), async () => decodeArmor(file)]) {
          const error = await act().then(
            () => null,
            (reason: unknown) => reason,
          );
          if (error !== null) expect(error).toBeInstanceOf(SealError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('armor with a long run of blanks is refused as fast as any other text', () => {
    // Quadratic work on a megabyte would outlast the test's time many times over.
    for (const blank of [' ', '\n', '\t']) expect(() => decodeArmor(`x${blank.repeat(1_000_000)}x`)).toThrow(SealError);
  });
});
