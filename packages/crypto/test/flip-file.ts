import { concat } from '@wardseal/primitives';
import { addRecipients, type Mode, open, rotate, type SealedFile, seal } from '../src/index.js';
import { codeOf, content, NOW, person, world } from './world.js';

/** A file with every part that the format has, and how somebody opens it who was let in later. */
export interface FlipFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the payload begins. */
  readonly header: number;
  opened(changed: Uint8Array): Promise<string>;
}

/** Recipients, custodian, guardians, link, manifest, tree (of two chunks), and a grant; with `rotated` the first sender's manifest too. */
export async function flipFile(kind: Mode, { rotated = false } = {}): Promise<FlipFile> {
  const carol = await person('carol', kind);
  const w = await world(kind, [carol]);
  const guardians = { seats: w.guardians.map(({ entry }) => entry), threshold: 2 };
  const link = { id: 'link-1', key: new Uint8Array(32).fill(1) };
  let file: Pick<SealedFile, 'bytes' | 'header' | 'payload'> = await seal(content(65_560), {
    ...w.sealing,
    guardians,
    link,
  });
  const acting = {
    ...w.opening,
    actor: { identities: [w.custodian.identity], sender: { keys: w.custodian.keys, entry: w.custodian.entry } },
    directory: w.directory,
    reason: 'on call',
    authorizeGrant: () => true,
    now: NOW + 10,
  };
  const recipients = [w.alice.entry, w.bob.entry, w.custodian.entry];
  if (rotated) file = await rotate(file.bytes, { ...acting, recipients, mode: kind });
  const { header } = await addRecipients(file.header, [carol.entry], acting);
  const opening = { ...w.opening, identities: [carol.identity], authorizeGrant: () => true };
  return {
    bytes: concat(header, file.payload),
    header: header.length,
    opened: (changed) => codeOf(() => open(changed, opening)),
  };
}

/** What a flipped bit may be refused with: the text is no header any more; the reader's own stanza does not open; the MAC, a chunk or the nonce is not what it was. */
export const REFUSALS: readonly string[] = [
  'HEADER_INVALID',
  'LIMIT',
  'MAC_INVALID',
  'NO_MATCH',
  'PAYLOAD_INVALID',
  'PAYLOAD_MISMATCH',
];

/** How often each outcome came, of flipping these bits one at a time. */
export async function flipped({ bytes, opened }: FlipFile, bits: Iterable<number>): Promise<Map<string, number>> {
  const outcomes = new Map<string, number>();
  const changed = bytes.slice();
  for (const bit of bits) {
    changed[bit >> 3]! ^= 1 << (bit & 7);
    const outcome = await opened(changed);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    changed[bit >> 3]! ^= 1 << (bit & 7);
  }
  return outcomes;
}
