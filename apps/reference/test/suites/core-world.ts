import {
  type AuditEvent,
  type AuditLog,
  createEventId,
  type EmergencyJournal,
  generateCosignerKey,
  generateLogKey,
  type LogSigner,
  logSigner,
  memoryKeyStore,
  openEmergencyJournal,
  openLog,
} from '@wardseal/audit';
import {
  answerChallenge,
  challengeEnrolment,
  createEnrolment,
  createOrganisation,
  type DirectoryEntry,
  delegateDirectory,
  detachHeader,
  type Enrolled,
  generateIdentity,
  generateSigningKey,
  type PasskeyCredential,
  type Signer,
  type SigningKeyPair,
  signingKeyThumbprint,
  signSnapshot,
  verifyEnrolment,
  verifySnapshot,
} from '@wardseal/crypto';
import {
  base64,
  base64url,
  concat,
  ed25519Generate,
  ed25519Sign,
  fromHex,
  randomBytes,
  uint,
  utf8,
} from '@wardseal/primitives';
import { deriveImageKey, prepareChips } from '@wardseal/watermark';
import type { Core, OpenAnswer } from '../../client/core/core.js';
import { startCore } from '../../client/core/rpc.js';
import type { Wrap } from '../../src/wire/api.js';
import { memoryLog } from './memory-log.js';

// A trust as the browser meets it, made with the packages alone: what the custodian, the log, the witness and the server would do.

export const ORGANISATION = 'ZZZ01';
export const TRUST_NAME = 'Example NHS Trust (invented)';
const DAY = 86_400;

type About = Pick<DirectoryEntry, 'person'> & Pick<DirectoryEntry, 'name' | 'roles' | 'teams'>;

/** Somebody whose keys the test holds. */
export interface Known {
  readonly identity: string;
  readonly keys: SigningKeyPair;
  readonly entry: DirectoryEntry;
}

/** Somebody who enrolled in a browser: nobody but their worker ever had the keys. */
export interface Colleague {
  readonly core: Core;
  readonly person: string;
  readonly entry: DirectoryEntry;
  readonly wraps: readonly Wrap[];
  readonly recoveryCode: string;
  readonly prf: Uint8Array<ArrayBuffer>;
  readonly storage: Map<string, string>;
}

export interface Trust {
  readonly root: SigningKeyPair;
  readonly rootThumbprint: string;
  readonly directoryKey: Signer;
  readonly delegation: string;
}

export async function createTrust(organisation: string = ORGANISATION): Promise<Trust> {
  const { root, thumbprint: rootThumbprint } = await createOrganisation();
  const { secretKey, publicKey: key } = await ed25519Generate();
  const publicKey = base64url(key);
  const sign = (message: Uint8Array) => ed25519Sign(secretKey, message);
  const directoryKey = { kid: signingKeyThumbprint(publicKey), publicKey, sign };
  const until = Math.floor(Date.now() / 1000) + 60 * DAY;
  const delegation = await delegateDirectory(root, directoryKey.publicKey, { organisation, until });
  return { root, rootThumbprint, directoryKey, delegation };
}

export function startWorker(): Worker {
  return new Worker(new URL('../../client/worker/worker.ts', import.meta.url), { type: 'module' });
}

/** A core of its own, with a localStorage of its own. */
export function newCore(storage: Map<string, string> = new Map()): Core {
  return startCore({
    worker: startWorker,
    storage: { getItem: (name) => storage.get(name) ?? null, setItem: (name, value) => void storage.set(name, value) },
  });
}

function entryOf(enrolled: Enrolled, about: About): DirectoryEntry {
  const now = Math.floor(Date.now() / 1000);
  const { name, roles = [], teams = [] } = about;
  return { ...enrolled, ...(name && { name }), roles, teams, validFrom: now - DAY, validTo: now + 30 * DAY };
}

export class World {
  readonly trust: Trust;
  readonly log: AuditLog;
  readonly journal: EmergencyJournal;
  readonly reader: ReturnType<typeof memoryLog>['reader'];
  readonly logKey: string;
  readonly witness: LogSigner;
  readonly custodian: Known;
  readonly guardians: readonly Known[];
  readonly watermarkSecret: Uint8Array = randomBytes(32);
  /** What the server last handed out, by epoch from 1. */
  readonly snapshots: Uint8Array<ArrayBuffer>[] = [];

  private constructor(parts: Omit<World, 'watermarkSecret' | 'snapshots' | 'publish' | 'answer' | 'cosigned'>) {
    this.trust = parts.trust;
    this.log = parts.log;
    this.journal = parts.journal;
    this.reader = parts.reader;
    this.logKey = parts.logKey;
    this.witness = parts.witness;
    this.custodian = parts.custodian;
    this.guardians = parts.guardians;
  }

  static async create(trust?: Trust): Promise<World> {
    const own = trust ?? (await createTrust());
    const year = new Date().getUTCFullYear();
    const [logKeys, nextKeys, journalKeys, witnessKeys] = await Promise.all([
      generateLogKey(`audit.zzz01.invalid/${year}`),
      generateLogKey(`audit.zzz01.invalid/${year + 1}`),
      generateLogKey('emergency.zzz01.invalid/1'),
      generateCosignerKey('witness.example.invalid', 'ed25519'),
    ]);
    const policyText = `log ${logKeys.vkey}\nwitness demo ${witnessKeys.vkey}\nquorum demo\n`;
    const unwitnessed = { acceptedBy: 'test', until: `${year + 1}-12-31`, reason: 'the test cosigns by itself' };
    const store = memoryLog();
    const log = await openLog({
      origin: `audit.zzz01.invalid/${year}`,
      store,
      keys: memoryKeyStore(),
      signer: await logSigner(logKeys.skey),
      unwitnessed,
    });
    const journal = await openEmergencyJournal({
      origin: 'emergency.zzz01.invalid/1',
      store: memoryLog(),
      keys: memoryKeyStore(),
      signer: await logSigner(journalKeys.skey),
      unwitnessed,
    });
    const credential = (name: string, value: string): PasskeyCredential => ({
      id: base64url(utf8(name)),
      publicKey: base64url(utf8(value)),
    });
    const credentials = [
      credential('log', logKeys.vkey),
      credential('log-next', nextKeys.vkey),
      credential('emergency', journalKeys.vkey),
      credential('witnesses', policyText),
    ];
    const custodian = await enrolKnown(
      own,
      { person: 'custodian', name: TRUST_NAME, roles: ['custodian'] },
      credentials,
    );
    const guardians = await Promise.all(
      [1, 2, 3].map((n) => enrolKnown(own, { person: `p-guardian-${n}`, roles: ['guardian'] })),
    );
    const witness = await logSigner(witnessKeys.skey);
    const { reader } = store;
    return new World({ trust: own, log, journal, reader, logKey: logKeys.vkey, witness, custodian, guardians });
  }

  /** Signs and hands out the next snapshot of these people, beside custodian and guardians. */
  async publish(people: readonly DirectoryEntry[]): Promise<Uint8Array<ArrayBuffer>> {
    const before = this.snapshots.at(-1);
    const { directoryKey, delegation, rootThumbprint } = this.trust;
    const previous = before && (await verifySnapshot(before, { rootThumbprint })).digest;
    const entries = [this.custodian, ...this.guardians].map(({ entry }) => entry);
    const epoch = this.snapshots.length + 1;
    const options = { directoryKey, delegation, organisation: ORGANISATION, epoch, ...(previous && { previous }) };
    const snapshot = await signSnapshot([...entries, ...people], options);
    this.snapshots.push(snapshot);
    return snapshot;
  }

  /** The log's checkpoint with the witness's signature (C2SP tlog-cosignature, Ed25519). */
  async cosigned(): Promise<string> {
    const checkpoint = this.log.checkpoint();
    const time = Math.floor(Date.now() / 1000);
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
    const signature = await this.witness.sign(utf8(`cosignature/v1\ntime ${time}\n${text}`));
    const [name, id] = this.witness.vkey.split('+');
    return `${checkpoint}— ${name} ${base64(concat(fromHex(id!)!, uint(time, 8), signature))}\n`;
  }

  /** Appends the opening and answers as an honest server does, unless `changed`. */
  async answer(
    item: string,
    sealed: { readonly header: Uint8Array; readonly labels: unknown },
    asked: { readonly person: string; readonly nonce: Uint8Array },
    changed: {
      readonly event?: Partial<AuditEvent>;
      readonly journal?: boolean;
      readonly log?: Pick<AuditLog, 'append'>;
    } = {},
  ): Promise<OpenAnswer> {
    const { headerDigest } = await detachHeader({ header: sealed.header, payload: new Uint8Array(0) });
    const event: AuditEvent = {
      id: createEventId(),
      occurredAt: new Date().toISOString(),
      type: changed.journal === true ? 'breakglass.open' : 'image.view',
      actor: { id: asked.person, kind: 'practitioner', role: 'registrar', org: ORGANISATION },
      object: { kind: 'item', id: item, contentHash: base64url(headerDigest) },
      purpose: changed.journal === true ? 'BTG' : 'TREAT',
      outcome: 'intent',
      ...(changed.journal === true && { reason: 'the log is down' }),
      ...changed.event,
    };
    const log = changed.log ?? (changed.journal === true ? this.journal : this.log);
    const { receipt } = await log.append(event, { await: 'integrated', nonce: asked.nonce });
    return {
      viewing: event.id,
      header: base64url(sealed.header),
      receipt: receipt ?? '',
      labels: sealed.labels,
      chips: prepareChips(deriveImageKey(this.watermarkSecret, item), event.id),
      watermark: { mode: 'border', strength: 'standard' },
      sentAt: new Date().toISOString(),
    };
  }
}

/** Enrols somebody whose keys the test keeps. */
export async function enrolKnown(
  trust: Trust,
  about: About,
  credentials?: readonly PasskeyCredential[],
): Promise<Known> {
  const { rootThumbprint } = trust;
  const link = { secret: randomBytes(32), person: about.person, organisation: ORGANISATION, rootThumbprint };
  const [{ identity }, keys] = await Promise.all([generateIdentity(), generateSigningKey()]);
  const request = await createEnrolment({ ...link, identity, keys, ...(credentials && { credentials }) });
  const challenge = await challengeEnrolment(request, link);
  const answer = await answerChallenge(challenge.message, { secret: link.secret, identity, request });
  return { identity, keys, entry: entryOf(await verifyEnrolment(request, answer, { ...link, challenge }), about) };
}

/** Enrols somebody through their own core, as the page does with a passkey of id `person`. */
export async function enrolColleague({ rootThumbprint }: Trust, about: About): Promise<Colleague> {
  const { person } = about;
  const storage = new Map<string, string>();
  const core = newCore(storage);
  const secret = randomBytes(32);
  const link = { secret: secret.slice(), person, organisation: ORGANISATION, rootThumbprint };
  const passkey = { id: base64url(utf8(person)), publicKey: base64url(randomBytes(77)) };
  const { request } = await core.createKeys({ ...link, credential: passkey });
  const known = { ...link, secret };
  const challenge = await challengeEnrolment(request, known);
  const answer = await core.answer(challenge.message);
  const enrolled = await verifyEnrolment(request, answer, { ...known, challenge });
  const prf = randomBytes(32);
  const { wraps, recoveryCode } = await core.protect({ passkeyPrf: prf.slice(), credential: passkey.id });
  return { core, person, entry: entryOf(enrolled, about), wraps, recoveryCode, prf, storage };
}

/** Pins, loads the last snapshot and unlocks with the passkey. */
export async function signIn(world: World, colleague: Colleague): Promise<void> {
  const { core, person, wraps, prf } = colleague;
  await core.pin({ organisation: ORGANISATION, person, rootThumbprint: world.trust.rootThumbprint });
  await core.loadDirectory(world.snapshots.at(-1)!.slice().buffer);
  await core.unlock({ wraps, passkeyPrf: prf.slice(), credential: base64url(utf8(person)) });
}
