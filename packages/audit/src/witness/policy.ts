import { equal, fromUtf8, utf8 } from '@wardseal/primitives';
import { AuditError } from '../errors.js';
import { type KeyKind, type NoteKey, vkeyOf } from '../note-key.js';

// C2SP tlog-policy (July 2026, untagged).

/** Bytes of the largest policy file: as many logs and witnesses as below with post-quantum keys of 1.8 kB, and room. */
export const MAX_POLICY = 262_144;
/** Logs, witnesses and groups of a policy, each: twice what the specification wants supported. */
export const MAX_POLICY_LINES = 64;

/** A witness that a policy knows. */
export interface PolicyWitness {
  /** What the policy calls it; its key may have another name. */
  readonly name: string;
  readonly vkey: string;
  /** Its submission prefix, as `https://witness.example/`. */
  readonly url?: string;
}

/** So many of these witnesses and groups. */
export interface PolicyGroup {
  readonly name: string;
  readonly threshold: number;
  readonly members: readonly string[];
}

/** Which witnesses must have seen a checkpoint. */
export interface WitnessPolicy {
  /** Logs that the policy is for; empty: any. */
  readonly logs: readonly { readonly vkey: string; readonly url?: string }[];
  readonly witnesses: readonly PolicyWitness[];
  /** Each names only witnesses and groups in front of it. */
  readonly groups: readonly PolicyGroup[];
  /** A witness, a group, or `none`. */
  readonly quorum: string;
}

const LOG_KINDS: readonly KeyKind[] = ['note', 'cosignature-ml-dsa-44'];
const WITNESS_KINDS: readonly KeyKind[] = ['cosignature-ed25519', 'cosignature-ml-dsa-44'];

/**
 * Reads a policy file: `log`, `witness`, `group` and `quorum` lines.
 *
 * @param text - the file, text or bytes, at most 262,144 bytes; every line, the last too, ends in a newline, so that a
 *   file that was cut off is refused
 * @returns the policy, for `verifyCheckpoint`
 * @throws AuditError `POLICY_INVALID`; `line` is the line at fault, counted from 1: unknown or malformed lines, a key of
 *   a wrong kind, the same public key twice, a name defined twice, not yet or named `none`, a name in two groups, a
 *   threshold that is not 1 to n, no quorum or two
 * @see https://c2sp.org/tlog-policy
 * @example
 * const witnesses = parsePolicy(await readFile('policy', 'utf8'));
 */
export function parsePolicy(text: string | Uint8Array): WitnessPolicy {
  const bytes = typeof text === 'string' ? utf8(text) : text;
  if (bytes.length > MAX_POLICY) throw invalid('the policy is too long');
  if (bytes.length > 0 && bytes.at(-1) !== 0x0a) throw invalid('the last line does not end in a newline');
  const reader = new PolicyReader();
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start);
    reader.line(bytes.subarray(start, end), line);
    start = end + 1;
  }
  return reader.done();
}

function invalid(message: string, line?: number): AuditError {
  return new AuditError('POLICY_INVALID', message, line === undefined ? {} : { line });
}

class PolicyReader {
  readonly #logs: { vkey: string; url?: string }[] = [];
  readonly #witnesses: PolicyWitness[] = [];
  readonly #groups: PolicyGroup[] = [];
  readonly #keys: NoteKey[] = [];
  readonly #names = new Set<string>();
  readonly #members = new Set<string>();
  #quorum: string | undefined;
  #line = 0;

  line(octets: Uint8Array, number: number): void {
    this.#line = number;
    // Tab, and everything from the space on except DEL.
    if (octets.some((octet) => (octet < 0x20 && octet !== 0x09) || octet === 0x7f))
      throw this.#fault('a control character');
    const first = octets.find((octet) => octet !== 0x20 && octet !== 0x09);
    if (first === undefined || first === 0x23) return;
    const text = fromUtf8(octets);
    if (text === null) throw this.#fault('a line is not UTF-8');
    const [keyword, ...items] = text.split(/[ \t]+/).filter((item) => item !== '');
    if (keyword === 'log') this.#log(items);
    else if (keyword === 'witness') this.#witness(items);
    else if (keyword === 'group') this.#group(items);
    else if (keyword === 'quorum') this.#setQuorum(items);
    else throw this.#fault('an unknown kind of line');
  }

  done(): WitnessPolicy {
    if (this.#quorum === undefined) throw invalid('the policy has no quorum');
    return { logs: this.#logs, witnesses: this.#witnesses, groups: this.#groups, quorum: this.#quorum };
  }

  #fault(message: string): AuditError {
    return invalid(message, this.#line);
  }

  #log([vkey, url, ...rest]: readonly string[]): void {
    if (vkey === undefined || rest.length > 0) throw this.#fault('a log is `log <vkey> [<url>]`');
    this.#key(vkey, LOG_KINDS);
    this.#room(this.#logs);
    this.#logs.push({ vkey, ...(url !== undefined && { url }) });
  }

  #witness([name, vkey, url, ...rest]: readonly string[]): void {
    if (name === undefined || vkey === undefined || rest.length > 0)
      throw this.#fault('a witness is `witness <name> <vkey> [<url>]`');
    this.#define(name);
    this.#key(vkey, WITNESS_KINDS);
    this.#room(this.#witnesses);
    this.#witnesses.push({ name, vkey, ...(url !== undefined && { url }) });
  }

  #group([name, rule, ...members]: readonly string[]): void {
    if (name === undefined || rule === undefined || members.length === 0)
      throw this.#fault('a group is `group <name> <all|any|k> <name>...`');
    for (const member of members) {
      if (!this.#names.has(member)) throw this.#fault('a member is not defined above');
      if (this.#members.has(member)) throw this.#fault('a name is a member twice');
      this.#members.add(member);
    }
    const k = rule === 'all' ? members.length : rule === 'any' ? 1 : /^[1-9][0-9]{0,2}$/.test(rule) ? Number(rule) : 0;
    if (k < 1 || k > members.length) throw this.#fault('a threshold is `all`, `any` or 1 to the number of members');
    this.#define(name);
    this.#room(this.#groups);
    this.#groups.push({ name, threshold: k, members });
  }

  #setQuorum([name, ...rest]: readonly string[]): void {
    if (name === undefined || rest.length > 0) throw this.#fault('a quorum is `quorum <name>`');
    if (this.#quorum !== undefined) throw this.#fault('a second quorum');
    if (name !== 'none' && !this.#names.has(name)) throw this.#fault('the quorum is not defined above');
    this.#quorum = name;
  }

  #define(name: string): void {
    if (name === 'none' || this.#names.has(name)) throw this.#fault('a name is taken');
    this.#names.add(name);
  }

  /** One public key, one voice: a log that could witness itself, or a witness that counts twice, would be none. */
  #key(vkey: string, kinds: readonly KeyKind[]): void {
    let key: NoteKey;
    try {
      key = vkeyOf(vkey, ...kinds);
    } catch (cause) {
      throw new AuditError('POLICY_INVALID', 'a key is malformed or of the wrong kind', { line: this.#line, cause });
    }
    if (this.#keys.some(({ publicKey }) => equal(publicKey, key.publicKey)))
      throw this.#fault('a public key is there twice');
    this.#keys.push(key);
  }

  #room(list: readonly unknown[]): void {
    if (list.length === MAX_POLICY_LINES) throw this.#fault('too many lines of a kind');
  }
}
