import type { Decision, Obligation } from './decision.js';

/** Carries out one duty; throwing, rejecting or answering `false` means it could not. */
export type ObligationHandler = (obligation: Obligation, decision: Decision) => unknown;

/** What became of a decision. */
export interface Enforcement {
  /** True only when the decision permits and every duty was carried out. */
  readonly permitted: boolean;
  readonly carried: readonly string[];
  /** Types for which there is no handler. */
  readonly unknown: readonly string[];
  readonly failed: readonly { readonly type: string; readonly cause: unknown }[];
}

/**
 * Carries out the duties of a decision and says whether the action may go ahead. Runs every duty it knows, one after
 * another in order of type, even when another is unknown or has failed: a notification still goes out. Never rejects.
 *
 * @param decision - from `evaluate`. Anything that is not a well-formed permission is refused.
 * @param handlers - by obligation type; only own properties count.
 * @example
 * ```ts
 * const { permitted } = await enforce(decision, { watermark: ({ properties }) => overlay.draw(properties) });
 * ```
 */
export async function enforce(
  decision: Decision,
  handlers: Readonly<Record<string, ObligationHandler>>,
): Promise<Enforcement> {
  const carried: string[] = [];
  const unknown: string[] = [];
  const failed: { type: string; cause: unknown }[] = [];
  const asked = read(decision);
  for (const { type, duty } of asked?.duties ?? []) {
    if (typeof type !== 'string') {
      unknown.push(typeof type);
      continue;
    }
    try {
      const handler = Object.hasOwn(handlers ?? {}, type) ? handlers[type] : undefined;
      if (typeof handler !== 'function') unknown.push(type);
      else if ((await handler(duty, decision)) === false) failed.push({ type, cause: undefined });
      else carried.push(type);
    } catch (cause) {
      failed.push({ type, cause });
    }
  }
  const permitted = asked?.permits === true && unknown.length === 0 && failed.length === 0;
  return { permitted, carried, unknown, failed };
}

interface Asked {
  readonly permits: boolean;
  readonly duties: readonly { readonly type: unknown; readonly duty: Obligation }[];
}

/** What a decision asks, each part read once and before any handler runs: it may change while they do. Null for none. */
function read(decision: Decision): Asked | null {
  try {
    const permits = decision.decision === true;
    const list: unknown = decision.context.obligations;
    if (!Array.isArray(list)) return null;
    const duties = Array.from({ length: list.length }, (_, i) => {
      const duty = list[i] as Obligation;
      return { type: duty?.type as unknown, duty };
    });
    return { permits, duties };
  } catch {
    return null;
  }
}
