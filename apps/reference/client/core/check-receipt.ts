import { readProof, type VerifiedReceipt, verifyReceipt } from '@wardseal/audit/verify';
import { CoreError } from './errors.js';
import { at } from './translate.js';
import { originOf, type TrustAnchors } from './trust-anchors.js';

/** What this browser knows of its request, and computed itself. */
export interface Asked {
  readonly viewing: string;
  readonly nonce: Uint8Array;
  readonly item: string;
  readonly person: string;
  readonly organisation: string;
  /** SHA-256 of the header that arrived. */
  readonly headerDigest: Uint8Array;
}

/** What may have been logged before a header is released: a view, or the breaking of the glass. */
const OPENINGS = ['image.view', 'breakglass.open'] as const;

/**
 * Checks that this very opening, of this header, by this person, stands in the signed log, or in the custodian's emergency
 * journal where the glass was broken. Before any key is used.
 */
export function checkReceipt(
  receipt: string,
  asked: Asked,
  { logs, emergency }: TrustAnchors,
): Promise<{ receipt: VerifiedReceipt; logKey: string }> {
  return at('receipt', async () => {
    // Unverified: it only says which key and which act to hold it against.
    const { checkpoint, leaf } = readProof(receipt);
    const origin = checkpoint.slice(0, checkpoint.indexOf('\n'));
    const urgent = origin === originOf(emergency);
    const logKey = urgent ? logs[0] : logs.find((key) => originOf(key) === origin);
    if (logKey === undefined)
      throw new CoreError('RECEIPT_OTHER_LOG', 'the receipt is of no log that the directory names');
    const type = OPENINGS.find((one) => one === leaf.type) ?? 'image.view';
    const { viewing, nonce, item, person, organisation, headerDigest } = asked;
    const facts = { nonce, object: item, actor: person, organisation, headerDigest, type };
    const verified = await verifyReceipt(receipt, { logKey, emergencyKey: emergency, ...facts });
    if (verified.leaf.id !== viewing) throw new CoreError('RECEIPT_OTHER_VIEWING', 'the receipt is of another viewing');
    return { receipt: verified, logKey };
  });
}
