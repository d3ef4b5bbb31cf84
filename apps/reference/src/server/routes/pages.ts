import { Hono } from 'hono';
import type { Env } from '../http/env.js';
import { requireSession } from '../http/session.js';
import { appPage } from '../views/app.js';
import { deploymentPage } from '../views/deployment.js';
import { enrolPage } from '../views/enrol.js';
import { peoplePage } from '../views/people.js';
import { recoverPage } from '../views/recover.js';
import type { App } from '../wiring/app.js';
import { checkDeployment } from '../wiring/deployment.js';
import { listPeople } from '../wiring/people.js';

/** The pages that are not information governance's. */
export function pages(app: App): Hono<Env> {
  return new Hono<Env>()
    .get('/', (c) => c.html(appPage(app, c.get('session'))))
    .get('/enrol', (c) => c.html(enrolPage(app)))
    .get('/recover', (c) => c.html(recoverPage(app, c.get('session'))))
    .get('/people', async (c) => {
      const session = requireSession(c);
      return c.html(peoplePage(app, session, await listPeople(app, session)));
    })
    .get('/deployment', async (c) => c.html(deploymentPage(app, c.get('session'), await checkDeployment(app))))
    .get('/health', async (c) => {
      await app.db.query('SELECT');
      return c.json({ ok: true });
    });
}
