import { type JsonObject, UsageError } from '@wardseal/primitives/cli';
import type { Entitlement, ExposureOf } from '../report/exposure.js';
import { subjectOf } from './sources.js';
import { moment } from './times.js';

// What a report is asked about, in options and files.

/** A person within an organisation, or null when none is named. */
export function actorOf(id: string | undefined, org: string | undefined): { id: string; org: string } | null {
  if (id === undefined && org === undefined) return null;
  if (id === undefined || org === undefined) throw new UsageError('--actor and --org go together');
  return { id, org };
}

/** An object as `KIND:ID`. */
export function objectIn(text: string): { kind: string; id: string } {
  const [, kind, id] = /^([^:]+):(.+)$/.exec(text) ?? [];
  if (kind === undefined || id === undefined) throw new UsageError('--object takes KIND:ID, as item:item-42');
  return { kind, id };
}

/** An entry as `ORIGIN#INDEX`. */
export function entryIn(text: string): { origin: string; index: number } {
  const [, origin, index] = /^(.+)#(\d{1,15})$/.exec(text) ?? [];
  if (origin === undefined || index === undefined) throw new UsageError('--entry takes ORIGIN#INDEX');
  return { origin, index: Number(index) };
}

/** The one thing that an exposure report is about. */
export async function exposureOf(values: {
  readonly subject: string | undefined;
  readonly object: string | undefined;
  readonly actor: string | undefined;
  readonly org: string | undefined;
}): Promise<ExposureOf> {
  const { subject, object } = values;
  const actor = actorOf(values.actor, values.org);
  if ([subject, object, actor ?? undefined].filter((one) => one !== undefined).length !== 1)
    throw new UsageError('give one of --subject, --object, --actor');
  if (subject !== undefined) return { subject: await subjectOf(subject) };
  return object === undefined ? { actor: actor! } : { object: objectIn(object) };
}

/** Who could, from JSON: times as text. */
export function entitlementsIn(file: JsonObject | undefined): readonly Entitlement[] {
  const list = file?.['could'];
  if (!Array.isArray(list)) throw new UsageError('--could takes {"could":[...]}');
  return list.map((one: unknown) => {
    const { actor, org, from, until, why, object } = (one ?? {}) as JsonObject;
    if (typeof actor !== 'string' || typeof org !== 'string' || typeof why !== 'string' || typeof from !== 'string')
      throw new UsageError('an entitlement has actor, org, from and why');
    return {
      actor,
      org,
      why,
      from: moment(from, 'could'),
      ...(typeof until === 'string' && { until: moment(until, 'could') }),
      ...(object !== undefined && { object: object as unknown as NonNullable<Entitlement['object']> }),
    };
  });
}
