import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { Session } from './session.js';

/** What a request carries beside itself: Node's own request, and who is signed in. */
export interface Env {
  Bindings: HttpBindings;
  Variables: { session: Session | null };
}

export type Ctx = Context<Env>;
