import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Directory, verifySnapshot } from '@wardseal/crypto';
import { createPdp, type Pack, type Pdp } from '@wardseal/policy';
import { proveInvariants } from '@wardseal/policy/analyse';
import { verifyPack } from '@wardseal/policy/verify-pack';
import { fromBase64url } from '@wardseal/primitives';
import { parseTrustConfig, type TrustConfig } from '../../wire/trust-config.js';
import { type Config, UnsafeConfig } from '../config.js';
import type { Db } from '../db/pool.js';
import { Problem } from '../http/problem.js';
import type { Clock } from './app.js';
import { type CustodianClient, custodianClient, type Rota } from './custodian-client.js';
import { openTrustLog, type TrustLog } from './log.js';
import { remembered } from './remembered.js';

export type { TrustConfig };

/** The verified directory, and the bytes that it was verified from, for browsers to verify themselves. */
export interface DirectoryView {
  readonly directory: Directory;
  readonly snapshot: Uint8Array<ArrayBuffer>;
}

/** One trust as this server knows it. */
export interface Trust {
  readonly config: TrustConfig;
  readonly pack: Pack;
  readonly pdp: Pdp;
  readonly log: TrustLog;
  readonly custodian: CustodianClient;
  readonly watermarkSecret: Uint8Array<ArrayBuffer>;
  /**
   * At most 5 s old, while the custodian answers, or `fresh`; verified from the pinned root down.
   *
   * @throws Problem 503 CUSTODIAN_DOWN
   */
  directory(fresh?: boolean): Promise<DirectoryView>;
  /** At most 5 s old, while the custodian answers. @throws Problem 503 CUSTODIAN_DOWN */
  rota(): Promise<Rota>;
}

/** Only its owner reads a secret. */
const OTHERS = 0o077;
const SECRET_BYTES = 32;

/** Opens every trust that the ceremony left in `DATA_DIR/trusts`. @throws UnsafeConfig, PolicyError, AuditError */
export async function openTrusts(config: Config, db: Db, clock: Clock): Promise<Map<string, Trust>> {
  const folder = join(config.dataDir, 'trusts');
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /^[A-Z0-9]{3,9}\.json$/.test(name)).sort();
  if (files.length === 0) throw new UnsafeConfig(`there is no trust in ${folder}: hold the key ceremony first`);
  const trusts = await Promise.all(
    files.map(async (file) => {
      const trust = parseTrustConfig(JSON.parse(await readFile(join(folder, file), 'utf8')));
      return [trust.organisation, await openTrust(trust, { config, db, clock })] as const;
    }),
  );
  return new Map(trusts);
}

async function openTrust(trust: TrustConfig, parts: { config: Config; db: Db; clock: Clock }): Promise<Trust> {
  const { config, clock } = parts;
  const { organisation, logs, witnessPolicy, witnessUrl } = trust;
  const { dataDir, auditDir } = config;
  const keys = join(dataDir, 'audit-keys', `${organisation}.json`);
  await readSecret(keys);
  const watermarkSecret = fromBase64url((await readSecret(join(dataDir, 'watermark', organisation))).trim());
  if (watermarkSecret?.length !== SECRET_BYTES)
    throw new UnsafeConfig(`the watermark secret of ${organisation} is none`);
  const pack = await believedPack(trust, parts);
  const custodian = custodianClient(join(dataDir, 'run', `${organisation}.sock`));
  const log = await openTrustLog({
    ...{ organisation, base: logs.base, keys, witnessPolicy, witnessUrl },
    folder: join(auditDir, organisation),
    secrets: join(dataDir, 'audit-secrets', organisation),
    onFailure: (error) => console.error(`log ${organisation}: ${codeOf(error)}`),
  });
  let last: DirectoryView | null = null;
  const read = async (): Promise<DirectoryView> => {
    const snapshot = fromBase64url((await custodian.snapshot()).snapshot) ?? new Uint8Array();
    const { rootThumbprint } = trust;
    const directory = await verifySnapshot(snapshot, {
      ...{ rootThumbprint, organisation, now: Math.floor(clock.now() / 1000) },
      ...(last === null ? {} : { since: last.directory }),
    }).catch(unbelieved);
    last = { directory, snapshot };
    return last;
  };
  return {
    ...{ config: trust, pack, pdp: createPdp(pack, { clock }), log, custodian, watermarkSecret },
    directory: remembered(read, clock),
    rota: remembered(() => custodian.rota(), clock),
  };
}

function unbelieved(cause: unknown): never {
  throw new Problem(503, 'CUSTODIAN_DOWN', 'The trust’s directory cannot be believed now', {
    next: ['Try again in a minute; if it is urgent, phone'],
    cause,
  });
}

/** The policy that two guardians signed, proved, and no older than the one this database has seen. */
async function believedPack(trust: TrustConfig, { config, db }: { config: Config; db: Db }): Promise<Pack> {
  const file = JSON.parse(await readFile(join(config.dataDir, 'trusts', trust.policyFile), 'utf8'));
  const { organisation, policyId, guardians } = trust;
  const [seen] = await db.query<{ version: number; digest: string }>(
    'SELECT version, digest FROM policies WHERE org = $1',
    [organisation],
  );
  const pack = await verifyPack(file, {
    id: policyId,
    guardians: [...guardians],
    notBelow: seen ?? null,
    now: Date.now(),
  });
  proveInvariants(pack);
  await db.query(
    `INSERT INTO policies (org, version, digest) VALUES ($1, $2, $3)
     ON CONFLICT (org) DO UPDATE SET version = excluded.version, digest = excluded.digest`,
    [organisation, pack.document.version, pack.digest],
  );
  return pack;
}

/** A secret of this server. @throws UnsafeConfig when it is missing or others can read it */
async function readSecret(path: string): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & OTHERS) !== 0) throw new UnsafeConfig(`others than its owner can read ${path}: chmod 600`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof UnsafeConfig) throw error;
    throw new UnsafeConfig(`the secret ${path} cannot be read: hold the key ceremony first`, { cause: error });
  }
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: string; name?: string };
  return code ?? name ?? 'failed';
}
