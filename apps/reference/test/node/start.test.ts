import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { APP_FOLDER } from '../../src/server/paths.js';
import { StartError, settingsOf } from '../../src/start/settings.js';
import { freshFolder } from '../support/stack.js';

// What `npm start` runs, as somebody types it: a program, its words and its end.

const folders: string[] = [];
const starts: ChildProcess[] = [];
afterEach(async () => {
  for (const child of starts.splice(0)) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true, maxRetries: 20 });
});

async function dataFolder(): Promise<string> {
  const folder = await freshFolder();
  folders.push(folder);
  return folder;
}

interface Started {
  readonly child: ChildProcess;
  /** Both outputs so far. */
  said(): string;
  /** Waits until the output has it. */
  until(text: string): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

function start(env: Record<string, string>): Started {
  const child = spawn(process.execPath, [join(APP_FOLDER, 'dist/start.js')], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  starts.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return {
    child,
    said: () => output,
    ended,
    until: async (text) => {
      while (!output.includes(text)) {
        if (child.exitCode !== null) throw new Error(`it ended before it said ${text}: ${output}`);
        await setTimeout(20);
      }
    },
  };
}

/** The processes of the app that run on these data, by the file they run. */
async function running(dataDir: string): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [words, env] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    const file = words!.split('\0').find((word) => /\/dist\/(?!leash)\w+\.js$/.test(word));
    if (file !== undefined && env!.includes(`DATA_DIR=${dataDir}`))
      found.set(/(\w+)\.js$/.exec(file)![1]!, Number(pid));
    if (words!.includes(join(dataDir, 'pg/data'))) found.set('postgres', Number(pid));
  }
  return found;
}

const PROGRAMS = ['custodian', 'postgres', 'record', 'server', 'witness'];

describe('the settings', () => {
  test.each([
    [{ PORT: 'http' }, 'PORT'],
    [{ PORT: '65536' }, 'PORT'],
    [{ PORT: '-1' }, 'PORT'],
    [{ DATA_DIR: `/${'d'.repeat(90)}` }, 'DATA_DIR'],
  ])('%j is refused, and the variable is named', (env, name) => {
    expect(() => settingsOf(env)).toThrow(StartError);
    expect(() => settingsOf(env)).toThrow(name);
  });

  test('a folder is meant from where the person stood', () => {
    expect(settingsOf({ DATA_DIR: 'mine', INIT_CWD: '/srv/x' }).dataDir).toBe('/srv/x/mine');
    expect(settingsOf({})).toMatchObject({ port: 4000, databaseUrl: undefined, origin: undefined });
  });
});

describe('npm start', () => {
  test('serves, tells links and address, keeps others out, ends whole, and comes back to the same data', async () => {
    const DATA_DIR = await dataFolder();
    const first = start({ DATA_DIR, PORT: '0' });
    await first.until('is ready. Ctrl-C ends it.');
    const [, url] = /(http:\/\/localhost:\d+) is ready/.exec(first.said())!;
    for (const person of ['p-lindqvist', 'p-okafor', 'p-lead', 'p-brook'])
      expect(first.said()).toMatch(new RegExp(`${person} .*: ${url}/enrol#`));
    const page = await fetch(url!);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
    expect([...(await running(DATA_DIR)).keys()].sort()).toEqual([...PROGRAMS, 'start'].sort());

    const second = start({ DATA_DIR, PORT: '0' });
    expect(await second.ended).toBe(1);
    expect(second.said()).toContain(`another start is running on ${DATA_DIR}`);
    expect((await fetch(url!)).status).toBe(200);

    first.child.kill('SIGINT');
    expect(await first.ended).toBe(0);
    expect([...(await running(DATA_DIR)).keys()]).toEqual([]);

    const trust = await readFile(join(DATA_DIR, 'trusts/ZZZ01.json'), 'utf8');
    const begun = performance.now();
    const warm = start({ DATA_DIR, PORT: new URL(url!).port });
    // Who asks as soon as the port answers is not left waiting for ever.
    const served = (): Promise<boolean> =>
      fetch(url!, { signal: AbortSignal.timeout(30_000) }).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await served())) {
      expect(warm.said()).not.toContain('is ready');
      await setTimeout(5);
    }
    process.stdout.write(`npm start, warm: page served after ${((performance.now() - begun) / 1000).toFixed(1)} s\n`);
    await warm.until('is ready');
    const again = JSON.parse(await readFile(join(DATA_DIR, 'trusts/ZZZ01.json'), 'utf8'));
    expect(again.rootThumbprint).toBe(JSON.parse(trust).rootThumbprint);

    // One that dies takes the others with it, and is named.
    process.kill((await running(DATA_DIR)).get('witness')!, 'SIGKILL');
    expect(await warm.ended).toBe(1);
    expect(warm.said()).toContain('wardseal: witness has ended');
    expect([...(await running(DATA_DIR)).keys()]).toEqual([]);
  });

  test('killed without a chance to end the others, it leaves none of them', async () => {
    const DATA_DIR = await dataFolder();
    const { child, until, ended } = start({ DATA_DIR, PORT: '0' });
    await until('is ready');
    child.kill('SIGKILL');
    await ended;
    for (let i = 0; i < 200 && (await running(DATA_DIR)).size > 0; i++) await setTimeout(50);
    expect([...(await running(DATA_DIR)).keys()]).toEqual([]);
  });

  test('a port that is taken is said in one line, with what to do, before anything is made', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const DATA_DIR = await dataFolder();
    const { ended, said } = start({ DATA_DIR, PORT: String(port) });
    expect(await ended).toBe(1);
    taken.close();
    const lines = said()
      .split('\n')
      .filter((line) => line.startsWith('wardseal: '));
    expect(lines).toEqual([
      `wardseal: port ${port} is taken by another program; choose another, as in PORT=${port + 1} npm start`,
    ]);
    expect(await readdir(DATA_DIR)).toEqual(['run']);
  });

  test('a database that cannot be started is said with its own words', async () => {
    const DATA_DIR = await dataFolder();
    await mkdir(join(DATA_DIR, 'pg/data'), { recursive: true });
    const { ended, said } = start({ DATA_DIR, PORT: '0' });
    expect(await ended).toBe(1);
    expect(said()).toMatch(/wardseal: PostgreSQL does not start on .*pg/);
  });
});
