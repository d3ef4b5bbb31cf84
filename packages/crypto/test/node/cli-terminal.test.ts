import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { Encrypter } from 'age-encryption';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMED, type Shell, shell } from './cli-support.js';

const LARGE = 150_000_000;
const WHO = ['--person', 'p-1', '--organisation', 'demo'];
const SEAL = 'wardseal-crypto seal --from me.key --entry me.entry --unverified --case c-1 -R me.entry';
const OPEN = 'wardseal-crypto open -i me.key --senders me.entry --unverified';
let box: Shell;
beforeAll(async () => {
  box = await shell();
  await box.done(['keygen', '-o', 'me.key', '--entry', 'me.entry', ...WHO]);
  await writeFile(box.path('large'), '');
  await truncate(box.path('large'), LARGE);
});
afterAll(() => box.close());

/** Runs a line under a terminal and types `answer` when it is asked for. */
async function typing(line: string, question: string, answer: string): Promise<{ code: number; out: string }> {
  const child = spawn('script', ['-qec', `bash -c '${NAMED}${line}'`, '/dev/null'], { cwd: box.folder });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    if (!out.includes(question) && (out + chunk).includes(question)) child.stdin.write(answer);
    out += chunk;
  });
  const [code] = await once(child, 'close');
  return { code: code as number, out };
}

describe('progress', () => {
  it('shows on a terminal when there is time to read it, and goes away', async () => {
    // A reader that waits makes any machine slow enough.
    const sealed = await box.terminal(`${SEAL} --header large.header large | (sleep 1; cat > large.payload)`);
    expect(sealed.out).toMatch(/sealing \[#*\.*\] \d+\.\d MB of 150\.0 MB/);
    expect(sealed.out).toContain('\r\u001b[K');
    const opened = await box.terminal(`${OPEN} --header large.header large.payload | (sleep 1; wc -c)`);
    expect(opened.out).toMatch(/opening \[#*\.*\] \d+\.\d MB of 150\.0 MB/);
    expect(opened.out).toContain('sealed by p-1 of demo');
    expect(opened.out).toContain(`${LARGE}`);
  });

  it('is not for pipes and files', async () => {
    const { err } = await box.sh(`${OPEN} --header large.header large.payload | wc -c`);
    expect(err).toMatch(/^sealed by p-1 of demo, [^\r]*\nno directory vouches for the sender\n$/);
  });
});

describe('memory', () => {
  it('is little, whatever the size', async () => {
    await writeFile(
      box.path('peak.mjs'),
      'process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS))',
    );
    const lines = [`${SEAL} < large > piped.age`, `${SEAL} -o filed.age large`, `${OPEN} piped.age | wc -c`];
    for (const line of lines) {
      const { code, err } = await box.sh(`export NODE_OPTIONS=--import=./peak.mjs; ${line}`);
      expect(code).toBe(0);
      // The content alone is 150 MB; Node itself takes 50 to 60.
      expect(Number(/peak (\d+)/.exec(err)?.[1])).toBeLessThan(200_000);
    }
  });
});

describe('keys under a recovery code', () => {
  it('come back with the code, typed or from a file, and are never seen', async () => {
    await box.done(['keygen', 'protect', '-i', 'me.key', '--person', 'p-1', '--code', 'me.code', '-o', 'me.wrapped']);
    const code = (await readFile(box.path('me.code'), 'utf8')).trim();
    for (const name of ['me.code', 'me.wrapped']) expect((await stat(box.path(name))).mode & 0o777).toBe(0o600);
    const wrapped = await readFile(box.path('me.wrapped'), 'utf8');
    expect(wrapped).not.toMatch(/SECRET|SIGNING/);
    await writeFile(box.path('note'), 'left forearm');
    await box.sh(`${SEAL} -o note.age note`);
    const unprotect = 'wardseal-crypto keygen unprotect --person p-1';
    const open = `${OPEN.replace('me.key', '-')} note.age`;
    const filed = await box.sh(`${unprotect} --code me.code me.wrapped | ${open}`);
    expect(filed).toMatchObject({ code: 0, out: 'left forearm' });
    const typed = await typing(
      `${unprotect} me.wrapped | ${open}`,
      'recovery code: ',
      `${code.toLowerCase()}x\u007f\r`,
    );
    expect(typed).toMatchObject({ code: 0, out: expect.stringContaining('left forearm') });
    expect(typed.out.toUpperCase()).not.toContain(code.slice(0, 4));
    const wrong = await typing(`${unprotect} me.wrapped`, 'recovery code: ', `${code.slice(0, -1)}\r`);
    expect(wrong).toMatchObject({ code: 1, out: expect.stringContaining('CODE_INVALID') });
    const stopped = await typing(`${unprotect} me.wrapped`, 'recovery code: ', 'abc\u0003');
    expect(stopped.code).toBe(3);
    const other = await box.run(['keygen', 'unprotect', '--person', 'p-2', '--code', 'me.code', 'me.wrapped']);
    expect(other).toMatchObject({ code: 1, out: '', err: expect.stringContaining('PROTECTED_KEYS_INVALID') });
  });
});

describe("a stranger's passphrase", () => {
  it('is typed or read from a file', async () => {
    await writeFile(box.path('phrase'), 'correct horse\n');
    const encrypter = new Encrypter();
    encrypter.setPassphrase('correct horse');
    encrypter.setScryptWorkFactor(10);
    await writeFile(box.path('phrase.age'), await encrypter.encrypt('a note'));
    const open = 'wardseal-crypto open --allow-unsigned';
    expect((await box.sh(`${open} --passphrase-file phrase phrase.age`)).out).toBe('a note');
    const typed = await typing(`${open} --passphrase phrase.age`, 'passphrase: ', 'correct horse\r');
    expect(typed).toMatchObject({ code: 0, out: expect.stringContaining('a note') });
    expect(typed.out).not.toContain('horse');
  });
});
