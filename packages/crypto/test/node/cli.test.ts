import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLI, collect, type Shell, shell } from './cli-support.js';

const PICTURE = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 31 + (i >> 8)) & 255));
let box: Shell;
beforeAll(async () => {
  box = await shell();
  for (const [name, ...more] of [
    ['alice'],
    ['bob'],
    ['mallory'],
    ['old-alice', '--classic'],
    ['old-bob', '--classic'],
  ]) {
    const public_ = ['--entry', `${name}.entry`, '--person', name!, '--organisation', 'demo'];
    await box.done(['keygen', '-o', `${name}.key`, ...public_, ...more]);
  }
  await writeFile(box.path('picture'), PICTURE);
  await box.done(['keygen', '--classic', '--only', 'identity', '-o', 'age.key']);
});
afterAll(() => box.close());

const SEAL = ['seal', '--from', 'alice.key', '--entry', 'alice.entry', '--unverified', '--case', 'c-1'];
const OPEN = ['open', '-i', 'bob.key', '--senders', 'alice.entry', '--unverified'];

describe('keygen', () => {
  it('writes secrets for their owner alone and never over others', async () => {
    expect((await stat(box.path('alice.key'))).mode & 0o777).toBe(0o600);
    const before = await readFile(box.path('alice.key'), 'utf8');
    expect(before).toMatch(/^AGE-SECRET-KEY-PQ-1[0-9A-Z]+$/m);
    expect(before).toMatch(/^WARDSEAL-SIGNING-KEY-1[0-9A-Z]+$/m);
    const again = await box.run(['keygen', '-o', 'alice.key']);
    expect(again).toMatchObject({ code: 3, err: expect.stringContaining('exists already') });
    expect(await readFile(box.path('alice.key'), 'utf8')).toBe(before);
    await box.done(['keygen', '-o', 'spare.key']);
    const spare = await readFile(box.path('spare.key'), 'utf8');
    await box.done(['keygen', '-o', 'spare.key', '--force']);
    expect(await readFile(box.path('spare.key'), 'utf8')).not.toBe(spare);
    expect((await stat(box.path('spare.key'))).mode & 0o777).toBe(0o600);
  });

  it('puts no two outputs in one place, however it is spelled', async () => {
    const { code, err } = await box.run([
      'keygen',
      '-o',
      'both',
      '--entry',
      './both',
      '--person',
      'p',
      '--organisation',
      'o',
    ]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('two outputs') });
    await writeFile(box.path('both'), 'before');
    await symlink('.', box.path('here'));
    // Each of these would have lost the recovery code, or the header without which nothing opens, and said nothing.
    const wrap = ['keygen', 'protect', '-i', 'alice.key', '--person', 'p', '--force'];
    const apart = [...SEAL, '-R', 'bob.entry', '--force', 'picture'];
    for (const args of [
      [...wrap, '--code', 'both', '-o', 'both'],
      [...wrap, '--code', 'here/both', '-o', 'both'],
      [...wrap, '--code', '-'],
      [...apart, '--header', 'both', '-o', `${box.folder}/both`],
    ])
      expect(await box.run(args)).toMatchObject({ code: 2, out: '', err: expect.stringContaining('two outputs') });
    expect(await readFile(box.path('both'), 'utf8')).toBe('before');
    await box.done(['keygen', '-o', '/dev/null', '--entry', '/dev/null', '--person', 'p', '--organisation', 'o']);
    expect((await box.files()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('says the public half, beside the secret one', async () => {
    const { out, err } = await box.done(['keygen', '--json']);
    const facts = JSON.parse(err);
    expect(out).toContain(`# public key: ${facts.recipient}\n`);
    expect(facts).toEqual({
      recipient: expect.stringMatching(/^age1pq1/),
      signingKey: expect.any(String),
      kid: expect.any(String),
    });
    const filed = await box.done(['keygen', '--json', '-o', 'filed.key', '--only', 'signing']);
    expect(Object.keys(JSON.parse(filed.out))).toEqual(['signingKey', 'kid']);
    expect(filed.err).toBe('');
  });
});

describe('seal and open', () => {
  it('carry a picture through pipes and through files', async () => {
    const piped = await box.sh(
      `wardseal-crypto ${SEAL.slice(0).join(' ')} -R bob.entry < picture | wardseal-crypto ${OPEN.join(' ')}`,
    );
    expect(piped.bytes.equals(PICTURE)).toBe(true);
    expect(piped.err).toContain('sealed by alice of demo, sent ');
    expect(piped.err).toContain('nobody vouches for recipient');
    const sealed = await box.done([...SEAL, '-R', 'bob.entry', '-o', 'picture.age', '--json', 'picture']);
    const facts = JSON.parse(sealed.out);
    expect(facts).toMatchObject({ size: PICTURE.length, mode: 'pq', recoverable: false });
    expect(facts.unverifiedRecipients).toEqual(facts.recipients.map((one: { thumbprint: string }) => one.thumbprint));
    const opened = await box.done([...OPEN, '-o', 'back', '--json', 'picture.age']);
    expect(JSON.parse(opened.out)).toMatchObject({
      signed: true,
      verified: false,
      sender: { person: 'alice', organisation: 'demo' },
      headerDigest: facts.headerDigest,
      manifest: { id: facts.manifestId, case: 'c-1' },
    });
    expect((await readFile(box.path('back'))).equals(PICTURE)).toBe(true);
    expect((await stat(box.path('back'))).mode & 0o777).toBe(0o600);
  });

  it('carry what the sender says of the picture', async () => {
    await writeFile(box.path('clinical.json'), '{"site":"left forearm"}');
    await writeFile(box.path('labels.json'), '{"identifiable":true}');
    const said = [
      '--type',
      'image/jpeg',
      '--label',
      'kind=photo',
      '--labels',
      'labels.json',
      '--clinical',
      'clinical.json',
    ];
    await box.done([...SEAL, '-R', 'bob.entry', ...said, '-o', 'said.age', 'picture']);
    const { err } = await box.done([...OPEN, '--json', 'said.age']);
    expect(JSON.parse(err).manifest).toMatchObject({
      mediaType: 'image/jpeg',
      labels: { kind: 'photo', identifiable: true },
      clinical: { site: 'left forearm' },
    });
    const other = await box.run([...OPEN, '--expect-labels', 'labels.json', 'said.age']);
    expect(other).toMatchObject({ code: 1, out: '', err: expect.stringContaining('LABELS_MISMATCH: ') });
  });

  it('take keys and recipients from stdin', async () => {
    const entry = await readFile(box.path('bob.entry'));
    await box.done([...SEAL, '-R', '-', '-o', 'stdin.age', 'picture'], entry);
    const keys = await readFile(box.path('bob.key'));
    const opened = await box.done(['open', '-i', '-', '--senders', 'alice.entry', '--unverified', 'stdin.age'], keys);
    expect(opened.bytes.equals(PICTURE)).toBe(true);
    expect(await box.run([...SEAL, '-R', '-'], entry)).toMatchObject({
      code: 2,
      err: expect.stringContaining('stdin already carries the recipients'),
    });
  });

  it.each([0, 1, 47, 48, 49, 65_536, 65_537])('armor %i bytes as the package does', async (size) => {
    const content = PICTURE.subarray(0, size);
    const { out } = await box.done([...SEAL, '-R', 'bob.entry', '-a'], content);
    expect(out.split('\n').every((line) => line.length <= 64)).toBe(true);
    expect((await box.done(OPEN, out)).bytes.equals(content)).toBe(true);
    expect((await box.done(OPEN, `\r\n ${out.replaceAll('\n', '\r\n')}\n`)).bytes.equals(content)).toBe(true);
  });

  it('keep header and payload apart', async () => {
    await box.done([...SEAL, '-R', 'bob.entry', '--header', 'x.header', '-o', 'x.payload', 'picture']);
    const opened = await box.done([...OPEN, '--header', 'x.header', 'x.payload']);
    expect(opened.bytes.equals(PICTURE)).toBe(true);
    const shown = JSON.parse((await box.done(['inspect', '--json', '--header', 'x.header', 'x.payload'])).out);
    expect(shown.plaintextBytes).toBe(PICTURE.length);
    expect(await box.run([...OPEN, 'x.payload'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('HEADER_INVALID'),
    });
  });

  it("read what Debian's age writes, and are read by it", async () => {
    const theirs =
      'age -r $(grep -o "age1.*" old-bob.key) picture | wardseal-crypto open -i old-bob.key --allow-unsigned';
    const opened = await box.sh(theirs);
    expect(opened.bytes.equals(PICTURE)).toBe(true);
    expect(opened.err).toContain('not signed: nobody vouches');
    const from = 'seal --classic --from old-alice.key --entry old-alice.entry --unverified --case c-1';
    const to = '-r $(grep -o "age1.*" age.key)';
    for (const armor of ['', '-a']) {
      const ours = await box.sh(`wardseal-crypto ${from} ${to} ${armor} < picture | age -d -i age.key`);
      expect(ours.bytes.equals(PICTURE)).toBe(true);
    }
    const armored = await box.sh(
      'age -a -R <(grep -o "age1.*" age.key) picture | wardseal-crypto open -i age.key --allow-unsigned',
    );
    expect(armored.bytes.equals(PICTURE)).toBe(true);
  });

  it('refuse, say the code, and release nothing', async () => {
    await box.done([...SEAL, '-R', 'bob.entry', '-o', 'refused.age', 'picture']);
    const file = await readFile(box.path('refused.age'));
    const cut = file.subarray(0, file.length - 1000);
    const changed = Buffer.from(file);
    changed[file.length - 5]! ^= 1;
    const cases: [string, string[], Buffer][] = [
      ['NO_MATCH', ['open', '-i', 'mallory.key', '--senders', 'alice.entry', '--unverified'], file],
      ['SENDER_UNKNOWN', ['open', '-i', 'bob.key', '--senders', 'mallory.entry', '--unverified'], file],
      ['PAYLOAD_INVALID', OPEN, cut],
      ['PAYLOAD_INVALID', OPEN, changed],
      ['HEADER_INVALID', OPEN, PICTURE],
      ['ARMOR_INVALID', OPEN, Buffer.from('-----BEGIN AGE ENCRYPTED FILE-----\nnonsense\n')],
    ];
    const before = await box.files();
    for (const [code, args, input] of cases) {
      const ran = await box.run([...args, '-o', 'never'], input);
      expect(ran).toMatchObject({ code: 1, out: '', err: expect.stringContaining(`${code}: `) });
      const json = await box.run([...args, '-o', 'never', '--json'], input);
      expect(JSON.parse(json.out).error.code).toBe(code);
      expect(json.code).toBe(1);
    }
    const beside = await box.run([...OPEN, '--json'], cut);
    expect(beside).toMatchObject({ code: 1, err: expect.stringMatching(/^\{"error":\{"code":"PAYLOAD_INVALID"/) });
    expect(beside.out).not.toContain('error');
    expect(await box.files()).toEqual(before);
    const mixed = await box.run([...SEAL, '-R', 'old-bob.entry', '-o', 'never', 'picture']);
    expect(mixed).toMatchObject({ code: 1, err: expect.stringContaining('MIXED_MODE') });
    const stranger = await box.sh('age -r $(grep -o "age1.*" age.key) picture');
    const unsigned = await box.run(
      ['open', '-i', 'age.key', '--senders', 'alice.entry', '--unverified'],
      stranger.bytes,
    );
    expect(unsigned).toMatchObject({ code: 1, out: '', err: expect.stringContaining('UNSIGNED') });
  });
});

describe('a file that was cut', () => {
  it('gives nothing by its name, and by a pipe only what is proven', async () => {
    await writeFile(box.path('long'), Buffer.alloc(5_000_000, 'left forearm'));
    await box.done([...SEAL, '-R', 'bob.entry', '-o', 'long.age', 'long']);
    const cut = (await readFile(box.path('long.age'))).subarray(0, 4_000_000);
    await writeFile(box.path('cut.age'), cut);
    const named = await box.run([...OPEN, 'cut.age']);
    expect(named).toMatchObject({ code: 1, out: '', err: expect.stringContaining('PAYLOAD_INVALID') });
    const piped = await box.run(OPEN, cut);
    expect(piped).toMatchObject({ code: 1, err: expect.stringContaining('PAYLOAD_INVALID') });
    expect((await readFile(box.path('long'))).subarray(0, piped.bytes.length).equals(piped.bytes)).toBe(true);
    const filed = await box.run([...OPEN, '-o', 'never'], cut);
    expect(filed.code).toBe(1);
    expect(await box.files()).not.toContain('never');
  });
});

describe('a request on stdin', () => {
  it('is the command line in JSON', async () => {
    const request = {
      command: 'seal',
      files: ['picture'],
      from: 'alice.key',
      entry: 'alice.entry',
      unverified: true,
      case: 'c-1',
      'recipients-file': ['bob.entry'],
      labels: { kind: 'photo' },
      clinical: { side: 'left' },
      output: 'json.age',
    };
    const sealed = JSON.parse((await box.done(['--stdin'], JSON.stringify(request))).out);
    expect(sealed.size).toBe(PICTURE.length);
    const asked = {
      command: 'open',
      identity: ['bob.key'],
      senders: 'alice.entry',
      unverified: true,
      files: ['json.age'],
    };
    const opened = await box.done(['--stdin'], JSON.stringify(asked));
    expect(opened.bytes.equals(PICTURE)).toBe(true);
    expect(JSON.parse(opened.err).manifest).toMatchObject({ labels: { kind: 'photo' }, clinical: { side: 'left' } });
  });

  it.each<[string, string]>([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no command', '{}'],
    ['an unknown command', '{"command":"constructor"}'],
    ['a member too many', '{"command":"inspect","files":["picture.age"],"force":true}'],
    ['a member of every object', '{"command":"inspect","files":["picture.age"],"toString":true}'],
    ['a wrong type', '{"command":"inspect","files":"picture.age"}'],
    ['stdin as input', '{"command":"inspect"}'],
    ['an endless request', ' '.repeat(1_100_000)],
  ])('exits 2 on %s', async (_, request) => {
    const { code, out, err } = await box.run(['--stdin'], request);
    expect(code).toBe(2);
    expect(JSON.parse(out).error.code).toBe('USAGE');
    expect(err).toBe('');
  });
});

describe('exit codes', () => {
  it.each<[string, string[]]>([
    ['nothing', []],
    ['an unknown command', ['destroy']],
    ['a name that every object has', ['toString']],
    ['an unknown option', ['inspect', '--key', 'x']],
    ['two files', ['inspect', 'a', 'b']],
    ['no sender', ['seal', '-R', 'bob.entry', '--case', 'x', '--unverified', 'picture']],
    ['no recipient', [...SEAL, 'picture']],
    ['no word about trust', SEAL.filter((word) => word !== '--unverified').concat('-R', 'bob.entry', 'picture')],
    ['senders without a word about trust', ['open', '-i', 'bob.key', '--senders', 'alice.entry', 'picture.age']],
    ['no senders', ['open', '-i', 'bob.key', 'picture.age']],
    ['a directory without its root', ['open', '-i', 'bob.key', '-d', 'bob.entry', 'picture.age']],
    ['a person without a directory', [...SEAL, '-r', 'bob', 'picture']],
    ['a team without a directory', [...SEAL, '-t', 'icu', 'picture']],
    ['armor for two parts', [...SEAL, '-R', 'bob.entry', '-a', '--header', 'h', 'picture']],
    ['no key', ['open', '--allow-unsigned', 'picture.age']],
    ['an entry as key file', ['open', '-i', 'bob.entry', '--allow-unsigned', 'picture.age']],
    ['a picture as key file', ['open', '-i', 'picture', '--allow-unsigned', 'picture.age']],
    ['a key file as recipients', [...SEAL, '-R', 'bob.key', 'picture']],
    ['a picture as recipients', [...SEAL, '-R', 'picture', 'picture']],
    ['a half threshold', [...SEAL, '-R', 'bob.entry', '--guardians', 'bob.entry', '--threshold', '1.5', 'picture']],
    [
      'more guardians than seats',
      [...SEAL, '-R', 'bob.entry', '--guardians', 'bob.entry', '--threshold', '2', 'picture'],
    ],
    ['a media type that is none', [...SEAL, '-R', 'bob.entry', '--type', 'jpeg', 'picture']],
    ['a time that is none', [...OPEN, '--sent-at', 'yesterday', 'picture.age']],
  ])('2 on %s', async (_, args) => {
    const { code, out, err } = await box.run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^wardseal-crypto: .+\nwardseal-crypto: --help says more\n$/);
  });

  it.each<[string, string[], RegExp]>([
    ['no senders', ['open', '-i', 'bob.key', 'picture.age'], /--directory and --root, or --senders and --unverified/],
    ['no sealed file', ['inspect', 'picture'], /: HEADER_INVALID: .+\nwardseal-crypto: .+ --header\n$/],
    [
      'a huge number',
      [...OPEN, '--not-below-epoch', '9'.repeat(20), 'picture.age'],
      /whole number of at most 15 digits/,
    ],
    ['a media type', [...SEAL, '-R', 'bob.entry', '--type', 'jpeg', 'picture'], /such as image\/jpeg/],
  ])('the way out is named: %s', async (_, args, said) => {
    expect((await box.run(args)).err).toMatch(said);
  });

  it.each<[string, string[], string]>([
    ['a missing file', ['inspect', 'nowhere'], 'nowhere: there is no such file'],
    [
      'a missing key file',
      ['open', '-i', 'nowhere', '--allow-unsigned', 'picture.age'],
      'nowhere: there is no such file',
    ],
    ['a folder as input', ['inspect', '.'], '.: it is a folder'],
    ['a folder as key file', ['open', '-i', '.', '--allow-unsigned', 'picture.age'], '.: it is a folder'],
    ['a folder as output', [...SEAL, '-R', 'bob.entry', '-o', '.', 'picture'], '.: it is a folder'],
    ['an output in no folder', [...SEAL, '-R', 'bob.entry', '-o', 'no/x', 'picture'], 'no/x: there is no such file'],
    ['an output that is there', [...SEAL, '-R', 'bob.entry', '-o', 'bob.entry', 'picture'], 'exists already'],
    ['a full device', [...SEAL, '-R', 'bob.entry', '-o', '/dev/full', 'picture'], 'no space left'],
  ])('3 on %s', async (_, args, said) => {
    const before = await box.files();
    const { code, out, err } = await box.run(args);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain(said);
    expect(await box.files()).toEqual(before);
  });

  it('3 on a folder as stdin', async () => {
    const { code, out, err } = await box.sh(`wardseal-crypto ${SEAL.join(' ')} -R bob.entry < .`);
    expect({ code, out, err }).toEqual({ code: 3, out: '', err: 'wardseal-crypto: stdin: it is a folder\n' });
  });

  it('shows a hostile name without obeying it', async () => {
    const { code, err } = await box.run(['inspect', 'a\u001b[2K\u202eb\u3164']);
    expect(code).toBe(3);
    expect(err).toContain('a\\u{1b}[2K\\u{202e}b\\u{3164}: there is no such file');
  });

  it('shows hostile facts without obeying them', async () => {
    const said = ['--label', 'note=\u009b2J\u202e\u{e0001}'];
    await box.done([...SEAL, '-R', 'bob.entry', ...said, '-o', 'hostile.age', 'picture']);
    const { err } = await box.done([...OPEN, '--json', 'hostile.age']);
    expect(err).toContain('"note":"\\u009b2J\\u202e\\udb40\\udc01"');
    expect(JSON.parse(err).manifest.labels.note).toBe('\u009b2J\u202e\u{e0001}');
  });

  it('refuses a secret on the command line and does not repeat it', async () => {
    const text = await readFile(box.path('alice.key'), 'utf8');
    const secret = /^AGE-SECRET-KEY.*$/m.exec(text)![0];
    for (const args of [['open', '-i', secret], ['inspect', secret.toLowerCase()], [secret], ['seal', `-r${secret}`]]) {
      const { code, out, err } = await box.run(args);
      expect(code).toBe(2);
      expect((out + err).toUpperCase()).not.toContain(secret.slice(0, 40));
    }
    await symlink('bob.key', box.path('as-recipient'));
    const { err } = await box.run([...SEAL, '-R', 'as-recipient', 'picture']);
    expect(err).toContain('it is a secret key');
  });
});

describe('what ends early', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('leaves nothing after %s', async (signal) => {
    const before = await box.files();
    const child = spawn(process.execPath, [CLI, ...SEAL, '-R', 'bob.entry', '-o', 'never'], { cwd: box.folder });
    child.stdin.on('error', () => {}); // the command may be gone before it has read all
    child.stdin.write(PICTURE);
    while ((await box.files()).length === before.length) await sleep(5);
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([null, signal]);
    expect(await box.files()).toEqual(before);
  });

  it('says nothing when its reader goes away', async () => {
    await writeFile(box.path('large'), Buffer.alloc(5_000_000));
    const ran = await box.sh(
      `wardseal-crypto ${SEAL.join(' ')} -R bob.entry large | head -c 20; exit \${PIPESTATUS[0]}`,
    );
    expect(ran.out).toBe('age-encryption.org/v');
    expect(ran).toMatchObject({ code: 3, err: '' });
    const full = await box.sh(`wardseal-crypto ${SEAL.join(' ')} -R bob.entry large > /dev/full`);
    expect(full).toMatchObject({ code: 3, err: expect.stringContaining('no space left') });
  });

  it('writes to a named pipe and reads from one', async () => {
    await collect(spawn('mkfifo', [box.path('pipe')]));
    const [sealed, opened] = await Promise.all([
      box.run([...SEAL, '-R', 'bob.entry', '-o', 'pipe', 'picture']),
      box.run([...OPEN, 'pipe']),
    ]);
    expect(sealed.code).toBe(0);
    expect(opened.bytes.equals(PICTURE)).toBe(true);
  });

  it('does not follow a name that somebody takes meanwhile', async () => {
    const before = await box.files();
    const child = spawn(process.execPath, [CLI, ...SEAL, '-R', 'bob.entry', '-o', 'taken'], { cwd: box.folder });
    while ((await box.files()).length === before.length) await sleep(5);
    await writeFile(box.path('taken'), 'mine');
    const { code, err } = await collect(child, PICTURE);
    expect({ code, said: err.includes('exists already') }).toEqual({ code: 3, said: true });
    expect(await readFile(box.path('taken'), 'utf8')).toBe('mine');
    expect((await box.files()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('on a terminal', () => {
  it('prints no binary unless it is told to', async () => {
    const refused = await box.terminal(`wardseal-crypto ${SEAL.join(' ')} -R bob.entry picture`);
    expect(refused).toMatchObject({ code: 2, out: expect.stringContaining('refusing to print binary') });
    expect(refused.out).not.toContain('age-encryption');
    const armored = await box.terminal(`wardseal-crypto ${SEAL.join(' ')} -R bob.entry -a picture`);
    expect(armored).toMatchObject({ code: 0, out: expect.stringContaining('-----END AGE ENCRYPTED FILE-----') });
    const forced = await box.terminal(`wardseal-crypto ${SEAL.join(' ')} -R bob.entry -o - picture`);
    expect(forced).toMatchObject({ code: 0, out: expect.stringContaining('age-encryption.org/v1') });
  });

  it('prints text that was sealed, and nothing that could steer the terminal', async () => {
    await box.done([...SEAL, '-R', 'bob.entry', '-o', 'note.age'], 'left forearm,\tsince Monday: größer\r\n');
    const note = await box.terminal(`wardseal-crypto ${OPEN.join(' ')} note.age`);
    expect(note).toMatchObject({ code: 0, out: expect.stringContaining('since Monday: größer') });
    for (const [name, content] of [
      ['steers', 'a\u001b[2Jb'],
      ['turns', 'a\u202eb'],
      ['overwrites', 'stage 3\rstage 1\n'],
      ['binary', PICTURE],
    ] as const) {
      await box.done([...SEAL, '-R', 'bob.entry', '-o', `${name}.age`], content);
      const refused = await box.terminal(`wardseal-crypto ${OPEN.join(' ')} ${name}.age`);
      expect(refused).toMatchObject({ code: 2, out: expect.stringContaining('not plain text') });
    }
  });
});

describe('help', () => {
  it('names every option of every command, on stdout', async () => {
    const { out } = await box.done(['--help']);
    const commands = [...out.matchAll(/^ {2}wardseal-crypto ([a-z]+) /gm)].map(([, name]) => name!);
    expect(commands).toEqual([
      'keygen',
      'seal',
      'open',
      'inspect',
      'recipients',
      'release',
      'recover',
      'directory',
      'erase',
    ]);
    for (const name of commands) {
      const help = await box.done([name, '--help']);
      expect(help.out).toMatch(new RegExp(`^wardseal-crypto ${name} `));
      expect(help.out.split('\n').every((line) => line.length <= 130)).toBe(true);
    }
    expect((await box.done(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
