import { join } from 'node:path';
import { type DirectoryEntry, type SigningKeyPair, signingKeyPairOf } from '@wardseal/crypto';
import { createPdp, type Pack, type Pdp } from '@wardseal/policy';
import { proveInvariants } from '@wardseal/policy/analyse';
import { verifyPack } from '@wardseal/policy/verify-pack';
import type { Rota } from '../wire/custodian.js';
import { parseTrustConfig, type TrustConfig } from '../wire/trust-config.js';
import { DirectoryKeeper } from './directory-keeper.js';
import { readJson, readText, writeWhole } from './files.js';

/** Somebody whom the trust employs, as its staff register has them. */
export interface StaffMember {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly teams: readonly string[];
}

/** Everything that the custodian of one trust holds. Nothing of it comes from the web server. */
export interface Custody {
  readonly folder: string;
  readonly organisation: string;
  /** Its own copy of what the ceremony pinned. */
  readonly trust: TrustConfig;
  readonly keeper: DirectoryKeeper;
  readonly identity: string;
  readonly signing: SigningKeyPair;
  readonly indexKey: Uint8Array<ArrayBuffer>;
  readonly emergencySecret: string;
  readonly staff: readonly StaffMember[];
  readonly rota: Rota;
  readonly pack: Pack;
  readonly pdp: Pdp;
  /** Where the web server answers, as browsers see it. */
  readonly origin: string;
  readonly recordUrl: string;
  readonly now: () => number;
}

export interface OpenCustodyOptions {
  readonly folder: string;
  readonly origin: string;
  /** Base of the trust's FHIR server; empty: as `setUrls` wrote it into the custodian's own configuration. */
  readonly recordUrl: string;
  readonly now?: () => number;
}

/**
 * Opens the custodian's folder. The policy is believed as two guardians signed it and never below the version that was in
 * force here before; its invariants are proven; the directory is verified from the pinned root down.
 *
 * @throws SealError, PolicyError, WireError or RangeError for the first thing that is not what it must be: a custodian does not start so
 */
export async function openCustody(options: OpenCustodyOptions): Promise<Custody> {
  const { folder, origin, recordUrl, now = Date.now } = options;
  const read = async <T>(name: string) => (await readJson(join(folder, name))) as T;
  const trust = parseTrustConfig(await read('trust.json'));
  const { organisation, rootThumbprint } = trust;
  const keys = await read<{ identity: string; signing: string }>('keys.json');
  const pack = await ownPolicy(folder, trust);
  const { delegation } = await read<{ delegation: string }>('delegation.json');
  const directoryKey = await signingKeyPairOf((await read<{ secretKey: string }>('directory-key.json')).secretKey);
  const keeper = await DirectoryKeeper.open({ folder, organisation, rootThumbprint, directoryKey, delegation, now });
  return {
    folder,
    organisation,
    trust,
    keeper,
    identity: keys.identity,
    signing: await signingKeyPairOf(keys.signing),
    indexKey: new Uint8Array(Buffer.from(await read<string>('index-key.json'), 'base64url')),
    emergencySecret: (await read<{ skey: string }>('emergency-key.json')).skey,
    staff: await read<StaffMember[]>('staff.json'),
    rota: await read<Rota>('rota.json'),
    pack,
    pdp: createPdp(pack, { clock: { now } }),
    origin,
    recordUrl: checkedRecordUrl(recordUrl || trust.recordUrl),
    now,
  };
}

/** Patients' pictures leave in the clear for this machine only. Empty: there is no record yet, and filing waits. */
function checkedRecordUrl(text: string): string {
  if (text === '') return '';
  const { protocol, hostname, username, search, hash } = new URL(text);
  const loopback = ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
  const plain = protocol === 'http:' && loopback;
  if (!(plain || protocol === 'https:') || username !== '' || search !== '' || hash !== '')
    throw new RangeError('the record’s URL must be https, or http on this machine');
  return text.replace(/\/$/, '');
}

async function ownPolicy(folder: string, { policyId, guardians }: TrustConfig): Promise<Pack> {
  const seenFile = join(folder, 'policy-seen.json');
  const seen = (await readJson(seenFile)) as { version: number; digest: string } | null;
  const pack = await verifyPack(await readText(join(folder, 'policy.json')), {
    id: policyId,
    guardians,
    notBelow: seen,
  });
  proveInvariants(pack);
  const { version } = pack.document;
  if (seen?.version !== version) await writeWhole(seenFile, JSON.stringify({ version, digest: pack.digest }));
  return pack;
}

/** The custodian's own entry, or null when the directory has none now. */
export function ownEntry({ keeper }: Custody): DirectoryEntry | null {
  return keeper.directory.person('custodian', keeper.seconds());
}

/** What the custodian signs and opens with. */
export function actorOf(custody: Custody) {
  const entry = ownEntry(custody);
  if (entry === null) throw new Error('the custodian is not in its own directory');
  return { identities: [custody.identity], sender: { keys: custody.signing, entry } };
}
