import { concat } from '@wardseal/primitives';
import fc from 'fast-check';
import { expect } from 'vitest';
import { encodeHeader } from '../src/header.js';
import {
  addRecipients,
  type ChangeOptions,
  type Directory,
  listRecipients,
  type OpenOptions,
  open,
  recipientThumbprint,
  release,
  rewrapWithout,
  rotate,
  seal,
} from '../src/index.js';
import { openUp, withGrant } from './craft.js';
import { codeOf, content, directoryOf, NOW, type Person, person } from './world.js';

// A trust at work beside a plain model of it. The model knows sets of names and nothing of cryptography. Whatever happens in
// whatever order, each header that ever existed must open for exactly those whom the model permits: an old header keeps its
// old recipients (nothing takes back what somebody kept), a forged one has none.

const MEMBERS = 5;
/** The last of the people; those before are members, of whom the last two join only when somebody lets them. */
const CUSTODIAN = MEMBERS;
const PEOPLE = MEMBERS + 1;
const STAFF = 3;

type Op =
  | { readonly op: 'join'; readonly who: number }
  | { readonly op: 'suspend' | 'return'; readonly who: number }
  | { readonly op: 'seal'; readonly who: number; readonly to: readonly number[] }
  | { readonly op: 'add' | 'release' | 'without'; readonly file: number; readonly who: number }
  | { readonly op: 'rotate'; readonly file: number; readonly to: readonly number[] }
  | { readonly op: 'forge'; readonly file: number; readonly who: number; readonly how: number; readonly to: number };

interface Version {
  readonly header: Uint8Array<ArrayBuffer>;
  readonly payload: Uint8Array<ArrayBuffer>;
  readonly epoch: number;
  /** Keys that open it. */
  readonly recipients: ReadonlySet<number>;
  /** Keys under which the changes were signed that it shows. */
  readonly granters: ReadonlySet<number>;
  /** Whether every change was the custodian's. */
  readonly honest: boolean;
}

interface StoredFile {
  /** The author's key. */
  readonly author: number;
  readonly sentAt: number;
  /** Times of changes, by epoch, as the log has them. */
  readonly log: Map<number, number>;
  readonly versions: Version[];
  latest: Version;
}

const who = fc.nat(MEMBERS);
const member = fc.nat(MEMBERS - 1);
const some = fc.uniqueArray(member, { minLength: 1, maxLength: 3 });
const file = fc.nat(2);
const anyOp: fc.Arbitrary<Op> = fc.oneof(
  { weight: 1, arbitrary: fc.record({ op: fc.constant('join' as const), who: member }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('suspend' as const, 'return' as const), who }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('seal' as const), who: member, to: some }) },
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constantFrom('add' as const, 'add' as const, 'release' as const, 'without' as const),
      file,
      who: member,
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('rotate' as const), file, to: some }) },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('forge' as const), file, who: member, how: fc.nat(4), to: member }),
  },
);

/** A sequence that begins with a file, so that there is something to change. */
export const anySequence: fc.Arbitrary<readonly Op[]> = fc
  .tuple(
    fc.record({ op: fc.constant('seal' as const), who: fc.nat(STAFF - 1), to: some }),
    fc.array(anyOp, { maxLength: 12 }),
  )
  .map(([first, rest]) => [first, ...rest]);

/** Everybody's keys, made once: the first ones, then those with which they enrol again after they were suspended. */
export function everybody(): Promise<Person[]> {
  const ids = [...Array.from({ length: MEMBERS }, (_, i) => `member-${i}`), 'custodian'];
  return Promise.all([...ids, ...ids].map((id) => person(id, 'classic')));
}

export class Trust {
  readonly #people: readonly Person[];
  /** Keys in the directory, former ones too, with the time from which they count. */
  readonly #listed = new Map([0, 1, 2, CUSTODIAN].map((key) => [key, NOW - 1000]));
  readonly #revoked = new Map<number, number>();
  readonly #files: StoredFile[] = [];
  #directory!: Directory;
  #now = NOW;

  constructor(people: readonly Person[]) {
    this.#people = people;
  }

  /** The key that somebody uses now: the second one once they enrolled again. */
  #keyOf(who: number): number {
    return this.#listed.has(who + PEOPLE) ? who + PEOPLE : who;
  }

  #entry(key: number) {
    const validFrom = this.#listed.get(key) ?? NOW - 1000;
    const at = this.#revoked.get(key);
    return { ...this.#people[key]!.entry, validFrom, ...(at === undefined ? {} : { revokedAt: at }) };
  }

  async publish(): Promise<void> {
    this.#directory = await directoryOf([...this.#listed.keys()].map((key) => this.#entry(key)));
  }

  /** Whether a key may be sealed to, or signed with, now. */
  #counts(key: number): boolean {
    return this.#listed.has(key) && !this.#revoked.has(key);
  }

  #acting(): ChangeOptions {
    const key = this.#keyOf(CUSTODIAN);
    const { identity, keys } = this.#people[key]!;
    return {
      actor: { identities: [identity], sender: { keys, entry: this.#entry(key) } },
      directory: this.#directory,
      reason: 'by the rota',
      resolveSender: this.#directory.resolveSender,
      authorizeGrant: ({ by }) => by.person === 'custodian',
      now: this.#now,
    };
  }

  /** Does one thing, and expects that it succeeds exactly when the model says so. */
  async #expects(allowed: boolean, act: () => Promise<void>): Promise<void> {
    const code = await codeOf(act);
    if (allowed) expect(code).toBe('accepted');
    else expect(code).toMatch(/^[A-Z_]+$/); // a refusal of ours, not a crash
  }

  async do(step: Op): Promise<void> {
    this.#now += 1;
    if (step.op === 'join' && !this.#listed.has(step.who)) this.#listed.set(step.who, this.#now);
    if (step.op === 'suspend' || step.op === 'return') {
      const key = this.#keyOf(step.who);
      if (step.op === 'suspend' && this.#counts(key)) this.#revoked.set(key, this.#now);
      // A revoked key never comes back: whoever returns enrols again, once in these sequences.
      if (step.op === 'return' && this.#revoked.has(key) && key < PEOPLE) this.#listed.set(key + PEOPLE, this.#now);
    }
    if (!('file' in step)) return step.op === 'seal' ? this.#seal(step.who, step.to) : this.publish();
    const found = this.#files[step.file % Math.max(1, this.#files.length)];
    if (found === undefined) return undefined;
    if (step.op === 'forge') return this.#forge(found, step.who, step.to, step.how);
    if (step.op === 'rotate') return this.#rotate(found, step.to);
    return this.#change(found, step.op, step.who);
  }

  async #seal(by: number, people: readonly number[]): Promise<void> {
    const author = this.#keyOf(by);
    const custodian = this.#keyOf(CUSTODIAN);
    const to = people.map((one) => this.#keyOf(one));
    const allowed = [author, custodian, ...to].every((key) => this.#counts(key));
    await this.#expects(allowed, async () => {
      const sealed = await seal(content(20), {
        directory: this.#directory,
        recipients: to.map((key) => this.#entry(key)),
        custodian: this.#entry(custodian),
        sender: { keys: this.#people[author]!.keys, entry: this.#entry(author) },
        mediaType: 'image/jpeg',
        case: 'case-1',
        labels: {},
        mode: 'classic',
        now: this.#now,
      });
      const { header, payload } = sealed;
      const recipients = new Set([...to, custodian]);
      const version = { header, payload, epoch: 0, recipients, granters: new Set<number>(), honest: true };
      this.#files.push({ author, sentAt: this.#now, log: new Map(), versions: [version], latest: version });
    });
  }

  /** The server's compare and swap: only what replaces the newest header is stored. */
  #store(stored: StoredFile, version: Version): void {
    if (version.epoch === stored.latest.epoch) return;
    stored.log.set(version.epoch, this.#now);
    stored.versions.push(version);
    stored.latest = version;
  }

  /** Whether what is read without a log can be believed: no key in its history is revoked now. */
  #unloggedHolds({ author }: StoredFile, { granters }: Version): boolean {
    return ![author, ...granters].some((key) => this.#revoked.has(key));
  }

  /** Whether the custodian, with the key it has now, can change a file. */
  #changeable(stored: StoredFile): boolean {
    const custodian = this.#keyOf(CUSTODIAN);
    const { latest } = stored;
    return this.#counts(custodian) && latest.recipients.has(custodian) && this.#unloggedHolds(stored, latest);
  }

  async #change(stored: StoredFile, op: 'add' | 'release' | 'without', who: number): Promise<void> {
    const { latest } = stored;
    const key = this.#keyOf(who);
    const there = latest.recipients.has(key);
    const entry = this.#entry(key);
    await this.#expects(this.#changeable(stored) && (op === 'without' ? there : this.#counts(key)), async () => {
      const o = this.#acting();
      const changed =
        op === 'add'
          ? await addRecipients(latest.header, [entry], o)
          : op === 'release'
            ? await release(latest.header, entry, { ...o, logEntry: 'log-1' })
            : await rewrapWithout(latest.header, [recipientThumbprint(entry.recipient)], o);
      const recipients = new Set(latest.recipients);
      if (op === 'without') recipients.delete(key);
      else recipients.add(key);
      expect(changed.epoch).toBe(op !== 'without' && there ? latest.epoch : latest.epoch + 1);
      const granters = new Set([...latest.granters, this.#keyOf(CUSTODIAN)]);
      this.#store(stored, { ...latest, header: changed.header, epoch: changed.epoch, recipients, granters });
    });
  }

  async #rotate(stored: StoredFile, people: readonly number[]): Promise<void> {
    const custodian = this.#keyOf(CUSTODIAN);
    const to = people.map((one) => this.#keyOf(one));
    await this.#expects(this.#changeable(stored) && to.every((key) => this.#counts(key)), async () => {
      const rotated = await rotate(stored.latest, {
        ...this.#acting(),
        recipients: to.map((key) => this.#entry(key)),
        custodian: this.#entry(custodian),
      });
      const { header, payload, epoch } = rotated;
      const recipients = new Set([...to, custodian]);
      this.#store(stored, { header, payload, epoch, recipients, granters: new Set([custodian]), honest: true });
    });
  }

  /** Somebody who can open the newest header writes one by hand that lets in another, or tries to continue a forged one. */
  async #forge(stored: StoredFile, who: number, whom: number, how: number): Promise<void> {
    const { header, payload, recipients, epoch } = stored.latest;
    const [i, to] = [this.#keyOf(who), this.#keyOf(whom)];
    if (!recipients.has(i) || recipients.has(to)) return;
    const inside = await openUp(concat(header, payload), this.#people[i]!.identity);
    const by = { keys: this.#people[i]!.keys, entry: this.#people[i]!.entry };
    const custodian = this.#people[this.#keyOf(CUSTODIAN)]!;
    const iss = { org: custodian.entry.organisation, person: 'custodian', kid: custodian.keys.kid };
    const entry = this.#people[to]!.entry;
    const granted = await withGrant(inside, { by, to: [entry], ...(how === 0 ? { claims: { iss } } : {}) });
    const stanzas = [
      granted,
      granted, // in their own name
      granted.slice(0, -1), // a stanza and no grant
      [granted.at(-2)!, ...inside.stanzas],
      [...inside.stanzas.slice(1), granted.at(-2)!, granted.at(-1)!], // in the place of the first
    ][how]!;
    const forged = encodeHeader(inside.fileKey, stanzas);
    const nobody = new Set<number>();
    stored.versions.push({
      header: forged,
      payload,
      epoch: epoch + 1,
      recipients: nobody,
      granters: nobody,
      honest: false,
    });
    expect(await codeOf(() => addRecipients(forged, [this.#entry(0)], this.#acting()))).not.toBe('accepted');
  }

  /** Every header that ever was, against everybody. */
  async check(): Promise<void> {
    for (const stored of this.#files) {
      const logged: Partial<OpenOptions> = {
        sentAt: stored.sentAt,
        authorizeGrant: ({ by, epoch }) => by.person === 'custodian' && { loggedAt: stored.log.get(epoch)! },
      };
      const base = { resolveSender: this.#directory.resolveSender };
      for (const version of stored.versions) {
        const { header, recipients, epoch, honest } = version;
        // every key that the directory ever listed, and one that it did not
        for (const i of [...this.#listed.keys(), CUSTODIAN + PEOPLE]) {
          const { identity } = this.#people[i]!;
          const options = { ...base, ...logged, identities: [identity] };
          const permitted = honest && recipients.has(i);
          const code = await codeOf(() => listRecipients(header, options));
          expect({ i, epoch, opens: code === 'accepted' }).toEqual({ i, epoch, opens: permitted });
        }
        if (!honest) continue;
        const reader = [...recipients][0]!;
        const identities = [this.#people[reader]!.identity];
        // who remembers a newer header refuses an older one
        const { epoch: newest } = stored.latest;
        const remembering = { ...base, ...logged, identities, notBelowEpoch: newest };
        expect(await codeOf(() => listRecipients(header, remembering))).toBe(
          epoch === newest ? 'accepted' : 'ROLLBACK',
        );
        // the words of somebody revoked count only under a logged time
        const unlogged = { ...base, identities, authorizeGrant: () => true };
        const holds = this.#unloggedHolds(stored, version);
        expect((await codeOf(() => listRecipients(header, unlogged))) === 'accepted').toBe(holds);
        const opened = await open(version, { ...base, ...logged, identities });
        expect(opened.plaintext).toEqual(content(20));
        expect(opened.sender.person).toBe(`member-${stored.author % PEOPLE}`);
        // a header opens its own payload only
        const other = stored.versions.find(({ payload }) => payload !== version.payload);
        if (other === undefined) continue;
        const mixed = { header, payload: other.payload };
        expect(await codeOf(() => open(mixed, { ...base, ...logged, identities }))).toBe('PAYLOAD_MISMATCH');
      }
    }
  }
}

/** Runs one sequence against the model. */
export async function runSequence(people: readonly Person[], sequence: readonly Op[]): Promise<void> {
  const trust = new Trust(people);
  await trust.publish();
  for (const step of sequence) await trust.do(step);
  await trust.check();
}
