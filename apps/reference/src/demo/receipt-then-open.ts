import { type VerifiedReceipt, verifyReceipt } from '@wardseal/audit';
import { detachHeader, type Labels, type OpenedFile, open, type ResolveSender } from '@wardseal/crypto';

/** What a viewer holds when the header has come. */
export interface Arrived {
  readonly header: Uint8Array;
  readonly payload: Uint8Array;
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

const NO_PAYLOAD = new Uint8Array(0);

/**
 * Opens an item only after its receipt proves that this very view, of this header, by this person, stands in the signed
 * log. Rejects with the `AuditError` or `SealError` of the first thing that does not fit, before any key is used.
 */
export async function receiptThenOpen(
  arrived: Arrived,
  known: Known,
): Promise<{ opened: OpenedFile; receipt: VerifiedReceipt }> {
  const { logKey, nonce, object, actor } = known;
  // Computed here, over a copy: a digest that came along would let one header be logged and another be opened.
  const { header, headerDigest } = await detachHeader({ header: arrived.header, payload: NO_PAYLOAD });
  const receipt = await verifyReceipt(arrived.receipt, {
    logKey,
    nonce,
    object,
    actor,
    headerDigest,
    type: 'image.view',
  });
  const opened = await open(
    { header, payload: arrived.payload },
    { identities: [known.identity], resolveSender: known.resolveSender, expectLabels: known.labels },
  );
  return { opened, receipt };
}
