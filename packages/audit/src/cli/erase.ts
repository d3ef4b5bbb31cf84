import { base64url, ed25519Verify, equal, fromBase64url, utf8 } from '@wardseal/primitives';
import {
  type Command,
  command,
  type JsonObject,
  OUTPUT,
  objectOf,
  type Result,
  UsageError,
  writeOutput,
} from '@wardseal/primitives/cli';
import type { VerifyApproval } from '../erase/approvals.js';
import { type Approval, digestOf, type ErasureRequest, type ErasureScope } from '../erase/request.js';
import { type EraseOptions, type EraseResult, eraseSubject, proposeErasure } from '../erase.js';
import { createEventId } from '../event-id.js';
import { vkeyOf } from '../note-key.js';
import { openLog } from '../open-log.js';
import { fileKeyStore } from '../store/file-key-store.js';
import { folderReader } from '../store/folder-reader.js';
import { EXIT } from './exits.js';
import { OWN_LOG, ownLogOf, signerIn, withOwnLog } from './own-log.js';
import { subjectOf } from './sources.js';
import { readKey } from './trust.js';

const REQUEST = {
  request: { kind: 'object', value: 'FILE', help: 'the decision: ground, exemption, retention, who asked, who acts' },
} as const;
const REQUEST_SHAPE = `A request is JSON, and names no patient: {"id":..., "at":..., "reference":"IG-2026-117",
"ground":"retention-elapsed", "exemption":"none", "requestedBy":"person-9",
"actor":{"id":"person-3", "kind":"practitioner", "org":"RX1"}, "backupsUntil":"2026-12-31",
"retention":[{"rule":"en.adult", "keepUntil":"2025-03-31", "source":"our schedule, version 7", "confirmed":true}]}`;
// An approver signs this and no other text with the same key.
const DOMAIN = 'wardseal.org/audit/v0 erasure approval';

const erase: Command = command({
  usage:
    'erase --log FOLDER --secrets FOLDER --signer FILE --request FILE --approvals FILE --approvers FILE [-o FILE] SUBJECT',
  about: `Erases a patient from the access log by destroying the patient's secrets; the log itself keeps every byte and every proof.
Refusal is the default: it takes a ground, no exemption, retention elapsed, no hold, and two approvers who neither asked nor act.
SUBJECT is the patient handle, or a file that holds it. After a crash run it again with the same request. The log must not be open
elsewhere. ${REQUEST_SHAPE}`,
  examples: [
    [
      'erase propose --log 2026 --secrets keys --signer s.skey --unwitnessed u.json --request r.json -o what.json handle.txt',
      'what approvers say yes to',
    ],
    [
      'erase approve --signer me.skey --id person-3 --org RX1 -o yes-1.json what.json',
      'each approver, with a key of their own',
    ],
  ],
  options: {
    ...OUTPUT,
    ...OWN_LOG,
    ...REQUEST,
    approvals: { kind: 'object', value: 'FILE', help: '{"approvals":[..., ...]}: what erase approve wrote, in a list' },
    approvers: { kind: 'object', value: 'FILE', help: 'approvers\' public keys: {"person-3":"person-3+..."}' },
  },
  operands: [1, 1],
  named: 'subject',
  payload: true,
  async run(values, [who]) {
    const subject = await subjectOf(who);
    const request = await requestIn(values.request);
    const given = (await objectOf(values.approvals, 'the approvals'))?.['approvals'];
    const approvers = await objectOf(values.approvers, 'the approvers');
    if (!Array.isArray(given) || approvers === undefined)
      throw new UsageError('--approvers is needed, and --approvals with a list: {"approvals":[..., ...]}');
    const verifyApproval = await verifierOf(approvers);
    return withLog(values, async (logs) => {
      const approvals = given as unknown as readonly Approval[];
      const { output: path, force } = values;
      let result: EraseResult | undefined;
      try {
        // The certificate's place is looked at before anything is destroyed.
        await writeOutput({ path, force, content: 'safe' }, async (file) => {
          result = await eraseSubject({ logs, subject, request, approvals, verifyApproval });
          if (!result.erased) throw new Refused();
          await file.write(`${JSON.stringify(result.certificate)}\n`);
        });
      } catch (error) {
        if (!(error instanceof Refused) || !result || result.erased) throw error;
        const reasons = result.reasons.map(({ code, words }) => `${code}: ${words}`);
        return { facts: result, words: ['refused', ...reasons], exit: EXIT.unknown };
      }
      return { facts: { erased: true }, words: ['erased; the certificate says what that does not reach'] };
    });
  },
});

const propose: Command = command({
  usage: 'erase propose --log FOLDER --secrets FOLDER --signer FILE --request FILE [-o FILE] SUBJECT',
  about: `Writes what approvers are asked to say yes to: the request, this patient's handles in the log, and a digest that binds both.
Nothing is changed but that durable entries get their checkpoint. ${REQUEST_SHAPE}`,
  options: { ...OUTPUT, ...OWN_LOG, ...REQUEST },
  operands: [1, 1],
  named: 'subject',
  payload: true,
  async run(values, [who]) {
    const subject = await subjectOf(who);
    const request = await requestIn(values.request);
    const { output: path, force } = values;
    return withLog(values, async (logs) => {
      const { digest, scope } = await proposeErasure({ logs, subject, request });
      const proposal = { digest, request, scope };
      await writeOutput({ path, force, content: 'safe' }, (file) => file.write(`${JSON.stringify(proposal)}\n`));
      const logged = scope.map(({ origin }) => `concerns ${origin}`);
      return { facts: proposal, words: [digest, ...(scope.length > 0 ? logged : ['no log knows this subject'])] };
    });
  },
});

const approve: Command = command({
  usage: 'erase approve --signer FILE --id ID --org ODS [-o FILE] PROPOSAL',
  about: `Signs an approver's yes to one erasure, says what it is, and refuses a proposal whose digest is another's. PROPOSAL is the file
that erase propose wrote. The key is the approver's own, as keygen makes it.`,
  options: {
    ...OUTPUT,
    signer: { kind: 'text', value: 'FILE', help: "the approver's private key" },
    id: { kind: 'text', value: 'ID', help: "the approver's id" },
    org: { kind: 'text', value: 'ODS', help: 'their organisation' },
  },
  operands: [1, 1],
  named: 'proposal',
  payload: true,
  async run(values, [file]) {
    const { signer, id, org, output: path, force } = values;
    if (signer === undefined || id === undefined || org === undefined)
      throw new UsageError('--signer, --id and --org are needed');
    const { digest, request, scope } = await proposalIn(file!);
    const at = new Date().toISOString();
    const approver = { id, org };
    const signature = await (await signerIn(signer)).sign(messageOf(digest, approver, at));
    const approval: Approval = { approver, at, proof: base64url(new Uint8Array(signature)) };
    await writeOutput({ path, force, content: 'safe' }, (out) => out.write(`${JSON.stringify(approval)}\n`));
    return {
      facts: approval,
      words: [
        `${id} approves ${digest}`,
        `reference ${request.reference}, ground ${request.ground}, asked by ${request.requestedBy}, done by ${request.actor.id}`,
        ...scope.map(({ origin, handle }) => `in ${origin} the subject with the handle ${handle}`),
      ],
    };
  },
});

/** Reads what `erase propose` wrote; an approver signs no digest that is not the one of what stands there. */
async function proposalIn(path: string): Promise<{ digest: string; request: ErasureRequest; scope: ErasureScope[] }> {
  const proposal = (await objectOf(path, 'the proposal')) ?? {};
  const { digest, scope, request: asked } = proposal;
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) throw notProposed();
  const request = await requestIn(asked as JsonObject);
  const whole = Array.isArray(scope) && scope.every((one) => isScope(one));
  if (typeof digest !== 'string' || !whole) throw notProposed();
  const shown = scope as unknown as ErasureScope[];
  if (digestOf(request, shown) !== digest)
    throw new UsageError('the digest is not that of the request and its handles');
  return { digest, request, scope: shown };
}

function notProposed(): UsageError {
  return new UsageError('the proposal is not what erase propose wrote');
}

function isScope(value: unknown): value is ErasureScope {
  const { origin, handle } = (value ?? {}) as Partial<ErasureScope>;
  return typeof origin === 'string' && typeof handle === 'string' && fromBase64url(handle)?.length === 32;
}

/** Nothing was erased, so there is no certificate. */
class Refused extends Error {}

function messageOf(digest: string, { id, org }: Approval['approver'], at: string): Uint8Array<ArrayBuffer> {
  return utf8(`${DOMAIN}\n${digest}\n${id}\n${org}\n${at}\n`);
}

/** Checks an approval against the key that stands behind its approver's id. Throws UsageError when two ids have one key. */
async function verifierOf(approvers: JsonObject): Promise<VerifyApproval> {
  const keys = new Map<string, Uint8Array>();
  for (const [id, vkey] of Object.entries(approvers)) {
    const { publicKey } = vkeyOf(await readKey(String(vkey)), 'note');
    for (const [other, known] of keys)
      if (equal(known, publicKey)) throw new UsageError(`${other} and ${id} have the same key: two people need two`);
    keys.set(id, publicKey);
  }
  return ({ approver, at, proof }, digest) => {
    const publicKey = keys.get(approver.id);
    const signature = fromBase64url(proof);
    if (publicKey === undefined || signature?.length !== 64) return false;
    return ed25519Verify(publicKey, messageOf(digest, approver, at), signature);
  };
}

async function requestIn(value: string | JsonObject | undefined): Promise<ErasureRequest> {
  const request = await objectOf(value, 'the request');
  if (request === undefined) throw new UsageError('the request is missing: --request');
  // Nobody makes these two by hand.
  if (request['id'] === undefined)
    throw new UsageError(`the request has no id: keep a new one in it, "id":"${createEventId()}"`);
  if (request['at'] === undefined)
    throw new UsageError(`the request has no time: keep one in it, "at":"${new Date().toISOString()}"`);
  // The package looks at its shape.
  return request as unknown as ErasureRequest;
}

/** Opens the log for one erasure, with its files for reading, and closes it. */
async function withLog(
  values: Parameters<typeof ownLogOf>[0],
  act: (logs: EraseOptions['logs']) => Promise<Result>,
): Promise<Result> {
  const options = await ownLogOf(values);
  const log = await openLog(options);
  return withOwnLog(log, async () => {
    const reader = await folderReader(values.log!);
    return act({ log, reader, keys: fileKeyStore(values.secrets!), policy: { logKey: options.signer.vkey } });
  });
}

export const verbs: Readonly<Record<string, Command>> = { '': erase, propose, approve };
