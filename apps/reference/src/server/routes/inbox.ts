import { Hono } from 'hono';
import type { Env } from '../http/env.js';
import type { App } from '../wiring/app.js';

export function inbox(_app: App): Hono<Env> {
  return new Hono<Env>();
}
