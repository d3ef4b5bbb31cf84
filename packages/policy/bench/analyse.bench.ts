// What an analysis of the NHS pack takes: the diff of two versions with a witness for each difference, the proof of all
// invariants, redundant rules, and who can ever. Each is asked a fresh model every time; the median of seven runs, with the
// first (cold) one beside it.
import assert from 'node:assert';
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadPolicy, type PolicyDocument, type Rule } from '@wardseal/policy';
import { analyse, proveInvariants } from '@wardseal/policy/analyse';
import { nhs } from '@wardseal/policy/packs/nhs';

const RUNS = 7;
const configured = ['device-management', 'country', 'fence', 'training-feed', 'own-record-feed'] as const;
const base: PolicyDocument = nhs({ configured });
const edit = (id: string, change: (rule: Rule) => Rule): PolicyDocument => ({
  ...base,
  rules: base.rules.map((rule) => (rule.id === id ? change(rule) : rule)),
});

const before = loadPolicy(base);
const same = loadPolicy({ ...base, rules: [...base.rules].reverse() });
const one = loadPolicy(edit('VW-04', (rule) => ({ ...rule, obligations: [{ type: 'watermark' }] }) as Rule));
const many = loadPolicy({
  ...edit('VW-01', (rule) => ({ ...rule, when: { any: [rule.when, { 'subject.role': 'student' }] } })),
  parameters: nhs({ parameters: { viewSignInHours: 12, sendUnlockMinutes: 10 } }).parameters,
});

const TASKS: Readonly<Record<string, () => unknown>> = {
  'diff, the same rules in another order': () => assert.equal(analyse(before).diff(same).verdict, 'equal'),
  'diff, one rule changed': () => assert.equal(analyse(before).diff(one).verdict, 'different'),
  'diff, one rule and two thresholds changed': () => assert(analyse(before).diff(many).differences.length > 10),
  'proof of all invariants': () => assert.equal(proveInvariants(before).length, base.invariants.length),
  'redundant rules': () => assert.equal(analyse(before).redundant().verdict, 'decided'),
  'who can ever view': () => assert.equal(analyse(before).whoCan({ action: 'view' }).verdict, 'somebody'),
};

const results = Object.entries(TASKS).map(([task, run]) => {
  const ms = Array.from({ length: RUNS }, () => {
    const start = performance.now();
    run();
    return performance.now() - start;
  });
  const [first] = ms as [number];
  const median = [...ms].sort((a, b) => a - b)[(RUNS - 1) / 2]!;
  console.info(`${task}: median ${median.toFixed(1)} ms, first ${first.toFixed(1)} ms`);
  return { task, rules: base.rules.length, median, first, ms };
});
const out = new URL('results/', import.meta.url);
mkdirSync(out, { recursive: true });
writeFileSync(new URL('analyse.json', out), `${JSON.stringify(results, null, 2)}\n`);
