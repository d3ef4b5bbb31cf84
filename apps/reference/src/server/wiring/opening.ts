import type { AuditEvent, YearAppendResult } from '@wardseal/audit';
import { fromBase64url } from '@wardseal/primitives';
import { deriveImageKey, prepareChips } from '@wardseal/watermark';
import type { Marking, OpenAnswer, OpenRequest } from '../../wire/index.js';
import type { Tx } from '../db/pool.js';
import { Problem, suspended } from '../http/problem.js';
import type { Session } from '../http/session.js';
import type { App } from './app.js';
import { type Act, weigh } from './duties.js';
import { aboutItem, eventBy, outcomeOf, policyOf } from './event.js';
import { factsFor, trustOf } from './facts.js';
import { concerns, viewDuties } from './item-duties.js';
import { findItem, hasStanza, type ItemRecord, itemFacts, refuseGone } from './item-rows.js';
import { integrated } from './log.js';
import { record } from './outbox.js';
import { bothDown, isBreakGlass, logDown, permittedOrRefuse, purposeOf } from './verdict.js';
import { shortCode } from './view-then-mark.js';

/** A viewing on its way. */
interface Viewing {
  readonly app: App;
  readonly session: Session;
  readonly item: ItemRecord;
  readonly header: Uint8Array;
  readonly asked: OpenRequest;
  readonly nonce: Uint8Array;
  /** What the log is told first: its outcome is not known yet. */
  readonly event: AuditEvent;
  readonly breakGlass: boolean;
  readonly until: Date | null;
  readonly marking: Marking;
  readonly acts: readonly Act<Tx>[];
}

/**
 * Opens an item for a person, in the one order that leaves no view unlogged: the policy decides; a row `opening`; the entry,
 * integrated, with the asker's nonce and the digest of this very header; the row `opened`, unless the item was recalled or the
 * person suspended meanwhile, else `refused`; and only then the header. Whatever breaks off on the way leaves a row
 * `opening`, which the sweeper settles as refused: no header left this place.
 *
 * @throws Problem 403 POLICY_REFUSED, 409 RELEASE_NEEDED, 409 ITEM_HELD, 410 ITEM_RECALLED, 410 ITEM_EXPIRED, 503 LOG_DOWN
 */
export async function openItem(app: App, session: Session, id: string, asked: OpenRequest): Promise<OpenAnswer> {
  const viewing = await prepare(app, session, await findItem(app.db, session.org, id), asked);
  const { item, event, nonce, breakGlass } = viewing;
  await app.db.query(
    `INSERT INTO openings (org, id, item, person, state, at, break_glass, event, nonce, until)
     VALUES ($1, $2, $3, $4, 'opening', $5, $6, $7, $8, $9)`,
    [
      item.org,
      event.id,
      item.id,
      session.person,
      event.occurredAt,
      breakGlass,
      JSON.stringify(event),
      asked.nonce,
      viewing.until,
    ],
  );
  const { log } = trustOf(app, session.org);
  const entry = await integrated(log, event, { nonce });
  if (entry === null) return openInEmergency(viewing);
  await settle(viewing, entry);
  return answer(viewing, event.id, entry.receipt ?? '', false);
}

async function prepare(app: App, session: Session, item: ItemRecord, asked: OpenRequest): Promise<Viewing> {
  const { pdp } = trustOf(app, session.org);
  const { reason, purpose } = asked;
  const request = await factsFor(app, session, itemFacts(item), 'view', { purpose, reason });
  let until: Date | null = null;
  const concerned = concerns(item, session, 'release', app.clock);
  let marking: Marking = { mode: 'border', strength: 'standard' };
  const duties = viewDuties(concerned, {
    until: (seconds) => {
      until = new Date(concerned.at.getTime() + seconds * 1000);
    },
    marking: (how) => {
      marking = how;
    },
  });
  const weighed = await weigh<Tx>(pdp, request, duties);
  const breakGlass = isBreakGlass(weighed.decision);
  // Before the policy's words: they are the same for everybody, and a recalled item is 410 also for whoever may see it.
  if (weighed.permitted || weighed.decision.context.outcome === 'forbidden')
    await gone(app, session, item, weighed.decision);
  await permittedOrRefuse(app, session, request, weighed, { kind: 'item', id: item.id });
  const { directory } = await trustOf(app, session.org).directory();
  if (!hasStanza(item, directory.person(session.person, app.clock.now() / 1000)))
    throw new Problem(409, 'RELEASE_NEEDED', 'You may open this, but it was sealed before you were due', {
      next: ['Ask for its release'],
    });
  const header = app.erase.get(item.org, item.id, fromBase64url(item.header_digest)!);
  if (header === null) {
    // Another header took its place between the two reads.
    const current = await findItem(app.db, item.org, item.id);
    refuseGone(current, app.clock);
    if (current.header_digest === item.header_digest) throw new Error('a header is missing');
    return prepare(app, session, current, asked);
  }
  const event = eventBy(session, app.clock, {
    type: 'image.view',
    outcome: 'intent',
    ...aboutItem(item),
    purpose: purposeOf(purpose, breakGlass),
    policy: policyOf(weighed.decision, true),
    ...(reason === undefined ? {} : { reason }),
  });
  const nonce = fromBase64url(asked.nonce)!;
  return { app, session, item, header, asked, nonce, event, breakGlass, until, marking, acts: weighed.acts };
}

/** Refuses what is recalled, over or held, and puts the refusal into the outbox. */
async function gone(
  app: App,
  session: Session,
  item: ItemRecord,
  decision: Parameters<typeof policyOf>[0],
): Promise<void> {
  try {
    refuseGone(item, app.clock);
  } catch (refusal) {
    const told = { type: 'access.deny', outcome: 'minor', object: { kind: 'item', id: item.id } } as const;
    const policy = policyOf(decision, false);
    await app.db.tx((tx) =>
      record(tx, eventBy(session, app.clock, { ...told, policy, reason: (refusal as Problem).code })),
    );
    throw refusal;
  }
}

/** Why a viewing whose entry is in the log must not go on after all; null when it may. Holds item and person still. */
async function refusalOf(tx: Tx, { app, session, item }: Viewing): Promise<Problem | null> {
  // A share of the row: others may open at the same time, whoever recalls waits, or is waited for.
  await tx.query('SELECT 1 FROM items WHERE org = $1 AND id = $2 FOR SHARE', [item.org, item.id]);
  const [person] = await tx.query<{ suspended_at: Date | null }>(
    'SELECT suspended_at FROM people WHERE org = $1 AND person = $2 FOR SHARE',
    [session.org, session.person],
  );
  if (person?.suspended_at) return suspended();
  try {
    refuseGone(await findItem(tx, item.org, item.id), app.clock);
    return null;
  } catch (refusal) {
    return refusal as Problem;
  }
}

const SUCCESS = { outcome: 'success' } as const;

/** The outcome, its event and what the duties do, in one transaction. @throws Problem why it was refused */
async function settle(viewing: Viewing, entry: YearAppendResult): Promise<void> {
  const { app, item, event, acts } = viewing;
  const refusal = await app.db.tx(async (tx) => {
    const refused = await refusalOf(tx, viewing);
    if (!(await settleRow(tx, item.org, event.id, refused ? 'refused' : 'opened', app))) return logDown(app, false);
    if (refused === null) for (const act of acts) await act(tx);
    const ended = refused === null ? SUCCESS : ({ outcome: 'serious', reason: refused.code } as const);
    await record(tx, outcomeOf(event, app.clock, entry.index, ended), entry.origin);
    return refused;
  });
  if (refusal !== null) throw refusal;
}

/** Settles a row that is still `opening`, once; false when somebody else has. */
export async function settleRow(
  tx: Tx,
  org: string,
  id: string,
  state: 'opened' | 'refused',
  { clock }: App,
): Promise<boolean> {
  const settled = await tx.query(
    "UPDATE openings SET state = $3, settled_at = $4 WHERE org = $1 AND id = $2 AND state = 'opening' RETURNING id",
    [org, id, state, new Date(clock.now())],
  );
  return settled.length === 1;
}

/** The log is down: with a reason of life and limb the custodian's journal takes its place; nothing else does. */
async function openInEmergency(viewing: Viewing): Promise<OpenAnswer> {
  const { app, session, item, asked, breakGlass, event, until, acts } = viewing;
  if (!breakGlass || asked.reason === undefined) throw logDown(app, true);
  const { custodian } = trustOf(app, session.org);
  const { nonce, reason } = asked;
  const call = { item: item.id, person: session.person, nonce, reason, headerDigest: item.header_digest };
  const { receipt, logEntry } = await custodian.emergencyView(call).catch((cause: unknown) => {
    throw bothDown(app, cause);
  });
  // The journal's entry is what was logged; the row of the log that is down stays for the sweeper.
  const refusal = await app.db.tx(async (tx) => {
    const refused = await refusalOf(tx, viewing);
    await tx.query(
      `INSERT INTO openings (org, id, item, person, state, at, settled_at, break_glass, emergency, event, nonce, until)
       VALUES ($1, $2, $3, $4, $5, $6, $7, true, true, $8, $9, $10)`,
      [
        item.org,
        logEntry,
        item.id,
        session.person,
        refused ? 'refused' : 'opened',
        event.occurredAt,
        new Date(app.clock.now()),
        JSON.stringify({ ...event, id: logEntry, type: 'breakglass.open' }),
        nonce,
        until,
      ],
    );
    if (refused === null) for (const act of acts) await act(tx);
    await mergeLater(tx, item.org, app);
    return refused;
  });
  if (refusal !== null) throw refusal;
  return answer(viewing, logEntry, receipt, true);
}

/** The custodian's journal is to be merged when the log is back. */
export async function mergeLater(tx: Tx, org: string, { clock }: App): Promise<void> {
  await tx.query("INSERT INTO jobs (org, kind, item, due) VALUES ($1, 'merge', '', $2) ON CONFLICT DO NOTHING", [
    org,
    new Date(clock.now()),
  ]);
}

async function answer(viewing: Viewing, id: string, receipt: string, emergency: boolean): Promise<OpenAnswer> {
  const { app, session, item, header, event } = viewing;
  const { watermarkSecret, config } = trustOf(app, session.org);
  const { name, role } = session;
  return {
    viewing: id,
    header: Buffer.from(header).toString('base64url'),
    receipt,
    labels: item.labels,
    chips: prepareChips(deriveImageKey(watermarkSecret, item.id), id),
    watermark: viewing.marking,
    code: shortCode(id),
    sentAt: item.sent_at.toISOString(),
    who: { name, role, organisation: config.name, at: event.occurredAt },
    until: viewing.until?.toISOString() ?? null,
    emergency,
    epoch: item.epoch,
  };
}
