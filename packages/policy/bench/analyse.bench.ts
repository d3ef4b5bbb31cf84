// What an analysis of the NHS pack takes: the diff of two versions with a witness for each difference, the proof of all
// invariants, redundant rules, and who can ever. Each is asked a fresh model every time; the median of seven runs, with the
// first (cold) one beside it. Time spent waiting for a processor is left out.
import assert from 'node:assert';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { loadPolicy, type PolicyDocument, type Rule } from '@wardseal/policy';
import { analyse, proveInvariants } from '@wardseal/policy/analyse';
import { nhs } from '@wardseal/policy/packs/nhs';

const RUNS = 7;
/** Wall time less what this thread spent waiting for a processor, ms; wall time where the system does not tell. */
function time(): number {
  try {
    return performance.now() - Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6;
  } catch {
    return performance.now();
  }
}
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

const cases = Object.entries(TASKS).map(([name, run]) => {
  const ms = Array.from({ length: RUNS }, () => {
    const start = time();
    run();
    return time() - start;
  });
  const [first] = ms as [number];
  const median = [...ms].sort((a, b) => a - b)[(RUNS - 1) / 2]!;
  console.info(`${name}: median ${median.toFixed(1)} ms, first ${first.toFixed(1)} ms`);
  return { name, medianMs: Number(median.toFixed(2)), firstMs: Number(first.toFixed(2)) };
});
const result = {
  title: 'Analysis of the NHS pack',
  date: new Date().toISOString(),
  machine: { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
  clock: 'wall time less the time spent waiting for a processor',
  rounds: RUNS,
  rules: base.rules.length,
  invariants: base.invariants.length,
  cases,
};
const out = new URL('results/', import.meta.url);
mkdirSync(out, { recursive: true });
writeFileSync(new URL('analyse.json', out), `${JSON.stringify(result, null, 2)}\n`);
