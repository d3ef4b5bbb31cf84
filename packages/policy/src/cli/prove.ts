import { type Command, command, objectOf } from '@wardseal/primitives/cli';
import { analyse } from '../analyse/analyse.js';
import type { Proof } from '../analyse/prove.js';
import { EXIT } from './exits.js';
import { readPolicy, withPart } from './policy-file.js';
import { witnessInWords } from './witness-words.js';

const prove: Command = command({
  usage: 'prove [--invariant FILE] [POLICY]',
  about: `Proves the invariants of a policy over every request there can be, missing facts and a failing clock among them, or shows a
request that breaks one. --invariant proves one of your own instead, in the same form:
{"id":"INV-99","title":"...","never":{"actions":["view"],"when":{"resource.state":"erased"}}}.`,
  examples: [['prove --invariant promise.json policy.json', 'a promise of your own']],
  options: { invariant: { kind: 'object', value: 'FILE', help: 'prove this one, not those of the policy' } },
  operands: [0, 1],
  named: 'policy',
  payload: false,
  async run(values, [path]) {
    const pack = await readPolicy(path);
    const own = await objectOf(values.invariant, 'the invariant');
    const from = typeof values.invariant === 'string' ? values.invariant : 'invariant';
    const asked = own === undefined ? pack : withPart(from, { ...pack.document, invariants: [own] });
    const proofs = analyse(asked).prove();
    if (proofs.length === 0)
      return { facts: { proofs }, words: ['there is no invariant to prove'], exit: EXIT.unknown };
    return {
      facts: { proofs },
      words: [...proofs.flatMap((proof) => proofInWords(proof)), countOf(proofs)],
      exit: exitOf(proofs),
    };
  },
});

const SAID: Readonly<Record<Proof['verdict'], string>> = {
  proved: 'proved      ',
  broken: 'BROKEN      ',
  'not-claimed': 'not claimed ',
  'not-decided': 'CANNOT TELL ',
};

/** What became of one invariant, in lines. */
export function proofInWords({ verdict, invariant, title, reason, witness }: Proof): string[] {
  return [
    `${SAID[verdict]}${invariant} ${title}`,
    ...(reason === undefined ? [] : [`            ${reason}`]),
    ...(witness === undefined ? [] : witnessInWords(witness)),
  ];
}

/** How many were proved. */
export function countOf(proofs: readonly Proof[]): string {
  const count = (verdict: Proof['verdict']): number => proofs.filter((proof) => proof.verdict === verdict).length;
  const unclaimed = count('not-claimed');
  const less = unclaimed > 0 ? `, ${unclaimed} not claimed: the evidence is not configured` : '';
  return `invariants  ${count('proved')} of ${proofs.length} proved${less}`;
}

/** 1 when one is broken, 2 when one could not be decided. */
export function exitOf(proofs: readonly Proof[]): number {
  if (proofs.some(({ verdict }) => verdict === 'broken')) return EXIT.no;
  return proofs.some(({ verdict }) => verdict === 'not-decided') ? EXIT.unknown : EXIT.yes;
}

export const verbs: Readonly<Record<string, Command>> = { '': prove };
