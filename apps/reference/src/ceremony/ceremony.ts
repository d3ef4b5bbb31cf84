import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { generateCosignerKey, generateLogKey } from '@wardseal/audit';
import {
  createOrganisation,
  delegateDirectory,
  generateSigningKey,
  signingKeyPairOf,
  signSnapshot,
  verifySnapshot,
} from '@wardseal/crypto';
import { snapshotEvent } from '../custodian/directory-keeper.js';
import { privateFolder, readJson, readText, writeWhole } from '../custodian/files.js';
import { logCredentials } from '../custodian/log-credentials.js';
import { parseTrustConfig, type TrustConfig } from '../wire/trust-config.js';
import { GUARDIANS, TRUSTS, type TrustPlan } from './cast.js';
import { enrolHere, ownKeys } from './enrol.js';
import { firstPolicy, signatories } from './policy.js';

const DAY = 86_400;
/** How long the guardians let the custodian sign the directory: they meet every two months. */
const DELEGATION_DAYS = 60;
/** With less left than this, a ceremony delegates anew. */
const RENEW_DAYS = 30;
/** How long the demo's rota says that somebody is on call. */
const ROTA_DAYS = 365;
const WITNESS_NAME = 'witness.wardseal-demo.invalid';

export interface CeremonyOptions {
  readonly dataDir: string;
  readonly now?: () => number;
}

/**
 * What guardians and suppliers do offline, once for each trust: the root and its delegation, the guardians' seats, the signed
 * policy, the keys of logs, journal, witness, custodian and watermark. Each file is made if it is not there and written
 * whole, so a ceremony that was interrupted is begun again and gives the same trust. Keys that are there are never made anew.
 *
 * @example
 * await runCeremony({ dataDir: './data' });
 */
export async function runCeremony({ dataDir, now = Date.now }: CeremonyOptions): Promise<void> {
  await mkdir(join(dataDir, 'trusts'), { recursive: true });
  const witness = await witnessKey(dataDir);
  for (const plan of TRUSTS) await trustCeremony(dataDir, plan, witness, new Date(now()));
}

/** A secret that is made once. */
async function once<T>(path: string, make: () => Promise<T> | T): Promise<T> {
  const there = (await readJson(path)) as T | null;
  if (there !== null) return there;
  const made = await make();
  await writeWhole(path, JSON.stringify(made));
  return made;
}

const secret = () => randomBytes(32).toString('base64url');

async function witnessKey(dataDir: string): Promise<string> {
  const folder = join(dataDir, 'witness');
  await privateFolder(folder);
  const make = () => generateCosignerKey(WITNESS_NAME, 'ed25519');
  return (await once(join(folder, 'key.json'), make)).vkey;
}

async function trustCeremony(dataDir: string, plan: TrustPlan, witness: string, now: Date): Promise<void> {
  const { organisation } = plan;
  const custodian = join(dataDir, 'custodian', organisation);
  const guardians = join(dataDir, 'guardians', organisation);
  for (const folder of [custodian, guardians, join(dataDir, 'audit-keys'), join(dataDir, 'watermark')])
    await privateFolder(folder);
  const domain = organisation.toLowerCase();
  const base = `audit.${domain}.invalid`;

  const root = await once(join(guardians, 'root.json'), async () => {
    const { root: pair, thumbprint } = await createOrganisation();
    return { secretKey: pair.secretKey, thumbprint };
  });
  const logs = await logKeys(join(dataDir, 'audit-keys', `${organisation}.json`), base, now.getUTCFullYear());
  const emergency = await once(join(custodian, 'emergency-key.json'), () =>
    generateLogKey(`emergency.${domain}.invalid`),
  );
  const watermark = join(dataDir, 'watermark', organisation);
  if ((await readText(watermark)) === null) await writeWhole(watermark, secret());
  await once(join(custodian, 'index-key.json'), secret);

  const witnessPolicy = [...logs.map((key) => `log ${key}`), `witness demo ${witness}`, 'quorum demo', ''].join('\n');
  const trust = {
    organisation,
    name: plan.name,
    rootThumbprint: root.thumbprint,
    logs,
    emergencyKey: emergency.vkey,
    witnessPolicy,
  };
  await directory(custodian, guardians, root.secretKey, trust, now);
  await people(custodian, plan, now);

  const signing = await signatories(
    guardians,
    GUARDIANS.flatMap(({ id, policyRole }) => (policyRole === undefined ? [] : [{ id, policyRole }])),
  );
  const policyFile = `${organisation}.policy.json`;
  const proposer = plan.staff.find(({ role }) => role === 'privacy-officer')?.id ?? 'p-lead';
  const { policyId } = await firstPolicy(join(dataDir, 'trusts', policyFile), signing, proposer, now);
  await writeConfig(dataDir, custodian, {
    organisation,
    name: plan.name,
    rootThumbprint: root.thumbprint,
    policyFile,
    guardians: signing.map(({ id, role, publicKey }) => ({ id, role, publicKey })),
    policyId,
    logs: { base, keys: logs },
    emergencyKey: emergency.vkey,
    witnessPolicy,
    channel: 'approved',
    teams: plan.teams,
  });
}

/** Keys of this year's and next year's log; a later ceremony adds a year and changes none. Gives the public ones. */
async function logKeys(path: string, base: string, year: number): Promise<string[]> {
  type Keys = Record<string, string>;
  const secrets = ((await readJson(path)) as Keys | null) ?? {};
  const known = ((await readJson(`${path}.public`)) as Keys | null) ?? {};
  const origins = [year, year + 1].map((each) => `${base}/${each}`);
  // The public half is written first: a private key without it is of no use and is made again.
  const missing = origins.filter((origin) => !(origin in secrets) || !(origin in known));
  for (const origin of missing) {
    const { vkey, skey } = await generateLogKey(origin);
    known[origin] = vkey;
    secrets[origin] = skey;
  }
  if (missing.length > 0) {
    await writeWhole(`${path}.public`, JSON.stringify(known));
    await writeWhole(path, JSON.stringify(secrets));
  }
  return origins.map((origin) => known[origin] as string);
}

interface DirectoryFacts {
  readonly organisation: string;
  /** Of the trust: a browser learns it from the custodian's entry, the only signed thing that speaks for the whole. */
  readonly name: string;
  readonly rootThumbprint: string;
  readonly logs: readonly string[];
  readonly emergencyKey: string;
  readonly witnessPolicy: string;
}

/** The directory key, its delegation, the custodian's own keys, the guardians' seats, and the first snapshot of them all. */
async function directory(
  custodian: string,
  guardians: string,
  rootSecret: string,
  facts: DirectoryFacts,
  date: Date,
): Promise<void> {
  const now = Math.floor(date.getTime() / 1000);
  const { organisation } = facts;
  const root = await signingKeyPairOf(rootSecret);
  const keyFile = join(custodian, 'directory-key.json');
  const { secretKey } = await once(keyFile, async () => ({ secretKey: (await generateSigningKey()).secretKey }));
  const directoryKey = await signingKeyPairOf(secretKey);
  const delegation = await delegated(join(custodian, 'delegation.json'), now, async (until) =>
    delegateDirectory(root, directoryKey.publicKey, { organisation, until, now }),
  );
  const own = await ownKeys(join(custodian, 'keys.json'));
  const seats = await Promise.all(GUARDIANS.map(({ id }) => ownKeys(join(guardians, `${id}.seat.json`))));
  const path = join(custodian, 'directory.json');
  if ((await readText(path)) !== null) return;
  const where = { organisation, rootThumbprint: facts.rootThumbprint, now };
  const entries = await Promise.all([
    enrolHere(own, { id: 'custodian', name: facts.name, roles: ['custodian'] }, where, logCredentials(facts)),
    ...GUARDIANS.map(({ id, name }, i) =>
      enrolHere(seats[i] as (typeof seats)[0], { id, name, roles: ['guardian'] }, where),
    ),
  ]);
  const snapshot = await signSnapshot(entries, { directoryKey, delegation, organisation, epoch: 1, now });
  const proven = await verifySnapshot(snapshot, { rootThumbprint: facts.rootThumbprint, now });
  const unlogged = [snapshotEvent(proven, date.getTime())];
  const text = Buffer.from(snapshot).toString('base64url');
  await writeWhole(path, JSON.stringify({ snapshot: text, issuedAt: now, unlogged }));
}

/** The delegation in force, renewed in time. */
async function delegated(path: string, now: number, make: (until: number) => Promise<string>): Promise<string> {
  const there = (await readJson(path)) as { delegation: string; until: number } | null;
  if (there !== null && there.until - now > RENEW_DAYS * DAY) return there.delegation;
  const until = now + DELEGATION_DAYS * DAY;
  const delegation = await make(until);
  await writeWhole(path, JSON.stringify({ delegation, until }));
  return delegation;
}

/** The staff register and the rota. In a trust they come from its own systems. */
async function people(custodian: string, plan: TrustPlan, now: Date): Promise<void> {
  const at = (days: number) => new Date(now.getTime() + days * DAY * 1000).toISOString();
  await once(join(custodian, 'staff.json'), () => plan.staff);
  await once(join(custodian, 'rota.json'), () => ({
    entries: plan.onCall.map((shift) => ({ ...shift, from: at(-1), until: at(ROTA_DAYS) })),
  }));
}

/** The configuration, and the custodian's own copies of it and of the policy; what a start fills in stays as it is. */
async function writeConfig(
  dataDir: string,
  custodian: string,
  facts: Omit<TrustConfig, 'witnessUrl' | 'recordUrl'>,
): Promise<void> {
  const path = join(dataDir, 'trusts', `${facts.organisation}.json`);
  const there = (await readJson(path)) as TrustConfig | null;
  const { witnessUrl = '', recordUrl = '' } = there ?? {};
  const config = parseTrustConfig({ ...facts, witnessUrl, recordUrl });
  const policy = (await readText(join(dataDir, 'trusts', facts.policyFile))) as string;
  await writeWhole(join(custodian, 'policy.json'), policy);
  await writeWhole(join(custodian, 'trust.json'), JSON.stringify(config));
  // Last: where it is, everything is.
  await writeWhole(path, `${JSON.stringify(config, null, 2)}\n`, 0o644);
}
