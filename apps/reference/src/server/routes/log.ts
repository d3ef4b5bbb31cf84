import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import type { LogCheckpoint } from '../../wire/index.js';
import type { Env } from '../http/env.js';
import { badRequest, notFound, Problem } from '../http/problem.js';
import { requireSession, type Session } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { trustOf } from '../wiring/facts.js';
import { LogDown } from '../wiring/log.js';
import { readsLog } from '../wiring/verdict.js';

// A year, then what a C2SP log serves: docs/spec of @wardseal/audit. Nothing else in the folder has such a name.
const FILE = /^\d{4}\/(?:checkpoint|tile\/(?:\d|entries)(?:\/x\d{3})*\/\d{3}(?:\.p\/\d{1,3})?)$/;

/** The log as a viewer checks it, and its files for whoever may read it. */
export function log(app: App): Hono<Env> {
  return new Hono<Env>()
    .get('/api/log/checkpoint', async (c) => {
      const session = requireSession(c);
      const from = Number(c.req.query('from') ?? 'none');
      if (!Number.isSafeInteger(from) || from < 0) throw badRequest('from');
      c.header('cache-control', 'no-store');
      return c.json(await newest(app, session, from));
    })
    .get('/log/:org/*', async (c) => {
      const session = requireSession(c);
      const { org } = session;
      if (c.req.param('org') !== org) throw notFound();
      const path = c.req.path.slice(`/log/${org}/`.length);
      if (!FILE.test(path)) throw notFound();
      // The log is told once a reading, at the checkpoint that it begins with.
      await readsLog(app, session, 'audit.verify', { kind: 'log', id: path }, path.endsWith('/checkpoint'));
      const bytes = await readFile(join(app.config.auditDir, org, path)).catch(() => {
        throw notFound();
      });
      c.header('cache-control', path.endsWith('/checkpoint') ? 'no-store' : 'private, max-age=3600');
      c.header('content-type', path.endsWith('/checkpoint') ? 'text/plain; charset=utf-8' : 'application/octet-stream');
      return c.body(bytes);
    });
}

/** The newest checkpoint that outsiders have signed, where it covers what the asker has seen, and the path to it. */
async function newest(app: App, { org }: Session, from: number): Promise<LogCheckpoint> {
  try {
    const current = await trustOf(app, org).log.current();
    const { witnessed } = current;
    if (witnessed === null || witnessed.size < from) return { checkpoint: current.checkpoint(), path: [] };
    const path = await current.consistencyProof(from, witnessed.size);
    return { checkpoint: witnessed.checkpoint, path: path.map((hash) => Buffer.from(hash).toString('base64url')) };
  } catch (cause) {
    if (!(cause instanceof LogDown)) throw cause;
    throw new Problem(503, 'LOG_DOWN', 'The log does not answer now', { retryAfter: 5, cause });
  }
}
