import type { PolicyDocument } from '../document.js';

/** A number that the policy sets, or what holds where it does not. */
export function parameterOf(
  { parameters }: Pick<PolicyDocument, 'parameters'>,
  name: string,
  otherwise: number,
): number {
  const value: unknown = Object.hasOwn(parameters ?? {}, name) ? parameters[name]?.value : undefined;
  return typeof value === 'number' ? value : otherwise;
}
