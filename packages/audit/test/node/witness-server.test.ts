import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { seededNumbers } from '@wardseal/testkit';
import { FaultyFs } from '@wardseal/testkit/node';
import { describe, expect, it } from 'vitest';
import { Cosigners, parsePolicy, verifyCheckpoint, verifyConsistency, witnessClient } from '../../src/index.js';
import { formatRequest } from '../../src/witness/wire.js';
import { fileWitnessState, type ServedWitness, serveWitness } from '../../src/witness.js';
import { codeOf, demoSigner, ORIGIN } from '../support/events.js';
import { inFolder } from '../support/folder.js';
import { checkpointOver, consistency, cosigner, demoWitness, leavesOf } from '../support/witnesses.js';

const { signer, vkey: logKey } = await demoSigner();
const own = await cosigner('w.example');
const lock = async () => async () => undefined;

async function served<T>(folder: string, work: (witness: ServedWitness) => Promise<T>): Promise<T> {
  const witness = await serveWitness({ signer: own.signer, logs: [logKey], folder, port: 0 });
  try {
    return await work(witness);
  } finally {
    await witness.close();
  }
}

async function requestBody(old: number, size: number, branch = ''): Promise<string> {
  const leaves = leavesOf(size, branch, 1);
  return formatRequest({
    oldSize: old,
    proof: consistency(old, leaves),
    checkpoint: await checkpointOver(leaves, [signer]),
  });
}

describe('a witness on a port', () => {
  it('converses with our client, and remembers across restarts', () =>
    inFolder(async (folder) => {
      const sizes = [1, 4, 4, 300];
      for (const size of sizes)
        await served(folder, async ({ url, vkeys }) => {
          const client = witnessClient({ url, vkey: vkeys });
          const checkpoint = await checkpointOver(leavesOf(size), [signer]);
          const result = await new Cosigners([client]).cosign(checkpoint, async (from, to) =>
            consistency(from, leavesOf(to)),
          );
          expect(result.failures).toEqual([]);
          const witnesses = parsePolicy(`witness w ${own.vkey}\nquorum w\n`);
          await verifyCheckpoint(result.checkpoint, { logKey, witnesses, maxAge: 60_000 });
          expect(await client.latest(ORIGIN)).toBe(result.checkpoint);
        });
      await served(folder, async ({ url }) => {
        const status = async (body: string, init: RequestInit = {}): Promise<number> =>
          (await fetch(`${url}add-checkpoint`, { method: 'POST', body, ...init })).status;
        expect(await status(await requestBody(0, 300))).toBe(409);
        expect(await status(await requestBody(300, 301))).toBe(200);
        expect(await status(await requestBody(301, 302, 'fork'))).toBe(422);
        expect(await status('x')).toBe(400);
        expect(await status(await requestBody(301, 302), { method: 'PUT' })).toBe(404);
      });
    }));

  it('answers hostile connections, and goes on', () =>
    inFolder((folder) =>
      served(folder, async ({ url }) => {
        const { port, hostname } = new URL(url);
        const raw = (text: string): Promise<string> =>
          new Promise((resolve) => {
            let answer = '';
            const socket = connect(Number(port), hostname, () => socket.write(text));
            socket.on('data', (data) => {
              answer += data;
              socket.end();
            });
            socket.on('close', () => resolve(answer));
            socket.on('error', () => resolve(answer));
          });
        const status = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
        expect(status(await raw('POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nold'))).toBe(400);
        expect(status(await raw('GET //evil.example/x HTTP/1.1\r\nHost: x\r\n\r\n'))).toBe(404);
        expect(
          status(await raw('POST http://evil.example/add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')),
        ).toBe(404);
        expect(status(await raw('GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n'))).toBe(404);
        expect(status(await raw('TRACE / HTTP/1.1\r\nHost: x\r\n\r\n'))).toBe(400);
        expect(status(await raw('nonsense\r\n\r\n'))).toBe(400);
        // A body without end is answered when it is too long, and not read on.
        const endless = await new Promise<number>((resolve, reject) => {
          const request = httpRequest(`${url}add-checkpoint`, { method: 'POST' }, (response) => {
            resolve(response.statusCode!);
            request.destroy();
          });
          request.on('error', reject);
          const chunk = Buffer.alloc(65_536, 'x');
          for (let i = 0; i < 8; i++) request.write(chunk);
        });
        expect(endless).toBe(400);
        const response = await fetch(`${url}add-checkpoint`, { method: 'POST', body: await requestBody(0, 3) });
        expect(response.status).toBe(200);
      }),
    ));

  it('one process at a time has the folder', () =>
    inFolder((folder) =>
      served(folder, async () => {
        expect(await codeOf(serveWitness({ signer: own.signer, logs: [logKey], folder, port: 0 }))).toBe(
          'WITNESS_LOCKED',
        );
      }),
    ));
});

describe('the memory of a witness', () => {
  it('that is damaged is no memory: nothing is signed', () =>
    inFolder(async (folder) => {
      await served(folder, async ({ url }) => {
        expect((await fetch(`${url}add-checkpoint`, { method: 'POST', body: await requestBody(0, 3) })).status).toBe(
          200,
        );
      });
      const name = (await readdir(folder)).find((file) => /^[0-9a-f]{64}$/.test(file))!;
      const good = await readFile(join(folder, name));
      const next = seededNumbers('rot');
      for (let i = 0; i < 40; i++) {
        const bad = Buffer.from(good);
        const at = next() % bad.length;
        bad[at]! ^= 1 + (next() % 255);
        await writeFile(join(folder, name), i % 4 === 0 ? good.subarray(0, at) : bad);
        const state = await fileWitnessState(folder, { lock });
        expect(await codeOf(state.read(ORIGIN))).toBe('WITNESS_STATE_CORRUPT');
        const { post } = await demoWitness('w.example', { state });
        expect((await post(await requestBody(0, 4))).status).toBe(503);
        expect((await post(await requestBody(3, 4))).status).toBe(503);
      }
    }));

  it('survives a power loss at every system call: no answer that it forgets', async () => {
    const life = async (fs: FaultyFs): Promise<number> => {
      let signed = 0;
      try {
        const state = await fileWitnessState('/srv/witness', { fs, lock });
        const { post } = await demoWitness('w.example', { state });
        for (const size of [1, 2, 5]) if ((await post(await requestBody(signed, size))).status === 200) signed = size;
      } catch {
        // The power went off before the first request.
      }
      return signed;
    };
    const whole = new FaultyFs();
    expect(await life(whole)).toBe(5);
    for (let crashAt = 0; crashAt <= whole.calls.length; crashAt++)
      for (const seed of [1, 2, 3]) {
        const dying = new FaultyFs({ crashAt, seed: crashAt * 10 + seed });
        const signed = await life(dying);
        const fs = dying.reboot();
        const state = await fileWitnessState('/srv/witness', { fs, lock });
        const { post } = await demoWitness('w.example', { state });
        const response = await post(await requestBody(0, 0));
        const size = response.status === 200 ? 0 : Number(await response.text());
        expect(size, `crash at ${crashAt}`).toBeGreaterThanOrEqual(signed);
        // It goes on from there, and not from a fork.
        if (size > 1) expect((await post(await requestBody(size, 9, 'fork'))).status).toBe(422);
        expect((await post(await requestBody(size, 9))).status).toBe(200);
      }
  });

  it.each(['EIO', 'ENOSPC'] as const)('%s at any call: 503, and nothing signed is forgotten', async (code) => {
    const run = async (fs: FaultyFs): Promise<number[]> => {
      const signed: number[] = [];
      const state = await fileWitnessState('/srv/witness', { fs, lock });
      const { post } = await demoWitness('w.example', { state });
      for (const size of [1, 2, 5]) {
        const { status } = await post(await requestBody(signed.at(-1) ?? 0, size));
        expect([200, 409, 503]).toContain(status);
        if (status === 200) signed.push(size);
      }
      return signed;
    };
    const whole = new FaultyFs();
    await run(whole);
    for (let at = 0; at < whole.calls.length; at++) {
      const dying = new FaultyFs({ faults: [{ at, code }], seed: at });
      const signed = await run(dying).catch(() => []);
      const state = await fileWitnessState('/srv/witness', { fs: dying.reboot(), lock });
      const { post } = await demoWitness('w.example', { state });
      const response = await post(await requestBody(0, 0));
      expect(response.status === 200 ? 0 : Number(await response.text())).toBeGreaterThanOrEqual(signed.at(-1) ?? 0);
    }
  });
});

describe('kill -9 of a witness', () => {
  it('between any two steps: what it signed is one chain', () =>
    inFolder(async (folder) => {
      const signed: { size: number; checkpoint: string }[] = [];
      const next = seededNumbers('kill the witness');
      for (let round = 0; round < 8; round++) {
        const child = fork(new URL('./witness-process.js', import.meta.url), [folder, logKey, own.skey]);
        const [{ url }] = (await once(child, 'message')) as [{ url: string }];
        const client = witnessClient({ url, vkey: own.vkey });
        const exit = once(child, 'exit');
        let alive = true;
        const kill = (): void => {
          alive = false;
          child.kill('SIGKILL');
        };
        let answers = 0;
        const stop = next() % 6;
        // Forks of the log and the log itself race for the witness's word.
        await Promise.all(
          ['', 'b', 'c'].map(async (branch) => {
            let old = 0;
            for (let i = 0; i < 6 && alive; i++) {
              const size = old + 1 + (next() % 3);
              const leaves = leavesOf(size, branch, 1);
              const checkpoint = await checkpointOver(leaves, [signer]);
              try {
                const answer = await client.addCheckpoint({
                  oldSize: old,
                  proof: consistency(old, leaves),
                  checkpoint,
                });
                if (answer.kind === 'cosigned') signed.push({ size, checkpoint: checkpoint + answer.signatures });
                old = answer.kind === 'cosigned' ? size : answer.size;
                if (++answers > stop) kill();
              } catch {
                // Refused as a fork, or killed.
              }
            }
          }),
        );
        kill();
        await exit;
      }
      expect(signed.length).toBeGreaterThan(3);
      // Every word that it gave is about one history: the branch of the largest one.
      const last = signed.reduce((a, b) => (b.size > a.size ? b : a));
      const branch = await branchOf(last.checkpoint, last.size);
      for (const { size, checkpoint } of signed) {
        const path = consistency(size, leavesOf(last.size, branch, 1));
        await verifyConsistency(checkpoint, last.checkpoint, path, { logKey });
      }
    }));
});

async function branchOf(checkpoint: string, size: number): Promise<string> {
  for (const branch of ['', 'b', 'c']) {
    const other = await checkpointOver(leavesOf(size, branch, 1), [signer]);
    if (checkpoint.startsWith(other.slice(0, other.indexOf('\n\n')))) return branch;
  }
  throw new Error(`no branch has ${checkpoint}`);
}
