import { seededRandom } from '@wardseal/testkit';
import {
  type AuditEvent,
  type Clock,
  generateLogKey,
  type LogSigner,
  logSigner,
  type RiskAcceptance,
} from '../../src/index.js';

export const ORIGIN = 'audit.demo-trust.example/2026';
export const START: number = Date.parse('2026-03-01T09:00:00.000Z');
/** For logs of tests that nobody outside watches. */
export const UNWITNESSED: RiskAcceptance = { acceptedBy: 'demo board', until: '2099-12-31', reason: 'a test' };

const TABLE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** base64url by a way of its own, so that a fault of ours cannot hide. */
export function b64url(data: Uint8Array): string {
  let bits = '';
  for (const byte of data) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{1,6}/g) ?? []).map((six) => TABLE[Number.parseInt(six.padEnd(6, '0'), 2)]).join('');
}

export function hexOf(data: Uint8Array): string {
  return [...data].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function uuid7(time: number, random: (length: number) => Uint8Array): string {
  const stamp = time.toString(16).padStart(12, '0');
  const tail = hexOf(random(10));
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${tail.slice(0, 3)}-a${tail.slice(3, 6)}-${tail.slice(6, 18)}`;
}

/** A clock that a test moves, with timers that fire when it does. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(start: number = START): TestClock {
  let present = start;
  const timers = new Set<{ at: number; task: () => void }>();
  return {
    now: () => present,
    after(ms, task) {
      const timer = { at: present + ms, task };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      present += ms;
      for (const timer of [...timers]) {
        if (timer.at > present) continue;
        timers.delete(timer);
        timer.task();
      }
    },
  };
}

/** Makes events, all different, all from one seed. */
export function eventMaker(seed: number | string, time: () => number = () => START) {
  const random = seededRandom(seed);
  return (change: Partial<AuditEvent> = {}): AuditEvent => ({
    id: uuid7(time(), random),
    occurredAt: new Date(time()).toISOString(),
    type: 'image.view',
    outcome: 'success',
    actor: {
      id: 'person-doctor-moss',
      kind: 'practitioner',
      role: 'dermatologist',
      org: 'RX1',
      authn: { method: 'webauthn', aal: 3 },
    },
    subject: { handle: b64url(new Uint8Array(32).fill(7)) },
    object: { kind: 'item', id: `item-${hexOf(random(8))}`, contentHash: b64url(random(32)) },
    purpose: 'TREAT',
    where: { geofence: 'inside', site: 'Clinic 4' },
    policy: { id: 'nhs-pack', version: '1.0.0', decision: 'permit' },
    ...change,
  });
}

export async function demoSigner(
  seed: number | string = 'signer',
  origin: string = ORIGIN,
): Promise<{ signer: LogSigner; vkey: string; skey: string }> {
  const { vkey, skey } = await generateLogKey(origin, seededRandom(seed));
  return { signer: await logSigner(skey), vkey, skey };
}

/** The code that a promise rejects with. */
export async function codeOf(work: Promise<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    return (error as { code?: string }).code ?? (error as Error).name;
  }
  return 'none';
}
