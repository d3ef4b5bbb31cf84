import { Hono } from 'hono';
import { directory } from '../routes/directory.js';
import { enrol } from '../routes/enrol.js';
import { ig } from '../routes/ig.js';
import { inbox } from '../routes/inbox.js';
import { items } from '../routes/items.js';
import { log } from '../routes/log.js';
import { open } from '../routes/open.js';
import { pages } from '../routes/pages.js';
import { people } from '../routes/people.js';
import { recall } from '../routes/recall.js';
import { release } from '../routes/release.js';
import { signIn } from '../routes/sign-in.js';
import type { App } from '../wiring/app.js';
import type { Env } from './env.js';

/** The rooms of the server, in the order in which they are asked. */
const ROUTES = [signIn, enrol, directory, people, items, open, release, recall, inbox, log, ig, pages];

/** The whole server as one function from request to response. */
export function createApp(app: App): Hono<Env> {
  const hono = new Hono<Env>();
  for (const routes of ROUTES) hono.route('/', routes(app));
  return hono;
}
