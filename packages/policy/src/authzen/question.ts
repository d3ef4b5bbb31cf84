import type { Request } from '../decision.js';
import { own } from '../engine/facts.js';
import { isRecord } from './json-body.js';
import { Refusal } from './refusal.js';

type Properties = Readonly<Record<string, unknown>>;

/** A subject or resource of AuthZEN. */
export interface AuthzenEntity {
  readonly type: string;
  readonly id: string;
  readonly properties?: Properties;
}

/** An action of AuthZEN. */
export interface AuthzenAction {
  readonly name: string;
  readonly properties?: Properties;
}

/** One question of AuthZEN. */
export interface AuthzenQuestion {
  readonly subject: AuthzenEntity;
  readonly action: AuthzenAction;
  readonly resource: AuthzenEntity;
  readonly context: Properties;
}

/**
 * A question of AuthZEN as the facts of a policy: properties become facts, and `type`, `id` and `name` are facts that no
 * property can stand in for.
 *
 * @param question - as the enforcement point put it.
 * @returns a request for `evaluate`.
 * @example
 * ```ts
 * requestFromAuthzen({ subject: { type: 'user', id: 'p-okafor', properties: { role: 'nurse' } }, action: { name: 'view' }, resource: { type: 'photo', id: '7' }, context: {} });
 * // { subject: { role: 'nurse', type: 'user', id: 'p-okafor' }, action: { name: 'view' }, resource: { type: 'photo', id: '7' }, context: {} }
 * ```
 */
export function requestFromAuthzen({ subject, action, resource, context }: AuthzenQuestion): Request {
  const facts = ({ type, id, properties }: AuthzenEntity): Properties => ({ ...properties, type, id });
  return {
    subject: facts(subject),
    action: { ...action.properties, name: action.name },
    resource: facts(resource),
    context,
  };
}

/** A text that says something. */
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Properties that are there but no object are refused, not passed over. */
function propertiesOf(
  holder: Properties,
  refusal: 'SUBJECT_INVALID' | 'ACTION_INVALID' | 'RESOURCE_INVALID',
): { properties?: Properties } {
  const properties = own(holder, 'properties');
  if (properties === undefined) return {};
  if (!isRecord(properties)) throw new Refusal(refusal);
  return { properties };
}

/** The entity under a name; of one that is searched for, only the type counts. */
export function readEntity(from: Properties, name: 'subject' | 'resource'): AuthzenEntity {
  const refusal = name === 'subject' ? 'SUBJECT_INVALID' : 'RESOURCE_INVALID';
  const type = readType(from, name);
  const entity = own(from, name) as Properties;
  const id = own(entity, 'id');
  if (!isName(id)) throw new Refusal(refusal);
  return { type, id, ...propertiesOf(entity, refusal) };
}

/** The type of what is searched for. */
export function readType(from: Properties, name: 'subject' | 'resource'): string {
  const type = own(own(from, name), 'type');
  if (!isName(type)) throw new Refusal(name === 'subject' ? 'SUBJECT_INVALID' : 'RESOURCE_INVALID');
  return type;
}

export function readAction(from: Properties): AuthzenAction {
  const action = own(from, 'action');
  const name = own(action, 'name');
  if (!isName(name)) throw new Refusal('ACTION_INVALID');
  return { name, ...propertiesOf(action as Properties, 'ACTION_INVALID') };
}

export function readContext(from: Properties): Properties {
  const context = own(from, 'context');
  if (context === undefined) return {};
  if (!isRecord(context)) throw new Refusal('CONTEXT_INVALID');
  return context;
}

/** One question, of which unknown fields are passed over. */
export function readQuestion(from: Properties): AuthzenQuestion {
  return {
    subject: readEntity(from, 'subject'),
    action: readAction(from),
    resource: readEntity(from, 'resource'),
    context: readContext(from),
  };
}
