import { AuditError, systemClock } from '@wardseal/audit';
import {
  type BreakGlassReport,
  breakGlassReport,
  type ExposureReport,
  exportEvent,
  exposure,
  render,
  reviewEvent,
} from '@wardseal/audit/report';
import { Hono } from 'hono';
import type { Ctx, Env } from '../http/env.js';
import { body, bodyBytes } from '../http/parse.js';
import { badRequest, notFound, Problem, problemOf } from '../http/problem.js';
import { contentSecurityPolicy } from '../http/security-headers.js';
import { requireSession, type Session } from '../http/session.js';
import { wholePage } from '../http/whole-page.js';
import { breakGlass, waitingTogether } from '../views/ig/break-glass.js';
import { desk } from '../views/ig/desk.js';
import { logCheck } from '../views/ig/log.js';
import { openedForm, openedReport } from '../views/ig/opened.js';
import { room as inRoom, moment, purposeForm } from '../views/ig/parts.js';
import { traceForm } from '../views/ig/trace.js';
import { type Html, layout } from '../views/layout.js';
import { alarmsFor, settle } from '../wiring/alarms.js';
import type { App } from '../wiring/app.js';
import { eventBy } from '../wiring/event.js';
import { trustOf } from '../wiring/facts.js';
import { entitled, itemsNamed } from '../wiring/ig-entitled.js';
import { type Purpose, type Reading, readLog, refused } from '../wiring/ig-reading.js';
import { parseOpened, parsePurpose, parseReview, type ReviewAsked } from '../wiring/ig-requests.js';
import { evidenceStyleHash } from '../wiring/ig-style.js';
import type { Trust } from '../wiring/trust.js';
import { traceApi } from './ig-trace.js';
import { policy } from './policy.js';

/** Bytes of the form of a review: its reason has at most 900 characters. */
const MAX_FORM_BYTES = 16_384;

/** The rooms of information governance: who opened what, break-glass, leaked pictures, the log, the policy in force. */
export function ig(app: App): Hono<Env> {
  const hono = new Hono<Env>();
  const clock = { ...systemClock, now: app.clock.now };

  const page = (c: Ctx, title: string, main: Html, problem: Problem | null = null): Response | Promise<Response> => {
    const session = requireSession(c);
    c.header('content-security-policy', contentSecurityPolicy([evidenceStyleHash], true));
    // With `no-referrer` a browser says of a form's own page that it is nobody's.
    c.header('referrer-policy', 'same-origin');
    const trustName = trustOf(app, session.org).config.name;
    return c.html(
      layout({ assets: app.assets, title, session, trustName, main, script: 'ig.js' }),
      problem?.status ?? 200,
    );
  };
  /** A room that is entered with a purpose; without one it asks for one and reads nothing. */
  const room = (path: string, show: (c: Ctx, session: Session, purpose: Purpose) => Promise<Response>): void => {
    hono.get(path, async (c) => {
      const session = requireSession(c);
      const purpose = parsePurpose(c.req.query('purpose'));
      return purpose === null
        ? page(c, 'Why are you reading the access log?', purposeForm(path))
        : show(c, session, purpose);
    });
  };
  const readAll = (session: Session, purpose: Purpose): Promise<Reading> =>
    readLog(app, session, { purpose, object: { kind: 'log', id: trustOf(app, session.org).config.logs.base } });
  const queueOf = ({ sources, nameOf }: Reading): Promise<BreakGlassReport> =>
    breakGlassReport({ sources, nameOf, clock });

  room('/ig', async (c, session, purpose) => {
    const { log, pack } = trustOf(app, session.org);
    const reading = await readAll(session, purpose).catch((error: unknown) => {
      // Who may read it is told that it is down; what else lies on the desk is not from the log.
      if (error instanceof Problem && error.code === 'LOG_DOWN') return null;
      throw error;
    });
    const waiting = reading === null ? [] : waitingTogether(await queueOf(reading));
    const since = reading && ((await log.current().catch(refused)).witnessState()?.unwitnessedSince ?? null);
    const words = [
      ...(reading === null
        ? ['It takes no entry. Nothing can be opened but by breaking the glass. Tell the service desk.']
        : []),
      ...(since === null ? [] : [`No witness has signed it since ${moment(since)}.`]),
    ];
    const alarms = (await alarmsFor(app, session)).map(({ kind, item, at, person }) => {
      const who = person === null ? '' : (reading?.nameOf(person, session.org) ?? person);
      return { kind, item, at: moment(at), who };
    });
    const overdue = waiting.filter(([use]) => use?.state === 'overdue').length;
    const reviews = { waiting: waiting.length - overdue, overdue };
    return page(
      c,
      'Information governance',
      inRoom('/ig', purpose, desk({ purpose, alarms, log: words, reviews, policy: pack.document, now: clock.now() })),
    );
  });

  room('/ig/opened', async (c, session, purpose) => {
    const { purpose: _, ...query } = c.req.query();
    const asked = Object.fromEntries(
      Object.entries(query)
        .map(([name, value]) => [name, value.trim()])
        .filter(([, value]) => value !== ''),
    );
    const { directory } = await trustOf(app, session.org).directory();
    const staff = new Map(
      directory.entries
        .filter(({ roles = [] }) => !roles.includes('custodian'))
        .map((entry) => [entry.person, entry.name ?? entry.person]),
    );
    const given = { purpose, people: [...staff], item: asked['item'] ?? '', person: asked['person'] ?? '' };
    const form = (report: Html | null, problem: Problem | null = null) =>
      page(c, 'Who opened it', inRoom('/ig/opened', purpose, openedForm({ ...given, problem, report })), problem);
    try {
      const { item, person, as } = parseOpened(asked);
      if (item === undefined && person === undefined) return await form(null);
      if (person !== undefined && !staff.has(person)) throw notFound();
      const report = await opened(session, purpose, item === undefined ? { person: person as string } : { item });
      if (as === undefined)
        return await form(
          openedReport(
            report.report,
            `/ig/opened?${new URLSearchParams({ purpose, ...(item === undefined ? { person: person as string } : { item }) })}`,
          ),
        );
      return await handOut(c, session, report, as);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status !== 400 && problem.status !== 404) throw error;
      return form(null, problem);
    }
  });
  const opened = async (session: Session, purpose: Purpose, of: { item: string } | { person: string }) => {
    const items = 'item' in of ? await itemsNamed(app, session.org, of.item) : [];
    const object = 'item' in of ? { kind: 'item', id: of.item } : { kind: 'person', id: of.person };
    const { sources, nameOf, trust } = await readLog(app, session, { purpose, object });
    const could = await entitled(app, session.org, 'item' in of ? { items } : of);
    const about =
      'item' in of
        ? { objects: items.map((id) => ({ kind: 'item', id })) }
        : { actor: { id: of.person, org: session.org } };
    return { trust, report: await exposure({ sources, of: about, could, nameOf, clock }) };
  };
  /** A report that leaves this page: what was handed out stands in the log with its digest, before it leaves. */
  const handOut = async (
    c: Ctx,
    session: Session,
    { report, trust }: { report: ExposureReport; trust: Trust },
    as: 'html' | 'csv',
  ) => {
    const { name } = trust.config;
    const rendered = render(report, as, {
      organisation: name,
      orgName: (code) => (code === session.org ? name : undefined),
    });
    const { actor } = eventBy(session, app.clock, { type: 'audit.read', outcome: 'success' });
    await trust.log.append(exportEvent(report, { actor, rendered, clock }), { await: 'integrated' }).catch(refused);
    if (as === 'html') return wholePage(c, rendered);
    c.header('content-disposition', `attachment; filename="access-log-${report.madeAt.slice(0, 10)}.csv"`);
    return c.body(rendered, 200, { 'content-type': 'text/csv; charset=utf-8' });
  };

  room('/ig/break-glass', async (c, session, purpose) => queuePage(c, session, purpose, null));
  const queuePage = async (c: Ctx, session: Session, purpose: Purpose, problem: Problem | null) => {
    const report = await queueOf(await readAll(session, purpose));
    const main = breakGlass({ purpose, report, now: clock.now(), problem });
    return page(c, 'Break-glass review', inRoom('/ig/break-glass', purpose, main), problem);
  };
  hono.post('/ig/break-glass', async (c) => {
    const session = requireSession(c);
    const form = new URLSearchParams(new TextDecoder().decode(await bodyBytes(c, MAX_FORM_BYTES)));
    const purpose = parsePurpose(form.get('purpose') ?? undefined) ?? 'audit';
    const text = (name: string): string =>
      (form.get(`${name}-${form.get('index')}`) ?? '').replaceAll(/\s+/g, ' ').trim();
    const said = { origin: form.get('origin'), outcome: text('outcome'), reason: text('reason') };
    try {
      // One review of several entries of one matter: what is wrong with it is wrong with the first.
      const asked = form.getAll('index').map((index) => parseReview({ ...said, index: Number(index) }));
      if (asked.length === 0) throw badRequest('index');
      for (const one of asked) await review(session, purpose, one);
    } catch (error) {
      const problem = problemOf(error);
      if (problem.status >= 500 || problem.code === 'POLICY_REFUSED') throw error;
      return queuePage(c, session, purpose, problem);
    }
    return c.redirect(`/ig/break-glass?purpose=${purpose}`, 303);
  });
  hono.post('/api/ig/review', async (c) => {
    await review(requireSession(c), 'audit', await body(c, parseReview));
    return c.json({});
  });
  const reviewedBefore = () =>
    new Problem(409, 'REVIEWED_BEFORE', 'Somebody has reviewed this already', { next: ['Look at the list below'] });
  // Two at once would both find it waiting: whoever comes second, on any node, comes too late.
  const review = (session: Session, purpose: Purpose, asked: ReviewAsked) =>
    app.db.tx(async (tx) => {
      const [first] = await tx.query<{ mine: boolean }>(
        "SELECT pg_try_advisory_xact_lock(hashtextextended('review/' || $1, 0)) AS mine",
        [`${session.org}/${asked.origin}/${asked.index}`],
      );
      if (!first?.mine) throw reviewedBefore();
      await reviewNow(session, purpose, asked);
    });
  const reviewNow = async (session: Session, purpose: Purpose, { index, origin, outcome, reason }: ReviewAsked) => {
    const reading = await readAll(session, purpose);
    const { uses, rows } = await queueOf(reading);
    const use = uses.find((one) => one.index === index && one.origin === origin);
    if (use === undefined) throw notFound();
    if (use.review !== undefined) throw reviewedBefore();
    // A review names its use by a place in its own log: written into another year's it would name another entry.
    if ((await reading.trust.log.current().catch(refused)).origin !== origin)
      throw new Problem(409, 'LOG_OF_ANOTHER_YEAR', 'This use stands in the log of another year, which is closed', {
        next: ['Write the review on the printed report of that year, and keep it with the report'],
      });
    const { actor } = eventBy(session, app.clock, { type: 'breakglass.review', outcome: 'success' });
    await Promise.resolve()
      .then(() => reviewEvent({ of: use, reviewer: actor, outcome, reason, clock }))
      .then((event) => reading.trust.log.append(event, { await: 'integrated' }))
      .catch((error: unknown) => {
        if (!(error instanceof AuditError && error.code === 'SELF_REVIEW')) return refused(error);
        throw new Problem(403, 'SELF_REVIEW', 'You used break-glass here yourself', {
          next: ['Ask another privacy officer to review it'],
          cause: error,
        });
      });
    const item = rows.find((row) => row.index === index)?.object?.id;
    for (const { id } of use.people)
      if (item !== undefined && id !== undefined)
        await settle(app.db, { org: session.org, item, person: id, at: new Date(clock.now()) }, ['break-glass']);
  };

  room('/ig/trace', async (c, _session, purpose) =>
    page(c, 'Leaked picture', inRoom('/ig/trace', purpose, traceForm(purpose))),
  );

  room('/ig/log', async (c, session, purpose) => {
    const { trust } = await readAll(session, purpose);
    const { origin } = await trust.log.current().catch(refused);
    return page(c, 'Check the log', inRoom('/ig/log', purpose, logCheck(session.org, origin)));
  });

  hono.route('/', traceApi(app));
  hono.route('/', policy(app));
  return hono;
}
