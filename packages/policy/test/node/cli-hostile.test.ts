import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shell, shell } from '../support/cli.js';

let box: Shell;
let text: string;

beforeAll(async () => {
  box = await shell();
  await box.done(['init', '-o', 'policy.json']);
  text = await readFile(box.path('policy.json'), 'utf8');
});
afterAll(() => box.close());

/** The line that holds a text, from 1. */
const lineOf = (whole: string, part: string): number => whole.slice(0, whole.indexOf(part)).split('\n').length;

describe('a refused document', () => {
  const slips: readonly (readonly [string, string, string, string, string])[] = [
    ['an unknown operator', '"atLeast": 2', '"atleast": 2', 'UNKNOWN_OPERATOR', '"atleast": 2'],
    [
      'an unknown field',
      '"title": "Nobody who has left',
      '"tittle": "Nobody who has left',
      'UNKNOWN_FIELD',
      '"tittle"',
    ],
    ['a wrong version', '"version": 1', '"version": "1"', 'DOCUMENT_INVALID', '"version": "1"'],
    ['another format', '"policy/0"', '"policy/9"', 'UNSUPPORTED_FORMAT', '"policy/9"'],
    ['a member there twice', '"version": 1', '"version": 2,\n  "version": 1', 'DOCUMENT_NOT_JSON', '"version": 1'],
    ['a missing comma', '"version": 1,', '"version": 1', 'DOCUMENT_NOT_JSON', '"title": '],
    ['a comma too many', '"version": 1,', '"version": 1,,', 'DOCUMENT_NOT_JSON', '"version": 1,,'],
    ['single quotes', '"draft"', "'draft'", 'DOCUMENT_NOT_JSON', "'draft'"],
    ['a comment', '"version": 1,', '"version": 1, // first', 'DOCUMENT_NOT_JSON', '// first'],
  ];

  it.each(slips)('%s: the code, the line, and what stands there', async (_, part, slip, code, shown) => {
    expect(text).toContain(part);
    const changed = text.replace(part, slip);
    const answer = await box.json<{ error: { line: number; shown: string } }>([
      ...['check', await box.write('slip.json', changed)],
    ]);
    expect(answer).toMatchObject({ exit: 1, verdict: 'not-sound', error: { code, file: 'slip.json' } });
    expect(answer.error.shown).toContain(shown);
    expect(answer.error.line).toBe(lineOf(changed, shown));
    const said = await box.run(['check', 'slip.json']);
    expect(said.out).toMatch(new RegExp(`^REFUSED {5}${code}: slip.json, line ${answer.error.line}: `));
    // Whoever asked something else got no answer.
    const other = await box.run(['prove', 'slip.json']);
    expect(other).toMatchObject({ code: 2, out: '' });
    expect(other.err).toContain(`${code}: slip.json, line ${answer.error.line}: `);
    expect(other.err).toContain(`line ${answer.error.line} is: `);
  });

  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'DOCUMENT_NOT_JSON'],
    ['half a document', '{"format": "policy/0"', 'DOCUMENT_NOT_JSON'],
    ['bytes', new Uint8Array([0x7b, 0xff, 0xfe, 0x00, 0x9b]), 'DOCUMENT_NOT_JSON'],
    ['UTF-16, as Windows writes it', new Uint8Array(Buffer.from('\ufeff{}', 'utf16le')), 'DOCUMENT_NOT_JSON'],
    ['more than a document may be', `{"format":"${'x'.repeat(3_100_000)}"}`, 'DOCUMENT_TOO_LARGE'],
    ['a million brackets', '['.repeat(1_000_000), 'DOCUMENT_NOT_JSON'],
    ['a deep list', `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'TOO_DEEP'],
    ['another document', '{"name":"package"}', 'DOCUMENT_INVALID'],
    ['a list', '[]', 'DOCUMENT_INVALID'],
    ['__proto__', '{"format":"policy/0","__proto__":{"version":1}}', 'UNKNOWN_FIELD'],
    ['a text of a million signs', `{"format":"policy/0","id":"${'x'.repeat(900_000)}"} x`, 'DOCUMENT_NOT_JSON'],
    ['half a character', '{"format":"policy/0","id":"\\ud800"}', 'DOCUMENT_NOT_JSON'],
  ])('%s is refused, without a stack', async (_, content, code) => {
    const answer = await box.json(['check', await box.write('hostile', content)]);
    expect(answer).toMatchObject({ exit: 1, verdict: 'not-sound', error: { code } });
    expect((await box.run(['digest', 'hostile'])).code).toBe(2);
  });

  it('says of UTF-16 what to do', async () => {
    await box.write('windows.json', new Uint8Array(Buffer.from(`\ufeff${text}`, 'utf16le')));
    expect((await box.run(['check', 'windows.json'])).out).toContain('save it as UTF-8');
    // A mark at the start of UTF-8 is harmless.
    await box.write('marked.json', `\ufeff${text}`);
    expect((await box.run(['check', 'marked.json'])).code).toBe(0);
  });
});

describe('a terminal', () => {
  const evil = 'Pictures\u001b[2J\u001b]0;owned\u0007\u202eSOUND\u009b2K';

  // The shell looks at everything that is said.
  it('obeys no title, no name of a file and no line of a document', async () => {
    await box.write('evil.json', { ...JSON.parse(text), title: evil });
    const { out } = await box.run(['check', 'evil.json']);
    expect(out).toContain('Pictures\\u{1b}[2J\\u{1b}]0;owned\\u{7}\\u{202e}SOUND\\u{9b}2K\n');
    await box.write('line.json', text.replace('"version": 1', `"version": "${evil}"`));
    for (const args of [
      ['check', 'line.json'],
      ['prove', 'line.json'],
      ['check', `no${evil}`],
      ['decide', 'policy.json', evil],
    ]) {
      await box.run(args);
    }
    const json = await box.run(['check', '--json', 'evil.json']);
    expect(JSON.parse(json.out).policy.title).toBe(evil);
  });

  it('obeys no decision either', async () => {
    const { digest } = await box.json<{ digest: string }>(['digest', 'policy.json']);
    const context = {
      outcome: 'forbidden',
      basis: 'none',
      reasons: [{ rule: evil, effect: 'forbid', title: evil }],
      obligations: [],
      advice: [],
      missing: [evil],
      illTyped: [],
      policy: { id: evil, version: 1, digest },
      evaluated_at: evil,
    };
    const ran = await box.run(
      ['explain', '--audience', 'engineer', 'policy.json'],
      JSON.stringify({ decision: false, context }),
    );
    expect(ran.code).toBe(0);
  });
});

describe('usage', () => {
  it('--help names every command, and each has one', async () => {
    const { out } = await box.done(['--help']);
    const commands = [...out.matchAll(/^ {2}wardseal-policy ([a-z][a-z-]+) {2,}\S/gm)].map(([, name]) => name!);
    expect(commands).toContain('who-can');
    for (const name of commands) {
      const help = await box.done([name, '--help']);
      expect(help.out).toMatch(new RegExp(`^wardseal-policy ${name} `));
      expect(help.out.split('\n').filter((line) => line.length > 125)).toEqual([]);
    }
  });

  it.each<[string, string[], string]>([
    ['nothing', [], 'no command'],
    ['an unknown command', ['chek', 'policy.json'], 'no such command'],
    ['a name of every object', ['constructor'], 'no such command'],
    ['an unknown option', ['check', '--strict', 'policy.json'], '--strict'],
    ['two files', ['check', 'policy.json', 'policy.json'], 'too many'],
    ['one file to compare', ['diff', 'policy.json'], 'missing'],
    ['a folder', ['check', '.'], 'it is a folder'],
    ['no file', ['check', 'policy.jsn'], 'policy.jsn: there is no such file'],
    ['two inputs on stdin', ['decide', '-', '-'], 'stdin already carries the policy'],
    ['two policies on stdin', ['diff', '-', '-'], 'stdin already carries the old policy'],
    ['a time without a zone', ['check', '--at', '2026-03-02T03:12', 'policy.json'], '--at takes'],
  ])('%s: exit code 2 and words', async (_, args, words) => {
    const { code, out, err } = await box.run(args, text);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(words);
  });

  it.each([
    ['{"command":"check","policy":"policy.json","at":[]}', '`at` is of the wrong type'],
    ['{"command":"check","strict":true}', 'unknown member: strict'],
    ['{"command":"__proto__"}', 'no such command'],
    ['{"policy":"policy.json"}', 'names no command'],
    ['[1]', 'not a JSON object'],
  ])('a request %s is refused', async (request, words) => {
    const { code, out, err } = await box.run(['--stdin'], request);
    expect(code).toBe(2);
    expect(JSON.parse(out || err).error).toMatchObject({ code: 'USAGE', message: expect.stringContaining(words) });
  });

  it.each([
    ['check', 'the policy is missing'],
    ['decide policy.json', 'the request is missing'],
    ['retention', 'the record is missing'],
  ])('%s does not wait at a terminal for what nobody pipes in', async (line, words) => {
    const { code, out } = await box.terminal(`wardseal-policy ${line}`);
    expect(code).toBe(2);
    expect(out).toContain(words);
  });

  it('a reader that goes away does not turn a no into a yes', async () => {
    const { out } = await box.sh(
      'wardseal-policy check slip.json >/dev/full; echo $?; wardseal-policy check policy.json >/dev/full; echo $?',
    );
    expect(out).toBe('1\n2\n');
  });
});
