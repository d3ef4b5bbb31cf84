import { Hono } from 'hono';
import type { Env } from '../http/env.js';
import type { App } from '../wiring/app.js';

/** The rooms of information governance: who opened what, break-glass, leaked pictures, the log, the policy in force. */
export function ig(_app: App): Hono<Env> {
  return new Hono<Env>();
}
