import type { Core, Step } from './core.js';
import type { CoreErrorCode } from './errors.js';

/** The methods that are calls to the worker. */
export type Verb = Exclude<keyof Core, 'lock' | 'unlocked'>;

/** What the page sends. */
export type ToWorker =
  | { readonly call: number; readonly verb: Verb; readonly args: readonly unknown[] }
  | { readonly abort: number }
  | { readonly kept: number; readonly value: string | null };

/** What the worker sends. */
export type ToPage =
  | { readonly done: number; readonly result: unknown }
  | { readonly failed: number; readonly code: CoreErrorCode; readonly message: string }
  | { readonly at: number; readonly step: Step }
  | { readonly load: string; readonly ask: number }
  | { readonly save: string; readonly value: string };
