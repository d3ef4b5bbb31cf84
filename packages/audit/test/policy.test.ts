import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateLogKey, parsePolicy, type WitnessPolicy } from '../src/index.js';
import { type Cosignature, quorumMet, quorumTime } from '../src/witness/quorum.js';
import { cosigner } from './support/witnesses.js';

const { vkey: log } = await generateLogKey('log.example');
const [x1, x2, x3, y1, y2] = await Promise.all(
  ['x1', 'x2', 'x3', 'y1', 'y2'].map(async (name) => (await cosigner(`${name}.example`)).vkey),
);
const pq = (await cosigner('x1.example', 'ml-dsa-44')).vkey;

const MANY = await Promise.all(Array.from({ length: 65 }, async () => (await generateLogKey('log.example')).vkey));
const COSIGNERS = await Promise.all(Array.from({ length: 65 }, async (_, i) => (await cosigner(`w${i}.example`)).vkey));
const THRESHOLD = 'a threshold is `all`, `any` or 1 to the number of members';

describe('parsePolicy', () => {
  it('reads logs, witnesses, nested groups and the quorum', () => {
    const policy = parsePolicy(
      `# who must have seen it\n\n\tlog  ${log}\thttps://log.example/ \n witness X1 ${x1} https://x1.example/\nwitness X2 ${x2}\nwitness X3 ${x3}\n` +
        `group X 2 X1 X2 X3\nwitness Ÿ1 ${y1}\nwitness pq ${pq}\ngroup Y any Ÿ1 pq\n  # two levels\ngroup both all X Y\nquorum both\n`,
    );
    expect(policy).toEqual({
      logs: [{ vkey: log, url: 'https://log.example/' }],
      witnesses: [
        { name: 'X1', vkey: x1, url: 'https://x1.example/' },
        { name: 'X2', vkey: x2 },
        { name: 'X3', vkey: x3 },
        { name: 'Ÿ1', vkey: y1 },
        { name: 'pq', vkey: pq },
      ],
      groups: [
        { name: 'X', threshold: 2, members: ['X1', 'X2', 'X3'] },
        { name: 'Y', threshold: 1, members: ['Ÿ1', 'pq'] },
        { name: 'both', threshold: 2, members: ['X', 'Y'] },
      ],
      quorum: 'both',
    });
    expect(parsePolicy('quorum none\n')).toEqual({ logs: [], witnesses: [], groups: [], quorum: 'none' });
    expect(parsePolicy(new TextEncoder().encode(`witness all ${x1}\nquorum all\n`)).quorum).toBe('all');
    // Comments may hold any octets.
    expect(parsePolicy(Uint8Array.from([0x23, 0xff, 0x0a, ...new TextEncoder().encode('quorum none\n')])).quorum).toBe(
      'none',
    );
  });

  it.each([
    ['an empty file', '', undefined, 'the policy has no quorum'],
    ['no quorum', `witness a ${x1}\n`, undefined, 'the policy has no quorum'],
    [
      'a last line without newline, as a file cut off has',
      `witness a ${x1}\nquorum a`,
      undefined,
      'the last line does not end in a newline',
    ],
    ['two quorums', `quorum none\nquorum none\n`, 2, 'a second quorum'],
    ['an unknown line', 'quorum none\nfoo\n', 2, 'an unknown kind of line'],
    ['a keyword in capitals', 'Quorum none\n', 1, 'an unknown kind of line'],
    ['a carriage return', 'quorum none\r\n', 1, 'a control character'],
    ['a NUL', 'quorum none\n\0\n', 2, 'a control character'],
    ['a DEL in a comment', '#\x7f\nquorum none\n', 1, 'a control character'],
    ['a no-break space for a space', `quorum\u00a0none\n`, 1, 'an unknown kind of line'],
    ['a quorum that is not defined', 'quorum a\n', 1, 'the quorum is not defined above'],
    ['a quorum that is defined below', `quorum a\nwitness a ${x1}\n`, 1, 'the quorum is not defined above'],
    ['a quorum of two names', `witness a ${x1}\nwitness b ${x2}\nquorum a b\n`, 3, 'a quorum is `quorum <name>`'],
    ['a log key that is a witness’s', `log ${x1}\nquorum none\n`, 1, 'a key is malformed or of the wrong kind'],
    ['a witness key that is a log’s', `witness a ${log}\nquorum a\n`, 1, 'a key is malformed or of the wrong kind'],
    ['a log without key', 'log\nquorum none\n', 1, 'a log is `log <vkey> [<url>]`'],
    ['a log with too much', `log ${log} https://a.example/ b\nquorum none\n`, 1, 'a log is `log <vkey> [<url>]`'],
    ['a witness without key', 'witness a\nquorum none\n', 1, 'a witness is `witness <name> <vkey> [<url>]`'],
    ['a malformed key', `witness a ${x1!.slice(0, -1)}\nquorum a\n`, 1, 'a key is malformed or of the wrong kind'],
    ['the same key twice', `witness a ${x1}\nwitness b ${x1}\nquorum a\n`, 2, 'a public key is there twice'],
    ['the same name twice', `witness a ${x1}\nwitness a ${x2}\nquorum a\n`, 2, 'a name is taken'],
    ['a group with a witness’s name', `witness a ${x1}\ngroup a any a\nquorum a\n`, 2, 'a name is taken'],
    ['a witness called none', `witness none ${x1}\nquorum none\n`, 1, 'a name is taken'],
    ['none as a member', `group g any none\nquorum g\n`, 1, 'a member is not defined above'],
    [
      'a group without members',
      `witness a ${x1}\ngroup g any\nquorum a\n`,
      2,
      'a group is `group <name> <all|any|k> <name>...`',
    ],
    ['a group of itself', `group g any g\nquorum g\n`, 1, 'a member is not defined above'],
    ['a member defined below', `group g any a\nwitness a ${x1}\nquorum g\n`, 1, 'a member is not defined above'],
    ['a member twice', `witness a ${x1}\ngroup g 1 a a\nquorum g\n`, 2, 'a name is a member twice'],
    [
      'a member of two groups',
      `witness a ${x1}\ngroup g any a\ngroup h any a\nquorum h\n`,
      3,
      'a name is a member twice',
    ],
    ['a threshold of 0', `witness a ${x1}\ngroup g 0 a\nquorum g\n`, 2, THRESHOLD],
    ['a threshold above the members', `witness a ${x1}\ngroup g 2 a\nquorum g\n`, 2, THRESHOLD],
    ['a threshold with a leading zero', `witness a ${x1}\ngroup g 01 a\nquorum g\n`, 2, THRESHOLD],
    ['a threshold with a sign', `witness a ${x1}\ngroup g +1 a\nquorum g\n`, 2, THRESHOLD],
    [
      'too many groups',
      `witness a ${x1}\n${Array.from({ length: 65 }, (_, i) => `group g${i} any ${i ? `g${i - 1}` : 'a'}\n`).join('')}quorum a\n`,
      66,
      'too many lines of a kind',
    ],
    ['a file that is too long', `#${' '.repeat(262_131)}\nquorum none\n`, undefined, 'the policy is too long'],
    ['too many logs', `${MANY.map((key) => `log ${key}\n`).join('')}quorum none\n`, 65, 'too many lines of a kind'],
    [
      'too many witnesses',
      `${COSIGNERS.map((key, i) => `witness w${i} ${key}\n`).join('')}quorum none\n`,
      65,
      'too many lines of a kind',
    ],
    ['a quorum without name', 'quorum\n', 1, 'a quorum is `quorum <name>`'],
    ['a witness without anything', 'witness\nquorum none\n', 1, 'a witness is `witness <name> <vkey> [<url>]`'],
    ['a witness with too much', `witness a ${x1} u v\nquorum a\n`, 1, 'a witness is `witness <name> <vkey> [<url>]`'],
    ['a group without anything', 'group\nquorum none\n', 1, 'a group is `group <name> <all|any|k> <name>...`'],
    ['a group without rule', 'group g\nquorum none\n', 1, 'a group is `group <name> <all|any|k> <name>...`'],
    ['a threshold with letters', `witness a ${x1}\ngroup g 1a a\nquorum g\n`, 2, THRESHOLD],
  ])('refuses %s', (_, text, line, message) => {
    try {
      parsePolicy(text);
    } catch (error) {
      expect(error).toMatchObject({ name: 'AuditError', code: 'POLICY_INVALID', line, message });
      return;
    }
    expect.unreachable();
  });

  it('takes as many of each, a group of twelve, and as long a file as there may be', () => {
    const logs = MANY.slice(1).map((key) => `log ${key}\n`);
    const witnesses = COSIGNERS.slice(1).map((key, i) => `witness w${i} ${key}\n`);
    const members = Array.from({ length: 12 }, (_, i) => `w${i}`);
    const policy = parsePolicy(`${logs.join('')}${witnesses.join('')}group g 10 ${members.join(' ')}\nquorum g\n`);
    expect([policy.logs.length, policy.witnesses.length]).toEqual([64, 64]);
    expect(policy.logs[0]).toStrictEqual({ vkey: MANY[1] });
    expect(policy.witnesses[0]).toStrictEqual({ name: 'w0', vkey: COSIGNERS[1] });
    expect(policy.groups).toEqual([{ name: 'g', threshold: 10, members }]);
    expect(parsePolicy(`#${' '.repeat(262_130)}\nquorum none\n`).quorum).toBe('none');
  });

  it('takes the post-quantum key of a log', async () => {
    const { vkey } = await cosigner('log.example', 'ml-dsa-44');
    expect(parsePolicy(`log ${vkey}\nquorum none\n`).logs).toEqual([{ vkey }]);
  });

  it('names no line where none is at fault, and the key that is', () => {
    const fault = (text: string): unknown => {
      try {
        return parsePolicy(text);
      } catch (error) {
        return error;
      }
    };
    expect(fault('')).toMatchObject({ line: undefined });
    expect(fault('log x\n')).toMatchObject({ line: 1, cause: { code: 'KEY_INVALID' } });
  });

  it('refuses a name that is not UTF-8, and anything else without crashing', () => {
    const bytes = new TextEncoder().encode(`witness a ${x1}\nquorum a\n`);
    bytes[8] = 0xff;
    expect(() => parsePolicy(bytes)).toThrow('a line is not UTF-8');
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string()), (data) => {
        try {
          parsePolicy(data);
        } catch (error) {
          expect(error).toMatchObject({ code: 'POLICY_INVALID' });
        }
      }),
    );
  });
});

/** The definition of tlog-policy by recursion, without a clever line. */
function naive(policy: WitnessPolicy, name: string, cosigned: ReadonlySet<string>): boolean {
  if (name === 'none') return true;
  const group = policy.groups.find((each) => each.name === name);
  if (!group) return cosigned.has(name);
  let met = 0;
  for (const member of group.members) if (naive(policy, member, cosigned)) met++;
  return met >= group.threshold;
}

/** Random policies: each group takes some of the names that no group has yet. */
const policies = fc
  .record({
    count: fc.integer({ min: 1, max: 8 }),
    groups: fc.array(fc.record({ take: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }), k: fc.nat() }), {
      maxLength: 5,
    }),
    quorum: fc.nat(),
  })
  .map(({ count, groups, quorum }): WitnessPolicy => {
    const witnesses = Array.from({ length: count }, (_, i) => ({ name: `w${i}`, vkey: '' }));
    const free = witnesses.map(({ name }) => name);
    const made: { name: string; threshold: number; members: string[] }[] = [];
    for (const { take, k } of groups) {
      const members = take.flatMap((at) => (free.length > 0 ? free.splice(at % free.length, 1) : []));
      if (members.length === 0) continue;
      made.push({ name: `g${made.length}`, threshold: 1 + (k % members.length), members });
      free.push(`g${made.length - 1}`);
    }
    const names = [...witnesses.map(({ name }) => name), ...made.map(({ name }) => name), 'none'];
    return { logs: [], witnesses, groups: made, quorum: names[quorum % names.length]! };
  });

describe('quorum', () => {
  it('is what the definition says, for every subset of witnesses', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        for (let mask = 0; mask < 2 ** policy.witnesses.length; mask++) {
          const cosigned = policy.witnesses.filter((_, i) => mask & (1 << i)).map(({ name }) => name);
          expect(quorumMet(policy, cosigned)).toBe(naive(policy, policy.quorum, new Set(cosigned)));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('has the newest time at which those who signed since were enough', () => {
    const times = fc.array(fc.option(fc.integer({ min: 1, max: 9 })), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(policies, times, fc.integer({ min: 0, max: 10 }), (policy, stamps, latest) => {
        const cosignatures = policy.witnesses.flatMap(({ name }, i): Cosignature[] =>
          stamps[i] == null ? [] : [{ name, witness: name, timestamp: stamps[i] }],
        );
        let expected: number | null = null;
        for (let time = 1; time <= latest && policy.quorum !== 'none'; time++) {
          const since = cosignatures.filter(({ timestamp }) => timestamp >= time && timestamp <= latest);
          if (naive(policy, policy.quorum, new Set(since.map(({ name }) => name)))) expected = time;
        }
        expect(quorumTime(policy, cosignatures, latest)).toBe(expected);
      }),
    );
  });
});

it('a witness that counts twice through two names is not possible', () => {
  const names = [x1, x2, x3, y1, y2].map((key, i) => `witness n${i} ${key}\n`).join('');
  expect(() => parsePolicy(`${names}group g 2 n0 n1\ngroup h any n0\nquorum h\n`)).toThrow();
});
