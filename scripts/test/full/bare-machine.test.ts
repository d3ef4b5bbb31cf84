// The two README commands on a machine with Node and npm and nothing else: a fresh clone, an emptied environment, a
// fresh HOME; as an ordinary user, and again without a network. Needs root for the other user and the cut network.
import { spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import components from '../../components.json' with { type: 'json' };

const root = fileURLToPath(new URL('../../..', import.meta.url));
const ROOT = 0;
const NOBODY = 65534; // has a passwd entry on every Linux, and owns nothing
const PLAIN = '/usr/bin:/bin';

interface Machine {
  user: number;
  home: string;
  clone: string;
}
interface Options {
  online?: boolean;
  path?: string;
  limit: number;
}

const temp = mkdtempSync(join(tmpdir(), 'wardseal-bare-'));

function sh(command: string, args: string[], cwd: string): Promise<{ code: number | null; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
    child.on('error', fail);
    child.on('close', (code) => done({ code, output }));
  });
}

/** A clone of what is committed plus what is changed and not ignored, owned by `user`, with a HOME of its own. */
async function machine(name: string, user: number): Promise<Machine> {
  const folder = join(temp, name);
  const [home, clone] = [join(folder, 'home'), join(folder, 'clone')];
  mkdirSync(home, { recursive: true });
  await sh('git', ['clone', '-q', root, clone], temp);
  const changed = await sh('git', ['ls-files', '-z', '-m', '-o', '--exclude-standard'], root);
  for (const path of changed.output.split('\0').filter((one) => one !== '')) {
    if (existsSync(join(root, path))) cpSync(join(root, path), join(clone, path));
    else rmSync(join(clone, path));
  }
  await sh('chown', ['-R', `${user}:${user}`, folder], temp);
  return { user, home, clone };
}

/** The command line of `npm WORDS` there, with nothing of our environment; without a network only loopback is left. */
function commandOf({ user, home }: Machine, words: string, { online = true, path = PLAIN, limit }: Options): string[] {
  const own = ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
  const bare = ['env', '-i', `PATH=${path}`, `HOME=${home}`, 'timeout', String(limit), 'npm', ...words.split(' ')];
  const line = [...own, ...bare];
  const cut = 'PATH=$PATH:/usr/sbin:/sbin; ip link set lo up && exec "$@"';
  return online ? line : ['unshare', '-n', 'sh', '-c', cut, 'sh', ...line];
}

async function npm(there: Machine, words: string, options: Options) {
  const [command, ...args] = commandOf(there, words, options);
  const begun = Date.now();
  const result = await sh(command!, args, there.clone);
  return { ...result, seconds: (Date.now() - begun) / 1000 };
}

/** `npm start` there until it says that it is ready, the page it serves, and its end by SIGTERM. */
async function start(there: Machine, options: Options) {
  const [command, ...args] = commandOf(there, 'start', options);
  const begun = Date.now();
  const child = spawn(command!, args, { cwd: there.clone, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const closed = new Promise<number | null>((done) => child.on('close', done));
  let output = '';
  const ready = new Promise<string | undefined>((done) => {
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes) => {
        output += bytes;
        const [, url] = /^(http:\S+) is ready/m.exec(output) ?? [];
        if (url !== undefined) done(url);
      });
    void closed.then(() => done(undefined));
  });
  const url = await ready;
  // A network of its own cannot be entered from here.
  const status = url === undefined || options.online === false ? undefined : (await fetch(url)).status;
  const seconds = (Date.now() - begun) / 1000;
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
  await closed;
  return { url, status, output, seconds };
}

/** A PATH with all programs of the machine but those that components.json names. */
function pathWithoutComponents(): string {
  const folder = join(temp, 'bin');
  mkdirSync(folder);
  const hidden = new Set(components.components.flatMap((one) => one.commands ?? []));
  for (const name of readdirSync('/usr/bin')) {
    if (!hidden.has(name)) symlinkSync(join('/usr/bin', name), join(folder, name));
  }
  return folder;
}

beforeAll(() => {
  if (process.getuid?.() !== ROOT) throw new Error('this suite changes user and cuts the network: run it as root');
  chmodSync(temp, 0o755);
  chownSync(temp, ROOT, ROOT);
});
afterAll(() => rmSync(temp, { recursive: true, force: true }));

describe.each([
  ['root', ROOT],
  ['an ordinary user', NOBODY],
])('%s, from a fresh clone', (name, user) => {
  let here: Machine;
  beforeAll(async () => {
    here = await machine(name.replaceAll(' ', '-'), user);
  });

  test('npm start serves the page within 90 s, again within 10 s, and without a network', async () => {
    const cold = await start(here, { limit: 300 });
    expect(cold, cold.output).toMatchObject({ status: 200 });
    const warm = await start(here, { limit: 60 });
    expect(warm, warm.output).toMatchObject({ status: 200 });
    process.stdout.write(
      `npm start as ${name}: cold ${cold.seconds.toFixed(1)} s, warm ${warm.seconds.toFixed(1)} s\n`,
    );
    expect(cold.seconds).toBeLessThan(90);
    expect(warm.seconds).toBeLessThan(10);
    const offline = await start(here, { online: false, limit: 120 });
    expect(offline.url, offline.output).toBeDefined();
  });

  test('npm run demo works', async () => {
    const shown = await npm(here, 'run demo', { limit: 120 });
    expect(shown, shown.output).toMatchObject({ code: 0 });
  });

  test('npm test passes, and again without a network', async () => {
    for (const online of [true, false]) {
      const tested = await npm(here, 'test', { online, limit: 1500 });
      expect(tested, tested.output.slice(-4000)).toMatchObject({ code: 0 });
      expect(tested.output.trimEnd().split('\n').at(-1)).toMatch(/^[1-9]\d* passed, 0 failed$/);
    }
  });
});

describe('what is missing is said in one line', () => {
  let here: Machine;
  beforeAll(async () => {
    here = await machine('without-programs', NOBODY);
  });

  test('npm test without its programs fails and names one apt line', async () => {
    const { code, output } = await npm(here, 'test', { path: pathWithoutComponents(), limit: 300 });
    expect(code).toBe(1);
    const lines = output.split('\n').filter((line) => line.includes('apt'));
    expect(lines, output).toHaveLength(1);
    for (const name of ['chromium', 'age', 'golang-go']) expect(lines[0]).toContain(` ${name}`);
    expect(output).not.toMatch(/ passed, 0 failed/);
  });

  test('a CHROMIUM_PATH that leads nowhere is refused, not replaced', async () => {
    const line = `env -C ${here.clone} CHROMIUM_PATH=/nowhere ${process.execPath} scripts/components.mjs`;
    const { code, output } = await sh('sh', ['-c', line], here.clone);
    expect(code).toBe(1);
    expect(output).toContain('CHROMIUM_PATH');
  });

  test("somebody else's clone is refused in one line", async () => {
    const stranger = { ...here, user: 65533, home: join(temp, 'stranger') };
    mkdirSync(stranger.home);
    chownSync(stranger.home, stranger.user, stranger.user);
    const { code, output } = await npm(stranger, 'start --silent', { limit: 60 });
    expect(code).toBe(1);
    expect(output.split('\n').filter((line) => line.startsWith('wardseal: '))).toHaveLength(1);
  });
});
