import { type AuditReport, auditLog, parsePolicy, urlReader, type VerifyPolicy } from '@wardseal/audit';
import { type Pin, readUserHandle } from '../../src/wire/user-handle.js';
import { h, summary } from '../app/dom.js';
import { download } from '../app/http.js';
import { PageError } from '../app/page-error.js';
import { loadDirectory } from '../core/directory.js';
import { newSession } from '../core/session.js';
import { originOf } from '../core/trust-anchors.js';
import { atTheBench, type Bench, byId, verdict } from './bench.js';

/** A log that people use is signed by its witnesses every few seconds; an hour allows for a quiet night. */
const MAX_AGE = 3_600_000;
/** The witnesses sign a moment after the log does: looked at again so often, so long after another, ms. */
const LOOKS = 6;
const BETWEEN_LOOKS = 1_000;
const NOT_YET = ['QUORUM_MISSING', 'CHECKPOINT_STALE'];

/** Lets the reader check the whole log in this browser. */
export function offerCheck({ dataset }: HTMLElement): void {
  const { organisation = '', origin = '' } = dataset;
  byId('start', 'button').onclick = () => void atTheBench((bench) => check(organisation, origin, bench));
}

async function check(organisation: string, origin: string, bench: Bench): Promise<Node> {
  bench.tell('Asking your passkey which root to trust …');
  const pin = await pinOfPasskey(bench.signal);
  if (pin.organisation !== organisation) throw new PageError('PASSKEY_WRONG_PLACE');
  bench.tell('Checking the directory …');
  const session = newSession({
    load: async (name) => localStorage.getItem(name),
    save: (name, value) => localStorage.setItem(name, value),
  });
  session.pin = pin;
  await loadDirectory(session, await download('/api/directory'));
  const anchors = session.directory?.anchors;
  const logKey = anchors?.logs.find((key) => originOf(key) === origin);
  if (anchors === undefined || logKey === undefined) throw new PageError('RECEIPT_OTHER_LOG');
  const reader = urlReader(`${location.origin}/log/${organisation}/${origin.slice(origin.lastIndexOf('/') + 1)}/`, {
    fetch: (url, options) =>
      fetch(url, {
        ...options,
        credentials: 'same-origin',
        signal: AbortSignal.any([bench.signal, ...(options?.signal ? [options.signal] : [])]),
      }),
  });
  const audit = (policy: VerifyPolicy): Promise<AuditReport> =>
    auditLog(reader, policy, {
      onProgress: ({ done, total }) => bench.tell(`${done} of ${total} entries checked …`, done / total),
    });
  for (let look = 1; look <= LOOKS; look++) {
    const report = await audit({ logKey, witnesses: parsePolicy(anchors.witnesses), maxAge: MAX_AGE });
    bench.signal.throwIfAborted();
    if (!report.findings.some(({ code }) => NOT_YET.includes(code))) return told(report, origin, true);
    bench.tell('Waiting for the witness …');
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_LOOKS));
  }
  // Without them it can still be told whether the log is what this trust signed; the reader hears that nobody else says so.
  return told(await audit({ logKey }), origin, false);
}

/** Whose passkey this is and which root it was told to trust when they enrolled: the device's word, not the server's. */
async function pinOfPasskey(signal: AbortSignal): Promise<Pin> {
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const answer = await navigator.credentials
    .get({ signal, publicKey: { challenge, userVerification: 'required' } })
    .catch((cause: unknown) => {
      throw new PageError('PASSKEY_STOPPED', { cause });
    });
  const { response } = answer as PublicKeyCredential;
  const handle = (response as AuthenticatorAssertionResponse).userHandle;
  const pin = handle === null ? null : readUserHandle(new Uint8Array(handle));
  if (pin === null) throw new PageError('PASSKEY_UNSUPPORTED');
  return pin;
}

const VERDICTS: Readonly<Record<AuditReport['verdict'], string>> = {
  good: 'The log is whole: nothing was changed, taken out or put in',
  tampered: 'The log is not as it was signed: keep everything as it is and call your security team',
  unknown: 'It cannot be told whether the log is whole',
};

const UNWITNESSED =
  'The log is what this trust signed, but no outside witness confirms it: look again later, and ask why';

function told(
  { verdict: found, findings, checkpoint, checked }: AuditReport,
  origin: string,
  witnessed: boolean,
): Node {
  const signed = checkpoint?.cosignatures.map(
    ({ witness, timestamp }) => `${witness}, ${new Date(timestamp).toLocaleString('en-GB')}`,
  );
  const about = summary([
    ['Log', origin],
    ['Entries checked', String(checked.entries)],
    ['Signed by witnesses', signed?.length ? signed.join('; ') : 'by none'],
  ]);
  const faults = findings.map(({ code, message, index, path }) =>
    h('li', {}, [code, message, index === undefined ? '' : `entry ${index}`, path ?? ''].filter(Boolean).join(', ')),
  );
  const words = found === 'good' && !witnessed ? UNWITNESSED : VERDICTS[found];
  return h(
    'div',
    {},
    verdict(words),
    about,
    faults.length > 0 && h('ul', { class: 'nhsuk-list nhsuk-list--bullet' }, ...faults),
  );
}
