import { randomInt, randomUUID } from 'node:crypto';
import { createEventId } from '@wardseal/audit';
import { open, seal } from '@wardseal/crypto';
import {
  createRedeemer,
  type IssuedLink,
  LinkError,
  linkKey,
  objectDigest,
  openAnswer,
  parseLink,
} from '@wardseal/link-signing';
import type { Stripped } from '../../client/picture/strip.js';
import { decideThenLog } from '../server/wiring/decide-then-log.js';
import { base64url, same, secretBytes } from './bytes.js';
import { happened } from './happened.js';
import { type Cast, ORGANISATION } from './people.js';
import { type ItemLabels, type ItemState, mayLink, mayOpenLink } from './questions.js';
import { LINK_ORIGIN, type Trust } from './trust.js';

const LINK_SECONDS = 24 * 3600;

/** What became of a link that opens once. */
export interface LinkOnce {
  readonly link: IssuedLink;
  /** Code of the refusal of the second opening. */
  readonly linkRefused: string;
  /** When the link was opened, and when it was tried again; RFC 3339. */
  readonly linkAt: { readonly first: string; readonly second: string };
}

/** Makes a link for somebody without an account, opens it as they would, and tries a second time. */
export async function linkOnce(given: {
  trust: Trust;
  cast: Cast;
  picture: Stripped;
  labels: ItemLabels;
  state: ItemState;
  caseId: string;
}): Promise<LinkOnce> {
  const { trust, cast, picture, labels, state, caseId } = given;
  const { sender, custodian } = cast;
  const { issuer, redeem } = trust.links;
  const allowed = await decideThenLog(trust, {
    request: mayLink(sender, labels, state, new Date(), { seconds: LINK_SECONDS, maxViews: 1 }),
    event: happened('link.create', sender, { kind: 'case', id: caseId }, new Date()),
    duties: { 'share-mark': () => true, 'max-lifetime': () => true, 'max-views': () => true },
  });
  if (!allowed.permitted) throw new Error('the policy refused the link');

  // The sender's device: half of the key stays in the link's fragment, the other half with the trust.
  const { cti, share } = await issuer.prepare();
  const secret = secretBytes(32);
  const sealed = await seal(picture.bytes, {
    recipients: [sender.entry],
    custodian: custodian.entry,
    link: { id: base64url(cti), key: linkKey({ secret, share, cti }) },
    directory: cast.directory,
    sender: { keys: sender.keys, entry: sender.entry },
    mediaType: picture.mediaType,
    case: caseId,
    labels,
  });
  const passcode = String(randomInt(10 ** 6, 10 ** 7));
  const link = await issuer.grant({
    object: objectDigest({ manifestId: sealed.manifestId, payloadNonce: sealed.payload.subarray(0, 16) }),
    cti,
    expires: Math.floor(Date.now() / 1000) + LINK_SECONDS - 60,
    maxUses: 1,
    purpose: 'referral',
    binding: 'passcode',
    passcode,
    permissions: ['view'],
    issuerUser: new Uint8Array(Buffer.from(randomUUID().replaceAll('-', ''), 'hex')),
  });
  const url = link.link(LINK_ORIGIN, secret);

  // The recipient's browser.
  const parsed = parseLink(url, { origins: [LINK_ORIGIN] });
  const knock = async (): Promise<Uint8Array> => {
    const redeemer = await createRedeemer();
    const { sealed: answer } = await redeem({
      handle: parsed.handle,
      ephemeralKey: redeemer.publicKey,
      passcode,
      event: {
        id: createEventId(),
        occurredAt: new Date().toISOString(),
        type: 'link.open',
        actor: { id: 'link-holder', kind: 'outsider', org: ORGANISATION.id },
        purpose: 'TREAT',
      },
      request: ({ claims }) => mayOpenLink(labels, state, claims.purpose),
      // The page that shows the picture carries these out; here it is enough that it can.
      duties: {
        watermark: () => true,
        'no-download': () => true,
        'share-mark': () => true,
        'max-lifetime': () => true,
      },
    });
    const released = await openAnswer(answer, redeemer.secretKey, parsed.handle);
    const key = linkKey({ secret: parsed.secret!, share: released.share!, cti: released.claims.cti });
    const file = await open(sealed.bytes, {
      link: { id: base64url(released.claims.cti), key },
      resolveSender: cast.directory.resolveSender,
    });
    return file.plaintext;
  };
  const first = new Date().toISOString();
  if (!same(await knock(), picture.bytes)) throw new Error('the link opened another picture');
  const second = new Date().toISOString();
  try {
    await knock();
  } catch (error) {
    if (error instanceof LinkError) return { link, linkRefused: error.code, linkAt: { first, second } };
    throw error;
  }
  throw new Error('the link opened twice');
}
