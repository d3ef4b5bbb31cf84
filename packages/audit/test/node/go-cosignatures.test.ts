import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Cosigners, compareCheckpoints } from '../../src/index.js';
import { demoSigner, ORIGIN, START } from '../support/events.js';
import { askGoOfNotes, buildVerifier } from '../support/go.js';
import { checkpointOver, consistency, cosigner, demoWitness, leavesOf } from '../support/witnesses.js';

let tools = '';
let program = '';
const { signer, vkey: logKey } = await demoSigner();

beforeAll(async () => {
  tools = await mkdtemp(join(tmpdir(), 'wardseal-go-'));
  program = await buildVerifier(tools, 'go-cosignatures');
});
afterAll(() => rm(tools, { recursive: true }));

it('Go opens checkpoints with two log keys and cosignatures of every kind, and checks the Ed25519 ones', async () => {
  const pq = await cosigner(ORIGIN, 'ml-dsa-44');
  const a = await demoWitness('a.example');
  const b = await demoWitness('b.example', { pqSigner: (await cosigner('b.example', 'ml-dsa-44')).signer });
  const plain = await checkpointOver(leavesOf(7), [signer, pq.signer], { now: START });
  const { checkpoint } = await new Cosigners([a.client, b.client]).cosign(plain, async (from) =>
    consistency(from, leavesOf(7)),
  );
  const answers = await askGoOfNotes(tools, program, [
    { note: plain, vkeys: [logKey] },
    { note: checkpoint, vkeys: [logKey] },
    { note: checkpoint, vkeys: [logKey, a.vkey, b.vkey] },
    { note: checkpoint, vkeys: [(await demoSigner('another')).vkey] },
    { note: checkpoint.replace('\n7\n', '\n8\n'), vkeys: [logKey] },
    { note: checkpoint.replace('\n7\n', '\n8\n'), vkeys: [a.vkey] },
  ]);
  expect(answers).toEqual([
    `good ${ORIGIN}, unknown 1`,
    `good ${ORIGIN}, unknown 4`,
    expect.stringMatching(/^good audit\.demo-trust\.example\/2026 .*, unknown 2$/),
    expect.stringMatching(/^bad: note has no verifiable signatures/),
    expect.stringMatching(/^bad: invalid signature/),
    expect.stringMatching(/^bad: invalid signature/),
  ]);
  expect(answers[2]).toMatch(/a\.example/);
  expect(answers[2]).toMatch(/b\.example/);
});

it('Go opens both notes of the evidence of a split view', async () => {
  const w = await demoWitness('w.example');
  const mine = await checkpointOver(leavesOf(7), [signer]);
  const theirs = await checkpointOver(leavesOf(7, 'fork', 3), [signer]);
  const { checkpoint } = await new Cosigners([w.client]).cosign(mine, async () => []);
  const { evidence } = await compareCheckpoints(checkpoint, theirs, { logKey });
  const { older, newer } = JSON.parse(evidence!) as { older: string; newer: string };
  expect(
    await askGoOfNotes(tools, program, [
      { note: older, vkeys: [logKey, w.vkey] },
      { note: newer, vkeys: [logKey, w.vkey] },
    ]),
  ).toEqual([expect.stringMatching(/^good .*w\.example, unknown 0$/), `good ${ORIGIN}, unknown 0`]);
});
