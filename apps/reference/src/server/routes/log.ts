import { Hono } from 'hono';
import type { Env } from '../http/env.js';
import type { App } from '../wiring/app.js';

export function log(_app: App): Hono<Env> {
  return new Hono<Env>();
}
