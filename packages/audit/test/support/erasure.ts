import { seededRandom } from '@wardseal/testkit';
import { type Approval, type ErasureRequest, eraseSubject, proposeErasure } from '../../src/index.js';
import { type DemoLog, patient } from './demo-log.js';
import { START, uuid7 } from './events.js';

/** A request that nothing stands against, three years after the entries. */
export function request(change: Partial<ErasureRequest> = {}): ErasureRequest {
  return {
    id: uuid7(START, seededRandom('erasure')),
    at: '2026-03-01T12:00:00.000Z',
    reference: 'IG-2026-0117',
    ground: 'retention-elapsed',
    exemption: 'none',
    requestedBy: 'person-ig-ash',
    actor: { id: 'person-ig-birch', kind: 'practitioner', role: 'IG officer', org: 'RX1' },
    retention: [{ rule: 'demo', keepUntil: '2026-02-28', source: 'a rule of the demo trust', confirmed: true }],
    backupsUntil: '2026-03-08',
    ...change,
  };
}

/** An approval as the demo's approvals system would write it: the digest itself stands for a signature. */
export function approval(id: string, digest: string, at = '2026-02-28T16:00:00.000Z'): Approval {
  return { approver: { id, org: 'RX1' }, at, proof: `${id} ${digest} ${at}` };
}

export function verifyApproval({ approver, at, proof }: Approval, digest: string): boolean {
  return proof === `${approver.id} ${digest} ${at}`;
}

let calls = 0;

/** Erases patient n with good approvals, or with those that `sign` makes of the digest. */
export async function erase(
  logs: DemoLog | readonly DemoLog[],
  n: number,
  ask: ErasureRequest = request(),
  sign: (digest: string) => readonly Approval[] = (digest) => [
    approval('person-caldicott-elm', digest),
    approval('person-dpo-fir', digest),
  ],
) {
  const target = { logs, subject: patient(n), request: ask };
  const { digest } = await proposeErasure(target);
  const clock = (Array.isArray(logs) ? logs[0] : logs).clock;
  return eraseSubject({
    ...target,
    approvals: sign(digest),
    verifyApproval,
    clock,
    random: seededRandom(`refusal ${calls++}`),
  });
}
