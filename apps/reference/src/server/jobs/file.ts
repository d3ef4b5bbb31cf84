import { questionOf } from '../../wire/question.js';
import type { Tx } from '../db/pool.js';
import { settle } from '../wiring/alarms.js';
import type { App } from '../wiring/app.js';
import { weigh } from '../wiring/duties.js';
import { aboutItem, eventOfService, policyOf } from '../wiring/event.js';
import { trustOf } from '../wiring/facts.js';
import { findItem, type ItemRecord, itemFacts } from '../wiring/item-rows.js';
import { record } from '../wiring/outbox.js';
import { sealed } from './arrive.js';
import { finish, type Work } from './due.js';

/**
 * The custodian files an item in the record, and what the record acknowledged is kept: from then on this is no longer the only
 * copy. Advice waits for what it is on.
 */
export const file: Work = async (app, job) => {
  const item = await findItem(app.db, job.org, job.item);
  if (item.arrived_at === null) return 'later';
  if (item.labels.about !== 'none' && (await findItem(app.db, job.org, item.labels.about)).filed_at === null)
    return 'later';
  const { pdp, custodian } = trustOf(app, job.org);
  const weighed = await weigh<Tx>(pdp, mayFile(app, item), { 'delete-after-filing': () => true });
  if (!weighed.permitted) throw new Error('the policy does not let it be filed');
  const parts = await sealed(app, item);
  if (parts === null) throw new Error('an item is not whole');
  const { reference } = await custodian.file(parts.call, parts.payload);
  await app.db.tx(async (tx) => {
    await finish(tx, job);
    const at = new Date(app.clock.now());
    const filed = await tx.query(
      'UPDATE items SET filed_at = $3, reference = $4 WHERE org = $1 AND id = $2 AND filed_at IS NULL RETURNING id',
      [item.org, item.id, at, reference],
    );
    if (filed.length === 0) return;
    await settle(tx, { org: item.org, item: item.id, at }, ['not-filed', 'filing-fails']);
    const event = eventOfService(item.org, app.clock, {
      type: 'file',
      outcome: 'success',
      ...aboutItem(item),
      purpose: 'RECORDMGT',
      policy: policyOf(weighed.decision, true),
    });
    await record(tx, event);
  });
  return 'done';
};

/** May the service file it? It acts for nobody: a role of its own, in the organisation that owns the item. */
function mayFile(app: App, item: ItemRecord): ReturnType<typeof questionOf> {
  const { labels, state } = itemFacts(item);
  const now = new Date(app.clock.now()).toISOString();
  const { version } = trustOf(app, item.org).pack.document;
  return questionOf({
    subject: {
      id: 'service-wardseal',
      org: item.org,
      role: 'system',
      status: 'active',
      teams: [],
      onDutyTeams: [],
      assurance: 2,
      authenticatedAt: now,
      unlockedAt: 'none',
      acknowledgedVersion: version,
    },
    action: { name: 'file' },
    resource: { labels, state, sentAt: item.sent_at.toISOString() },
    context: { purpose: labels.purpose, policyVersion: version },
  });
}
