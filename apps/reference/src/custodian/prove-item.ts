import {
  type AuthorizeGrant,
  type Directory,
  type Labels,
  listRecipients,
  type OpenedFile,
  open,
  type ProvenFile,
  recipientThumbprint,
  SealError,
} from '@wardseal/crypto';
import { checkClaimedSize } from '../../client/picture/check-claimed-size.js';
import { PictureError } from '../../client/picture/picture-error.js';
import { sniff } from '../../client/picture/sniff.js';
import { type Clinical, parseClinical } from '../wire/clinical.js';
import type { Held, ItemCall } from '../wire/custodian.js';
import { WireError } from '../wire/errors.js';
import type { Custody } from './custody.js';

/** Guardians below this could open alone. */
const LEAST_THRESHOLD = 2;
/** How far two honest clocks are apart, in seconds. */
const SKEW = 300;

/** What the stripper gives, and words. Nothing else is filed under a name that a viewer would run. */
const MEDIA_TYPES = { photo: ['image/jpeg', 'image/png'], message: ['text/plain'] } as const satisfies Record<
  ItemCall['labels']['kind'],
  readonly string[]
>;

/** An item is not what it must be: `held` names the part. */
export class HeldError extends Error {
  override readonly name = 'HeldError';
  readonly held: Held;

  constructor(held: Held, options?: ErrorOptions) {
    super(`held for its ${held}`, options);
    this.held = held;
  }
}

/** An item whose header, or all of it, is proven and says what the server said. */
export interface ProvenItem {
  readonly file: ProvenFile;
  readonly clinical: Clinical;
}

/** Changes of recipients are the custodian's alone. */
export const custodianOnly: AuthorizeGrant = ({ by }) =>
  by.person === 'custodian' && (by.roles ?? []).includes('custodian');

/** How the custodian judges a header: by its own directory, and by the labels that the server showed. */
export function judging({ keeper, identity }: Custody, { labels, sentAt }: Pick<ItemCall, 'labels' | 'sentAt'>) {
  const { directory } = keeper;
  return {
    identities: [identity],
    resolveSender: (iss: Parameters<Directory['resolveSender']>[0]) => directory.resolveSender(iss),
    expectLabels: labels as unknown as Labels,
    sentAt: Math.floor(Date.parse(sentAt) / 1000),
    authorizeGrant: custodianOnly,
  };
}

/** Opens all of an item and proves it. @throws HeldError */
export async function proveItem(
  custody: Custody,
  call: ItemCall,
  payload: Uint8Array,
): Promise<ProvenItem & { readonly opened: OpenedFile }> {
  const header = Buffer.from(call.header, 'base64url');
  const opened = await held(() => open({ header, payload }, judging(custody, call)));
  const clinical = proveClaims(custody, call, opened);
  proveContent(opened, clinical);
  return { file: opened, opened, clinical };
}

/** What no viewer would show is not filed either: the sender's page may be another than ours. */
function proveContent({ plaintext, manifest }: OpenedFile, { note }: Clinical): void {
  if (manifest.mediaType === 'text/plain') {
    if (Buffer.compare(plaintext, Buffer.from(note)) !== 0) throw new HeldError('clinical');
    return;
  }
  try {
    const type = sniff(plaintext);
    checkClaimedSize(plaintext, type);
    if (type !== manifest.mediaType) throw new HeldError('media-type');
  } catch (cause) {
    if (cause instanceof PictureError) throw new HeldError('media-type', { cause });
    throw cause;
  }
}

/** Proves an item by its header alone. @throws HeldError */
export async function proveHeader(custody: Custody, call: ItemCall): Promise<ProvenItem> {
  const header = Buffer.from(call.header, 'base64url');
  const { file } = await held(() => listRecipients(header, judging(custody, call)));
  return { file, clinical: proveClaims(custody, call, file) };
}

async function held<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof SealError) throw new HeldError(partOf(cause.code), { cause });
    throw cause;
  }
}

function partOf(code: SealError['code']): Held {
  if (code === 'LABELS_MISMATCH') return 'labels';
  if (code.startsWith('SENDER_') || code === 'SIGNATURE_INVALID' || code === 'UNSIGNED') return 'sender';
  if (code.startsWith('PAYLOAD_') || code === 'TREE_INVALID') return 'payload';
  if (code === 'NO_MATCH') return 'custodian';
  if (code === 'RECIPIENTS_MISMATCH' || code === 'GRANT_INVALID') return 'recipients';
  return code === 'RECOVERY_INVALID' ? 'recovery' : 'header';
}

/** Everything that the signature says and the server said too. */
function proveClaims(custody: Custody, call: ItemCall, file: ProvenFile): Clinical {
  const { manifest, sender } = file;
  const { labels } = call;
  const need = (part: Held, holds: boolean) => {
    if (!holds) throw new HeldError(part);
  };
  const { organisation, keeper } = custody;
  need('labels', labels.ownerOrg === organisation && labels.author === sender.person);
  need('sender', sender.organisation === organisation);
  need('case', manifest.case === call.case);
  const clinical = clinicalOf(manifest.clinical);
  need('item', clinical.item === call.item);
  need('payload', manifest.size > 0);
  const picture = labels.kind === 'photo';
  need(
    'media-type',
    MEDIA_TYPES[labels.kind].some((type) => type === manifest.mediaType),
  );
  need('clinical', picture === (clinical.consent !== null) && (clinical.advice?.about ?? 'none') === labels.about);
  // The server's word for the time may be off by a clock, never dated before the sealing or into the future.
  const sent = Math.floor(Date.parse(call.sentAt) / 1000);
  need('sender', manifest.iat <= sent + SKEW && sent <= keeper.seconds() + SKEW);
  proveStanzas(custody, file, need);
  return clinical;
}

function clinicalOf(value: unknown): Clinical {
  try {
    return parseClinical(value);
  } catch (cause) {
    if (cause instanceof WireError) throw new HeldError('clinical', { cause });
    throw cause;
  }
}

/** Who was signed as a recipient: people of the directory, this custodian, the guardians, and nobody else. */
function proveStanzas(
  { keeper, identity: _, ...custody }: Custody,
  { manifest }: ProvenFile,
  need: (part: Held, holds: boolean) => void,
): void {
  const { entries } = keeper.directory;
  // By key and not by person: what was sealed before a re-enrolment stays addressed to whom it was.
  const owners = new Map(entries.map((entry) => [recipientThumbprint(entry.recipient), entry]));
  const of = (role: string) => manifest.stz.filter((line) => line.role === role);
  const isRole = (thumbprint: string, role: string) => owners.get(thumbprint)?.roles?.includes(role) === true;
  const members = of('member');
  need('recipients', members.length > 0 && of('link').length === 0);
  need(
    'recipients',
    members.every(
      ({ thumbprint }) =>
        owners.get(thumbprint)?.organisation === custody.organisation && !isRole(thumbprint, 'guardian'),
    ),
  );
  const custodians = of('custodian');
  need('custodian', custodians.length === 1 && custodians.every(({ thumbprint }) => isRole(thumbprint, 'custodian')));
  const { recovery } = manifest;
  need('recovery', of('recovery').length === 1 && recovery !== undefined && recovery.k >= LEAST_THRESHOLD);
  need(
    'recovery',
    new Set(recovery?.seats).size === recovery?.n && recovery.seats.every((seat) => isRole(seat, 'guardian')),
  );
}
