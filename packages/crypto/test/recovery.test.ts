import { base64url, canonicalJson, concat, fromBase64url, fromUtf8, utf8 } from '@wardseal/primitives';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeHeader, encodeStanza, parseHeader, type Stanza, stanzaDigest } from '../src/header.js';
import {
  checkSeat,
  combineShares,
  type Mode,
  open,
  openShare,
  recipientThumbprint,
  type SealedFile,
  seal,
} from '../src/index.js';
import { parseRecipient } from '../src/keys/recipient.js';
import { STANZA } from '../src/names.js';
import { join, split } from '../src/recovery/shamir.js';
import { sealTo } from '../src/stanza/box.js';
import { recoveryHolds, recoverySetOf, shareCheck, wrapForGuardians } from '../src/stanza/recovery.js';
import { openUp, rebuild, withClaims } from './craft.js';
import { approvedRequest } from './recovery-world.js';
import { codeOf, content, person, type World, world } from './world.js';

describe.each<Mode>(['pq', 'classic'])('guardians 2-of-3, %s', (kind) => {
  let w: World;
  let sealed: SealedFile;
  const share = async (i: number, requester = w.mallory.entry, header = sealed.header) => {
    const { request, options } = await approvedRequest(w, header, requester);
    return openShare(header, w.guardians[i]!.identity, request, options);
  };

  beforeAll(async () => {
    w = await world(kind);
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    sealed = await seal(content(70_000), { ...w.sealing, guardians });
  });

  it.each([
    [0, 1],
    [0, 2],
    [2, 1],
    [2, 1, 0],
  ])('seats %i and %i open the file for the requester', async (...seats) => {
    expect(sealed.recoverable).toBe(true);
    const shares = await Promise.all(seats.map((seat) => share(seat)));
    const recovery = await combineShares(sealed.header, shares, w.mallory.identity);
    const { identities: _, ...opening } = w.opening;
    const opened = await open(sealed.bytes, { ...opening, recovery });
    expect(opened.plaintext).toEqual(content(70_000));
    expect(opened.manifest.recovery).toEqual({
      set: recovery.set,
      k: 2,
      n: 3,
      seats: w.guardians.map(({ entry }) => recipientThumbprint(entry.recipient)),
    });
  });

  it('one alone cannot, not even twice', async () => {
    const one = await share(0);
    const again = await share(0);
    expect(await codeOf(() => combineShares(sealed.header, [one], w.mallory.identity))).toBe('SHARES_INSUFFICIENT');
    expect(await codeOf(() => combineShares(sealed.header, [one, again], w.mallory.identity))).toBe(
      'SHARES_INSUFFICIENT',
    );
    expect(await codeOf(() => combineShares(sealed.header, [], w.mallory.identity))).toBe('SHARES_INSUFFICIENT');
    const { identities: _, ...opening } = w.opening;
    const guess = {
      set: parseHeader(sealed.header).stanzas.find(({ type }) => /recovery/.test(type))!.args[1]!,
      key: new Uint8Array(32),
    };
    expect(await codeOf(() => open(sealed.bytes, { ...opening, recovery: guess }))).toBe('NO_MATCH');
  });

  it('shares are for one requester and one file', async () => {
    const shares = [await share(0), await share(1)];
    const combined = (header: Uint8Array, given: Uint8Array[], identity = w.mallory.identity) =>
      codeOf(() => combineShares(header, given, identity));
    expect(await combined(sealed.header, shares, w.bob.identity)).toBe('SHARE_INVALID');
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const other = await seal(content(10), { ...w.sealing, guardians });
    expect(await combined(other.header, shares)).toBe('SHARE_INVALID');
    const plain = await seal(content(10), w.sealing);
    expect(plain.recoverable).toBe(false);
    expect(await combined(plain.header, shares)).toBe('UNSUPPORTED');
    expect(await combined(sealed.header, [...shares, ...shares])).toBe('LIMIT');
    expect(await combined(sealed.bytes, shares)).toBe('HEADER_INVALID');
  });

  it('outsiders and recipients have no seat', async () => {
    const { request, options } = await approvedRequest(w, sealed.header, w.mallory.entry);
    const other = await person('other', kind === 'pq' ? 'classic' : 'pq');
    for (const { identity } of [w.custodian, w.mallory, other]) {
      expect(await codeOf(() => openShare(sealed.header, identity, request, options))).toBe('NO_MATCH');
      expect(await codeOf(() => checkSeat(sealed.header, identity))).toBe('NO_MATCH');
    }
    expect(await codeOf(() => openShare(sealed.header, 'x', request, options))).toBe('KEY_INVALID');
  });

  it('no share leaves a post-quantum file for a weaker key', async () => {
    const { entry } = await person('requester', 'classic');
    expect(await codeOf(() => share(0, entry))).toBe(kind === 'pq' ? 'MIXED_MODE' : 'accepted');
  });

  it('a guardian can try the seat without any request', async () => {
    for (const [i, { identity }] of w.guardians.entries())
      expect(await checkSeat(sealed.header, identity)).toEqual({ seat: i + 1, threshold: 2, seats: 3 });
    expect(await codeOf(() => checkSeat(sealed.bytes, w.guardians[0]!.identity))).toBe('HEADER_INVALID');
    const plain = await seal(content(10), w.sealing);
    expect(await codeOf(() => checkSeat(plain.header, w.guardians[0]!.identity))).toBe('UNSUPPORTED');
  });

  it('a hostile guardian is found out, and stops nobody', async () => {
    const good = await share(0);
    const requester = parseRecipient(w.mallory.entry.recipient);
    const { id } = recoverySetOf(parseHeader(sealed.header))!;
    const forge = async (seat: number, value: Uint8Array) => {
      const { enc, ciphertext } = await sealTo(requester, utf8(`wardseal.org/v0/share ${id} 2 3 ${seat}`), value);
      return utf8(canonicalJson({ v: 0, set: id, seat, enc: base64url(enc), ciphertext: base64url(ciphertext) }));
    };
    const combined = async (forged: Uint8Array) => combineShares(sealed.header, [good, forged], w.mallory.identity);
    for (const seat of [0, 4, 255])
      expect(await codeOf(async () => combined(await forge(seat, new Uint8Array(32))))).toBe('SHARE_INVALID');
    expect(await codeOf(async () => combined(await forge(2, new Uint8Array(31))))).toBe('SHARE_INVALID');
    const error = await combined(await forge(2, new Uint8Array(32))).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'SHARE_INVALID', what: 'value', found: 2 });
    const { identities: _, ...opening } = w.opening;
    const recovery = await combineShares(sealed.header, [good, await share(2)], w.mallory.identity);
    expect(await codeOf(() => open(sealed.bytes, { ...opening, recovery }))).toBe('accepted');
  });

  it('a share that was touched is refused', async () => {
    const [good, other] = [await share(0), await share(1)];
    const text = fromUtf8(other)!;
    const value = JSON.parse(text) as { seat: number; ciphertext: string; enc: string };
    const flipped = fromBase64url(value.ciphertext)!;
    flipped[0]! ^= 1;
    const broken = [
      canonicalJson({ ...value, seat: 3 }),
      canonicalJson({ ...value, seat: 0 }),
      canonicalJson({ ...value, seat: 4 }),
      canonicalJson({ ...value, ciphertext: base64url(flipped) }),
      canonicalJson({ ...value, enc: 'AAAA' }),
      canonicalJson({ ...value, extra: 1 }),
      canonicalJson({ ...value, v: 1 }),
      ` ${text}`,
      'null',
      '',
      'x'.repeat(10_000),
    ];
    for (const share of broken)
      expect(await codeOf(() => combineShares(sealed.header, [good, utf8(share)], w.mallory.identity))).toBe(
        'SHARE_INVALID',
      );
  });
});

/** The recovery stanza with its body changed; any other as it is. */
function changed(stanza: Stanza, change: (body: Uint8Array) => void): Stanza {
  if (stanza.type !== STANZA.recovery) return stanza;
  const body = stanza.body.slice();
  change(body);
  return encodeStanza(stanza.type, stanza.args, body);
}

describe('a hostile sender', () => {
  const FILE_KEY = Uint8Array.from({ length: 16 }, (_, i) => i);

  it('cannot publish checks or a wrapping that lead elsewhere', async () => {
    const people = await Promise.all(['a', 'b', 'c'].map((id) => person(id, 'classic')));
    const keys = people.map(({ entry }) => parseRecipient(entry.recipient));
    const { stanza } = await wrapForGuardians(keys, 2, FILE_KEY);
    const set = recoverySetOf({ stanzas: [stanza] })!;
    expect(await recoveryHolds(set, FILE_KEY)).toBe(true);
    expect(
      await recoveryHolds(
        set,
        FILE_KEY.map((byte) => byte ^ 1),
      ),
    ).toBe(false);
    expect(await recoveryHolds({ ...set, wrapped: set.wrapped.map((byte) => byte ^ 1) }, FILE_KEY)).toBe(false);
    for (let seat = 0; seat < 3; seat++) {
      const sealed = set.sealed.map((part, i) => (i === seat ? { ...part, check: new Uint8Array(32) } : part));
      expect(await recoveryHolds({ ...set, sealed }, FILE_KEY)).toBe(false);
    }
    for (const change of [{ threshold: 3 }, { threshold: 1 }, { id: base64url(new Uint8Array(16)) }])
      expect(await recoveryHolds({ ...set, ...change }, FILE_KEY)).toBe(false);
  });

  it('with a useless share is found out by its guardian', async () => {
    const w = await world('classic');
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const inside = await openUp((await seal(content(10), { ...w.sealing, guardians })).bytes, w.bob.identity);
    const { id } = recoverySetOf(inside)!;
    // what the sender could have sealed to seat 2 in the place of its share
    const { enc, ciphertext } = await sealTo(
      parseRecipient(w.guardians[1]!.entry.recipient),
      utf8(`wardseal.org/v0/seat ${id} 2 3 2`),
      new Uint8Array(32),
    );
    const stanzas = inside.stanzas.map((stanza) =>
      changed(stanza, (body) => body.set(concat(enc, ciphertext), 32 + (32 + 32 + 48) + 32)),
    );
    const forged = encodeHeader(inside.fileKey, stanzas);
    expect(await codeOf(() => checkSeat(forged, w.guardians[1]!.identity))).toBe('RECOVERY_INVALID');
    expect(await codeOf(() => checkSeat(forged, w.guardians[0]!.identity))).toBe('accepted');
    const { request, options } = await approvedRequest(w, forged, w.mallory.entry);
    expect(await codeOf(() => openShare(forged, w.guardians[1]!.identity, request, options))).toBe('RECOVERY_INVALID');
  });

  it('is refused by whoever opens the file, although everything is signed', async () => {
    const w = await world('classic');
    const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
    const inside = await openUp((await seal(content(10), { ...w.sealing, guardians })).bytes, w.bob.identity);
    const resealed = async (change: (body: Uint8Array) => void) => {
      const forged = inside.stanzas.find(({ type }) => type === STANZA.recovery)!;
      const digest = base64url(stanzaDigest(changed(forged, change)));
      const stz = inside.claims.stz.map((line) => (line.role === 'recovery' ? { ...line, digest } : line));
      const stanzas = (await withClaims(inside, w.alice.keys, { stz })).map((stanza) => changed(stanza, change));
      return codeOf(() => open(rebuild(inside, { stanzas }), w.opening));
    };
    expect(await resealed(() => undefined)).toBe('accepted');
    for (const at of [0, 31, 32, 63, 32 + 112, 32 + 2 * 112]) // the wrapping, and a byte of each seat's check
      expect(
        await resealed((body) => {
          body[at]! ^= 1;
        }),
      ).toBe('RECOVERY_INVALID');
  });

  it('says nothing of a share by its check but the share itself', () => {
    const shape = { id: 'set', threshold: 2, seats: 3 };
    const y = new Uint8Array(32).fill(9);
    const all = [
      shareCheck(shape, { x: 1, y }),
      shareCheck(shape, { x: 2, y }),
      shareCheck({ ...shape, threshold: 3 }, { x: 1, y }),
      shareCheck({ ...shape, seats: 4 }, { x: 1, y }),
      shareCheck({ ...shape, id: 'other' }, { x: 1, y }),
    ].map((check) => base64url(check));
    expect(new Set(all).size).toBe(all.length);
  });
});

describe('a link key', () => {
  it('opens the file, and no other does', async () => {
    const w = await world('classic');
    const link = { id: 'link-1', key: crypto.getRandomValues(new Uint8Array(32)) };
    const sealed = await seal(content(100), { ...w.sealing, link });
    const { identities: _, ...opening } = w.opening;
    const opened = await open(sealed.bytes, { ...opening, link });
    expect(opened.plaintext).toEqual(content(100));
    expect(opened.manifest.stz.at(-1)).toMatchObject({ role: 'link', thumbprint: 'link-1' });
    const wrong = [
      { ...link, id: 'link-2' },
      { ...link, key: new Uint8Array(32) },
    ];
    for (const other of wrong)
      expect(await codeOf(() => open(sealed.bytes, { ...opening, link: other }))).toBe('NO_MATCH');
    expect(await codeOf(() => open(sealed.bytes, { ...opening, link: { ...link, key: new Uint8Array(31) } }))).toMatch(
      /^RangeError/,
    );
  });

  it('wraps every file differently', async () => {
    const w = await world('classic');
    const link = { id: 'link-1', key: new Uint8Array(32).fill(5) };
    const bodies = await Promise.all(
      [1, 2].map(async () => {
        const { header } = await seal(content(1), { ...w.sealing, link });
        return parseHeader(header).stanzas.find(({ type }) => type === 'wardseal.org/link')!.body;
      }),
    );
    expect(bodies[0]!.subarray(0, 16)).not.toEqual(bodies[1]!.subarray(0, 16));
  });
});

// Written apart from the real one: polynomials over GF(2) as bit strings, division by trial, Gauss instead of Lagrange.
function slowMultiply(a: number, b: number): number {
  let product = 0;
  for (let i = 0; i < 8; i++) if (b & (1 << i)) product ^= a << i;
  for (let i = 15; i >= 8; i--) if (product & (1 << i)) product ^= 0x11b << (i - 8);
  return product;
}

function slowInverse(a: number): number {
  for (let b = 1; b < 256; b++) if (slowMultiply(a, b) === 1) return b;
  throw new Error('zero has no inverse');
}

/** The constant term of the polynomial through the points, by elimination on the Vandermonde system. */
function slowSecret(points: readonly (readonly [number, number])[]): number {
  const rows = points.map(([x, y]) => {
    const row: number[] = [];
    for (let power = 1, i = 0; i < points.length; i++, power = slowMultiply(power, x)) row.push(power);
    return [...row, y];
  });
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.findIndex((row, i) => i >= column && row[column] !== 0);
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const inverse = slowInverse(rows[column]![column]!);
    rows[column] = rows[column]!.map((value) => slowMultiply(value, inverse));
    for (const [i, row] of rows.entries()) {
      const factor = row[column]!;
      if (i !== column && factor !== 0)
        rows[i] = row.map((value, k) => value ^ slowMultiply(factor, rows[column]![k]!));
    }
  }
  return rows[0]!.at(-1)!;
}

describe('secret sharing', () => {
  const shape = fc
    .tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 0, max: 6 }))
    .map(([threshold, more]) => ({ threshold, count: threshold + more }));
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 8 });
  const random = (seed: number) => {
    let state = seed >>> 0;
    const next = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state >>> 24;
    };
    return (length: number) => Uint8Array.from({ length }, next);
  };

  it('gives the secret back from any threshold of shares, as a slow reference does', () => {
    fc.assert(
      fc.property(bytes, shape, fc.nat(), fc.infiniteStream(fc.nat()), (secret, { threshold, count }, seed, order) => {
        const shares = split(secret, threshold, count, random(seed));
        const some = shares
          .map((share) => [order.next().value as number, share] as const)
          .sort(([a], [b]) => a - b)
          .slice(0, threshold)
          .map(([, share]) => share);
        expect(join(some)).toEqual(new Uint8Array(secret));
        for (let i = 0; i < secret.length; i++)
          expect(slowSecret(some.map(({ x, y }) => [x, y[i]!] as const))).toBe(secret[i]);
      }),
    );
  });

  it('tells nothing below the threshold: every secret fits one share less', () => {
    // with k - 1 shares fixed, each of the 256 values of a byte is reached by exactly one further share
    const [first] = split(Uint8Array.of(42), 2, 3, random(1)) as [{ x: number; y: Uint8Array<ArrayBuffer> }];
    const reached = new Set(Array.from({ length: 256 }, (_, y) => join([first, { x: 2, y: Uint8Array.of(y) }])[0]));
    expect(reached.size).toBe(256);
  });

  it('refuses impossible shapes', () => {
    for (const [threshold, count] of [
      [0, 3],
      [4, 3],
      [1, 256],
    ] as const)
      expect(() => split(Uint8Array.of(1), threshold, count, random(1))).toThrow(RangeError);
  });
});
