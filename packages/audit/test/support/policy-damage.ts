import { seededNumbers } from '@wardseal/testkit';
import { parsePolicy, type WitnessPolicy } from '../../src/index.js';
import { quorumMet } from '../../src/witness/quorum.js';
import { codeOf, demoSigner } from './events.js';
import { mutants, truncations } from './mutations.js';
import { cosigner } from './witnesses.js';

const NAMES = ['north', 'south', 'east', 'west'];

/** A policy file whose quorum stands last. */
export async function demoPolicy(): Promise<{ text: string; vkeys: readonly string[] }> {
  const { vkey } = await demoSigner();
  const vkeys = await Promise.all(NAMES.map(async (name) => (await cosigner(`${name}.example`)).vkey));
  const witnesses = NAMES.map((name, i) => `witness ${name} ${vkeys[i]} https://${name}.example/\n`).join('');
  const groups = 'group own any north south\ngroup outside 2 east west own\n';
  return { text: `# who must have seen it\nlog ${vkey}\n${witnesses}${groups}\nquorum outside\n`, vkeys };
}

/** Which sets of these witnesses a policy takes for a quorum, a digit for each set. */
function verdicts(policy: WitnessPolicy, vkeys: readonly string[]): string {
  const enough = (set: number): boolean => {
    const signed = policy.witnesses.filter(({ vkey }) => ((set >> vkeys.indexOf(vkey)) & 1) === 1);
    return quorumMet(
      policy,
      signed.map(({ name }) => name),
    );
  };
  return Array.from({ length: 2 ** vkeys.length }, (_, set) => (enough(set) ? '1' : '0')).join('');
}

/** What became of changed copies of a policy file. */
export interface PolicyChanges {
  /** Refused as malformed. */
  refused: number;
  /** The same verdict on every set of witnesses: blanks, comments, addresses, a log that is no longer listed. */
  same: number;
  /** Another well-formed policy, made of some of the same keys. */
  other: number;
  /** Copies with a key that the file did not hold, or refused without the right code. */
  readonly strange: string[];
}

/** Changes a policy file `count` times, and cuts it off at every length. */
export async function policyChanges(count: number): Promise<PolicyChanges & { readonly cut: readonly string[] }> {
  const { text, vkeys } = await demoPolicy();
  const original = new TextEncoder().encode(text);
  const right = verdicts(parsePolicy(text), vkeys);
  const result: PolicyChanges = { refused: 0, same: 0, other: 0, strange: [] };
  const next = seededNumbers('changes of a policy');
  for (const { what, data } of mutants(original, { kind: 'text', next, count })) {
    const code = await codeOf(() => parsePolicy(data));
    if (code === 'POLICY_INVALID') result.refused++;
    else if (code !== 'none') result.strange.push(`${what}: ${code}`);
    else {
      const policy = parsePolicy(data);
      const keys = [...policy.logs, ...policy.witnesses].map(({ vkey }) => vkey);
      if (keys.some((key) => !text.includes(` ${key}`))) result.strange.push(`${what}: a key`);
      if (verdicts(policy, vkeys) === right) result.same++;
      else result.other++;
    }
  }
  const cut: string[] = [];
  for (const { what, data } of truncations(original))
    if ((await codeOf(() => parsePolicy(data))) !== 'POLICY_INVALID') cut.push(what);
  return { ...result, cut };
}
