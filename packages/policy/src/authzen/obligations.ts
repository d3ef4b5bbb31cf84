import type { Decision, Obligation } from '../decision.js';
import type { PolicyDocument } from '../document.js';
import { OBLIGATIONS } from '../engine/obligations.js';

/** The maker's name in obligations of type `custom`. */
export const OBLIGATION_VENDOR = 'wardseal';

/** Duties that the profile has a type for; all others go as `custom`. */
const NATIVE: Readonly<Record<string, string>> = { 'step-up': 'step-up', notify: 'notification' };

/** An obligation of the AuthZEN Obligations Profile, draft 1. */
export interface AuthzenObligation {
  readonly type: string;
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a duty of ours is called in `supported_obligations`. */
export const profileType = (type: string): string => (Object.hasOwn(NATIVE, type) ? NATIVE[type]! : 'custom');

/** Every type of duty that a policy may impose; all that there are where the policy is not known. */
export function dutiesOf(document: PolicyDocument | undefined): readonly string[] {
  if (document === undefined) return Object.keys(OBLIGATIONS);
  const stated = document.rules.flatMap((rule) => (rule.effect === 'permit' ? (rule.obligations ?? []) : []));
  return [...new Set([...stated, ...(document.breakGlass?.obligations ?? [])].map(({ type }) => type))].sort();
}

/**
 * Those of our duties that a declaration of `supported_obligations` covers. `custom` speaks for all our own kinds: an
 * enforcement point that then meets one it does not know must refuse by itself. `wardseal:watermark` names a single one.
 * Any other value, and a declaration that is no list, supports nothing.
 */
export function supportedDuties(declared: unknown, duties: readonly string[]): readonly string[] {
  const names = new Set<unknown>(Array.isArray(declared) ? declared : []);
  return duties.filter((type) => names.has(profileType(type)) || names.has(`${OBLIGATION_VENDOR}:${type}`));
}

/** The duties of a decision in the profile's form. Of a person or a picture they say nothing. */
export function toProfile(
  { context: { obligations, policy } }: Decision,
  acr: (level: number) => string,
): readonly AuthzenObligation[] {
  return obligations.flatMap((duty): AuthzenObligation | AuthzenObligation[] => {
    const { id, type, properties } = duty;
    if (type === 'step-up')
      return { type, id, properties: { acr_value: acr(properties['level'] as number), level: properties['level'] } };
    if (type === 'notify')
      return recipients(duty).map((to) => notification(to, `${policy.id} version ${policy.version}`));
    return { type: 'custom', id, properties: { vendor: OBLIGATION_VENDOR, action: type, ...properties } };
  });
}

const recipients = ({ properties }: Obligation): readonly string[] => properties['whom'] as readonly string[];

function notification(to: string, policy: string): AuthzenObligation {
  const body = `An action was permitted that policy ${policy} wants you to know of; see the audit log.`;
  return { type: 'notification', id: `notify:${to}`, properties: { to, topic: 'access-notification', body } };
}
