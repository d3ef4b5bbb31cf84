import promises from 'node:fs/promises';
import { join } from 'node:path';
import { type Options, readText, UsageError, type Values } from '@wardseal/primitives/cli';
import { readRegular } from '../store/file-system.js';
import type { VerifyPolicy } from '../verify-checkpoint.js';
import { parsePolicy, type WitnessPolicy } from '../witness/policy.js';
import { duration } from './times.js';

// A key's name has at most 256 characters; a post-quantum one holds 1,312 bytes.
const MAX_KEY = 4096;
const VKEY = /^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$/;

/** Whose signatures are wanted. */
export const TRUST = {
  key: {
    kind: 'text',
    short: 'k',
    value: 'KEY',
    help: "the log's public key as you know it from elsewhere, or a file that holds it",
  },
  'pq-key': { kind: 'text', value: 'KEY', help: 'its ML-DSA-44 key: that signature is then demanded too' },
  policy: { kind: 'text', value: 'FILE', help: 'witnesses that must have signed (C2SP tlog-policy)' },
  'max-age': { kind: 'text', value: 'TIME', help: "how old the witnesses' word may be, as 90s, 15m, 24h or 7d" },
} as const satisfies Options;

/** Where a key was had from. `beside the log`: whoever could change the log could change the key. */
export type KeyFrom = 'given' | 'beside the log';

/** What is said of a key that nobody pinned. */
export const UNPINNED: string =
  'key         taken from beside the log: this shows that the log agrees with itself, not who wrote it';

/** Whose signatures the options demand. `beside` is the log's folder, where its key may lie. Null when no key is known. */
export async function trustOf(
  values: Values<typeof TRUST>,
  beside?: string,
): Promise<{ readonly policy: VerifyPolicy; readonly keyFrom: KeyFrom } | null> {
  const { key, policy } = values;
  const witnesses = policy === undefined ? undefined : parsePolicy(await readText(policy, 'the policy'));
  const given = key === undefined ? keyOf(witnesses) : await readKey(key);
  const logKey = given ?? (await keyBeside(beside));
  if (logKey === null) return null;
  const maxAge = values['max-age'];
  const pqKey = values['pq-key'];
  return {
    policy: {
      logKey,
      ...(pqKey !== undefined && { pqLogKey: await readKey(pqKey) }),
      ...(witnesses && { witnesses }),
      ...(maxAge !== undefined && { maxAge: duration(maxAge, 'max-age') }),
    },
    keyFrom: given === null ? 'beside the log' : 'given',
  };
}

/** The same where there is no doing without a key. */
export async function neededTrust(
  values: Values<typeof TRUST>,
  beside?: string,
): Promise<{ readonly policy: VerifyPolicy; readonly keyFrom: KeyFrom }> {
  const trust = await trustOf(values, beside);
  if (trust !== null) return trust;
  throw new UsageError(
    beside === undefined ? 'the key is missing: give --key' : 'there is no key beside the log: give --key',
  );
}

/** A key from the command line, or from a file that it names. */
export async function readKey(key: string): Promise<string> {
  return VKEY.test(key) ? key : (await readText(key, 'the key')).trim();
}

/** The key of a policy that is for one log. */
function keyOf(witnesses: WitnessPolicy | undefined): string | null {
  return witnesses?.logs.length === 1 ? witnesses.logs[0]!.vkey : null;
}

export async function keyBeside(folder: string | undefined): Promise<string | null> {
  if (folder === undefined) return null;
  const text = await readRegular(promises, join(folder, 'log.vkey'), MAX_KEY).catch(() => null);
  return text && Buffer.from(text).toString('utf8').trim();
}
