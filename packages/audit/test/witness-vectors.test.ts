import { describe, expect, it } from 'vitest';
import { type AuditError, parsePolicy, verifyCheckpoint, verifyEvidence } from '../src/index.js';
import { createWitness } from '../src/witness/server.js';
import { memoryWitnessState } from '../src/witness/state.js';
import file from '../vectors/witness.json' with { type: 'json' };
import { codeOf } from './support/events.js';
import { cosigner } from './support/witnesses.js';

const { logKey, pqLogKey } = file;

describe('vectors/witness.json: policies', () => {
  it.each(file.policies)('$name', ({ text, result, line }) => {
    let error: AuditError | undefined;
    try {
      parsePolicy(text);
    } catch (thrown) {
      error = thrown as AuditError;
    }
    expect([error ? 'invalid' : 'valid', error?.code, error?.line]).toEqual([
      result,
      result === 'invalid' ? 'POLICY_INVALID' : undefined,
      line,
    ]);
  });
});

describe('vectors/witness.json: checkpoints', () => {
  it.each(file.checkpoints)('$name', async ({ checkpoint, result, code, pq, now, maxAge, signed }) => {
    const work = verifyCheckpoint(checkpoint, {
      logKey,
      witnesses: parsePolicy(file.witnessPolicy),
      ...(pq && { pqLogKey }),
      ...(maxAge !== undefined && now !== undefined && { maxAge: maxAge * 1000, now: () => now * 1000 }),
    });
    if (result === 'invalid') expect(await codeOf(work)).toBe(code);
    else expect((await work).cosignatures.map(({ witness }) => witness)).toEqual(signed);
  });
});

describe('vectors/witness.json: a conversation', () => {
  it('gets the statuses of tlog-witness', async () => {
    const { signer } = await cosigner('w.example');
    const witness = createWitness({ signer, logs: [logKey], state: memoryWitnessState() });
    for (const { name, body, status, size } of file.conversation) {
      const response = await witness.handle(new Request('https://w.example/add-checkpoint', { method: 'POST', body }));
      const text = await response.text();
      expect([name, response.status]).toEqual([name, status]);
      if (status === 409) expect(text).toBe(`${size}\n`);
    }
  });
});

describe('vectors/witness.json: evidence', () => {
  it.each(file.evidence)('$name', async ({ bundle, result, code, kind }) => {
    const work = verifyEvidence(bundle, { logKey });
    if (result === 'invalid') expect(await codeOf(work)).toBe(code);
    else expect((await work).kind).toBe(kind);
  });
});
