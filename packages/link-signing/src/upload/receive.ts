import { asBytes, concat, ed25519Verify, equal, hex, sha256, utf8 } from '@wardseal/primitives';
import type { Binding, Purpose } from '../claims.js';
import { gone, LinkError } from '../errors.js';
import { stored } from '../guard.js';
import type { IssuerState } from '../issuer.js';
import { ANSWER_SECONDS, MAX_UPLOAD_BYTES } from '../limits.js';
import { decide, type RedeemRequest } from '../redeem.js';
import type { Awaitable, StoredLink, TakeOutcome } from '../store.js';
import { readStored, type StoredChain, statesOf } from '../stored-chain.js';
import { type CertificateFacts, readCertificate } from './certificate.js';
import type { UploadDeposit, UploadFacts } from './deposit.js';
import { fileMessage, uploadKey } from './messages.js';
import { metered } from './metered.js';
import type { Sensitivity } from './sensitivity.js';

/** One upload, for the audit log. `id` is the same for a repeated one, so that a log can leave the second out. */
export interface UploadEvent {
  readonly type: 'link.upload';
  /** 64 hexadecimal digits. */
  readonly id: string;
  /** The link's id (a digest), as hexadecimal digits; safe to log. */
  readonly link: string;
  /** Which upload of the link it was (a digest of its one-off key), as hexadecimal digits; `replay` counts by it. */
  readonly opening: string;
  /** The patient as the grant names them (`uploadObject`), as hexadecimal digits. */
  readonly object: string;
  /** SHA-256 of the sealed file, as hexadecimal digits. */
  readonly digest: string;
  readonly size: number;
  readonly use: number;
  readonly of: number;
  readonly purpose: Purpose;
  readonly binding: Binding;
  readonly sensitivity: Sensitivity;
  readonly repeated: boolean;
  /** Whole seconds since 1970. */
  readonly at: number;
  readonly context: unknown;
}

/** A sealed file that comes under a certificate. */
export interface ReceiveRequest {
  certificate: Uint8Array;
  /** The one-off key's over `fileMessage`, 64 bytes. */
  signature: Uint8Array;
  body: ReadableStream<Uint8Array> | null;
  /** Default and ceiling `MAX_UPLOAD_BYTES`. */
  maxBytes?: number;
  deposit: UploadDeposit;
  /** Logs an upload before it is delivered and acknowledged; when it fails, it is neither. */
  audit: (event: UploadEvent) => Awaitable<unknown>;
  context: unknown;
  authorize: RedeemRequest['authorize'];
}

/** What the sender is told. */
export interface UploadReceipt {
  use: number;
  of: number;
  /** SHA-256 of the sealed file that was delivered, 32 bytes. */
  digest: Uint8Array<ArrayBuffer>;
  /** Whether it was delivered before and is only acknowledged again. */
  repeated: boolean;
}

const EVENT = utf8('wardseal.org/link-upload-event v0');

type Staged = Awaited<ReturnType<UploadDeposit['receive']>>;
interface Arrived {
  readonly staged: Staged;
  readonly digest: Uint8Array<ArrayBuffer>;
  readonly size: number;
}

async function deposit<T>(step: () => Awaitable<T>): Promise<T> {
  try {
    return await step();
  } catch (cause) {
    throw new LinkError('DEPOSIT_FAILED', 'upload could not be kept', { cause });
  }
}

/** Takes the file in, up to its limit, and checks that it is whole and of the one-off key. */
async function arrive(request: ReceiveRequest, facts: UploadFacts, { key }: CertificateFacts): Promise<Arrived> {
  const { body, whole, tooLarge } = metered(request.body, request.maxBytes ?? MAX_UPLOAD_BYTES);
  const staged = await deposit(() => request.deposit.receive(facts, body)).catch((error) => {
    throw tooLarge() ?? error;
  });
  const file = whole();
  const message = file && fileMessage(facts.certificate, file.digest, file.size);
  if (file && message && (await ed25519Verify(key, message, request.signature))) return { staged, ...file };
  await discard(staged);
  throw new LinkError('UPLOAD_CHANGED', 'file is not the one that was signed');
}

/** What is forgotten or not changes no answer; a deposit sweeps what stayed. */
async function discard(staged: Staged): Promise<void> {
  await Promise.resolve(staged.discard()).catch(() => undefined);
}

/** Takes the use, logs it, and settles that no revocation came before. The digest stands for the answer of an opening. */
async function settle(
  state: IssuerState,
  request: ReceiveRequest,
  { links, claims }: StoredChain,
  facts: UploadFacts & { readonly opening: Uint8Array },
  file: Omit<Arrived, 'staged'>,
): Promise<Extract<TakeOutcome, { outcome: 'taken' }> & { at: number }> {
  const { id } = links[0]!.link;
  const { opening } = facts;
  const at = state.clock();
  const take = await stored(() =>
    state.store.take({
      chain: links.map(({ link }) => link.id),
      key: opening,
      sealed: file.digest,
      now: at,
      window: ANSWER_SECONDS,
      failureLimit: state.limits.passcodeFailures,
    }),
  );
  if (take.outcome === 'refused') throw gone(take.reason);
  const { use, of, repeated } = take;
  const { purpose, binding } = claims;
  const [link, object, digest] = [hex(id), hex(claims.object), hex(file.digest)];
  const { size } = file;
  const { sensitivity } = facts;
  const event = { link, opening: hex(opening), object, digest, size, use, of, purpose, binding, sensitivity, repeated };
  try {
    await request.audit({ type: 'link.upload', id: facts.id, ...event, at, context: request.context });
  } catch (cause) {
    throw new LinkError('AUDIT_FAILED', 'upload could not be logged, so it is not delivered', { cause });
  }
  const release = await stored(() => state.store.release(id, opening, state.clock(), ANSWER_SECONDS));
  if (release.outcome === 'refused') throw gone(release.reason);
  // One key sends one file: another one under it is not the one that was counted and logged.
  if (!equal(release.sealed, file.digest)) throw gone('replayed');
  return { ...take, at };
}

/** Uploads under way by link, so that nobody fills a disk with files of which few can be delivered. */
export type UnderWay = Map<string, number>;

async function counted<T>(underWay: UnderWay, link: StoredLink, taken: boolean, step: () => Promise<T>): Promise<T> {
  const name = hex(link.id);
  const now = underWay.get(name) ?? 0;
  if (now >= link.maxUses - link.used + (taken ? 1 : 0))
    throw new LinkError('UPLOAD_BUSY', 'as many uploads are under way as the link has left');
  underWay.set(name, now + 1);
  try {
    return await step();
  } finally {
    const left = underWay.get(name)! - 1;
    if (left === 0) underWay.delete(name);
    else underWay.set(name, left);
  }
}

/** See `Uploads.receive`. */
export async function receiveUpload(
  state: IssuerState,
  underWay: UnderWay,
  request: ReceiveRequest,
): Promise<UploadReceipt> {
  const { maxBytes = MAX_UPLOAD_BYTES, context } = request;
  if (!(Number.isInteger(maxBytes) && maxBytes >= 1 && maxBytes <= MAX_UPLOAD_BYTES))
    throw new RangeError(`maxBytes must be 1 to ${MAX_UPLOAD_BYTES}`);
  const certificate = asBytes(request.certificate);
  const certified = await readCertificate(certificate, state.keySet);
  const { link: id, sensitivity } = certified;
  if (state.clock() >= certified.expires) throw gone('expired');

  const opening = uploadKey(certified.key);
  const found = await stored(() => state.store.read(id, opening));
  if (found === null) throw gone('unknown');
  const { link, taken } = found;
  const chain = await readStored(state, found, id);
  const { claims } = chain;
  if (!claims.permissions.includes('upload')) throw gone('wrong-direction');
  for (const status of statesOf(state, chain)) if (!(status === 'exhausted' && taken)) throw gone(status);
  await decide(request, { claims, link: id, used: link.used, repeated: taken, context });

  const facts = {
    id: hex(sha256(concat(EVENT, id, opening))),
    claims,
    certificate,
    grant: asBytes(link.grant),
    sensitivity,
  };
  return counted(underWay, link, taken, async () => {
    const { staged, ...file } = await arrive(request, facts, certified);
    try {
      const before = await deposit(() => request.deposit.delivered(facts.id));
      if (before) {
        if (!equal(before.digest, file.digest)) throw gone('replayed');
        await discard(staged);
        return { use: before.use, of: before.of, digest: file.digest, repeated: true };
      }
      const { use, of, repeated, at } = await settle(state, request, chain, { ...facts, opening }, file);
      await deposit(() => staged.commit({ ...file, use, of, at }));
      return { use, of, digest: file.digest, repeated };
    } catch (error) {
      await discard(staged);
      throw error;
    }
  });
}
