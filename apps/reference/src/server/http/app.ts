import { Hono } from 'hono';
import { cases } from '../routes/cases.js';
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
import { problemPage } from '../views/problem.js';
import type { App } from '../wiring/app.js';
import { sameOrigin } from './csrf.js';
import type { Ctx, Env } from './env.js';
import { errorBody, notFound, type Problem, problemOf } from './problem.js';
import { CHANGE_RATE, limit } from './rate-limit.js';
import { securityHeaders } from './security-headers.js';
import { sessions } from './session.js';

/** The rooms of the server. */
const ROUTES = [signIn, enrol, directory, people, items, cases, open, release, recall, inbox, log, ig, pages];

/** The whole server as one function from request to response. */
export function createApp(app: App): Hono<Env> {
  const hono = new Hono<Env>();
  hono.use(securityHeaders(app.config.origin.startsWith('https:')));
  hono.use(sameOrigin(app.config.origin));
  hono.route('/', app.assets.routes);
  hono.use(sessions(app));
  hono.use(async (c, next) => {
    const session = c.get('session');
    if (session !== null && c.req.method !== 'GET') await limit(app, CHANGE_RATE, `${session.org}/${session.person}`);
    await next();
  });
  for (const routes of ROUTES) hono.route('/', routes(app));
  hono.notFound((c) => answer(app, c, notFound()));
  hono.onError((error, c) => {
    const problem = problemOf(error);
    if (problem.code === 'INTERNAL') report(c, error);
    return answer(app, c, problem);
  });
  return hono;
}

/** A refusal as a page to people, as JSON to programs. */
function answer(app: App, c: Ctx, problem: Problem): Response | Promise<Response> {
  if (problem.retryAfter !== null) c.header('retry-after', String(problem.retryAfter));
  const page = !c.req.path.startsWith('/api/') && c.req.header('accept')?.includes('text/html');
  if (!page) return c.json(errorBody(problem), problem.status);
  return c.html(problemPage(app, c.get('session') ?? null, problem), problem.status);
}

/** Where it went wrong, for whoever runs the service; what was sent, and the error's own words, may be about a patient. */
function report(c: Ctx, error: unknown): void {
  const { name = 'Error', stack = '', code = '' } = error as { name?: string; stack?: string; code?: string };
  const where = stack
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 8);
  console.error([`${c.req.method} ${c.req.routePath}: ${name} ${code}`, ...where].join('\n'));
}
