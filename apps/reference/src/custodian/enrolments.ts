import { randomBytes } from 'node:crypto';
import {
  challengeEnrolment,
  type DirectoryEntry,
  type EnrolmentChallenge,
  SealError,
  signingKeyThumbprint,
  verifyEnrolment,
} from '@wardseal/crypto';
import type { StaffMember } from './custody.js';
import type { DirectoryKeeper } from './directory-keeper.js';
import { Refusal } from './refusal.js';

/** A link is for somebody who sits at a screen now. */
const LINK_MILLISECONDS = 30 * 60_000;
/** Whoever has the link gets it right; a device that fails more often is not what it says. */
const MAX_FAILURES = 5;
/** Of a message that was not made with the link's secret: anybody can send such. */
const STRANGERS: readonly (string | undefined)[] = ['mac', 'encoding'];
const ENTRY_SECONDS = 365 * 86_400;

const AGAIN = { next: ['Ask your information governance team for a new link'] };

interface Pending {
  readonly secret: Uint8Array<ArrayBuffer>;
  readonly until: number;
  failures: number;
  asked?: { readonly request: Uint8Array; readonly challenge: EnrolmentChallenge };
}

export interface EnrolmentsOptions {
  readonly keeper: DirectoryKeeper;
  readonly staff: readonly StaffMember[];
  readonly organisation: string;
  readonly rootThumbprint: string;
  /** Where the web server answers, `http://localhost:4000`. */
  readonly origin: string;
  readonly now: () => number;
  /** Shown to the second person, who compares it with the new device. The demo confirms by itself. */
  readonly confirm: (person: string, keyThumbprint: string) => void;
}

/** Links that wait to be used. Their secrets are in memory only and in what was printed. */
export class Enrolments {
  readonly #options: EnrolmentsOptions;
  readonly #pending = new Map<string, Pending>();
  readonly #used = new Set<string>();

  constructor(options: EnrolmentsOptions) {
    this.#options = options;
  }

  /** A new link for one of the staff; one printed before for the same person counts no more. Null for anybody else. */
  invite(person: string): string | null {
    const { staff, organisation, rootThumbprint, origin, now } = this.#options;
    if (!staff.some(({ id }) => id === person)) return null;
    const secret = new Uint8Array(randomBytes(32));
    this.#pending.set(person, { secret, until: now() + LINK_MILLISECONDS, failures: 0 });
    this.#used.delete(person);
    const parts = ['v1', organisation, person, Buffer.from(secret).toString('base64url'), rootThumbprint];
    return `${origin}/enrol#${parts.join('.')}`;
  }

  /** First message of a device: gives the challenge. @throws Refusal ENROLMENT_REFUSED, ENROLMENT_EXPIRED, ENROLMENT_USED */
  async request(person: string, request: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    const pending = this.#find(person);
    const challenge = await this.#tried(pending, () => challengeEnrolment(request, this.#link(person, pending)));
    pending.asked = { request, challenge };
    return challenge.message;
  }

  /** Second message: the person is in the directory when this resolves. Gives its epoch. @throws Refusal as `request` */
  async answer(person: string, answer: Uint8Array<ArrayBuffer>): Promise<number> {
    const pending = this.#find(person);
    const { asked } = pending;
    if (asked === undefined) throw refused();
    const { request, challenge } = asked;
    const proven = await this.#tried(pending, () =>
      verifyEnrolment(request, answer, { ...this.#link(person, pending), challenge }),
    );
    delete pending.asked;
    // Without a passkey nothing could ever be released to the person.
    if (!proven.credentials?.length) throw refused();
    // Two answers may have come at once: the first one takes the link.
    if (this.#pending.get(person) !== pending) throw used();
    this.#pending.delete(person);
    this.#options.confirm(person, signingKeyThumbprint(proven.signingKey));
    try {
      const { epoch } = await this.#enter(proven);
      this.#used.add(person);
      return epoch;
    } catch (error) {
      // A key of somebody else, or of the person's own past, breaks a rule of directories.
      if (error instanceof SealError) throw refused(error);
      this.#pending.set(person, pending);
      throw error;
    } finally {
      if (this.#used.has(person)) pending.secret.fill(0);
    }
  }

  #enter(proven: Omit<DirectoryEntry, 'validFrom' | 'validTo'>) {
    const { keeper, staff } = this.#options;
    const { name, role, teams } = staff.find(({ id }) => id === proven.person) as StaffMember;
    const entry = { ...proven, name, roles: [role], teams };
    const dated = (now: number) => ({ ...entry, validFrom: now, validTo: now + ENTRY_SECONDS });
    return keeper.change(
      (entries, now) => [
        // New keys take the place of the old ones, which then count for the past only.
        ...entries.map((old) =>
          old.person === proven.person && (old.revokedAt ?? old.validTo) > now ? { ...old, revokedAt: now } : old,
        ),
        dated(now),
      ],
      dated(0),
    );
  }

  #find(person: string): Pending {
    const pending = this.#pending.get(person);
    if (pending === undefined) throw this.#used.has(person) ? used() : refused();
    if (pending.until > this.#options.now()) return pending;
    pending.secret.fill(0);
    this.#pending.delete(person);
    throw new Refusal(410, 'ENROLMENT_EXPIRED', 'This enrolment link has expired', AGAIN);
  }

  #link(person: string, { secret }: Pending) {
    const { organisation, rootThumbprint, now } = this.#options;
    return { secret, person, organisation, rootThumbprint, now: Math.floor(now() / 1000) };
  }

  async #tried<T>(pending: Pending, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      // A secret of 256 bits is not guessed: what a stranger sends spends neither the link nor the challenge.
      if (STRANGERS.includes(error.what)) throw refused(error);
      // One answer to one challenge, whatever comes of it.
      delete pending.asked;
      pending.failures++;
      if (pending.failures >= MAX_FAILURES)
        for (const [person, each] of this.#pending) if (each === pending) this.#pending.delete(person);
      throw refused(error);
    }
  }
}

const refused = (cause?: unknown) =>
  new Refusal(403, 'ENROLMENT_REFUSED', 'This enrolment does not prove what it must', { ...AGAIN, cause });
const used = () => new Refusal(410, 'ENROLMENT_USED', 'This enrolment link was used already', AGAIN);
