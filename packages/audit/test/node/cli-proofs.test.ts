import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../src/index.js';
import { type Shell, shell } from '../support/cli.js';
import { demoSigner, eventMaker, ORIGIN } from '../support/events.js';
import { openIn } from '../support/folder.js';

const ENTRIES = 600;
let box: Shell;
let events: AuditEvent[];

beforeAll(async () => {
  box = await shell();
  const make = eventMaker('cli proofs');
  const log = await openIn(box.folder);
  events = Array.from({ length: 7 }, () => make());
  await Promise.all(events.map((event) => log.append(event)));
  await log.integrate();
  await writeFile(box.path('monday'), log.checkpoint());
  await Promise.all(Array.from({ length: ENTRIES - 7 }, () => log.append(make())));
  await log.integrate();
  await writeFile(box.path('tuesday'), log.checkpoint());
  await log.close();
  // Another history under the same key.
  await mkdir(box.path('fork'));
  const fork = await openIn(box.path('fork'), { seed: 'fork' });
  await Promise.all(Array.from({ length: 7 }, () => fork.append(make())));
  await fork.integrate();
  await writeFile(box.path('other-monday'), fork.checkpoint());
  await fork.close();
  await box.write('key', `${(await demoSigner()).vkey}\n`);
  await box.write('other-key', (await demoSigner('other')).vkey);
});
afterAll(() => box.close());

describe('prove and check', () => {
  it('make a proof that shows nobody, and check it offline', async () => {
    const made = await box.done(['prove', '--log', 'log', '--key', 'key', '-o', 'closed.tlog-proof', '3']);
    expect(made.out).toContain('entry 3: image.view');
    const checked = await box.done(['check', '--key', 'key', 'closed.tlog-proof']);
    expect(checked.out).toMatch(/GOOD\n$/);
    expect(checked.out).toContain('Not proved');
    expect(checked.out).toContain('not opened in this proof');
    expect(await readFile(box.path('closed.tlog-proof'), 'utf8')).not.toContain(events[3]!.actor.id);
  });

  it('open who it was with the secrets, for the eyes of the owner', async () => {
    await box.done(['prove', '-l', 'log', '-k', 'key', '--secrets', 'secrets', '-o', 'open.tlog-proof', '3']);
    expect((await stat(box.path('open.tlog-proof'))).mode & 0o777).toBe(0o600);
    const { object, actor } = events[3]!;
    const expected = ['--object', object!.id, '--actor', actor.id, '--organisation', 'RX1', '--type', 'image.view'];
    const { out } = await box.done(['check', '-k', 'key', ...expected, 'open.tlog-proof']);
    expect(out).toContain('fits everything that you gave');
    for (const wrong of [
      ['--actor', 'somebody'],
      ['--object', 'item-0'],
      ['--type', 'erase'],
      ['--organisation', 'RX9'],
    ])
      expect((await box.run(['check', '-k', 'key', ...wrong, 'open.tlog-proof'])).code).toBe(1);
    const closed = await box.run(['check', '-k', 'key', '--actor', actor.id, 'closed.tlog-proof']);
    expect(closed).toMatchObject({ code: 2, out: expect.stringContaining('ENTRY_CLOSED') });
  });

  it('tell tampered from cannot tell', async () => {
    const proof = await readFile(box.path('open.tlog-proof'), 'utf8');
    await box.write('moved', proof.replace('index 3', 'index 4'));
    const moved = await box.run(['check', '-k', 'key', 'moved']);
    expect(moved).toMatchObject({ code: 1, out: expect.stringContaining('INCLUSION_INVALID') });
    expect((await box.run(['check', '-k', 'other-key', 'open.tlog-proof'])).code).toBe(1);
    const claim = await box.run(['check', 'open.tlog-proof']);
    expect(claim).toMatchObject({ code: 2, out: expect.stringContaining('nothing proves it') });
    expect(claim.out).toContain('CANNOT TELL');
    for (const file of ['key', 'monday']) expect((await box.run(['check', '-k', 'key', file])).code).toBe(2);
  });

  it('answer in JSON', async () => {
    const answer = await box.ask({
      command: 'check',
      proof: 'open.tlog-proof',
      key: 'key',
      outcome: 'success',
    });
    expect(answer.exit).toBe(0);
    expect(answer).toMatchObject({
      verdict: 'good',
      checkpoint: { origin: ORIGIN, size: ENTRIES },
      claim: { index: 3, type: 'image.view', entry: { actor: { id: events[3]!.actor.id } } },
    });
    expect(answer['unchecked']).not.toContain('outcome');
    const proved = await box.ask({ command: 'prove', log: 'log', key: 'key', index: 5, output: 'five' });
    expect(proved).toMatchObject({ exit: 0, index: 5, opened: false });
    const lost = await box.ask({ command: 'prove', log: 'log', key: 'key', index: 5000, output: 'lost' });
    expect(lost).toMatchObject({ exit: 2, error: { code: 'ENTRY_OUT_OF_RANGE' } });
  });

  it('leave other people\u2019s files alone', async () => {
    const again = await box.run(['prove', '-l', 'log', '-k', 'key', '-o', 'monday', '3']);
    expect(again).toMatchObject({ code: 2, err: expect.stringContaining('exists already') });
    expect(await readFile(box.path('monday'), 'utf8')).toContain(ORIGIN);
    await box.write('replaced', 'x');
    await box.done(['prove', '-l', 'log', '-k', 'key', '-o', 'replaced', '-f', '3']);
    expect(await readFile(box.path('replaced'), 'utf8')).toBe(await readFile(box.path('closed.tlog-proof'), 'utf8'));
    expect((await box.files()).filter((name) => name.includes('.part'))).toEqual([]);
  });

  it('are no success when their reader is gone or the disk is full', async () => {
    const full = await box.sh('wardseal-audit prove -l log -k key 3 >/dev/full');
    expect(full).toMatchObject({ code: 2, err: expect.not.stringMatching(/:\d+:\d+/) });
    const gone = await box.sh('wardseal-audit check -k key moved >/dev/full');
    expect(gone.code).toBe(1); // what was found stays
    expect((await box.sh('wardseal-audit anchor -k key log | head -c 0')).err).not.toMatch(/at /);
  });

  it.each<[string, string[]]>([
    ['a missing proof', ['check', '-k', 'key', 'nowhere']],
    ['a folder for a proof', ['check', '-k', 'key', 'log']],
    ['a missing key file', ['check', '-k', 'nowhere', 'open.tlog-proof']],
    ['a proof for a key', ['check', '-k', 'open.tlog-proof', 'open.tlog-proof']],
    ['a kind that does not exist', ['check', '-k', 'key', '--type', 'image.steal', 'open.tlog-proof']],
    ['a digest of another length', ['check', '-k', 'key', '--nonce', 'abc', 'open.tlog-proof']],
    ['two proofs', ['check', '-k', 'key', 'open.tlog-proof', 'closed.tlog-proof']],
    ['a place that is no number', ['prove', '-l', 'log', '-k', 'key', 'third']],
    ['no log', ['prove', '-k', 'key', '3']],
    ['a folder without a log', ['prove', '-l', 'secrets', '-k', 'key', '3']],
    ['an address of another kind', ['prove', '-l', 'ftp://nowhere', '-k', 'key', '3']],
    ['plain http', ['verify', '-k', 'key', 'http://nowhere.example/']],
  ])('exit with 2 on %s', async (_, args) => {
    const { code, out, err } = await box.run([...args]);
    expect(code).toBe(2);
    expect(out + err).not.toBe('');
  });
});

describe('consistency and gossip', () => {
  it('show that the log only grew, with the log or with its hashes', async () => {
    const grown = await box.done(['consistency', '-l', 'log', '-k', 'key', '-o', 'hashes', 'monday', 'tuesday']);
    expect(grown.out).toContain('GOOD        it extends the checkpoint of 7 entries');
    await box.done(['consistency', '--path', 'hashes', '-k', 'key', 'monday', 'tuesday']);
    expect((await box.run(['consistency', '--path', 'monday', '-k', 'key', 'monday', 'tuesday'])).code).toBe(2);
    await box.write('few', (await readFile(box.path('hashes'), 'utf8')).split('\n').slice(1).join('\n'));
    expect((await box.run(['consistency', '--path', 'few', '-k', 'key', 'monday', 'tuesday'])).code).toBe(2);
    expect((await box.run(['consistency', '-l', 'log', '-k', 'key', 'tuesday', 'monday'])).code).toBe(2);
    expect((await box.run(['consistency', '-l', 'log', '-k', 'key', 'other-monday', 'tuesday'])).code).toBe(1);
  });

  it('catch two histories and keep the evidence', async () => {
    expect((await box.done(['gossip', '-k', 'key', 'monday', 'monday'])).out).toContain('the same log');
    expect((await box.run(['gossip', '-k', 'key', 'monday', 'tuesday'])).code).toBe(2);
    expect((await box.done(['gossip', '-k', 'key', '-l', 'log', 'monday', 'tuesday'])).out).toContain('extends');
    for (const [log, theirs, file] of [
      [[], 'monday', 'same-size'],
      [['-l', 'log'], 'tuesday', 'other-beginning'],
    ] as const) {
      const split = await box.run(['gossip', '-k', 'key', ...log, '-o', file, 'other-monday', theirs]);
      expect(split).toMatchObject({ code: 1, out: expect.stringContaining('two histories') });
      const shown = await box.run(['check', '-k', 'key', file]);
      expect(shown).toMatchObject({ code: 1, out: expect.stringContaining(file) });
      expect((await box.run(['check', '-k', 'other-key', file])).code).toBe(2);
    }
  });
});

describe('anchor', () => {
  it('prints a line, or a sheet', async () => {
    const { out } = await box.done(['anchor', '-k', 'key', 'log']);
    expect(out).toMatch(new RegExp(`^${ORIGIN} ${ENTRIES} [0-9a-f]{64}\n$`));
    const page = await box.done(['anchor', '--page', '-k', 'key', 'log']);
    expect(page.out).toContain(await readFile(box.path('tuesday'), 'utf8'));
    const answer = await box.ask({ command: 'anchor', log: 'log', key: 'key', output: 'anchor' });
    expect(`${answer['line']}\n`).toBe(out);
    expect((await box.run(['anchor', '-k', 'key', 'secrets'])).code).toBe(2);
  });
});

describe('keygen and policy', () => {
  it.each(['log', 'log-pq', 'witness', 'witness-pq'])(
    'make a key for a %s, apart from its public half',
    async (kind) => {
      const { out } = await box.done([
        'keygen',
        '--kind',
        kind,
        '-o',
        `${kind}.skey`,
        '--public',
        `${kind}.vkey`,
        `${kind}.example`,
      ]);
      expect((await stat(box.path(`${kind}.skey`))).mode & 0o777).toBe(0o600);
      const vkey = (await readFile(box.path(`${kind}.vkey`), 'utf8')).trim();
      expect(out).toBe(`public key: ${vkey}\n`);
      expect(await readFile(box.path(`${kind}.skey`), 'utf8')).toMatch(/^PRIVATE\+KEY\+/);
      expect((await box.run(['keygen', '-o', `${kind}.skey`, `${kind}.example`])).code).toBe(2);
    },
  );

  it('refuse a private key on the command line, and a name that cannot be one', async () => {
    const secret = (await readFile(box.path('log.skey'), 'utf8')).trim();
    const shown = await box.run(['check', '-k', secret, 'open.tlog-proof']);
    expect(shown).toMatchObject({ code: 2, err: expect.stringContaining('where others see it') });
    expect((await box.run(['keygen', '-o', 'x', 'two words'])).code).toBe(2);
    expect((await box.run(['keygen', '-o', 'x', '--kind', 'golden', 'name'])).code).toBe(2);
  });

  it('read a policy in words, and demand it', async () => {
    const vkey = (await readFile(box.path('witness.vkey'), 'utf8')).trim();
    await box.write('policy', `witness neighbour ${vkey} https://w.example/\nquorum neighbour\n`);
    expect((await box.done(['policy', 'check', 'policy'])).out).toContain('quorum   neighbour');
    const missing = await box.run(['check', '-k', 'key', '--policy', 'policy', 'open.tlog-proof']);
    expect(missing).toMatchObject({ code: 2, out: expect.stringContaining('QUORUM_MISSING') });
    await box.write('broken', `witness neighbour ${vkey}\nquorum stranger\n`);
    expect((await box.run(['policy', 'check', 'broken'])).code).toBe(2);
    expect((await box.run(['policy'])).code).toBe(2);
  });
});

describe('a log on the web', () => {
  it('is checked with a bar on a terminal, which goes away', async () => {
    // Slow on purpose, so that there is time to see the bar.
    const server = createServer((request, response) => {
      setTimeout(async () => {
        const body = await readFile(box.path(`log${request.url}`)).catch(() => null);
        response.writeHead(body === null ? 404 : 200).end(body ?? '');
      }, 150);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    try {
      const { code, out } = await box.terminal(`wardseal-audit verify -k key ${url}`);
      expect(code).toBe(0);
      expect(out).toMatch(/checking \[#*\.*\] \d+ of 600 entries/);
      expect(out).toContain('\r\u001b[K');
      expect(out).toContain('GOOD');
      const piped = await box.run(['verify', '-k', 'key', url]);
      expect(piped).toMatchObject({ code: 0, err: '' });
      expect((await box.run(['verify', '-k', 'other-key', url])).code).toBe(1);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    expect((await box.run(['verify', '-k', 'key', url])).code).toBe(2);
  });
});

describe('help', () => {
  it('explains every command', async () => {
    const { out } = await box.done(['--help']);
    const names = [...out.matchAll(/^ {2}wardseal-audit ([a-z]+) /gm)].map(([, name]) => name!);
    expect(names.length).toBeGreaterThanOrEqual(15);
    for (const name of names) {
      const help = await box.done([name, '--help']);
      expect(help.out).toContain(`wardseal-audit ${name}`);
      expect(help.out).toContain('--json');
    }
  });
});
