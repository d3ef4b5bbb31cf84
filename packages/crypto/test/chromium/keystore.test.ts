import { base64url, ed25519Verify, fromBase64url } from '@wardseal/primitives';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as api from '../../src/index.js';
import { generateIdentity, generateSigningKey, open, type PersonalKeys, SealError, seal } from '../../src/index.js';
import { parseIdentity, parseRecipient } from '../../src/keys/recipient.js';
import { type KeyStore, openKeyStore, type StoredKeys } from '../../src/keystore/index.js';
import { forceBackend } from '../../src/testing.js';
import { codeOf, content, type Person, type World, world } from '../world.js';

// Every browser fault below is put on by hand: real ones that behave so are named in docs/spec/protected-keys.md.

let w: World;
let classic: World;
beforeAll(async () => {
  [w, classic] = [await world('pq'), await world('classic')];
});

const keysOf = ({ identity, keys }: Person): PersonalKeys => ({ identity, signing: keys });

const undo: (() => void)[] = [];
afterEach(() => {
  for (const one of undo.splice(0).reverse()) one();
});

/** Replaces a method of the platform until the test ends. */
function patch<T extends object, K extends keyof T>(target: T, name: K, make: (original: T[K]) => T[K]): void {
  const original = target[name];
  target[name] = make(original);
  undo.push(() => {
    target[name] = original;
  });
}

let count = 0;
async function store(name = `test-${Date.now()}-${count++}`): Promise<KeyStore & { readonly name: string }> {
  const opened = await openKeyStore(name);
  undo.push(() => opened.close());
  return { ...opened, name };
}

function raw<T>(name: string, act: (parts: IDBObjectStore, current: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(`wardseal.org/keystore/v0/${name}`);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(['parts', 'current'], 'readwrite');
      const request = act(transaction.objectStore('parts'), transaction.objectStore('current'));
      transaction.oncomplete = () => {
        opening.result.close();
        resolve(request.result);
      };
      transaction.onabort = () => reject(transaction.error);
    };
  });
}

interface Part {
  readonly form: string;
  readonly key: CryptoKey;
  readonly sealed?: Uint8Array;
}
const partsIn = (name: string): Promise<Part[]> => raw<Part[]>(name, (parts) => parts.getAll());
const formsIn = async (name: string) =>
  Object.fromEntries(
    await Promise.all(
      (await raw<string[][]>(name, (parts) => parts.getAllKeys() as IDBRequest<string[][]>)).map(
        async (place) => [place[2]!, (await raw<Part>(name, (parts) => parts.get(place))).form] as const,
      ),
    ),
  );

/** The keys receive what Alice sends and send what Bob opens. */
async function work(keys: StoredKeys, of: World, owner: Person): Promise<void> {
  const toOwner = await seal(content(70_000), { ...of.sealing, recipients: [of.alice.entry, owner.entry] });
  const opened = await open(toOwner.bytes, { ...of.opening, identities: [keys.identity] });
  expect(opened.plaintext).toEqual(content(70_000));
  const sent = await seal(content(10), { ...of.sealing, sender: { keys: keys.signing, entry: owner.entry } });
  expect((await open(sent.bytes, of.opening)).sender.person).toBe(owner.entry.person);
}

describe('a key store', () => {
  it('keeps keys that nobody can export, and that open and sign after it was closed', async () => {
    for (const of of [w, classic]) {
      const first = await store();
      const stored = await first.put('me', keysOf(of.mallory));
      expect(stored.kept).toBe('non-extractable');
      expect(stored.identity.recipient).toBe(of.mallory.entry.recipient);
      expect(stored.signing).toMatchObject({ kid: of.mallory.keys.kid, publicKey: of.mallory.keys.publicKey });
      first.close();
      expect(await codeOf(() => first.get('me'))).toMatch(/^TypeError/);

      const again = await (await store(first.name)).get('me');
      expect(again?.kept).toBe('non-extractable');
      await work(again!, of, of.mallory);

      const parts = await partsIn(first.name);
      expect(parts).toHaveLength(of === w ? 3 : 2);
      for (const { key } of parts) {
        expect(key).toBeInstanceOf(CryptoKey);
        expect(key.extractable).toBe(false);
        for (const format of ['raw', 'jwk', 'pkcs8', 'raw-seed'])
          await expect(crypto.subtle.exportKey(format as 'jwk', key)).rejects.toThrow();
      }
    }
  });

  it('keeps keys from one document of the site to the next', async () => {
    const name = `documents-${Date.now()}`;
    const entry = new URL('../../src/keystore/index.ts', import.meta.url).href;
    /** Runs code in a page of its own, which is gone afterwards with everything that it held in memory. */
    const inPage = (code: string) =>
      new Promise<unknown>((resolve, reject) => {
        const page = document.createElement('iframe');
        const listen = ({ source, data }: MessageEvent<{ value?: unknown; error?: string }>) => {
          if (source !== page.contentWindow) return;
          removeEventListener('message', listen);
          page.remove();
          if (data.error === undefined) resolve(data.value);
          else reject(new Error(data.error));
        };
        addEventListener('message', listen);
        page.srcdoc = `<script type="module">
          import { openKeyStore } from ${JSON.stringify(entry)};
          const act = async () => { ${code} };
          act().then((value) => parent.postMessage({ value }, '*'), (error) => parent.postMessage({ error: String(error) }, '*'));
        </script>`;
        document.body.append(page);
      });
    const open = `const store = await openKeyStore(${JSON.stringify(name)});`;
    expect(await inPage(`${open} return (await store.put('me', ${JSON.stringify(keysOf(w.mallory))})).kept;`)).toBe(
      'non-extractable',
    );
    const message = [1, 2, 3];
    const signature = await inPage(
      `${open} const { signing } = await store.get('me'); return signing.sign(Uint8Array.from(${JSON.stringify(message)}));`,
    );
    const publicKey = fromBase64url(w.mallory.keys.publicKey)!;
    expect(await ed25519Verify(publicKey, Uint8Array.from(message), signature as Uint8Array)).toBe(true);
  });

  it('knows what it does not have, forgets what it is told to, and keeps ids and stores apart', async () => {
    const one = await store();
    const other = await store();
    expect(await one.get('me')).toBeNull();
    await one.delete('me');
    await one.put('me', keysOf(w.alice));
    await one.put('me, too', keysOf(w.bob));
    expect(await other.get('me')).toBeNull();
    expect((await one.get('me'))?.identity.recipient).toBe(w.alice.entry.recipient);
    await one.delete('me');
    expect(await one.get('me')).toBeNull();
    expect((await one.get('me, too'))?.identity.recipient).toBe(w.bob.entry.recipient);
    await one.delete('me, too');
    expect(await partsIn(one.name)).toEqual([]);
  });

  it('replaces keys as a whole', async () => {
    const one = await store();
    await one.put('me', keysOf(w.alice));
    await one.put('me', keysOf(classic.bob));
    expect((await one.get('me'))?.identity.recipient).toBe(classic.bob.entry.recipient);
    expect(await partsIn(one.name)).toHaveLength(2);
  });

  it('refuses what is no key, id or name', async () => {
    const one = await store();
    const signing = await generateSigningKey();
    const { identity } = await generateIdentity();
    expect(await codeOf(() => one.put('me', { identity: `${identity}Q`, signing }))).toBe('KEY_INVALID');
    expect(await codeOf(() => one.put('me', { identity, signing: { ...signing, secretKey: 'x' } }))).toBe(
      'KEY_INVALID',
    );
    expect(
      await codeOf(() => one.put('me', { identity, signing: { ...signing, secretKey: w.bob.keys.secretKey } })),
    ).toBe('KEY_INVALID');
    for (const id of ['', 'x'.repeat(257), 7 as unknown as string]) {
      for (const act of [() => one.put(id, { identity, signing }), () => one.get(id), () => one.delete(id)])
        expect(await codeOf(act)).toMatch(/^TypeError/);
      expect(await codeOf(() => openKeyStore(id))).toMatch(/^TypeError/);
    }
    expect(await partsIn(one.name)).toEqual([]);
  });

  it('does not answer for what is no encapsulated key', async () => {
    for (const of of [w, classic]) {
      const { identity } = await (await store()).put('me', keysOf(of.alice));
      for (const length of [0, 31, 33, 1119, 1121])
        expect(await identity.decapsulate(new Uint8Array(length))).toBeNull();
      // an all-zero share is of low order, whatever stands before it
      expect(await identity.decapsulate(new Uint8Array(of === w ? 1120 : 32))).toBeNull();
    }
  });
});

const lost: readonly [string, (value: unknown) => unknown][] = [
  ['null in its place', () => null],
  ['a plain object', () => ({})],
];
/** A browser that keeps every key but those of some algorithms. */
function loseOnRead(algorithms: readonly string[], instead: (value: unknown) => unknown): void {
  patch(
    IDBObjectStore.prototype,
    'get',
    (original) =>
      function (this: IDBObjectStore, query) {
        const request = original.call(this, query);
        const given = Object.getOwnPropertyDescriptor(IDBRequest.prototype, 'result')!.get!;
        Object.defineProperty(request, 'result', {
          get() {
            const value = given.call(request) as Partial<Part> | undefined;
            const hit = value?.key && algorithms.includes(value.key.algorithm.name);
            return hit ? { ...value, key: instead(value.key) } : value;
          },
        });
        return request;
      },
  );
}

describe('a browser that loses keys', () => {
  it.each(lost)('of one kind, giving %s: only that kind is wrapped, and everything works', async (_, instead) => {
    for (const name of ['ML-KEM-768', 'X25519', 'Ed25519']) {
      loseOnRead([name], instead);
      const one = await store();
      const stored = await one.put('me', keysOf(w.mallory));
      expect(stored.kept).toBe('wrapped');
      expect(await formsIn(one.name)).toEqual({
        'ML-KEM-768': 'non-extractable',
        X25519: 'non-extractable',
        Ed25519: 'non-extractable',
        [name]: 'wrapped',
      });
      await work((await one.get('me'))!, w, w.mallory);
      for (const undone of undo.splice(0).reverse()) undone();
    }
  });

  it('whole records of one kind', async () => {
    patch(
      IDBObjectStore.prototype,
      'get',
      (original) =>
        function (this: IDBObjectStore, query) {
          const request = original.call(this, query);
          const given = Object.getOwnPropertyDescriptor(IDBRequest.prototype, 'result')!.get!;
          Object.defineProperty(request, 'result', {
            get() {
              const value = given.call(request) as Partial<Part> | undefined;
              return value?.key?.algorithm.name === 'ML-KEM-768' ? null : value;
            },
          });
          return request;
        },
    );
    const stored = await (await store()).put('me', keysOf(w.mallory));
    expect(stored.kept).toBe('wrapped');
    await work(stored, w, w.mallory);
  });

  it('of every kind but the wrapping key: all are wrapped, never in the clear', async () => {
    loseOnRead(['ML-KEM-768', 'X25519', 'Ed25519'], () => null);
    const one = await store();
    await work(await one.put('me', keysOf(w.mallory)), w, w.mallory);
    const parts = await partsIn(one.name);
    expect(parts.map(({ form }) => form)).toEqual(['wrapped', 'wrapped', 'wrapped']);
    for (const { key, sealed } of parts) {
      expect(key.extractable).toBe(false);
      expect([48, 80]).toContain(sealed!.length); // 32 or 64 bytes and a tag
      await expect(crypto.subtle.exportKey('raw', key)).rejects.toThrow();
    }
  });

  it('of every kind: nothing is stored, and what was there stays', async () => {
    const one = await store();
    await one.put('me', keysOf(w.alice));
    loseOnRead(['ML-KEM-768', 'X25519', 'Ed25519', 'AES-GCM'], () => null);
    expect(await codeOf(() => one.put('me', keysOf(w.bob)))).toBe('KEY_STORE_UNAVAILABLE');
    expect(await codeOf(() => one.put('you', keysOf(w.bob)))).toBe('KEY_STORE_UNAVAILABLE');
    expect(await codeOf(() => one.get('me'))).toBe('KEY_STORE_UNAVAILABLE');
    for (const undone of undo.splice(1).reverse()) undone();
    expect((await one.get('me'))?.identity.recipient).toBe(w.alice.entry.recipient);
    expect(await one.get('you')).toBeNull();
    expect(await partsIn(one.name)).toHaveLength(3);
  });

  it('that gives another key of the kind back is found out', async () => {
    const other = (await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])) as CryptoKeyPair;
    loseOnRead(['Ed25519'], () => other.privateKey);
    const one = await store();
    const stored = await one.put('me', keysOf(w.mallory));
    expect(await formsIn(one.name)).toMatchObject({ Ed25519: 'wrapped', X25519: 'non-extractable' });
    await work(stored, w, w.mallory);
  });

  it('that gives the right key back, but one that can be exported, is found out', async () => {
    const { secret } = parseIdentity(classic.alice.identity);
    const { publicKey } = parseRecipient(classic.alice.entry.recipient);
    const jwk = { kty: 'OKP', crv: 'X25519', d: base64url(secret), x: base64url(publicKey) };
    const loose = await crypto.subtle.importKey('jwk', jwk, 'X25519', true, ['deriveBits']);
    loseOnRead(['X25519'], () => loose);
    const one = await store();
    expect((await one.put('me', keysOf(classic.alice))).kept).toBe('wrapped');
    expect(await formsIn(one.name)).toEqual({ X25519: 'wrapped', Ed25519: 'non-extractable' });
  });
});

describe('a browser that refuses', () => {
  it('to clone keys of one kind: that kind is wrapped', async () => {
    patch(
      IDBObjectStore.prototype,
      'put',
      (original) =>
        function (this: IDBObjectStore, value, key) {
          if ((value as Partial<Part>).key?.algorithm.name === 'Ed25519')
            throw new DOMException('could not be cloned', 'DataCloneError');
          return original.call(this, value, key);
        },
    );
    const one = await store();
    await work(await one.put('me', keysOf(w.mallory)), w, w.mallory);
    expect(await formsIn(one.name)).toMatchObject({ Ed25519: 'wrapped', 'ML-KEM-768': 'non-extractable' });
  });

  it.each(['DataCloneError', 'QuotaExceededError'])('to store anything (%s): nothing stays', async (name) => {
    const one = await store();
    let seen = 0;
    patch(
      IDBObjectStore.prototype,
      'put',
      (original) =>
        function (this: IDBObjectStore, value, key) {
          // The first part is stored, the second fails in both forms.
          if (++seen > 1) throw new DOMException('no', name);
          return original.call(this, value, key);
        },
    );
    const error = await one.put('me', keysOf(w.mallory)).catch((reason: unknown) => reason as SealError);
    expect(error).toBeInstanceOf(SealError);
    expect((error as SealError).code).toBe('KEY_STORE_UNAVAILABLE');
    expect((((error as SealError).cause as SealError).cause as DOMException).name).toBe(name);
    expect(await partsIn(one.name)).toEqual([]);
    expect(await one.get('me')).toBeNull();
  });

  it.each<[string, (store: IDBObjectStore, request: IDBRequest) => void]>([
    [
      'at once',
      () => {
        throw new DOMException('no', 'QuotaExceededError');
      },
    ],
    ['when it writes', (target, request) => request.addEventListener('success', () => target.transaction.abort())],
  ])('at the last step, %s: nothing stays, and what was there counts', async (_, fail) => {
    const one = await store();
    await one.put('me', keysOf(w.alice));
    patch(
      IDBObjectStore.prototype,
      'put',
      (original) =>
        function (this: IDBObjectStore, value, key) {
          const request = original.call(this, value, key);
          if (this.name === 'current') fail(this, request);
          return request;
        },
    );
    expect(await codeOf(() => one.put('me', keysOf(w.bob)))).toBe('KEY_STORE_UNAVAILABLE');
    expect(await partsIn(one.name)).toHaveLength(3);
    expect((await one.get('me'))?.identity.recipient).toBe(w.alice.entry.recipient);
  });

  it('ML-KEM in WebCrypto: that half is wrapped and runs in JavaScript', async () => {
    const original = crypto.subtle.importKey.bind(crypto.subtle) as (...all: unknown[]) => Promise<CryptoKey>;
    patch(
      SubtleCrypto.prototype,
      'importKey',
      () =>
        ((...args: unknown[]) =>
          args[0] === 'raw-seed'
            ? Promise.reject(new DOMException('no', 'NotSupportedError'))
            : original(...args)) as never,
    );
    forceBackend('noble');
    undo.push(() => forceBackend());
    const one = await store();
    const stored = await one.put('me', keysOf(w.mallory));
    expect(await formsIn(one.name)).toEqual({
      'ML-KEM-768': 'wrapped',
      X25519: 'non-extractable',
      Ed25519: 'non-extractable',
    });
    await work(stored, w, w.mallory);
  });

  it('WebCrypto altogether, as pages without a secure context are: nothing stays', async () => {
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    undo.push(() => {
      delete (crypto as { subtle?: unknown }).subtle;
    });
    const one = await store();
    expect(await codeOf(() => one.put('me', keysOf(w.mallory)))).toBe('KEY_STORE_UNAVAILABLE');
    expect(await partsIn(one.name)).toEqual([]);
  });

  it('to open a database', async () => {
    for (const make of [
      () => {
        throw new DOMException('private window', 'SecurityError');
      },
      () => {
        const request = { error: new DOMException('no', 'InvalidStateError') } as Record<string, unknown>;
        queueMicrotask(() => (request['onerror'] as () => void)());
        return request;
      },
    ]) {
      patch(IDBFactory.prototype, 'open', () => make as never);
      expect(await codeOf(() => openKeyStore('x'))).toBe('KEY_STORE_UNAVAILABLE');
    }
  });

  it('because a newer version of this package was here', async () => {
    const name = `newer-${Date.now()}`;
    const newer = await new Promise<IDBDatabase>((resolve) => {
      const request = indexedDB.open(`wardseal.org/keystore/v0/${name}`, 2);
      request.onsuccess = () => resolve(request.result);
    });
    newer.close();
    expect(await codeOf(() => openKeyStore(name))).toBe('KEY_STORE_UNAVAILABLE');
  });
});

describe('several pages at once', () => {
  it('may store under one id: all are told the truth, one set of keys stays', async () => {
    const one = await store();
    const others = await Promise.all([store(one.name), store(one.name), store(one.name)]);
    const people = [w.alice, w.bob, w.mallory, w.custodian];
    const results = await Promise.all([one, ...others].map((each, i) => each.put('me', keysOf(people[i]!))));
    for (const [i, result] of results.entries()) {
      expect(result.kept).toBe('non-extractable');
      expect(result.identity.recipient).toBe(people[i]!.entry.recipient);
    }
    const final = await others[2]!.get('me');
    expect(people.map(({ entry }) => entry.recipient)).toContain(final!.identity.recipient);
    expect(await partsIn(one.name)).toHaveLength(3);
  });

  it('begin again when their parts were swept just before they came to count', async () => {
    const one = await store();
    let swept = 0;
    patch(
      IDBObjectStore.prototype,
      'count',
      (original) =>
        function (this: IDBObjectStore, query) {
          if (query instanceof IDBKeyRange && swept++ === 0) this.delete(query);
          return original.call(this, query);
        },
    );
    expect((await one.put('me', keysOf(w.alice))).kept).toBe('non-extractable');
    expect(swept).toBe(2);
    expect((await one.get('me'))?.kept).toBe('non-extractable');
    expect(await partsIn(one.name)).toHaveLength(3);
  });

  it('leave the former keys when their parts were swept and nothing can be stored after that', async () => {
    const one = await store();
    await one.put('me', keysOf(w.alice));
    let swept = false;
    patch(
      IDBObjectStore.prototype,
      'count',
      (original) =>
        function (this: IDBObjectStore, query) {
          if (query instanceof IDBKeyRange) {
            swept = true;
            this.delete(query);
          }
          return original.call(this, query);
        },
    );
    patch(
      IDBObjectStore.prototype,
      'put',
      (original) =>
        function (this: IDBObjectStore, value, key) {
          if (swept && this.name === 'parts') throw new DOMException('no', 'QuotaExceededError');
          return original.call(this, value, key);
        },
    );
    expect(await codeOf(() => one.put('me', keysOf(w.bob)))).toBe('KEY_STORE_UNAVAILABLE');
    expect(swept).toBe(true);
    expect((await one.get('me'))?.identity.recipient).toBe(w.alice.entry.recipient);
    expect(await partsIn(one.name)).toHaveLength(3);
  });

  it('may open the store while keys are being stored', async () => {
    const one = await store();
    let stop = false;
    const opening = (async () => {
      for (let i = 0; i < 8 && !stop; i++) (await openKeyStore(one.name)).close();
    })();
    expect((await one.put('me', keysOf(w.alice))).kept).toBe('non-extractable');
    stop = true;
    await opening;
    expect((await one.get('me'))?.kept).toBe('non-extractable');
  });

  it('do not hold up who upgrades or deletes the database', async () => {
    const one = await store();
    await one.put('me', keysOf(w.alice));
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.deleteDatabase(`wardseal.org/keystore/v0/${one.name}`);
      request.onsuccess = () => resolve();
      request.onblocked = () => reject(new Error('blocked'));
    });
    expect(await one.get('me')).toBeNull(); // opened anew
    expect((await one.put('me', keysOf(w.bob))).kept).toBe('non-extractable');
  });

  it('open the database anew when the browser closed it', async () => {
    const connections: IDBDatabase[] = [];
    patch(
      IDBFactory.prototype,
      'open',
      (original) =>
        function (this: IDBFactory, ...args) {
          const request = original.apply(this, args);
          request.addEventListener('success', () => connections.push(request.result));
          return request;
        },
    );
    const one = await store();
    await one.put('me', keysOf(w.alice));
    for (const connection of connections.splice(0)) {
      connection.close();
      connection.dispatchEvent(new Event('close'));
    }
    expect((await one.get('me'))?.identity.recipient).toBe(w.alice.entry.recipient);
    expect(connections).toHaveLength(1);
  });

  it('sweep what a page that was closed in the middle left', async () => {
    const one = await store();
    await one.put('me', keysOf(w.alice));
    const [left] = await partsIn(one.name);
    await raw(one.name, (parts) => parts.put(left, ['me', 'an attempt', 'Ed25519']));
    await raw(one.name, (parts) => parts.put(left, ['nobody', 'an attempt', 'X25519']));
    expect(await partsIn(one.name)).toHaveLength(5);
    const other = await store(one.name);
    expect(await partsIn(one.name)).toHaveLength(3);
    expect((await other.get('me'))?.kept).toBe('non-extractable');
  });
});

describe('two pages that store, read and delete in any order', () => {
  it('see what one list of ids and keys would show', async () => {
    const people = [classic.alice, classic.bob, w.mallory];
    const act = fc.record({
      page: fc.nat(1),
      id: fc.constantFrom('a', 'a\u0000', 'b'),
      put: fc.option(fc.nat(2)),
      read: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        const one = await store();
        const pages = [one, await store(one.name)];
        const model = new Map<string, string>();
        for (const { page, id, put, read } of acts) {
          if (put !== null) {
            await pages[page]!.put(id, keysOf(people[put]!));
            model.set(id, people[put]!.entry.recipient);
          } else if (!read) {
            await pages[page]!.delete(id);
            model.delete(id);
          }
          for (const other of ['a', 'a\u0000', 'b'])
            expect((await pages[1 - page]!.get(other))?.identity.recipient).toBe(model.get(other));
        }
        const parts = [...model.values()].reduce(
          (sum, recipient) => sum + (recipient.startsWith('age1pq1') ? 3 : 2),
          0,
        );
        expect(await partsIn(one.name)).toHaveLength(parts);
      }),
      { numRuns: 20 },
    );
  });
});

describe('a database that was changed', () => {
  it('gives no keys', async () => {
    const one = await store();
    const other = await store();
    const fresh = async () => {
      await one.put('me', keysOf(w.alice));
      await other.put('me', keysOf(w.bob));
      const places = await raw<string[][]>(one.name, (parts) => parts.getAllKeys() as IDBRequest<string[][]>);
      return (part: string) => places.find((place) => place[2] === part)!;
    };
    const bobs = async (part: string) => {
      const keys = await raw<string[][]>(other.name, (parts) => parts.getAllKeys() as IDBRequest<string[][]>);
      return raw<Part>(other.name, (parts) => parts.get(keys.find((place) => place[2] === part)!));
    };
    for (const name of ['ML-KEM-768', 'X25519', 'Ed25519']) {
      const place = await fresh();
      const foreign = await bobs(name);
      await raw(one.name, (parts) => parts.put(foreign, place(name)));
      expect(await codeOf(() => one.get('me'))).toBe('KEY_STORE_UNAVAILABLE');
      await raw(one.name, (parts) => parts.delete(place(name)));
      expect(await codeOf(() => one.get('me'))).toBe('KEY_STORE_UNAVAILABLE');
    }
    for (const entry of [null, {}, { attempt: 'x', recipient: 'age1', signingKey: 'x' }, 'text']) {
      await fresh();
      await raw(one.name, (_, current) => current.put(entry, 'me'));
      expect(await codeOf(() => one.get('me'))).toBe('KEY_STORE_UNAVAILABLE');
    }
    await fresh();
    expect((await one.get('me'))?.kept).toBe('non-extractable');
  });

  it('gives no wrapped key from another place', async () => {
    loseOnRead(['X25519', 'Ed25519'], () => null);
    const one = await store();
    await one.put('me', keysOf(classic.alice));
    const places = await raw<string[][]>(one.name, (parts) => parts.getAllKeys() as IDBRequest<string[][]>);
    const entry = await raw<object>(one.name, (_, current) => current.get('me'));
    for (const place of places) {
      const part = await raw<Part>(one.name, (parts) => parts.get(place));
      await raw(one.name, (parts) => parts.put(part, ['you', ...place.slice(1)]));
    }
    await raw(one.name, (_, current) => current.put(entry, 'you'));
    expect((await one.get('me'))?.kept).toBe('wrapped');
    expect(await codeOf(() => one.get('you'))).toBe('KEY_STORE_UNAVAILABLE');
  });
});

describe('the README', () => {
  it('shows what works in a browser', async () => {
    const url = new URL('../../README.md?raw', import.meta.url).href;
    const { default: readme } = (await import(/* @vite-ignore */ url)) as { default: string };
    const block = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)]
      .map(([, code]) => code!)
      .find((code) => code.includes('openKeyStore'))!;
    const kept: string[] = [];
    const modules = {
      '@wardseal/crypto': api,
      '@wardseal/crypto/keystore': {
        openKeyStore: async (name: string) => {
          const opened = await openKeyStore(name);
          const put: KeyStore['put'] = async (id, keys) => {
            const stored = await opened.put(id, keys);
            kept.push(stored.kept);
            return stored;
          };
          return { ...opened, put, close: () => kept.push('closed') && opened.close() };
        },
      },
    };
    const body = block.replace(/^import (\{.*?\}) from ('.*?');$/gm, 'const $1 = modules[$2];');
    await new Function('modules', `return (async () => {${body}})()`)(modules);
    expect(kept).toEqual(['non-extractable', 'closed']);
  });
});
