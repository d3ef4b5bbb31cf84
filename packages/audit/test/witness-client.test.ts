import { describe, expect, it } from 'vitest';
import {
  Cosigners,
  compareCheckpoints,
  parsePolicy,
  verifyCheckpoint,
  type WitnessClient,
  witnessClient,
  witnessedSize,
} from '../src/index.js';
import { parseRequest } from '../src/witness/wire.js';
import { codeOf, demoSigner, ORIGIN, START, testClock } from './support/events.js';
import { checkpointOver, clientOf, consistency, cosigner, demoWitness, leavesOf } from './support/witnesses.js';

const { signer, vkey: logKey } = await demoSigner();
const { vkey } = await cosigner('w.example');
const five = await checkpointOver(leavesOf(5), [signer]);
const ask = { oldSize: 0, proof: [], checkpoint: five };

/** A client of something that answers this. */
function answering(answer: (url: string, init: RequestInit) => Response | Promise<Response>): WitnessClient {
  const fetch = async (url: string, init: RequestInit) => answer(url, init);
  return witnessClient({ url: 'https://w.example/sub', vkey, fetch, timeout: 200 });
}

async function prove(from: number, to: number): Promise<readonly Uint8Array[]> {
  return consistency(from, leavesOf(to));
}

describe('witnessClient', () => {
  it('asks as the specification says, and takes only the witness’s own word', async () => {
    const { witness } = await demoWitness('w.example');
    const stranger = await demoWitness('stranger.example');
    const seen: string[] = [];
    const client = answering(async (url, init) => {
      seen.push(`${init.method} ${url} ${init.redirect} ${init.credentials}`);
      const body = init.body as Uint8Array<ArrayBuffer>;
      expect(parseRequest(body)).toMatchObject({ oldSize: 0, head: { origin: ORIGIN, size: 5 } });
      const request = (): Request => new Request('https://x/add-checkpoint', { method: 'POST', body });
      const lines = await (await stranger.witness.handle(request())).text();
      return new Response(lines + (await (await witness.handle(request())).text()));
    });
    const answer = await client.addCheckpoint(ask);
    expect(seen).toEqual(['POST https://w.example/sub/add-checkpoint error omit']);
    expect(answer).toMatchObject({ kind: 'cosigned', timestamp: START });
    expect((answer as { signatures: string }).signatures).toMatch(/^— w\.example \S+\n$/);
  });

  it.each([
    [400, 'WITNESS_REQUEST_REFUSED'],
    [403, 'WITNESS_SIGNATURE_REFUSED'],
    [404, 'WITNESS_LOG_UNKNOWN'],
    [422, 'WITNESS_INCONSISTENT'],
    [429, 'WITNESS_UNAVAILABLE'],
    [500, 'WITNESS_UNAVAILABLE'],
    [503, 'WITNESS_UNAVAILABLE'],
    [201, 'WITNESS_UNAVAILABLE'],
  ])('%d is %s', async (status, code) => {
    const client = answering(() => new Response('x\n', { status }));
    await expect(client.addCheckpoint(ask)).rejects.toMatchObject({ name: 'AuditError', code, status });
  });

  it('409 gives the size, when it is one', async () => {
    const conflict = (body: string, type: string) =>
      answering(() => new Response(body, { status: 409, headers: { 'content-type': type } })).addCheckpoint(ask);
    expect(await conflict('7\n', 'text/x.tlog.size')).toEqual({ kind: 'conflict', size: 7 });
    for (const body of ['7', '07\n', '7\n\n', '-7\n', '', ' 7\n', '7.0\n', '9007199254740992\n'])
      expect(await codeOf(conflict(body, 'text/x.tlog.size')), body).toBe('WITNESS_ANSWER_INVALID');
    expect(await codeOf(conflict('7\n', 'text/plain'))).toBe('WITNESS_ANSWER_INVALID');
  });

  it('refuses a lie: no signature, a stranger’s, for another size, another log, of time 0, damaged', async () => {
    const { post } = await demoWitness('w.example');
    const { formatRequest } = await import('../src/witness/wire.js');
    const good = await (await post(formatRequest(ask))).text();
    const six = await checkpointOver(leavesOf(6), [signer]);
    const forSix = await (
      await (await demoWitness('w.example')).post(formatRequest({ ...ask, checkpoint: six }))
    ).text();
    const other = await demoSigner('signer', 'other.example');
    const elsewhere = await demoWitness('w.example', { logs: [other.vkey] });
    const foreign = await checkpointOver(leavesOf(5), [other.signer], { origin: 'other.example' });
    const forOther = await (await elsewhere.post(formatRequest({ ...ask, checkpoint: foreign }))).text();
    const stranger = await (await (await demoWitness('stranger.example')).post(formatRequest(ask))).text();
    const timeless = await (
      await (await demoWitness('w.example', { clock: testClock(0) })).post(formatRequest(ask))
    ).text();
    for (const lie of [
      ...['', '\n', good.slice(0, -1), `${good}${good}`, `${good}\n`, good.replace('— ', '- '), forSix, forOther],
      ...[stranger, timeless, good.replace(/(.{20}).\n$/, '$1A\n'), `${five}${good}`],
    ])
      expect(await codeOf(answering(() => new Response(lie)).addCheckpoint(ask)), lie.slice(0, 60)).toBe(
        'WITNESS_ANSWER_INVALID',
      );
    expect(await codeOf(answering(() => new Response(good)).addCheckpoint(ask))).toBe('none');
  });

  it('does not wait for ever, read for ever, or follow', async () => {
    const silent = answering(() => new Promise<Response>(() => undefined));
    expect(await codeOf(silent.addCheckpoint(ask))).toBe('WITNESS_UNAVAILABLE');
    let sent = 0;
    const endless = answering(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              sent += 65_536;
              controller.enqueue(new Uint8Array(65_536));
            },
          }),
        ),
    );
    expect(await codeOf(endless.addCheckpoint(ask))).toBe('WITNESS_UNAVAILABLE');
    expect(sent).toBeLessThan(1_000_000);
    const down = answering(() => Promise.reject(new TypeError('fetch failed')));
    await expect(down.addCheckpoint(ask)).rejects.toMatchObject({
      code: 'WITNESS_UNAVAILABLE',
      cause: expect.any(TypeError),
    });
  });

  it('speaks https, or http to this machine', async () => {
    const url = (text: string) => codeOf(() => witnessClient({ url: text, vkey }));
    for (const good of ['https://w.example', 'http://localhost:1/x', 'http://127.0.0.2/', 'http://[::1]:4/'])
      expect(await url(good), good).toBe('none');
    for (const bad of [
      'http://w.example',
      'ftp://w.example',
      'https://a:b@w.example',
      'https://w.example/?x',
      'https://w.example/#x',
      'http://127.0.0.1.example/',
      'http://localhost.example/',
    ])
      expect(await url(bad), bad).toBe('RangeError');
    expect(await url('w.example')).not.toBe('none');
    expect(await codeOf(() => witnessClient({ url: 'https://w.example', vkey: logKey }))).toBe('KEY_INVALID');
    expect(await codeOf(() => witnessClient({ url: 'https://w.example', vkey: [] }))).toBe('RangeError');
    for (const timeout of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(await codeOf(() => witnessClient({ url: 'https://w.example', vkey, timeout }))).toBe('RangeError');
  });

  it('fetches what the witness signed last', async () => {
    const { client, witness } = await demoWitness('w.example');
    expect(await client.latest(ORIGIN)).toBeNull();
    await client.addCheckpoint(ask);
    const text = await client.latest(ORIGIN);
    expect(text!.startsWith(five)).toBe(true);
    const stranger = clientOf(witness, (await cosigner('v.example')).vkey);
    expect(await codeOf(stranger.latest(ORIGIN))).toBe('WITNESS_ANSWER_INVALID');
    const served = (body: string) => answering(() => new Response(body)).latest(ORIGIN);
    expect(await served(text!)).toBe(text);
    for (const bad of ['', five, `other${text}`, text!.slice(0, -1)])
      expect(await codeOf(served(bad))).toBe('WITNESS_ANSWER_INVALID');
    // A good word on another log's checkpoint.
    const other = await demoSigner('signer', 'other.example');
    const elsewhere = await demoWitness('w.example', { logs: [other.vkey] });
    const checkpoint = await checkpointOver(leavesOf(5), [other.signer], { origin: 'other.example' });
    await elsewhere.client.addCheckpoint({ ...ask, checkpoint });
    const foreign = await elsewhere.client.latest('other.example');
    expect(await codeOf(served(foreign!))).toBe('WITNESS_ANSWER_INVALID');
    expect(await codeOf(answering(() => new Response('', { status: 500 })).latest(ORIGIN))).toBe('WITNESS_UNAVAILABLE');
  });
});

describe('Cosigners', () => {
  it('asks all, keeps the good words, and names who failed', async () => {
    const a = await demoWitness('a.example');
    const b = await demoWitness('b.example', { pqSigner: (await cosigner('b.example', 'ml-dsa-44')).signer });
    const slow: WitnessClient = {
      ...a.client,
      name: 'slow.example',
      addCheckpoint: () => answering(() => new Promise<Response>(() => undefined)).addCheckpoint(ask),
    };
    const liar = answering(async (_, init) =>
      b.witness.handle(
        new Request('https://x/add-checkpoint', { method: 'POST', body: init.body as Uint8Array<ArrayBuffer> }),
      ),
    );
    const cosigners = new Cosigners([a.client, b.client, slow, liar]);
    const soFar: string[] = [];
    const { checkpoint, cosigned, failures } = await cosigners.cosign(five, prove, ({ cosigned: names }) =>
      soFar.push(names.map(({ name }) => name).join()),
    );
    expect(cosigned.map(({ name }) => name).sort()).toEqual(['a.example', 'b.example']);
    expect(soFar).toHaveLength(2);
    expect(failures.map(({ name, error }) => [name, error.code]).sort()).toEqual([
      ['slow.example', 'WITNESS_UNAVAILABLE'],
      ['w.example', expect.stringMatching(/^WITNESS_(ANSWER_INVALID|UNAVAILABLE)$/)],
    ]);
    const policy = parsePolicy(
      `witness a ${a.vkey}\nwitness b ${b.vkey}\nwitness p ${b.client.vkeys[1]}\ngroup all all a b p\nquorum all\n`,
    );
    expect((await verifyCheckpoint(checkpoint, { logKey, witnesses: policy })).cosignatures).toHaveLength(3);
    // The next one starts from what each has seen, and replaces nothing of others.
    const nine = await checkpointOver(leavesOf(9), [signer]);
    const next = await new Cosigners([a.client, b.client]).cosign(nine, prove);
    expect(next.failures).toEqual([]);
    const again = await new Cosigners([a.client]).cosign(next.checkpoint, prove);
    expect(again.checkpoint.split('—')).toHaveLength(next.checkpoint.split('—').length);
  });

  it('remembers sizes, so that a second round is one request each', async () => {
    const { witness } = await demoWitness('w.example');
    const olds: number[] = [];
    const client = answering((_, init) => {
      const body = init.body as Uint8Array<ArrayBuffer>;
      olds.push(parseRequest(body)!.oldSize);
      return witness.handle(new Request('https://x/add-checkpoint', { method: 'POST', body }));
    });
    const cosigners = new Cosigners([client]);
    for (const size of [3, 5, 5, 9]) await cosigners.cosign(await checkpointOver(leavesOf(size), [signer]), prove);
    expect(olds).toEqual([0, 3, 5, 5]);
    // A fresh process asks from 0 and is told.
    await new Cosigners([client]).cosign(await checkpointOver(leavesOf(12), [signer]), prove);
    expect(olds.slice(4)).toEqual([0, 9]);
    expect(await witnessedSize(client, five)).toBe(12);
  });

  it('a log that was rolled back, or forked, is refused by every witness', async () => {
    const witnesses = await Promise.all(['a.example', 'b.example'].map((name) => demoWitness(name)));
    const cosigners = new Cosigners(witnesses.map(({ client }) => client));
    await cosigners.cosign(await checkpointOver(leavesOf(9), [signer]), prove);
    const rolledBack = await cosigners.cosign(five, prove);
    expect(rolledBack.failures.map(({ error }) => [error.code, error.size])).toEqual([
      ['WITNESS_AHEAD', 9],
      ['WITNESS_AHEAD', 9],
    ]);
    expect(rolledBack.checkpoint).toBe(five);
    for (const size of [9, 12]) {
      const fork = leavesOf(size, 'fork', 4);
      const result = await cosigners.cosign(await checkpointOver(fork, [signer]), async (from) =>
        consistency(from, fork),
      );
      expect(result.failures.map(({ error }) => error.code)).toEqual(['WITNESS_INCONSISTENT', 'WITNESS_INCONSISTENT']);
    }
    const kept = await witnesses[0]!.client.latest(ORIGIN);
    const forked = await checkpointOver(leavesOf(9, 'fork', 4), [signer]);
    expect((await compareCheckpoints(kept!, forked, { logKey })).verdict).toBe('split');
  });

  it('a caller’s own client may throw what it likes: the others’ words stand', async () => {
    const a = await demoWitness('a.example');
    const broken: WitnessClient = {
      ...a.client,
      name: 'broken.example',
      addCheckpoint: () => Promise.reject(new TypeError('x')),
    };
    const { cosigned, failures } = await new Cosigners([broken, a.client]).cosign(five, prove);
    expect(cosigned.map(({ name }) => name)).toEqual(['a.example']);
    expect(failures[0]!.error).toMatchObject({ code: 'WITNESS_UNAVAILABLE', cause: expect.any(TypeError) });
    // What is the log's own fault is not the witnesses'.
    const six = await checkpointOver(leavesOf(6), [signer]);
    const failing = new Cosigners([a.client]).cosign(six, () => Promise.reject(new TypeError('no tiles')));
    await expect(failing).rejects.toThrow('no tiles');
  });

  it('gives up on a witness that names another size each time, and refuses too many', async () => {
    let size = 0;
    const client = answering(
      () => new Response(`${size++ % 5}\n`, { status: 409, headers: { 'content-type': 'text/x.tlog.size' } }),
    );
    const { failures } = await new Cosigners([client]).cosign(five, prove);
    expect(failures[0]!.error.code).toBe('WITNESS_UNAVAILABLE');
    expect(size).toBe(3);
    expect(await codeOf(() => new Cosigners(Array.from({ length: 31 }, () => client)))).toBe('RangeError');
    expect(await codeOf(new Cosigners([client]).cosign('nothing', prove))).toBe('CHECKPOINT_INVALID');
  });
});
