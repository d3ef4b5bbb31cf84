import { randomBytes } from 'node:crypto';
import { type AuthenticationResponseJSON, verifyAuthenticationResponse } from '@simplewebauthn/server';
import { AuditError, type VerifiedReceipt, verifyReceipt } from '@wardseal/audit';
import { type DirectoryEntry, release, releaseChallenge, rewrapWithout } from '@wardseal/crypto';
import type {
  EmergencyViewAnswer,
  EmergencyViewCall,
  LetGoCall,
  ReleaseAnswer,
  ReleaseCall,
  ReleaseOptionsAnswer,
  ReleaseOptionsCall,
} from '../wire/custodian.js';
import { actorOf, type Custody } from './custody.js';
import type { ItemNotes } from './item-notes.js';
import type { Journal } from './journal.js';
import { custodianOnly, HeldError, judging, type ProvenItem, proveHeader } from './prove-item.js';
import { Recent } from './recent.js';
import { Refusal } from './refusal.js';
import { mayBeReleased } from './release-policy.js';

/** From asking to answering with a passkey, and how old the log's entry may be. */
const PENDING_MILLISECONDS = 5 * 60_000;
/** How long somebody who broke the glass may open the item while the log is down: the policy's own time for it. */
const EMERGENCY_MILLISECONDS = 15 * 60_000;
/** Requests that wait at once; a trust has a few. More are the server's doing. */
const MAX_PENDING = 1000;
/** Emergencies of one person in an hour: a night has a few. */
const MAX_EMERGENCIES = 20;

interface Pending {
  readonly item: string;
  readonly person: string;
  readonly logEntry: string;
  readonly breakGlass: boolean;
  /** Digest of the header that the request was logged for. */
  readonly headerDigest: string;
  /** In an emergency what the journal says; else null. */
  readonly reason: string | null;
}

const AGAIN = { next: ['Ask for the release again'] };

/** Lets entitled people open items that were not sealed to them, and nobody else. */
export class Releases {
  readonly #custody: Custody;
  readonly #journal: Journal;
  readonly #notes: ItemNotes;
  readonly #say: (line: string) => void;
  readonly #pending: Recent<Pending>;
  readonly #broken: Recent<true>;
  readonly #emergencies: Recent<number>;
  /** How often each passkey says that it was used. A smaller number than before is a copy. */
  readonly #counters = new Map<string, number>();

  constructor(custody: Custody, journal: Journal, notes: ItemNotes, say: (line: string) => void = () => undefined) {
    this.#custody = custody;
    this.#journal = journal;
    this.#notes = notes;
    this.#say = say;
    this.#pending = new Recent(PENDING_MILLISECONDS, MAX_PENDING, custody.now);
    this.#broken = new Recent(EMERGENCY_MILLISECONDS, MAX_PENDING, custody.now);
    this.#emergencies = new Recent(3_600_000, MAX_PENDING, custody.now);
  }

  /** The request is in the log, or goes into the journal; gives the nonce that the person's passkey answers. */
  async options(call: ReleaseOptionsCall): Promise<ReleaseOptionsAnswer> {
    const { item, person, breakGlass, emergency } = call;
    const entry = this.#entry(person);
    const logged =
      emergency === undefined
        ? { ...(await this.#receipt(call, entry)), reason: null }
        : { ...(await this.#emergency(entry, item, emergency)), reason: emergency.reason };
    const nonce = randomBytes(32).toString('base64url');
    this.#pending.set(nonce, { item, person, breakGlass, ...logged });
    const credentials = (entry.credentials ?? []).map(({ id }) => id);
    return { nonce, credentials, logEntry: logged.logEntry, emergency: emergency !== undefined };
  }

  /**
   * Adds a stanza for the person when everything holds: the log's entry, the person's own assertion over this item, key,
   * entry and nonce, the item itself, and this trust's policy over the custodian's own directory and rota.
   */
  async release(call: ReleaseCall): Promise<ReleaseAnswer> {
    const pending = this.#pending.take(call.nonce);
    const { item, person, logEntry, breakGlass } = call;
    if (
      pending === null ||
      pending.item !== item ||
      pending.person !== person ||
      pending.logEntry !== logEntry ||
      pending.breakGlass !== breakGlass
    )
      throw new Refusal(409, 'RELEASE_REFUSED', 'There is no such request, or it took too long', AGAIN);
    const entry = this.#entry(person);
    await this.#assertion(call, entry);
    const proven = await this.#item(call);
    if (Buffer.from(proven.file.headerDigest).toString('base64url') !== pending.headerDigest)
      throw new Refusal(409, 'RELEASE_REFUSED', 'The item changed while you asked', AGAIN);
    const reason = pending.reason ?? call.reason;
    mayBeReleased(this.#custody, proven, entry, { ...call, ...(reason !== undefined && { reason }) });
    const changed = await release(Buffer.from(call.header, 'base64url'), entry, {
      ...this.#acting(call),
      reason: breakGlass ? 'break-glass' : 'release',
      logEntry,
    });
    if (breakGlass && pending.reason !== null) this.#broken.set(`${item} ${person}`, true);
    return answer(changed);
  }

  /** The log is down and somebody who has broken the glass opens the item: the journal's receipt. */
  async emergencyView(call: EmergencyViewCall): Promise<EmergencyViewAnswer> {
    const { item, person, headerDigest, reason } = call;
    const entry = this.#entry(person);
    if (this.#broken.get(`${item} ${person}`) === null)
      throw new Refusal(403, 'RELEASE_NEEDED', 'The glass was not broken for this', { next: ['Break the glass'] });
    const nonce = new Uint8Array(Buffer.from(call.nonce, 'base64url'));
    const role = entry.roles?.[0] ?? 'none';
    const note = { person, role, item, headerDigest, reason, outcome: 'success', nonce } as const;
    const { id, receipt } = await this.#journal.append(note);
    return { receipt, logEntry: id };
  }

  /** Takes the custodian's own stanza out. What is not filed here stays: nobody else would file it. */
  async letGo(call: LetGoCall): Promise<ReleaseAnswer> {
    const { file } = await this.#item(call);
    if ((await this.#notes.read(call.item))?.filed === undefined)
      throw new Refusal(409, 'ITEM_CONFLICT', 'The item is not filed');
    const own = file.recipients.filter(({ role }) => role === 'custodian').map(({ thumbprint }) => thumbprint);
    const acting = { ...this.#acting(call), reason: 'filed and closed', logEntry: call.logEntry };
    return answer(await rewrapWithout(Buffer.from(call.header, 'base64url'), own, acting));
  }

  #acting(call: ReleaseCall | LetGoCall) {
    const { identities: _, ...judged } = judging(this.#custody, call);
    return {
      ...judged,
      authorizeGrant: custodianOnly,
      actor: actorOf(this.#custody),
      directory: this.#custody.keeper.directory,
      now: this.#custody.keeper.seconds(),
    };
  }

  async #item(call: ReleaseCall | LetGoCall): Promise<ProvenItem> {
    try {
      const proven = await proveHeader(this.#custody, call);
      const note = await this.#notes.read(call.item);
      if (note?.manifestId !== proven.file.manifest.id) throw new HeldError('item');
      return proven;
    } catch (cause) {
      if (cause instanceof HeldError)
        throw new Refusal(409, 'ITEM_HELD', `The item is held for its ${cause.held}`, { cause });
      throw cause;
    }
  }

  /** The person's entry of today; whoever has none gets nothing. */
  #entry(person: string): DirectoryEntry {
    const { keeper } = this.#custody;
    const entry = keeper.directory.person(person, keeper.seconds());
    if (entry === null || entry.roles?.some((role) => role === 'custodian' || role === 'guardian'))
      throw new Refusal(403, 'RELEASE_REFUSED', 'The directory has no such person now');
    return entry;
  }

  /** The entry is in the signed log, about this item and person, and new. */
  async #receipt(call: ReleaseOptionsCall, entry: DirectoryEntry): Promise<{ logEntry: string; headerDigest: string }> {
    const { item, person, logEntry = '', receipt = '' } = call;
    // As the ceremony pinned them: this year's log and the next.
    for (const logKey of this.#custody.trust.logs.keys) {
      let proof: VerifiedReceipt;
      try {
        proof = await verifyReceipt(receipt, {
          logKey,
          object: item,
          actor: person,
          type: 'key.release',
          organisation: entry.organisation,
          outcome: 'intent',
          recordedWithin: PENDING_MILLISECONDS,
          // The custodian's own nonce comes after the entry; the header is compared when it comes.
          nonce: null,
          headerDigest: null,
          now: this.#custody.now,
        });
      } catch (error) {
        if (error instanceof AuditError) continue;
        throw error;
      }
      const hash = proof.entry.object?.contentHash;
      const told = proof.leaf.purpose === 'BTG';
      if (proof.leaf.id === logEntry && hash !== undefined && told === call.breakGlass)
        return { logEntry, headerDigest: Buffer.from(hash).toString('base64url') };
    }
    throw new Refusal(409, 'RECEIPT_REFUSED', 'The log’s proof is not of this request', AGAIN);
  }

  async #emergency(
    entry: DirectoryEntry,
    item: string,
    { reason, headerDigest }: NonNullable<ReleaseOptionsCall['emergency']>,
  ): Promise<{ logEntry: string; headerDigest: string }> {
    const { person } = entry;
    const before = this.#emergencies.get(person) ?? 0;
    if (before >= MAX_EMERGENCIES) throw new Refusal(429, 'RATE_LIMITED', 'Too many emergencies in an hour');
    this.#emergencies.set(person, before + 1);
    const role = entry.roles?.[0] ?? 'none';
    const { id } = await this.#journal.append({ person, role, item, headerDigest, reason, outcome: 'intent' });
    // A server that only says that its log is down would leave this here for good: whoever runs the custodian sees it.
    this.#say(`${entry.organisation} ${person} asks to break the glass, and the log is said to be down: entry ${id}`);
    return { logEntry: id, headerDigest };
  }

  /** The person's passkey, as the directory has it, answered for this item, key, entry and nonce, with user verification. */
  async #assertion(call: ReleaseCall, entry: DirectoryEntry): Promise<void> {
    const { item, logEntry, nonce } = call;
    const response = call.response as unknown as AuthenticationResponseJSON;
    const credential = entry.credentials?.find(({ id }) => id === response.id);
    const challenge = releaseChallenge({
      item,
      logEntry,
      recipient: entry.recipient,
      nonce: Buffer.from(nonce, 'base64url'),
    });
    const { origin } = this.#custody;
    try {
      if (credential === undefined) throw new Error('no such passkey');
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: Buffer.from(challenge).toString('base64url'),
        expectedOrigin: origin,
        expectedRPID: new URL(origin).hostname,
        requireUserVerification: true,
        credential: {
          id: credential.id,
          publicKey: new Uint8Array(Buffer.from(credential.publicKey, 'base64url')),
          counter: this.#counters.get(credential.id) ?? 0,
        },
      });
      if (!verified) throw new Error('the assertion is not the passkey’s');
      this.#counters.set(credential.id, authenticationInfo.newCounter);
    } catch (cause) {
      throw new Refusal(403, 'ASSERTION_REFUSED', 'Your passkey’s answer is not for this request', { ...AGAIN, cause });
    }
  }
}

function answer(changed: Awaited<ReturnType<typeof release>>): ReleaseAnswer {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  return {
    header: text(changed.header),
    headerDigest: text(changed.headerDigest),
    previousDigest: text(changed.previousDigest),
    epoch: changed.epoch,
    changed: changed.added.length + changed.removed.length > 0,
  };
}
