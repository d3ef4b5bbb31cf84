import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Approval,
  activate,
  approve,
  checkRegister,
  type GovernanceEvent,
  inForce,
  newRegister,
  propose,
  type Register,
  type RegisteredVersion,
  signPack,
  verifyPack,
  withdraw,
} from '../src/governance/index.js';
import { PolicyError } from '../src/index.js';
import { GUARDIANS, later, okoro, packOf, reid, type Seat, seat, shah, signedBy } from './support/governance.js';

const stranger = await seat('p-nobody', 'siro', 7);
const SEATS: readonly Seat[] = [reid, shah, okoro, stranger];
const PEOPLE = ['p-reid', 'p-shah', 'p-lindqvist', 'P-REID'];
const VERSIONS = [1, 2, 3, 4];
const packs = new Map(VERSIONS.map((version) => [version, packOf(version)]));
const approvals = new Map<string, Approval>();
for (const version of VERSIONS)
  for (const each of SEATS) approvals.set(`${version} ${each.id}`, await signedBy(packs.get(version)!, each));

const number = fc.constantFrom(...VERSIONS);
const person = fc.constantFrom(...PEOPLE);
const act = fc.oneof(
  fc.record({ kind: fc.constant('propose' as const), version: number, by: person }),
  fc.record({ kind: fc.constant('approve' as const), version: number, seat: fc.constantFrom(...SEATS), of: number }),
  {
    arbitrary: fc.record({ kind: fc.constant('approve' as const), version: number, seat: fc.constantFrom(...SEATS) }),
    weight: 4,
  },
  { arbitrary: fc.record({ kind: fc.constant('activate' as const), version: number }), weight: 2 },
  fc.record({ kind: fc.constant('withdraw' as const), version: number, by: person, secondApprover: person }),
);
type Act = typeof act extends fc.Arbitrary<infer T> ? T : never;

async function step(register: Register, doing: Act, hour: number) {
  const at = later(hour);
  const { version } = doing;
  switch (doing.kind) {
    case 'propose':
      return propose(register, { pack: packs.get(version)!, by: doing.by, at, reason: 'Why' });
    case 'approve': {
      const of = 'of' in doing ? doing.of : version;
      return approve(register, { version, approval: approvals.get(`${of} ${doing.seat.id}`)!, guardians: GUARDIANS });
    }
    case 'activate':
      return activate(register, { version, by: 'p-admin', at, guardians: GUARDIANS });
    case 'withdraw':
      return withdraw(register, { version, by: doing.by, secondApprover: doing.secondApprover, at, reason: 'Why' });
  }
}

const FINAL = new Set(['superseded', 'withdrawn']);

/** The laws, said without the package's own checks. */
function laws(before: Register, after: Register, everInForce: number[]): void {
  const running = after.versions.filter(({ status }) => status === 'in-force');
  expect(running.length).toBeLessThanOrEqual(1);
  for (const { version } of running) expect(version).toBeGreaterThanOrEqual(Math.max(0, ...everInForce));
  for (const { status, activated, approvals: given, proposed } of after.versions) {
    if (status === 'draft' || (status === 'withdrawn' && activated === undefined)) continue;
    const people = given.map(({ by }) => by).filter((by) => by.toLowerCase() !== proposed.by.toLowerCase());
    expect(new Set(people).size).toBe(given.length);
    expect(given.length).toBeGreaterThanOrEqual(2);
    for (const by of people) expect(GUARDIANS.map(({ id }) => id)).toContain(by);
  }
  const numbers = after.versions.map(({ version }) => version);
  expect([...numbers].sort((a, b) => a - b)).toEqual(numbers);
  const still = (old: RegisteredVersion): RegisteredVersion =>
    after.versions.find(({ version }) => version === old.version)!;
  for (const old of before.versions) {
    if (FINAL.has(old.status)) expect(still(old)).toEqual(old);
    expect(still(old).digest).toBe(old.digest);
    expect(still(old).approvals.slice(0, old.approvals.length)).toEqual(old.approvals);
  }
}

test('whatever is done in whatever order, the laws of a register hold', async () => {
  const reached = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 40 }), async (acts) => {
      let register = newRegister('sample');
      let seen = { version: 0, digest: '' };
      const everInForce: number[] = [];
      const events: GovernanceEvent[] = [];
      for (const [hour, doing] of acts.entries()) {
        const before = JSON.stringify(register);
        try {
          const done = await step(register, doing, hour);
          laws(register, done.register, everInForce);
          checkRegister(done.register);
          expect(done.events.length).toBeGreaterThan(0);
          events.push(...done.events);
          register = done.register;
          reached.add(doing.kind);
        } catch (error) {
          if (!(error instanceof PolicyError)) throw error;
          expect(JSON.stringify(register)).toBe(before);
          reached.add(error.code);
        }
        const now = inForce(register, Date.parse(later(hour)));
        if (now === null) {
          await expect(signPack(register, { guardians: GUARDIANS })).rejects.toMatchObject({ code: 'NOT_IN_FORCE' });
          continue;
        }
        everInForce.push(now.version);
        const file = await signPack(register, { guardians: GUARDIANS });
        const { document, digest } = await verifyPack(file, { id: 'sample', guardians: GUARDIANS, notBelow: seen });
        seen = { version: document.version, digest };
        expect(seen).toEqual({ version: now.version, digest: now.digest });
      }
      // What the events tell is where the versions stand.
      for (const { version, status } of register.versions) {
        const last = events.filter((each) => each.policy.version === version && each.type !== 'policy.approve').at(-1);
        const told = {
          'policy.activate': 'in-force',
          'policy.supersede': 'superseded',
          'policy.withdraw': 'withdrawn',
        };
        expect(['draft', 'approved'].includes(status) ? 'policy.propose' : status).toBe(
          last!.type === 'policy.propose' ? last!.type : told[last!.type as keyof typeof told],
        );
      }
    }),
    // Always the same lives: others reach every kind of step most of the time only, which the last lines demand.
    { numRuns: 150, seed: 11 },
  );
  for (const kind of ['propose', 'approve', 'activate', 'withdraw', 'SELF_APPROVAL', 'APPROVER_REPEATED'])
    expect(reached, [...reached].join()).toContain(kind);
}, 60_000);
