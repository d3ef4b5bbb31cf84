import { viewings } from '@wardseal/audit/report';
import { deriveImageKey } from '@wardseal/watermark';
import { Hono } from 'hono';
import type { TracedPicture } from '../../wire/api.js';
import type { Env } from '../http/env.js';
import { body } from '../http/parse.js';
import { notFound } from '../http/problem.js';
import { requireSession } from '../http/session.js';
import type { App } from '../wiring/app.js';
import { trustOf } from '../wiring/facts.js';
import { itemsNamed, picturesSent } from '../wiring/ig-entitled.js';
import { readLog } from '../wiring/ig-reading.js';
import { parseTrace } from '../wiring/ig-requests.js';

/** What a leak is looked for with, in the browser: the keys of pictures and their viewings. The log has the request first. */
export function traceApi(app: App): Hono<Env> {
  return new Hono<Env>().post('/api/ig/trace', async (c) => {
    const session = requireSession(c);
    const asked = await body(c, parseTrace);
    const one = 'item' in asked ? asked.item : null;
    const items = 'item' in asked ? [asked.item] : await picturesSent(app, session.org, asked.from, asked.until);
    if (one !== null && !(await itemsNamed(app, session.org, one)).includes(one)) throw notFound();
    const { config, watermarkSecret } = trustOf(app, session.org);
    const object = one === null ? { kind: 'log', id: config.logs.base } : { kind: 'item', id: one };
    const words = 'item' in asked ? 'leak of a picture' : `leak of a picture sent ${asked.from} to ${asked.until}`;
    const { sources, nameOf } = await readLog(app, session, {
      purpose: asked.purpose ?? 'investigation',
      object,
      reason: `${words}: ${asked.reason}`,
    });
    const found = await viewings({ sources, nameOf, objects: items.map((id) => ({ kind: 'item', id })) });
    const pictures: TracedPicture[] = items.map((item) => ({
      item,
      imageKey: Buffer.from(deriveImageKey(watermarkSecret, item)).toString('base64url'),
      candidates: found
        .filter(({ object: of }) => of?.id === item)
        .map(({ id, actor, recordedAt, origin, index, proof }) => {
          const name = actor === undefined || 'withheld' in actor ? 'not known any more' : (actor.name ?? actor.id);
          return {
            id,
            name,
            role: actor?.role ?? '',
            at: recordedAt,
            origin,
            index,
            ...(proof !== undefined && { proof }),
          };
        }),
    }));
    return c.json(one === null ? { pictures } : pictures[0]);
  });
}
