import { seededRandom } from '@wardseal/testkit';
import type { ActorKind, EventType, Geofence, OpenedEntry, Outcome, Purpose } from '../../src/index.js';
import { b64url, uuid7 } from './events.js';

/** What a test says of an entry; the rest is filled in. */
export interface Told {
  readonly recordedAt: number;
  /** Default: when it was recorded. */
  readonly occurredAt?: number;
  readonly type?: EventType;
  readonly outcome?: Outcome;
  readonly person?: string;
  readonly kind?: ActorKind;
  readonly role?: string;
  readonly patient?: string;
  readonly object?: string;
  readonly purpose?: Purpose;
  readonly geofence?: Geofence;
  readonly site?: string;
  readonly ip?: string;
  readonly device?: string;
  readonly session?: string;
  readonly parent?: number;
  readonly onBehalfOf?: string;
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
  readonly evidence?: { readonly kind: string; readonly data: Uint8Array<ArrayBuffer> };
  /** The subject's secret is gone. */
  readonly erased?: boolean;
  /** The organisation's secret is gone. */
  readonly staffGone?: boolean;
}

/** 32 bytes that stand for a name in a leaf. */
export function handle(name: string): Uint8Array<ArrayBuffer> {
  return seededRandom(name)(32);
}

/** The patient handle P that goes with a patient's name here. */
export function patientOf(name: string): string {
  return b64url(handle(`patient ${name}`));
}

/** An opened entry as a log would give it: for rules, which never look at proofs. */
export function openedEntry(index: number, told: Told): OpenedEntry {
  const { recordedAt, person = 'person-moss', patient, object } = told;
  return {
    index,
    bytes: handle(`leaf ${index}`),
    leafHash: handle(`leaf hash ${index}`),
    opening: null,
    leaf: {
      id: uuid7(recordedAt, seededRandom(`id ${index}`)),
      recordedAt,
      type: told.type ?? 'image.view',
      outcome: told.outcome ?? 'success',
      ...(told.purpose && { purpose: told.purpose }),
      org: 'RX1',
      ...(told.geofence && { geofence: told.geofence }),
      ...(told.parent !== undefined && { parent: told.parent }),
      actorHandle: handle(`actor ${person}`),
      ...(patient !== undefined && { subjectHandle: handle(`subject ${patient}`) }),
      ...(object !== undefined && { objectHandle: handle(`object ${object}`) }),
      actorCommitment: handle(`commitment ${index}`),
    },
    actor: told.staffGone
      ? null
      : {
          occurredAt: told.occurredAt ?? recordedAt,
          actor: {
            id: person,
            kind: told.kind ?? 'practitioner',
            ...(told.role !== undefined && { role: told.role }),
          },
          ...(told.onBehalfOf !== undefined && { onBehalfOf: told.onBehalfOf }),
          ...(object !== undefined && { object: { kind: 'item', id: object } }),
          ...((told.site ?? told.ip ?? told.device) !== undefined && {
            where: {
              ...(told.site !== undefined && { site: told.site }),
              ...(told.ip !== undefined && { ip: told.ip }),
              ...(told.device !== undefined && { device: told.device }),
            },
          }),
          ...(told.session !== undefined && { session: told.session }),
          ...(told.evidence && { evidence: told.evidence }),
        },
    subject:
      patient === undefined || told.erased
        ? null
        : { handle: patientOf(patient), ...(told.facts && { facts: told.facts }) },
  };
}
