import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEvent, type AuditLog, createEventId, logSigner, openLog } from '@wardseal/audit';
import { fileKeyStore, fileStore } from '@wardseal/audit/file-store';
import {
  answerChallenge,
  createEnrolment,
  type Directory,
  generateIdentity,
  generateSigningKey,
  releaseChallenge,
  type SealedFile,
  type SigningKeyPair,
  seal,
  verifySnapshot,
} from '@wardseal/crypto';
import { runCeremony } from '../../src/ceremony/ceremony.js';
import { type RunningCustodian, startCustodian } from '../../src/custodian/custodian.js';
import { openCustody } from '../../src/custodian/custody.js';
import { type ServedRecord, serveRecord } from '../../src/record/serve.js';
import { type CustodianClient, custodianClient } from '../../src/server/wiring/custodian-client.js';
import type { Clinical, ItemLabels } from '../../src/wire/index.js';
import { parseTrustConfig, type TrustConfig } from '../../src/wire/trust-config.js';
import { type Flaws, type SoftPasskey, softPasskey } from './soft-passkey.js';

export const ORG = 'ZZZ01';
export const ORIGIN = 'http://localhost:4000';
const SITE = { origin: ORIGIN, rpId: 'localhost' };

/** Somebody whose keys the test holds. */
export interface Enrolled {
  readonly person: string;
  readonly identity: string;
  readonly keys: SigningKeyPair;
  readonly passkey: SoftPasskey;
}

/** An item as the server would hand it on. */
export interface Item {
  readonly call: {
    readonly item: string;
    readonly case: string;
    readonly labels: ItemLabels;
    readonly sentAt: string;
    readonly header: string;
  };
  readonly sealed: SealedFile;
  readonly plaintext: Uint8Array;
}

/** What a test may change of an item before it is sealed; the server's call keeps what it says. */
export interface ItemChange {
  readonly plaintext?: Uint8Array<ArrayBuffer>;
  readonly mediaType?: string;
  readonly labels?: Partial<ItemLabels>;
  readonly clinical?: Partial<Clinical>;
  readonly signedCase?: string;
  /** What is signed as labels in the place of those that the server shows. */
  readonly signedLabels?: Partial<ItemLabels>;
  readonly to?: readonly string[];
  readonly outside?: readonly string[];
  readonly without?: 'custodian' | 'guardians';
  readonly threshold?: number;
  /** Seconds by which the sender's clock is ahead. */
  readonly ahead?: number;
  /** Who keeps seats in the place of the guardians. */
  readonly seats?: readonly string[];
}

/** One trust after its ceremony, with a custodian behind its socket, a record and a log. */
export interface CustodyWorld {
  readonly dataDir: string;
  readonly folder: string;
  readonly custodian: CustodianClient;
  readonly trust: TrustConfig;
  readonly log: AuditLog;
  readonly said: string[];
  readonly now: { skip: number };
  /** Base of the trust's record. */
  readonly recordUrl: string;
  running(): RunningCustodian;
  secretOf(person: string): Uint8Array<ArrayBuffer>;
  enrol(person: string): Promise<Enrolled>;
  directory(): Promise<Directory>;
  item(sender: Enrolled, change?: ItemChange): Promise<Item>;
  logRelease(item: Item, person: string, more?: Partial<AuditEvent>): Promise<{ logEntry: string; receipt: string }>;
  assertion(
    of: Enrolled,
    asked: { item: string; logEntry: string; nonce: string },
    flaws?: Flaws,
  ): Record<string, unknown>;
  restart(recordUrl?: string): Promise<void>;
  stopRecord(): Promise<void>;
  stop(): Promise<void>;
}

export const LABELS: ItemLabels = {
  kind: 'photo',
  sensitivity: 'normal',
  purpose: 'referral',
  consentLevel: ['record'],
  identifiable: true,
  author: 'p-lindqvist',
  ownerOrg: ORG,
  team: 'plastics-on-call',
  notAfter: '2099-01-01T00:00:00.000Z',
  about: 'none',
};

export const CLINICAL: Omit<Clinical, 'item'> = {
  patient: { scheme: 'nhs', number: '9990000018', name: 'Demo Patient (invented)', born: '1985-03-27' },
  consent: { level: 'record', form: 'oral', givenBy: 'Patient', at: '2026-01-01T08:00:00.000Z' },
  site: 'Skin of hand',
  side: 'left',
  capturedAt: '2026-01-01T08:00:00.000Z',
  note: 'Please advise.',
};

/** The start of a JPEG of 64 by 64 pixels, as far as anybody reads it who decodes nothing. */
export const JPEG_HEAD: Uint8Array<ArrayBuffer> = new Uint8Array(Buffer.from('ffd8ffc0000b080040004001011100', 'hex'));

export async function custodyWorld(): Promise<CustodyWorld> {
  const dataDir = await mkdtemp(join(tmpdir(), 'c-'));
  const now = { skip: 0 };
  const clock = () => Date.now() + now.skip;
  await runCeremony({ dataDir });
  const record = await serveRecord({ folder: join(dataDir, 'record'), port: 0 });
  const folder = join(dataDir, 'custodian', ORG);
  const trust = parseTrustConfig(JSON.parse(await readFile(join(dataDir, 'trusts', `${ORG}.json`), 'utf8')));
  const keys = JSON.parse(await readFile(join(dataDir, 'audit-keys', `${ORG}.json`), 'utf8')) as Record<string, string>;
  const origin = `${trust.logs.base}/${new Date().getUTCFullYear()}`;
  const log = await openLog({
    origin,
    store: fileStore(join(dataDir, 'audit')),
    keys: fileKeyStore(join(dataDir, 'audit-secrets')),
    signer: await logSigner(keys[origin] as string),
    unwitnessed: { acceptedBy: 'a test', until: '2099-12-31', reason: 'a test' },
  });
  const said: string[] = [];
  const socketPath = join(dataDir, 'zzz01.sock');
  const start = async (recordUrl = `${record.url}${ORG}`) =>
    startCustodian({
      custody: await openCustody({ folder, origin: ORIGIN, recordUrl, now: clock }),
      socketPath,
      journalFolder: join(dataDir, 'emergency', ORG),
      say: (line) => said.push(line),
    });
  let running = await start();
  const custodian = custodianClient(socketPath);
  const secretOf = (person: string) => {
    const secret = running.links.get(person)?.split('.')[3];
    return new Uint8Array(Buffer.from(secret ?? '', 'base64url'));
  };
  const directory = async () => {
    const { snapshot } = await custodian.snapshot();
    return verifySnapshot(Buffer.from(snapshot, 'base64url'), { rootThumbprint: trust.rootThumbprint });
  };
  return {
    dataDir,
    folder,
    custodian,
    trust,
    log,
    said,
    now,
    recordUrl: `${record.url}${ORG}`,
    running: () => running,
    secretOf,
    directory,
    enrol: (person) => enrol(custodian, trust, person, secretOf(person)),
    item: async (sender, change) => itemOf(await directory(), sender, change),
    async logRelease({ call, sealed }, person, more = {}) {
      const id = createEventId();
      const contentHash = Buffer.from(sealed.headerDigest).toString('base64url');
      const { receipt } = await log.append(
        {
          id,
          occurredAt: new Date().toISOString(),
          type: 'key.release',
          outcome: 'intent',
          actor: { id: person, kind: 'practitioner', org: ORG },
          object: { kind: 'item', id: call.item, contentHash },
          ...more,
        },
        { await: 'integrated' },
      );
      return { logEntry: id, receipt: receipt as string };
    },
    assertion(of, { item, logEntry, nonce }, flaws) {
      const recipient = recipients.get(of.person) as string;
      const challenge = releaseChallenge({ item, logEntry, recipient, nonce: Buffer.from(nonce, 'base64url') });
      const text = Buffer.from(challenge).toString('base64url');
      return of.passkey.assert(text, flaws) as unknown as Record<string, unknown>;
    },
    async restart(recordUrl) {
      await running.close();
      running = await start(recordUrl);
    },
    stopRecord: () => record.close(),
    async stop() {
      await running.close();
      await (record as ServedRecord).close().catch(() => undefined);
      await log.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

// The recipient of each person by the last enrolment, which only the person's device knows together with its identity.
const recipients = new Map<string, string>();

async function enrol(
  custodian: CustodianClient,
  { rootThumbprint }: TrustConfig,
  person: string,
  secret: Uint8Array<ArrayBuffer>,
): Promise<Enrolled> {
  const [{ identity, recipient }, keys] = await Promise.all([generateIdentity(), generateSigningKey()]);
  const passkey = softPasskey(SITE, new Uint8Array(randomBytes(32)));
  const link = { secret, person, organisation: ORG, rootThumbprint };
  const credentials = [{ id: passkey.id, publicKey: passkey.publicKey }];
  const request = await createEnrolment({ ...link, identity, keys, credentials });
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  const { challenge } = await custodian.enrolRequest({ person, request: text(request) });
  const message = new Uint8Array(Buffer.from(challenge, 'base64url'));
  const answer = await answerChallenge(message, { secret, identity, request });
  await custodian.enrolAnswer({ person, answer: text(answer) });
  recipients.set(person, recipient);
  return { person, identity, keys, passkey };
}

async function itemOf(directory: Directory, sender: Enrolled, change: ItemChange = {}): Promise<Item> {
  const item = randomUUID();
  const labels = { ...LABELS, author: sender.person, ...change.labels };
  const clinical = { ...CLINICAL, item, ...change.clinical };
  const picture = () => Buffer.concat([JPEG_HEAD, randomBytes(70_000 - JPEG_HEAD.length)]);
  const content = labels.kind === 'message' ? Buffer.from(clinical.note) : picture();
  const plaintext = change.plaintext ?? new Uint8Array(content);
  const kase = randomUUID();
  const entry = (person: string) => directory.person(person) as NonNullable<ReturnType<Directory['person']>>;
  const to = (change.to ?? ['p-okafor', sender.person]).map(entry);
  const sealed = await seal(plaintext, {
    directory: change.outside === undefined ? directory : 'unverified',
    recipients: [...to, ...(change.outside ?? [])],
    ...(change.without !== 'custodian' && { custodian: entry('custodian') }),
    ...(change.without !== 'guardians' && {
      guardians: {
        seats: change.seats?.map(entry) ?? directory.entries.filter(({ roles }) => roles?.includes('guardian')),
        threshold: change.threshold ?? 2,
      },
    }),
    sender: { keys: sender.keys, entry: entry(sender.person) },
    mediaType: change.mediaType ?? 'image/jpeg',
    case: change.signedCase ?? kase,
    labels: { ...labels, ...change.signedLabels } as never,
    clinical: clinical as never,
    now: Math.floor(Date.now() / 1000) + (change.ahead ?? 0),
  });
  const header = Buffer.from(sealed.header).toString('base64url');
  return { call: { item, case: kase, labels, sentAt: new Date().toISOString(), header }, sealed, plaintext };
}
