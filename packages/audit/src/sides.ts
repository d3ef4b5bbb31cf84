import { base64url, canonicalJson, fromBase64url, hmacSha256Public } from '@wardseal/primitives';
import { FieldReader, FieldWriter, MalformedFields, required } from './codec.js';
import { AuditError } from './errors.js';
import type { AuditEvent } from './event.js';
import { ACTOR_KINDS, type ActorKind, DECISIONS, type Decision, nameOf } from './event-codes.js';

type Bytes = Uint8Array<ArrayBuffer>;

// Version 0, `A` or `S`: the bytes of one compartment can never be taken for the other's.
const ACTOR_HEAD = Uint8Array.of(0, 0x41);
const SUBJECT_HEAD = Uint8Array.of(0, 0x53);

/** Bytes of the guardians' sealed blob: one post-quantum stanza and a short text. */
export const MAX_SEALED = 4096;
/** Bytes of `evidence`: a checkpoint with a few cosignatures, or some hashes. */
export const MAX_EVIDENCE = 4096;
/** Bytes of the largest compartment: the longest texts in four-byte characters, with room. */
export const MAX_SIDE = 16_384;

/** The actor's compartment in the clear: who did it, to which object, how, and the nonce of the request. */
export interface ActorSide {
  /** Milliseconds since 1970. */
  readonly occurredAt: number;
  readonly actor: {
    readonly id: string;
    readonly kind: ActorKind;
    readonly role?: string;
    readonly authn?: { readonly method: string; readonly aal: number };
  };
  readonly onBehalfOf?: string;
  readonly object?: { readonly kind: string; readonly id: string; readonly contentHash?: Bytes };
  readonly reason?: string;
  readonly where?: { readonly ip?: string; readonly device?: string; readonly site?: string };
  readonly session?: string;
  readonly request?: string;
  readonly policy?: { readonly id: string; readonly version: string; readonly decision: Decision };
  /** 32 bytes that the requester chose. */
  readonly nonce?: Bytes;
  readonly evidence?: { readonly kind: string; readonly data: Bytes };
}

/** HMAC-SHA-256(r, side bytes): hides the bytes while r is secret, and binds to them. */
export function commit(r: Uint8Array, side: Uint8Array): Bytes {
  return hmacSha256Public(r, side);
}

export function encodeActorSide(event: AuditEvent, nonce: Uint8Array | undefined): Bytes {
  const { actor, object, where, policy, evidence } = event;
  const contentHash = object?.contentHash === undefined ? undefined : fromBase64url(object.contentHash)!;
  return new FieldWriter(ACTOR_HEAD)
    .uint(1, Date.parse(event.occurredAt), 6)
    .uint(2, ACTOR_KINDS[actor.kind], 1)
    .text(3, actor.id)
    .text(4, actor.role)
    .text(5, actor.authn?.method)
    .uint(6, actor.authn?.aal, 1)
    .text(7, event.onBehalfOf)
    .text(8, object?.kind)
    .text(9, object?.id)
    .bytes(10, contentHash)
    .text(11, event.reason)
    .text(12, where?.ip)
    .text(13, where?.device)
    .text(14, where?.site)
    .text(15, event.session)
    .text(16, event.request)
    .text(17, policy?.id)
    .text(18, policy?.version)
    .uint(19, policy && DECISIONS[policy.decision], 1)
    .bytes(20, nonce)
    .text(21, evidence?.kind)
    .bytes(22, evidence && fromBase64url(evidence.data)!)
    .done();
}

/** Reads an actor's compartment. Throws AuditError `SIDE_RECORD_INVALID` when it is not the one encoding. */
export function decodeActorSide(data: Uint8Array): ActorSide {
  try {
    return readActorSide(data);
  } catch (cause) {
    throw new AuditError('SIDE_RECORD_INVALID', 'the actor compartment is malformed', { cause });
  }
}

function readActorSide(data: Uint8Array): ActorSide {
  const [version, kind] = data;
  if (data.length > MAX_SIDE || version !== ACTOR_HEAD[0] || kind !== ACTOR_HEAD[1]) throw new MalformedFields('head');
  const fields = new FieldReader(data, ACTOR_HEAD.length);
  const text = (tag: number): string | undefined => fields.text(tag, 512);
  const occurredAt = required(fields.uint(1, 6));
  const actorKind = required(nameOf(ACTOR_KINDS, required(fields.uint(2, 1))));
  const actorId = required(text(3));
  const role = text(4);
  const authn = both(text(5), fields.uint(6, 1));
  const onBehalfOf = text(7);
  const object = both(text(8), text(9));
  const contentHash = fields.bytes(10, 32);
  const reason = fields.text(11, 4000);
  const where = { ip: text(12), device: text(13), site: text(14) };
  const session = text(15);
  const request = text(16);
  const policy = both(text(17), text(18));
  const decision = fields.uint(19, 1);
  const nonce = fields.bytes(20, 32);
  const evidence = both(text(21), fields.bytes(22, 1, MAX_EVIDENCE));
  fields.end();
  if (contentHash && !object) throw new MalformedFields('a hash without its object');
  if ((policy === undefined) !== (decision === undefined)) throw new MalformedFields('half a policy');
  return {
    occurredAt,
    actor: {
      id: actorId,
      kind: actorKind,
      ...(role !== undefined && { role }),
      ...(authn && { authn: { method: authn[0], aal: authn[1] } }),
    },
    ...(onBehalfOf !== undefined && { onBehalfOf }),
    ...(object && { object: { kind: object[0], id: object[1], ...(contentHash && { contentHash }) } }),
    ...(reason !== undefined && { reason }),
    ...(Object.values(where).some((value) => value !== undefined) && { where: compact(where) }),
    ...(session !== undefined && { session }),
    ...(request !== undefined && { request }),
    ...(policy && {
      policy: { id: policy[0], version: policy[1], decision: required(nameOf(DECISIONS, decision!)) },
    }),
    ...(nonce && { nonce }),
    ...(evidence && { evidence: { kind: evidence[0], data: evidence[1] } }),
  };
}

function both<A, B>(a: A | undefined, b: B | undefined): [A, B] | undefined {
  if ((a === undefined) !== (b === undefined)) throw new MalformedFields('half a pair');
  return a === undefined ? undefined : [a, b as B];
}

function compact(values: Record<'ip' | 'device' | 'site', string | undefined>): NonNullable<ActorSide['where']> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

/** The subject's compartment, or undefined for an event without a subject. */
export function encodeSubjectSide(event: AuditEvent): Bytes | undefined {
  if (event.subject === undefined) return undefined;
  return new FieldWriter(SUBJECT_HEAD)
    .bytes(1, fromBase64url(event.subject.handle)!)
    .bytes(2, event.subject.sealed === undefined ? undefined : fromBase64url(event.subject.sealed)!)
    .text(3, event.facts && canonicalJson(event.facts))
    .done();
}

/** The subject's compartment in the clear. */
export interface SubjectSide {
  /** The custodian's patient handle, base64url. */
  readonly handle: string;
  readonly sealed?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** Reads a subject's compartment. Throws AuditError `SIDE_RECORD_INVALID` when it is not the one encoding. */
export function decodeSubjectSide(data: Uint8Array): SubjectSide {
  try {
    if (data.length > MAX_SIDE || data[0] !== SUBJECT_HEAD[0] || data[1] !== SUBJECT_HEAD[1])
      throw new MalformedFields('head');
    const fields = new FieldReader(data, SUBJECT_HEAD.length);
    const handle = required(fields.bytes(1, 32));
    const sealed = fields.bytes(2, 1, MAX_SEALED);
    const json = fields.text(3, MAX_SIDE);
    fields.end();
    const facts: unknown = json === undefined ? undefined : JSON.parse(json);
    if (json !== undefined && canonicalJson(facts) !== json) throw new MalformedFields('facts are not canonical');
    return {
      handle: base64url(handle),
      ...(sealed && { sealed: base64url(sealed) }),
      ...(json !== undefined && { facts: facts as NonNullable<SubjectSide['facts']> }),
    };
  } catch (cause) {
    throw new AuditError('SIDE_RECORD_INVALID', 'the subject compartment is malformed', { cause });
  }
}
