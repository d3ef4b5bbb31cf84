import { type VerifiedReceipt, verifyReceipt } from '@wardseal/audit';
import { type Labels, type OpenedFile, open, type ResolveSender } from '@wardseal/crypto';

/** What a viewer holds when the header has come. */
export interface Arrived {
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
  /** SHA-256 of the header that came. */
  readonly headerDigest: Uint8Array;
  readonly receipt: string;
}

/** What the viewer knew before it asked. */
export interface Known {
  /** The pinned key of the log. */
  readonly logKey: string;
  readonly nonce: Uint8Array;
  /** Ids of the item asked for and of the person who asked. */
  readonly object: string;
  readonly actor: string;
  readonly identity: string;
  /** The labels that the server showed. */
  readonly labels: Labels;
  readonly resolveSender: ResolveSender;
}

/**
 * Opens an item only after its receipt proves that this very view, of this header, by this person, stands in the signed
 * log. Rejects with the `AuditError` or `SealError` of the first thing that does not fit, before any key is used.
 */
export async function receiptThenOpen(
  arrived: Arrived,
  known: Known,
): Promise<{ opened: OpenedFile; receipt: VerifiedReceipt }> {
  const { logKey, nonce, object, actor } = known;
  const receipt = await verifyReceipt(arrived.receipt, {
    logKey,
    nonce,
    object,
    actor,
    headerDigest: arrived.headerDigest,
    type: 'image.view',
  });
  const opened = await open(
    { header: arrived.header, payload: arrived.payload },
    { identities: [known.identity], resolveSender: known.resolveSender, expectLabels: known.labels },
  );
  return { opened, receipt };
}
