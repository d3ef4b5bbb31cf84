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
  readonly recipients: ReadonlySet<number>;
  /** Whether every change was the custodian's. */
  readonly honest: boolean;
}

interface StoredFile {
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

/** Everybody of the trust, with keys; made once. */
export function everybody(): Promise<Person[]> {
  const ids = Array.from({ length: MEMBERS }, (_, i) => `member-${i}`);
  return Promise.all([...ids, 'custodian'].map((id) => person(id, 'classic')));
}

export class Trust {
  readonly #people: readonly Person[];
  readonly #listed = new Set([0, 1, 2, CUSTODIAN]);
  readonly #revoked = new Map<number, number>();
  readonly #files: StoredFile[] = [];
  #directory!: Directory;
  #now = NOW;

  constructor(people: readonly Person[]) {
    this.#people = people;
  }

  entry(i: number) {
    const at = this.#revoked.get(i);
    return { ...this.#people[i]!.entry, ...(at === undefined ? {} : { revokedAt: at }) };
  }

  async publish(): Promise<void> {
    this.#directory = await directoryOf([...this.#listed].map((i) => this.entry(i)));
  }

  /** Whether somebody may be sealed to, or act, now. */
  #counts(i: number): boolean {
    return this.#listed.has(i) && !this.#revoked.has(i);
  }

  #acting(): ChangeOptions {
    const { identity, keys } = this.#people[CUSTODIAN]!;
    return {
      actor: { identities: [identity], sender: { keys, entry: this.entry(CUSTODIAN) } },
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
    if (step.op === 'join') this.#listed.add(step.who);
    if (step.op === 'suspend' && this.#listed.has(step.who) && !this.#revoked.has(step.who))
      this.#revoked.set(step.who, this.#now);
    if (step.op === 'return') this.#revoked.delete(step.who);
    if (!('file' in step)) return step.op === 'seal' ? this.#seal(step.who, step.to) : this.publish();
    const found = this.#files[step.file % Math.max(1, this.#files.length)];
    if (found === undefined) return undefined;
    if (step.op === 'forge') return this.#forge(found, step.who, step.to, step.how);
    if (step.op === 'rotate') return this.#rotate(found, step.to);
    return this.#change(found, step.op, step.who);
  }

  async #seal(author: number, to: readonly number[]): Promise<void> {
    const allowed = [author, CUSTODIAN, ...to].every((i) => this.#counts(i));
    await this.#expects(allowed, async () => {
      const sealed = await seal(content(20), {
        directory: this.#directory,
        recipients: to.map((i) => this.entry(i)),
        custodian: this.entry(CUSTODIAN),
        sender: { keys: this.#people[author]!.keys, entry: this.entry(author) },
        mediaType: 'image/jpeg',
        case: 'case-1',
        labels: {},
        mode: 'classic',
        now: this.#now,
      });
      const { header, payload } = sealed;
      const version = { header, payload, epoch: 0, recipients: new Set([...to, CUSTODIAN]), honest: true };
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

  /** Whether what the custodian reads without a log can be believed: nobody in its history is revoked now. */
  #unloggedHolds({ author }: StoredFile, { epoch }: Version): boolean {
    return !this.#revoked.has(author) && (epoch === 0 || !this.#revoked.has(CUSTODIAN));
  }

  async #change(stored: StoredFile, op: 'add' | 'release' | 'without', i: number): Promise<void> {
    const { latest } = stored;
    const there = latest.recipients.has(i);
    const allowed =
      this.#counts(CUSTODIAN) && this.#unloggedHolds(stored, latest) && (op === 'without' ? there : this.#counts(i));
    const entry = this.entry(i);
    await this.#expects(allowed, async () => {
      const o = this.#acting();
      const changed =
        op === 'add'
          ? await addRecipients(latest.header, [entry], o)
          : op === 'release'
            ? await release(latest.header, entry, { ...o, logEntry: 'log-1' })
            : await rewrapWithout(latest.header, [recipientThumbprint(entry.recipient)], o);
      const recipients = new Set(latest.recipients);
      if (op === 'without') recipients.delete(i);
      else recipients.add(i);
      expect(changed.epoch).toBe(op !== 'without' && there ? latest.epoch : latest.epoch + 1);
      this.#store(stored, { ...latest, header: changed.header, epoch: changed.epoch, recipients });
    });
  }

  async #rotate(stored: StoredFile, to: readonly number[]): Promise<void> {
    const { latest } = stored;
    const allowed = [CUSTODIAN, ...to].every((i) => this.#counts(i)) && this.#unloggedHolds(stored, latest);
    await this.#expects(allowed, async () => {
      const rotated = await rotate(latest, {
        ...this.#acting(),
        recipients: to.map((i) => this.entry(i)),
        custodian: this.entry(CUSTODIAN),
      });
      const { header, payload, epoch } = rotated;
      this.#store(stored, { header, payload, epoch, recipients: new Set([...to, CUSTODIAN]), honest: true });
    });
  }

  /** Somebody who can open the newest header writes one by hand that lets in another, or tries to continue a forged one. */
  async #forge(stored: StoredFile, i: number, to: number, how: number): Promise<void> {
    const { header, payload, recipients, epoch } = stored.latest;
    if (!recipients.has(i) || recipients.has(to)) return;
    const inside = await openUp(concat(header, payload), this.#people[i]!.identity);
    const by = { keys: this.#people[i]!.keys, entry: this.#people[i]!.entry };
    const custodian = this.#people[CUSTODIAN]!;
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
    const version = { header: forged, payload, epoch: epoch + 1, recipients: new Set<number>(), honest: false };
    stored.versions.push(version);
    expect(await codeOf(() => addRecipients(forged, [this.entry(0)], this.#acting()))).not.toBe('accepted');
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
        for (const [i, { identity }] of this.#people.entries()) {
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
        expect(opened.sender.person).toBe(`member-${stored.author}`);
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
