import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generateLogKey, parsePolicy, type WitnessPolicy } from '../src/index.js';
import { type Cosignature, quorumMet, quorumTime } from '../src/witness/quorum.js';
import { codeOf } from './support/events.js';
import { cosigner } from './support/witnesses.js';

const { vkey: log } = await generateLogKey('log.example');
const [x1, x2, x3, y1, y2] = await Promise.all(
  ['x1', 'x2', 'x3', 'y1', 'y2'].map(async (name) => (await cosigner(`${name}.example`)).vkey),
);
const pq = (await cosigner('x1.example', 'ml-dsa-44')).vkey;

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
    ['an empty file', '', undefined],
    ['no quorum', `witness a ${x1}\n`, undefined],
    ['a last line without newline, as a file cut off has', `witness a ${x1}\nquorum a`, undefined],
    ['two quorums', `quorum none\nquorum none\n`, 2],
    ['an unknown line', 'quorum none\nfoo\n', 2],
    ['a keyword in capitals', 'Quorum none\n', 1],
    ['a carriage return', 'quorum none\r\n', 1],
    ['a NUL', 'quorum none\n\0\n', 2],
    ['a DEL in a comment', '#\x7f\nquorum none\n', 1],
    ['a no-break space for a space', `quorum\u00a0none\n`, 1],
    ['a quorum that is not defined', 'quorum a\n', 1],
    ['a quorum that is defined below', `quorum a\nwitness a ${x1}\n`, 1],
    ['a quorum of two names', `witness a ${x1}\nwitness b ${x2}\nquorum a b\n`, 3],
    ['a log key that is a witness’s', `log ${x1}\nquorum none\n`, 1],
    ['a witness key that is a log’s', `witness a ${log}\nquorum a\n`, 1],
    ['a log without key', 'log\nquorum none\n', 1],
    ['a log with too much', `log ${log} https://a.example/ b\nquorum none\n`, 1],
    ['a witness without key', 'witness a\nquorum none\n', 1],
    ['a malformed key', `witness a ${x1!.slice(0, -1)}\nquorum a\n`, 1],
    ['the same key twice', `witness a ${x1}\nwitness b ${x1}\nquorum a\n`, 2],
    ['the same name twice', `witness a ${x1}\nwitness a ${x2}\nquorum a\n`, 2],
    ['a group with a witness’s name', `witness a ${x1}\ngroup a any a\nquorum a\n`, 2],
    ['a witness called none', `witness none ${x1}\nquorum none\n`, 1],
    ['none as a member', `group g any none\nquorum g\n`, 1],
    ['a group without members', `witness a ${x1}\ngroup g any\nquorum a\n`, 2],
    ['a group of itself', `group g any g\nquorum g\n`, 1],
    ['a member defined below', `group g any a\nwitness a ${x1}\nquorum g\n`, 1],
    ['a member twice', `witness a ${x1}\ngroup g 1 a a\nquorum g\n`, 2],
    ['a member of two groups', `witness a ${x1}\ngroup g any a\ngroup h any a\nquorum h\n`, 3],
    ['a threshold of 0', `witness a ${x1}\ngroup g 0 a\nquorum g\n`, 2],
    ['a threshold above the members', `witness a ${x1}\ngroup g 2 a\nquorum g\n`, 2],
    ['a threshold with a leading zero', `witness a ${x1}\ngroup g 01 a\nquorum g\n`, 2],
    ['a threshold with a sign', `witness a ${x1}\ngroup g +1 a\nquorum g\n`, 2],
    [
      'too many groups',
      `witness a ${x1}\n${Array.from({ length: 65 }, (_, i) => `group g${i} any ${i ? `g${i - 1}` : 'a'}\n`).join('')}quorum a\n`,
      66,
    ],
    ['a file that is too long', `#${' '.repeat(262_144)}\nquorum none\n`, undefined],
  ])('refuses %s', (_, text, line) => {
    try {
      parsePolicy(text);
    } catch (error) {
      expect(error).toMatchObject({ name: 'AuditError', code: 'POLICY_INVALID', line });
      return;
    }
    expect.unreachable();
  });

  it('refuses a name that is not UTF-8, and anything else without crashing', async () => {
    const bytes = new TextEncoder().encode(`witness a ${x1}\nquorum a\n`);
    bytes[8] = 0xff;
    expect(await codeOf(() => parsePolicy(bytes))).toBe('POLICY_INVALID');
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
