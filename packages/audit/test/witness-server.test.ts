import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogSigner, parsePolicy, verifyCheckpoint, verifyEvidence } from '../src/index.js';
import { parseNote } from '../src/note.js';
import { createWitness } from '../src/witness/server.js';
import { memoryWitnessState, type WitnessState } from '../src/witness/state.js';
import { formatRequest, MAX_REQUEST } from '../src/witness/wire.js';
import { codeOf, demoSigner, hexOf, ORIGIN, START, testClock } from './support/events.js';
import { hostileRequests } from './support/hostile-requests.js';
import { checkpointOver, consistency, cosigner, demoWitness, leavesOf } from './support/witnesses.js';

const { signer, vkey: logKey } = await demoSigner();
const b64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data));

/** A right request from `old` to `size` entries. */
async function request(old: number, size: number, signers: readonly LogSigner[] = [signer]): Promise<string> {
  const leaves = leavesOf(size);
  const checkpoint = await checkpointOver(leaves, signers);
  return formatRequest({ oldSize: old, proof: consistency(old, leaves), checkpoint });
}

async function answerOf(response: Response): Promise<{ status: number; body: string; type: string | null }> {
  return { status: response.status, body: await response.text(), type: response.headers.get('content-type') };
}

describe('add-checkpoint', () => {
  it('200: signs what extends what it signed, and says so below the checkpoint', async () => {
    const { post, vkey, witness } = await demoWitness('w.example');
    for (const [old, size] of [
      [0, 0],
      [0, 0],
      [0, 1],
      [1, 5],
      [5, 5],
      [5, 8],
      [8, 300],
    ] as const) {
      const body = await request(old, size);
      const { status, body: lines, type } = await answerOf(await post(body));
      expect(status, `${old} to ${size}`).toBe(200);
      expect(type).toMatch(/^text\/plain/);
      expect(lines).toMatch(/^— w\.example \S+\n$/);
      const checkpoint = body.slice(body.indexOf('\n\n') + 2);
      const policy = { logKey, witnesses: parsePolicy(`witness w ${vkey}\nquorum w\n`) };
      const { cosignatures } = await verifyCheckpoint(checkpoint + lines, policy);
      expect(cosignatures).toEqual([{ name: 'w.example', witness: 'w', timestamp: START }]);
      // What it serves is what it signed.
      const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(ORIGIN)));
      const served = await witness.handle(new Request(`https://witness.example/${hexOf(hash)}/checkpoint`));
      expect(served.status).toBe(200);
      expect(await served.text()).toBe(checkpoint + lines);
    }
  });

  it('signs with both keys where it has two', async () => {
    const pq = await cosigner('w.example', 'ml-dsa-44');
    const { post, client } = await demoWitness('w.example', { pqSigner: pq.signer });
    const lines = await (await post(await request(0, 3))).text();
    expect(parseNote(`x\n\n${lines}`)!.signatures.map(({ signature }) => signature.length)).toEqual([72, 2428]);
    expect(client.vkeys).toContain(pq.vkey);
  });

  it('signs extension lines of other people’s logs as they stand', async () => {
    const { post } = await demoWitness('w.example');
    const { signText } = await import('../src/cosignature.js');
    const { formatNote } = await import('../src/note.js');
    const text = `${parseNote(await checkpointOver(leavesOf(2), [signer]))!.text}an extension\n`;
    const note = formatNote({ text, signatures: [await signText(text, signer, 0)] });
    const response = await post(formatRequest({ oldSize: 0, proof: [], checkpoint: note }));
    expect(response.status).toBe(200);
    const state = parseNote(`${note}${await response.text()}`)!;
    const { checkSignature } = await import('../src/cosignature.js');
    const { parseVkey } = await import('../src/note-key.js');
    const key = parseVkey((await cosigner('w.example')).vkey);
    expect(await checkSignature(state, key)).toMatchObject({ state: 'valid' });
  });

  it.each([
    ['nothing', ''],
    ['no checkpoint', 'old 0\n\n'],
    ['no old line', async () => (await request(0, 3)).replace('old 0\n', '\n')],
    ['another word', async () => (await request(0, 3)).replace('old', 'Old')],
    ['two spaces', async () => (await request(0, 3)).replace('old ', 'old  ')],
    ['a leading zero', async () => (await request(0, 3)).replace('old 0', 'old 00')],
    ['a sign', async () => (await request(0, 3)).replace('old 0', 'old +0')],
    ['a fraction', async () => (await request(0, 3)).replace('old 0', 'old 0.0')],
    ['a size above 2^53', async () => (await request(0, 3)).replace('old 0', 'old 9007199254740993')],
    ['CRLF', async () => (await request(0, 3)).replaceAll('\n', '\r\n')],
    ['an old size above the size', async () => (await request(0, 3)).replace('old 0', 'old 4')],
    ['a proof hash that is short', async () => (await request(0, 3)).replace('old 0\n', 'old 0\nAAAA\n')],
    ['a proof hash not in base64', async () => (await request(2, 3)).replace(/\n.*\n\n/, `\n${'!'.repeat(44)}\n\n`)],
    ['base64 that is not canonical', async () => (await request(2, 3)).replace(/=\n/, (end) => end.replace('=', 'B='))],
    [
      '64 proof lines',
      async () => (await request(0, 3)).replace('\n\n', `\n${`${b64(new Uint8Array(32))}\n`.repeat(64)}\n`),
    ],
    ['a checkpoint without root', async () => (await request(0, 3)).replace(/\n[^\n]*\n\n—/, '\n\n—')],
    ['a checkpoint without signature', async () => (await request(0, 3)).replace(/—.*\n$/, '')],
    ['a checkpoint cut off', async () => (await request(0, 3)).slice(0, -1)],
    ['a size with a leading zero', async () => (await request(0, 3)).replace('\n3\n', '\n03\n')],
    ['a negative size', async () => (await request(0, 3)).replace('\n3\n', '\n-3\n')],
    ['an empty extension line', async () => (await request(0, 3)).replace('\n\n—', '\n\n\n—')],
    ['a control character', async () => (await request(0, 3)).replace('\n3\n', '\n3\u0000\n')],
    ['the log’s signature twice', async () => (await request(0, 3)).replace(/(—.*\n)$/, '$1$1')],
    [
      '33 signatures',
      async () => `${await request(0, 3)}${Array.from({ length: 32 }, (_, i) => `— s${i} AAAAAAA=\n`).join('')}`,
    ],
    ['more than the largest request', async () => `${await request(0, 3)}${'x'.repeat(MAX_REQUEST)}`],
  ])('400: %s', async (_, body) => {
    const { post } = await demoWitness('w.example');
    const text = typeof body === 'string' ? body : await body();
    expect((await post(text)).status).toBe(400);
    expect((await post(await request(0, 3))).status).toBe(200);
  });

  it('400: bytes that are not UTF-8', async () => {
    const { witness } = await demoWitness('w.example');
    const body = new TextEncoder().encode(await request(0, 3));
    body[20] = 0xff;
    const response = await witness.handle(new Request('https://w.example/add-checkpoint', { method: 'POST', body }));
    expect(response.status).toBe(400);
  });

  it('403: no signature of the log, a wrong one, one of another key of that name, one that only a second key made', async () => {
    const { post } = await demoWitness('w.example');
    const other = (await demoSigner('another key')).signer;
    expect((await post(await request(0, 3, [other]))).status).toBe(403);
    const good = await request(0, 3);
    const foreign = await request(0, 4);
    const line = (text: string): string => text.slice(text.lastIndexOf('—'));
    expect((await post(good.replace(line(good), line(foreign)))).status).toBe(403);
    expect((await post(good.replace(line(good), `${line(foreign)}${line(await request(0, 3, [other]))}`))).status).toBe(
      403,
    );
    const pq = await cosigner(ORIGIN, 'ml-dsa-44');
    expect((await post(await request(0, 3, [pq.signer]))).status).toBe(403);
    expect((await post(await request(0, 3, [other, signer]))).status).toBe(200);
  });

  it('a log of two keys: either is enough, a wrong one spoils it', async () => {
    const pq = await cosigner(ORIGIN, 'ml-dsa-44');
    const { post } = await demoWitness('w.example', { logs: [logKey, pq.vkey] });
    expect((await post(await request(0, 3, [pq.signer]))).status).toBe(200);
    expect((await post(await request(3, 4, [signer]))).status).toBe(200);
    const [good, foreign] = [await request(4, 5, [signer, pq.signer]), await request(4, 6, [signer, pq.signer])];
    const last = (text: string): string => text.slice(text.lastIndexOf('—'));
    expect((await post(good.replace(last(good), last(foreign)))).status).toBe(403);
    expect((await post(good)).status).toBe(200);
  });

  it('404: a log that it does not know, whatever the signatures', async () => {
    const { post } = await demoWitness('w.example');
    const { signer: stranger } = await demoSigner('signer', 'other.example');
    const checkpoint = await checkpointOver(leavesOf(3), [stranger], { origin: 'other.example' });
    expect((await post(formatRequest({ oldSize: 0, proof: [], checkpoint }))).status).toBe(404);
    // Signed by the log that it knows, but speaking for another.
    const mixed = await checkpointOver(leavesOf(3), [signer], { origin: 'other.example' });
    expect((await post(formatRequest({ oldSize: 0, proof: [], checkpoint: mixed }))).status).toBe(404);
  });

  it('409: the size it signed last', async () => {
    const { post } = await demoWitness('w.example');
    expect(await answerOf(await post(await request(2, 3)))).toEqual({
      status: 409,
      body: '0\n',
      type: 'text/x.tlog.size',
    });
    await post(await request(0, 5));
    for (const [old, size] of [
      [0, 5],
      [0, 3],
      [3, 4],
      [4, 8],
      [6, 8],
    ] as const)
      expect(await answerOf(await post(await request(old, size)))).toEqual({
        status: 409,
        body: '5\n',
        type: 'text/x.tlog.size',
      });
    expect((await post(await request(5, 8))).status).toBe(200);
  });

  it('422: a fork, a wrong proof, a proof where there is none to give, a wrong root of the empty tree', async () => {
    const bundles: string[] = [];
    const { post } = await demoWitness('w.example', { onSplitView: (evidence) => bundles.push(evidence) });
    const empty = await checkpointOver([], [signer]);
    const { signCheckpoint } = await import('../src/cosignature.js');
    const wrong = await signCheckpoint({ origin: ORIGIN, size: 0, root: new Uint8Array(32) }, [signer], 0);
    expect((await post(formatRequest({ oldSize: 0, proof: [], checkpoint: wrong }))).status).toBe(422);
    const zero = new Uint8Array(32);
    const three = await checkpointOver(leavesOf(3), [signer]);
    expect((await post(formatRequest({ oldSize: 0, proof: [zero], checkpoint: three }))).status).toBe(422);
    expect((await post(formatRequest({ oldSize: 0, proof: [zero], checkpoint: empty }))).status).toBe(422);
    expect((await post(await request(0, 5))).status).toBe(200);
    const ask = async (leaves: Uint8Array[], proof: Uint8Array[]): Promise<number> =>
      (await post(formatRequest({ oldSize: 5, proof, checkpoint: await checkpointOver(leaves, [signer]) }))).status;
    const right = leavesOf(8);
    const fork = leavesOf(8, 'fork', 2);
    expect(await ask(fork, consistency(5, fork))).toBe(422);
    expect(await ask(right, consistency(4, right))).toBe(422);
    expect(await ask(right, [])).toBe(422);
    expect(await ask(right, consistency(5, right).slice(1))).toBe(422);
    expect(await ask(right, [...consistency(5, right), zero])).toBe(422);
    expect(await ask(leavesOf(5), [zero])).toBe(422);
    expect(bundles).toEqual([]);
    // Two roots of one size under the log's key are proof enough.
    expect(await ask(leavesOf(5, 'fork', 2), [])).toBe(422);
    expect(bundles).toHaveLength(1);
    expect((await verifyEvidence(bundles[0]!, { logKey })).kind).toBe('same-size');
    expect(await ask(right, consistency(5, right))).toBe(200);
  });

  it('503 and nothing signed when the memory or the key fails', async () => {
    const failures: unknown[] = [];
    const broken: WitnessState = {
      ...memoryWitnessState(),
      update: (_, work) => work(null).then(() => Promise.reject(new Error('disk'))),
    };
    const { witness, post } = await demoWitness('w.example', {
      state: broken,
      onFailure: (error) => failures.push(error),
    });
    const { status, body } = await answerOf(await post(await request(0, 3)));
    expect([status, body.includes('—')]).toEqual([503, false]);
    const deaf = { vkey: witness.vkeys[0]!, sign: () => Promise.reject(new Error('no token')) };
    const second = await demoWitness('w.example', { signer: deaf, onFailure: (error) => failures.push(error) });
    expect((await second.post(await request(0, 3))).status).toBe(503);
    expect(failures).toHaveLength(2);
  });
});

describe('other requests', () => {
  it('404: another path or method, a log it never signed', async () => {
    const { witness } = await demoWitness('w.example', { path: '/audit/' });
    const ask = async (method: string, path: string): Promise<number> => {
      const body = method === 'POST' ? await request(0, 3) : null;
      return (await witness.handle(new Request(`https://w.example${path}`, { method, body }))).status;
    };
    const hash = hexOf(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(ORIGIN))));
    expect(await ask('GET', `/audit/${hash}/checkpoint`)).toBe(404);
    for (const [method, path] of [
      ['GET', '/audit/add-checkpoint'],
      ['PUT', '/audit/add-checkpoint'],
      ['POST', '/add-checkpoint'],
      ['POST', '/audit/add-checkpoint/'],
      ['POST', '/audit//add-checkpoint'],
      ['POST', '/audit/sign-subtree'],
      ['GET', '/'],
    ] as const)
      expect(await ask(method, path), `${method} ${path}`).toBe(404);
    expect(await ask('POST', '/audit/add-checkpoint?x=1')).toBe(200);
    expect(await ask('GET', `/audit/${hash}/checkpoint`)).toBe(200);
    expect(await ask('GET', `/audit/${hash.toUpperCase()}/checkpoint`)).toBe(404);
  });

  it('refuses a configuration that cannot be meant', async () => {
    const { signer: own } = await cosigner('w.example');
    const { signer: named } = await cosigner('v.example', 'ml-dsa-44');
    const base = { signer: own, logs: [logKey], state: memoryWitnessState() };
    expect(await codeOf(() => createWitness({ ...base, signer }))).toBe('KEY_INVALID');
    expect(await codeOf(() => createWitness({ ...base, logs: [] }))).toBe('RangeError');
    expect(await codeOf(() => createWitness({ ...base, logs: [own.vkey] }))).toBe('KEY_INVALID');
    expect(await codeOf(() => createWitness({ ...base, pqSigner: named }))).toBe('RangeError');
    expect(await codeOf(() => createWitness({ ...base, path: 'x' }))).toBe('RangeError');
  });
});

describe('never two histories', () => {
  it('of many requests at once that fork, signs one history only', async () => {
    for (let round = 0; round < 20; round++) {
      const { post, vkey } = await demoWitness('w.example');
      const branches = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const leaves = leavesOf(3 + (i % 4), `branch ${i}`, 1);
          return formatRequest({ oldSize: 0, proof: [], checkpoint: await checkpointOver(leaves, [signer]) });
        }),
      );
      const answers = await Promise.all(branches.map((body) => post(body)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
      expect(vkey).toMatch(/^w\.example\+/);
    }
  });

  it('of any sequence of requests over three branches, what it signs is one chain, and its memory never shrinks', async () => {
    const steps = fc.array(
      fc.record({
        old: fc.integer({ min: 0, max: 12 }),
        size: fc.integer({ min: 0, max: 12 }),
        branch: fc.constantFrom('', 'b', 'c'),
        from: fc.integer({ min: 0, max: 8 }),
      }),
      { maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (asked) => {
        const { post } = await demoWitness('w.example', { clock: testClock() });
        let signed: Uint8Array[] = [];
        for (const { old, size, branch, from } of asked) {
          const leaves = leavesOf(size, branch, from);
          const proof = old <= size ? consistency(old, leaves) : [];
          const body = formatRequest({ oldSize: old, proof, checkpoint: await checkpointOver(leaves, [signer]) });
          const { status, body: answer } = await answerOf(await post(body));
          const extend = signed.every((leaf, i) => leaves[i] && hexOf(leaf) === hexOf(leaves[i]!));
          const expected = old > size ? 400 : old !== signed.length ? 409 : extend ? 200 : 422;
          expect(status).toBe(expected);
          if (status === 409) expect(answer).toBe(`${signed.length}\n`);
          if (status === 200) signed = leaves;
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('hostile requests', () => {
  it('get a status of the specification, and change nothing unless they are right', () => hostileRequests(1500));
});
