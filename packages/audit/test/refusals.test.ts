import { beforeAll, describe, expect, it } from 'vitest';
import { signText } from '../src/cosignature.js';
import { formatEvidence } from '../src/evidence.js';
import {
  compareCheckpoints,
  parsePolicy,
  type VerifyPolicy,
  verifyCheckpoint,
  verifyConsistency,
  verifyEvidence,
  verifyWitnessed,
} from '../src/index.js';
import { formatNote, formatSignature, MAX_NOTE, parseNote } from '../src/note.js';
import { formatProof } from '../src/tlog-proof.js';
import { createWitness } from '../src/witness/server.js';
import { memoryWitnessState } from '../src/witness/state.js';
import { formatRequest, MAX_REQUEST } from '../src/witness/wire.js';
import { demoSigner, ORIGIN, START } from './support/events.js';
import { mth } from './support/model.js';
import { checkpointOver, consistency, cosigner, demoWitness, leavesOf } from './support/witnesses.js';

const { signer, vkey: logKey } = await demoSigner();
const pq = await cosigner(ORIGIN, 'ml-dsa-44');
const witness = await cosigner('w.example');
const leaves = leavesOf(30);
let [small, large, cosigned] = ['', '', ''];
let demanded: VerifyPolicy & Required<Pick<VerifyPolicy, 'witnesses'>>;

beforeAll(async () => {
  small = await checkpointOver(leaves.slice(0, 10), [signer]);
  large = await checkpointOver(leaves, [signer]);
  cosigned = large + formatSignature(await signText(parseNote(large)!.text, witness.signer, START));
  demanded = { logKey, witnesses: parsePolicy(`witness w ${witness.vkey}\nquorum w\n`) };
});

async function refused(work: Promise<unknown>, code: string, message: string): Promise<void> {
  await expect(work).rejects.toMatchObject({ name: 'AuditError', code, message });
}

describe('verifyCheckpoint says', () => {
  it('what it holds', async () => {
    const root = mth(leaves);
    expect(await verifyCheckpoint(large, { logKey })).toEqual({ origin: ORIGIN, size: 30, root, cosignatures: [] });
    const cosignatures = [{ name: 'w.example', witness: 'w', timestamp: START }];
    expect(await verifyCheckpoint(new TextEncoder().encode(cosigned), demanded)).toMatchObject({ cosignatures });
    const both = await checkpointOver(leaves, [signer, pq.signer]);
    expect((await verifyCheckpoint(both, { logKey, pqLogKey: pq.vkey })).size).toBe(30);
    const alone = await checkpointOver(leaves, [pq.signer]);
    expect((await verifyCheckpoint(alone, { logKey: pq.vkey })).size).toBe(30);
  });

  it.each<[string, string, () => string, () => VerifyPolicy]>([
    ['CHECKPOINT_INVALID', 'the checkpoint is malformed', () => 'x', () => ({ logKey })],
    ['CHECKPOINT_INVALID', 'the checkpoint is malformed', () => `x\n${large}`, () => ({ logKey })],
    ['CHECKPOINT_INVALID', 'the checkpoint is malformed', () => large + ' '.repeat(MAX_NOTE), () => ({ logKey })],
    [
      'CHECKPOINT_UNSIGNED',
      'a log key has not signed the checkpoint',
      () => large,
      () => ({ logKey, pqLogKey: pq.vkey }),
    ],
    [
      'SIGNATURE_INVALID',
      'the signature of the log on the checkpoint is wrong',
      () => large.replace('30', '31'),
      () => ({ logKey }),
    ],
    ['QUORUM_MISSING', 'too few witnesses signed the checkpoint', () => large, () => demanded],
    [
      'CHECKPOINT_STALE',
      "the witnesses' word on the checkpoint is too old",
      () => cosigned,
      () => ({ ...demanded, maxAge: 1, now: () => START + 2 }),
    ],
    [
      'CHECKPOINT_STALE',
      "the witnesses' word on the checkpoint is too old",
      () => cosigned,
      () => ({ ...demanded, maxAge: 1 }),
    ],
    ['KEY_INVALID', 'the key is of a kind that is not wanted here', () => large, () => ({ logKey: witness.vkey })],
    ['KEY_INVALID', 'the key is of a kind that is not wanted here', () => large, () => ({ logKey, pqLogKey: logKey })],
  ])('%s: %s', (code, message, text, policy) => refused(verifyCheckpoint(text(), policy()), code, message));

  it('whose signature is wrong, which log it is, and whom the policy is for', async () => {
    const wrong = await signText(parseNote(small)!.text, witness.signer, START);
    const message = 'the signature of a witness on the checkpoint is wrong';
    await refused(verifyCheckpoint(large + formatSignature(wrong), demanded), 'SIGNATURE_INVALID', message);
    const { vkey: other } = await demoSigner('other', 'other.example');
    await refused(
      verifyCheckpoint(large, { logKey: other }),
      'ORIGIN_MISMATCH',
      'the checkpoint speaks for another log',
    );
    const elsewhere = parsePolicy(`log ${other}\nquorum none\n`);
    await refused(
      verifyCheckpoint(large, { logKey, witnesses: elsewhere }),
      'POLICY_INVALID',
      'the witness policy is for other logs',
    );
    for (const maxAge of [-1, Number.NaN])
      await expect(verifyCheckpoint(cosigned, { ...demanded, maxAge })).rejects.toThrow('maxAge must be 0 ms or more');
    await expect(verifyCheckpoint(large, { logKey, maxAge: 1 })).rejects.toThrow('maxAge needs a quorum of witnesses');
    expect((await verifyCheckpoint(cosigned, { ...demanded, maxAge: 0, now: () => START })).size).toBe(30);
  });
});

describe('between two checkpoints', () => {
  const path = consistency(10, leaves);
  it('the path must lead from the one to the other', async () => {
    expect((await verifyConsistency(small, large, path, { logKey })).size).toBe(30);
    const message = 'the newer checkpoint does not extend the older one';
    await refused(verifyConsistency(small, large, path.slice(1), { logKey }), 'CONSISTENCY_INVALID', message);
    await refused(verifyConsistency(large, small, path, { logKey }), 'CONSISTENCY_INVALID', message);
    await refused(
      verifyConsistency(small, large.replace('30', '31'), path, { logKey }),
      'SIGNATURE_INVALID',
      expect.any(String) as unknown as string,
    );
  });

  it('a witness must have seen the newer one, and the older one may be a receipt', async () => {
    expect((await verifyWitnessed(small, cosigned, path, demanded)).cosignatures).toHaveLength(1);
    const leaf = new Uint8Array(10);
    const receipt = formatProof({ index: 0, hashes: [], checkpoint: small, leaf, opening: null });
    expect((await verifyWitnessed(receipt, cosigned, path, demanded)).size).toBe(30);
    expect((await verifyWitnessed(new TextEncoder().encode(receipt), cosigned, path, demanded)).size).toBe(30);
    const message = 'the newer checkpoint does not extend the one that was seen';
    await refused(verifyWitnessed(small, cosigned, [], demanded), 'CONSISTENCY_INVALID', message);
    await refused(
      verifyWitnessed(small, large, path, demanded),
      'QUORUM_MISSING',
      'too few witnesses signed the checkpoint',
    );
    await refused(
      verifyWitnessed(receipt.replace('index', 'Index'), cosigned, path, demanded),
      'RECEIPT_INVALID',
      'the receipt is malformed',
    );
    await refused(
      verifyWitnessed(small, cosigned, path, { ...demanded, pqLogKey: pq.vkey }),
      'CHECKPOINT_UNSIGNED',
      'a log key has not signed the checkpoint',
    );
    const both = { ...demanded, pqLogKey: pq.vkey };
    const twice = await checkpointOver(leaves, [signer, pq.signer]);
    const seen = twice + formatSignature(await signText(parseNote(twice)!.text, witness.signer, START));
    const unsigned = 'a log key has not signed the checkpoint';
    await refused(verifyWitnessed(small, seen, path, both), 'CHECKPOINT_UNSIGNED', unsigned);
    const early = await checkpointOver(leaves.slice(0, 10), [signer, pq.signer]);
    expect((await verifyWitnessed(early, seen, path, both)).size).toBe(30);
    await refused(
      verifyWitnessed(Uint8Array.of(0xff), seen, path, both),
      'CHECKPOINT_INVALID',
      'the checkpoint is malformed',
    );
    const careless = { logKey } as typeof demanded;
    await expect(verifyWitnessed(small, cosigned, path, careless)).rejects.toThrow('policy must name witnesses');
  });
});

describe('evidence', () => {
  const fork = leavesOf(30, 'fork', 5);
  const beginning = () => ({ root: mth(fork.slice(0, 10)), path: consistency(10, fork) });
  const both = 'both checkpoints can be true';
  it('of two histories is taken, of one is refused', async () => {
    const other = await checkpointOver(fork, [signer]);
    const split = { older: small, newer: other, beginning: beginning() };
    expect(await verifyEvidence(formatEvidence(split), { logKey })).toMatchObject({
      kind: 'other-beginning',
      older: { size: 10, cosignatures: [] },
      newer: { size: 30 },
    });
    const equal = formatEvidence({ older: large, newer: other, beginning: null });
    expect((await verifyEvidence(equal, { logKey })).kind).toBe('same-size');
    const seen = formatEvidence({ older: cosigned, newer: other, beginning: null });
    expect((await verifyEvidence(seen, demanded)).older.cosignatures).toHaveLength(1);
    const honest = { root: mth(leaves.slice(0, 10)), path: consistency(10, leaves) };
    for (const view of [
      { older: large, newer: large, beginning: null },
      { older: small, newer: large, beginning: null },
      { older: small, newer: large, beginning: honest },
      { older: small, newer: large, beginning: beginning() },
      { older: small, newer: other, beginning: { ...beginning(), path: beginning().path.slice(1) } },
      { older: other, newer: small, beginning: beginning() },
      { older: large, newer: other, beginning: { root: mth(fork), path: [] } },
    ])
      await refused(verifyEvidence(formatEvidence(view), { logKey }), 'EVIDENCE_INVALID', both);
    await refused(verifyEvidence('{}\n', { logKey }), 'EVIDENCE_INVALID', 'the evidence is malformed');
    const unsigned = formatEvidence({
      ...split,
      older: formatNote({ ...parseNote(small)!, signatures: parseNote(other)!.signatures }),
    });
    await refused(
      verifyEvidence(unsigned, { logKey }),
      'SIGNATURE_INVALID',
      'the signature of the log on the checkpoint is wrong',
    );
  });

  it('needs the post-quantum signature where its key is pinned', async () => {
    const policy = { logKey, pqLogKey: pq.vkey };
    const signed = (of: readonly Uint8Array[]) => checkpointOver(of, [signer, pq.signer]);
    const [mine, theirs] = [await signed(leaves), await signed(fork)];
    expect((await compareCheckpoints(mine, theirs, policy)).verdict).toBe('split');
    await refused(
      compareCheckpoints(mine, large, policy),
      'CHECKPOINT_UNSIGNED',
      'a log key has not signed the checkpoint',
    );
  });
});

describe('a witness answers', () => {
  const body = (oldSize: number, checkpoint: string, proof: readonly Uint8Array[] = []) =>
    formatRequest({ oldSize, proof, checkpoint });
  const answerTo = async (post: (body: string) => Promise<Response>, text: string) => {
    const response = await post(text);
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    return [response.status, await response.text(), response.headers.get('content-type')];
  };
  const TEXT = 'text/plain; charset=utf-8';

  it('with the status of the specification and what is wrong', async () => {
    const { post, witness: server } = await demoWitness('w.example');
    expect((await post(body(0, small))).status).toBe(200);
    const stranger = await demoSigner('stranger', 'stranger.example');
    const strange = await checkpointOver(leaves, [stranger.signer], { origin: 'stranger.example' });
    const impostor = await checkpointOver(leaves, [(await demoSigner('impostor')).signer]);
    for (const [text, status, words, type] of [
      ['old 10\n', 400, 'malformed request\n', TEXT],
      ['x'.repeat(MAX_REQUEST + 1), 400, 'malformed request\n', TEXT],
      [body(31, large), 400, 'old size above the size\n', TEXT],
      [body(10, impostor), 403, 'no valid signature of the log\n', TEXT],
      [body(10, strange), 404, 'unknown log\n', TEXT],
      [body(9, large), 409, '10\n', 'text/x.tlog.size'],
      [body(10, large), 422, 'inconsistent\n', TEXT],
    ] as const)
      expect(await answerTo(post, text)).toEqual([status, words, type]);
    const missing = await server.handle(new Request('https://w.example/elsewhere'));
    expect([missing.status, await missing.text()]).toEqual([404, 'not here\n']);
    expect((await answerTo(post, body(10, large, consistency(10, leaves))))[0]).toBe(200);
  });

  it('503 when it cannot remember, or will not', async () => {
    const memory = memoryWitnessState();
    const broken = { ...memory, update: () => Promise.reject(new Error('disk')) };
    const { post } = await demoWitness('w.example', { state: broken });
    expect(await answerTo(post, body(0, small))).toEqual([503, 'the witness cannot sign\n', TEXT]);
    const idle = await demoWitness('w.example', { state: { ...memory, update: async () => undefined } });
    expect(await answerTo(idle.post, body(0, small))).toEqual([503, 'not signed\n', TEXT]);
    const rotten = await demoWitness('w.example', {
      state: { ...memory, update: async (_, work) => void (await work('rot')) },
    });
    expect((await rotten.post(body(0, small))).status).toBe(503);
  });

  it('not at all when it was set up wrongly', async () => {
    const { signer: own } = await cosigner('w.example');
    const named = await cosigner('v.example', 'ml-dsa-44');
    const base = { signer: own, logs: [logKey], state: memoryWitnessState() };
    for (const [change, message] of [
      [{ logs: [] }, 'logs must name a log'],
      [{ pqSigner: named.signer }, 'signer and pqSigner must have one name'],
      [{ path: 'x/' }, 'path must start and end with a slash'],
      [{ path: '/x' }, 'path must start and end with a slash'],
    ] as const)
      expect(() => createWitness({ ...base, ...change })).toThrow(new RangeError(message));
  });
});
