import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { auditLog, type OpenedEntry } from '@wardseal/audit';
import { type LogSource, readOpened } from '@wardseal/audit/export';
import { fileKeyStore, folderReader } from '@wardseal/audit/file-store';
import { type PostgresServer, startPostgres } from '@wardseal/testkit/node';
import pg from 'pg';
import type { Browser } from 'playwright-core';
import { expect, vi } from 'vitest';
import { parseTrustConfig, type TrustConfig } from '../../src/wire/trust-config.js';
import { enrol, openBrowser, type Person, signIn } from './browser.js';
import { type Stack, startStack } from './stack.js';

export const ORG = 'ZZZ01';
const YEAR = String(new Date().getUTCFullYear());

/** What came back. */
export interface Answer<T> {
  readonly status: number;
  readonly body: T & { readonly error?: { readonly code: string } };
}

/** The whole app over a database that a test can kill, with two people in their browsers. */
export interface Crashable {
  readonly stack: Stack;
  readonly postgres: PostgresServer;
  readonly browser: Browser;
  readonly trust: TrustConfig;
  readonly nurse: Person;
  readonly registrar: Person;
  /** Enrols somebody else and signs them in. */
  person(id: string): Promise<Person>;
  query<T extends pg.QueryResultRow>(text: string, values?: readonly unknown[]): Promise<T[]>;
  /** A request as this person's page makes it, with the page's own session. */
  call<T>(who: Person, method: string, path: string, json?: unknown): Promise<Answer<T>>;
  readonly log: { readonly folder: string; source(): Promise<LogSource> };
  /** Every entry of the log once all there was to tell is in it; its verification by an outsider is good. */
  entries(): Promise<OpenedEntry[]>;
  stop(): Promise<void>;
}

/** Starts it all. */
export async function startCrashable(): Promise<Crashable> {
  const [postgres, browser] = await Promise.all([startPostgres(), openBrowser()]);
  const databaseUrl = postgres.connectionString(await postgres.createDatabase());
  const stack = await startStack({ databaseUrl }).catch(async (error: unknown) => {
    await Promise.all([browser.close(), postgres.stop()]);
    throw error;
  });
  const trust = parseTrustConfig(JSON.parse(await readFile(join(stack.dataDir, `trusts/${ORG}.json`), 'utf8')));
  const person = async (id: string): Promise<Person> => {
    const one = await enrol(browser, stack, id);
    await signIn(one, stack);
    return one;
  };
  // A connection for each question: the server behind it is killed now and then.
  const query = async <T extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<T[]> => {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on('error', () => {}); // the question that was asked fails by itself
    await client.connect();
    try {
      return (await client.query<T>(text, [...values])).rows;
    } finally {
      await client.end();
    }
  };
  const folder = join(stack.dataDir, 'audit', ORG, YEAR);
  const source = async (): Promise<LogSource> => ({
    reader: await folderReader(folder),
    keys: fileKeyStore(join(stack.dataDir, 'audit-secrets', ORG, YEAR)),
    policy: { logKey: trust.logs.keys[0]! },
  });
  const [nurse, registrar] = (await Promise.all(['p-lindqvist', 'p-okafor'].map(person))) as [Person, Person];
  return {
    ...{ stack, postgres, browser, trust, nurse, registrar, person, query },
    log: { folder, source },
    async call(who, method, path, json) {
      const [cookie] = (await who.context.cookies()).filter(({ name }) => name === '__Host-session');
      const headers = { cookie: `__Host-session=${cookie?.value}`, origin: stack.url, 'x-wardseal': '1' };
      const body = json === undefined ? {} : { body: JSON.stringify(json) };
      const response = await fetch(`${stack.url}${path}`, {
        ...body,
        method,
        headers: { ...headers, 'content-type': 'application/json' },
      });
      return { status: response.status, body: (await response.json()) as never };
    },
    async entries() {
      const left = () => query('SELECT 1 FROM audit_outbox WHERE org = $1', [ORG]);
      await vi.waitUntil(async () => (await left()).length === 0, { timeout: 60_000, interval: 100 });
      const { reader, keys, policy } = await source();
      // What was appended a moment ago may wait for its checkpoint.
      const whole = async () => {
        const report = await auditLog(reader, policy, { keys });
        return report.unintegrated === 0 ? report : null;
      };
      const report = (await vi.waitUntil(whole, { timeout: 60_000, interval: 250 })) as NonNullable<
        Awaited<ReturnType<typeof whole>>
      >;
      expect([report.verdict, report.findings]).toEqual(['good', []]);
      const { origin, size } = report.checkpoint!;
      const found: OpenedEntry[] = [];
      for await (const entry of readOpened({ reader, keys, policy }, origin, size)) found.push(entry);
      return found;
    },
    async stop() {
      await browser.close();
      await stack.stop();
      await postgres.stop();
    },
  };
}

/** Entries about viewings of an item. */
export const viewsIn = (entries: readonly OpenedEntry[], item: string): OpenedEntry[] =>
  entries.filter(({ actor, leaf }) => actor?.object?.id === item && /^(image.view|breakglass.open)$/.test(leaf.type));

/** A nonce as a page would make it. */
export const nonce = (): string => randomBytes(32).toString('base64url');
