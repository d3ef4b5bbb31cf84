import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { type PostgresServer, seededNumbers } from '@wardseal/testkit/node';
import type { Pool } from 'pg';
import { expect } from 'vitest';
import { auditLog, decodeLeaf, openLog, verifyCheckpoint, verifyConsistency, wrapKeys } from '../../src/index.js';
import { postgresKeyStore, postgresReader, postgresStore } from '../../src/postgres-store.js';
import { demoSigner, ORIGIN, UNWITNESSED } from './events.js';
import { poolOf } from './postgres.js';

type Message =
  | { readonly started: number; readonly checkpoint: string }
  | { readonly signing: true }
  | { readonly failed: string }
  | { readonly acknowledged: number; readonly id: string; readonly receipt: string | null };

/** How the processes behave. */
export interface NodeOptions {
  readonly leaseSilence?: number;
  /** Whether a process signs only when it is told `sign`: until then it holds the lease. */
  readonly askToSign?: boolean;
}

/** Processes that append to one log, and everything that anybody was told. */
class Nodes {
  readonly pool: Pool;
  readonly acknowledged = new Map<number, string>();
  readonly checkpoints = new Set<string>();
  /** Codes of the tries that failed. */
  readonly failures: string[] = [];
  /** Entries acknowledged, those told twice counted twice. */
  acknowledgements = 0;
  /** Whether those that ask before they sign get no answer. */
  holding = false;
  readonly #processes = new Set<ChildProcess>();
  readonly #argument: string;
  #watching: Promise<void> | undefined;
  #stopped = false;
  #ended = 0;

  constructor(server: PostgresServer, database: string, { leaseSilence = 2000, askToSign = false }: NodeOptions = {}) {
    this.pool = poolOf(server, database);
    const connectionString = server.connectionString(database);
    this.#argument = JSON.stringify({
      ...{ connectionString, origin: ORIGIN, callers: 3, start: Date.now(), leaseSilence, askToSign },
      // What a checkpoint that nobody waits for ended with, nobody is told.
      checkpointEvery: askToSign ? 3_600_000 : 5,
    });
    this.#watching = this.#watch();
  }

  /** Starts a process; resolves when it has opened the log. */
  async start(): Promise<ChildProcess> {
    const child = fork(new URL('../node/postgres-appender.js', import.meta.url), [this.#argument]);
    this.#processes.add(child);
    child.on('exit', (_, signal) => {
      if (signal !== 'SIGKILL') this.#ended++;
    });
    child.on('message', (message: Message) => {
      this.#hear(message);
      if ('signing' in message && !this.holding) child.send('sign');
    });
    await told(child, (message) => 'started' in message);
    return child;
  }

  #hear(message: Message): void {
    if ('started' in message) this.checkpoints.add(message.checkpoint);
    if ('failed' in message) this.failures.push(message.failed);
    if (!('acknowledged' in message)) return;
    const { acknowledged: index, id, receipt } = message;
    this.acknowledgements++;
    expect(this.acknowledged.get(index) ?? id).toBe(id);
    this.acknowledged.set(index, id);
    if (receipt !== null) this.checkpoints.add(receipt.slice(receipt.indexOf('\n\n') + 2));
  }

  /** What an outsider sees who asks again and again: a checkpoint that never gets smaller. */
  async #watch(): Promise<void> {
    const reader = postgresReader(this.pool, ORIGIN);
    let before = 0;
    for (; !this.#stopped; await setTimeout(10)) {
      const checkpoint = await reader.readCheckpoint().catch(() => null);
      if (checkpoint === null) continue;
      const text = new TextDecoder().decode(checkpoint);
      const size = Number(text.split('\n')[1]);
      expect(size).toBeGreaterThanOrEqual(before);
      before = size;
      this.checkpoints.add(text);
    }
  }

  async kill(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
    this.#processes.delete(child);
  }

  /** Resolves after so many more acknowledgements, by whichever process. */
  async progress(count: number): Promise<void> {
    const until = this.acknowledgements + count;
    while (this.acknowledgements < until) {
      if (this.#ended > 0) throw new Error('a process ended that nobody killed');
      await setTimeout(2);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all([...this.#processes].map((child) => this.kill(child)));
    await this.#watching?.finally(() => {
      this.#watching = undefined;
    });
  }

  /** The server finishes a statement whose client was killed: until then an entry may still come. */
  async #settled(): Promise<void> {
    for (let tries = 0; tries < 600; tries++) {
      const { rows } = await this.pool.query<{ busy: number }>(
        `SELECT count(*)::int AS busy FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'`,
      );
      if (rows[0]!.busy === 0) return;
      await setTimeout(50);
    }
    throw new Error('the server is still at work for clients that are gone');
  }

  /** Holds everything that anybody was told against the log as it is now. */
  async verify(): Promise<void> {
    await this.#settled();
    const { signer, vkey } = await demoSigner();
    const keys = wrapKeys(postgresKeyStore(this.pool), new Uint8Array(32).fill(5));
    const log = await openLog({
      origin: ORIGIN,
      store: postgresStore(this.pool),
      keys,
      signer,
      unwitnessed: UNWITNESSED,
    });
    const reader = postgresReader(this.pool, ORIGIN);
    const ids: string[] = [];
    for await (const { leaf } of reader.readEntries(0)) ids.push(decodeLeaf(leaf).id);
    const lost = [...this.acknowledged].filter(([index, id]) => ids[index] !== id);
    expect(lost).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const older of this.checkpoints) {
      const { size } = await verifyCheckpoint(older, { logKey: vkey });
      const path = await log.consistencyProof(size, log.size);
      await verifyConsistency(older, log.checkpoint(), path, { logKey: vkey });
    }
    await log.close();
    const report = await auditLog(reader, { logKey: vkey }, { keys });
    expect(report).toMatchObject({ verdict: 'good', findings: [], strangers: [], unintegrated: 0 });
    expect(report.checked).toMatchObject({ entries: ids.length, sidesOpened: 2 * ids.length });
  }
}

/** Works with processes on a fresh database, then holds what they were told against the log. */
export async function withNodes(
  server: PostgresServer,
  options: NodeOptions,
  work: (nodes: Nodes) => Promise<void>,
): Promise<void> {
  const nodes = new Nodes(server, await server.createDatabase(), options);
  try {
    await work(nodes);
    await nodes.stop();
    await nodes.verify();
  } finally {
    await nodes.stop();
    await nodes.pool.end();
  }
}

/** The next message of a kind. */
export function told(child: ChildProcess, wanted: (message: Message) => boolean): Promise<Message> {
  return new Promise((resolve, reject) => {
    const end = (work: () => void): void => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      work();
    };
    const onMessage = (message: Message): void => {
      if (wanted(message)) end(() => resolve(message));
    };
    const onExit = (): void => end(() => reject(new Error('the process ended early')));
    child.on('message', onMessage);
    child.on('exit', onExit);
  });
}

/**
 * Lets `count` processes append to one log and kills one of them at random, `rounds` times, every second one while it
 * holds the lease.
 */
export async function killAtRandom(nodes: Nodes, count: number, rounds: number, seed: string): Promise<void> {
  const random = seededNumbers(seed);
  const running = await Promise.all(Array.from({ length: count }, () => nodes.start()));
  for (let round = 0; round < rounds; round++) {
    const which = random() % count;
    await nodes.progress(random() % 25);
    if (round % 2 === 0) await told(running[which]!, (message) => 'signing' in message);
    await nodes.kill(running[which]!);
    running[which] = await nodes.start();
  }
  await nodes.progress(20);
}
