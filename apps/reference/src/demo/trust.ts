import { type AuditLog, generateLogKey, logSigner, memoryKeyStore, openLog } from '@wardseal/audit';
import { fileStore } from '@wardseal/audit/file-store';
import { createSigner, memoryEraseStore, memoryStore } from '@wardseal/link-signing';
import { createPdp, loadPolicy, type Pack, type Pdp } from '@wardseal/policy';
import { nhs } from '@wardseal/policy/packs/nhs';
import { secretBytes } from './bytes.js';
import { createLinkDesk, type LinkDesk } from './redeem-then-decide.js';

/** Where links of the demo point to: a name that no one can register. */
export const LINK_ORIGIN = 'https://img.example-trust.invalid';

/** What one trust runs: the policy, the log, the desk where links are opened, and its secrets. */
export interface Trust {
  readonly pack: Pack;
  readonly pdp: Pdp;
  readonly log: AuditLog;
  /** The log's public key, which every reader pins. */
  readonly logKey: string;
  readonly links: LinkDesk;
  /** Public key of the link issuer. */
  readonly issuerKey: Uint8Array;
  readonly watermarkSecret: Uint8Array;
  /** The custodian's, for patient handles. */
  readonly indexKey: Uint8Array;
}

/** Starts the trust with its log in `folder`. */
export async function startTrust(folder: string, now: Date): Promise<Trust> {
  const pack = loadPolicy(nhs());
  const pdp = createPdp(pack, { clock: { now: Date.now } });
  const origin = `audit.example-trust.invalid/${now.getUTCFullYear()}`;
  const { vkey, skey } = await generateLogKey(origin);
  const signer = await logSigner(skey);
  // A demo has no second organisation that could watch its log.
  const unwitnessed = { acceptedBy: 'demo', until: `${now.getUTCFullYear() + 1}-12-31`, reason: 'a demo' };
  const log = await openLog({ origin, store: fileStore(folder), keys: memoryKeyStore(), signer, unwitnessed });
  const linkSigner = await createSigner(secretBytes(32));
  const links = await createLinkDesk(
    { pdp, log },
    {
      issuer: 'img.example-trust.invalid',
      origins: [LINK_ORIGIN],
      signer: linkSigner,
      tagKeys: [{ key: secretBytes(32) }],
      store: memoryStore(),
      shares: memoryEraseStore(),
    },
  );
  return {
    pack,
    pdp,
    log,
    logKey: vkey,
    links,
    issuerKey: linkSigner.publicKey,
    watermarkSecret: secretBytes(32),
    indexKey: secretBytes(32),
  };
}
