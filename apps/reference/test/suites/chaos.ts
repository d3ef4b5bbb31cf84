import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyMerge } from '@wardseal/audit';
import { fileKeyStore, folderReader } from '@wardseal/audit/file-store';
import { photos } from '@wardseal/testkit/node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Inbox, ItemSent, OpenAnswer, Recalled } from '../../src/wire/index.js';
import { breakGlass, fill, openButton, type Person, SENDING, sees, send } from '../support/browser.js';
import { type Crashable, nonce, ORG, startCrashable, viewsIn } from '../support/crashable.js';

// The whole app as people run it, while parts of it are down or killed; people go on as their pages tell them to.

const REASON = 'necrotising wound, nobody of the team answers';
/** Ms by which the next start is shifted: the loser of a race catches up within a few, on a slow machine too. */
const STEP = 7;
/** With so many races the winner must have changed. */
const ENOUGH_RACES = 20;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

/** The tests, with as many kills and races as are asked for. */
export function chaos({ kills, races }: { readonly kills: number; readonly races: number }): void {
  let house: Crashable;
  beforeAll(async () => {
    house = await startCrashable();
  });
  afterAll(async () => {
    await house?.stop();
  });

  /** Writes a message to the team, up to the last button; a later one is on the same patient. */
  const draft = async (message: string): Promise<void> => {
    const { nurse } = house;
    const another = nurse.page.getByRole('button', { name: 'Another message on this patient' });
    if (!(await another.isVisible())) return fill(nurse, { ...SENDING, message });
    await another.click();
    await nurse.page.getByLabel('Message').fill(message);
  };
  const press = (): Promise<void> => house.nurse.page.getByRole('button', { name: 'Seal and send' }).click();
  /** Sends a message, and gives its number as the server acknowledged it. */
  const sendMessage = async (message: string): Promise<string> => {
    const { nurse } = house;
    await draft(message);
    const answered = nurse.page.waitForResponse((one) => isSend(one.request()));
    await press();
    const { id } = (await (await answered).json()) as ItemSent;
    await sees(nurse.page, nurse.page.getByText(/^Sent at/));
    return id;
  };
  /** Asks for the item that the page is about. */
  const ask = async ({ page }: Person): Promise<void> => {
    await openButton(page).click();
  };

  test(
    `the database is killed while one sends and one opens, ${kills} times: nothing acknowledged is lost, no view unlogged`,
    async () => {
      const { nurse, registrar, postgres, stack } = house;
      const acknowledged = new Map<string, string>();
      const released = new Map<string, string>();
      let interrupted = 0;
      nurse.page.on('response', async (response) => {
        if (!isSend(response.request())) return;
        if (response.status() !== 201) interrupted++;
        else acknowledged.set(((await response.json()) as ItemSent).id, message);
      });
      registrar.page.on('response', async (response) => {
        const item = openOf(response.request());
        if (item === null) return;
        if (!response.ok()) interrupted++;
        else released.set(((await response.json()) as OpenAnswer).viewing, item);
      });
      let message = 'sent before anything was killed';
      let item = await sendMessage(message);
      // A quick machine may be done before the blow each time: then a few more fall.
      let rounds = 0;
      for (; rounds < kills || (interrupted === 0 && rounds < 3 * kills); rounds++) {
        const before = message;
        await registrar.page.goto(`${stack.url}/#/item/${item}`);
        await sees(registrar.page, openButton(registrar.page));
        message = `sent while the database was killed, no. ${rounds}`;
        await draft(message);
        // In the middle of the one, then of the other, each time a little later.
        const begun =
          rounds % 2 === 0
            ? nurse.page.waitForRequest(isSend)
            : registrar.page.waitForRequest((request) => openOf(request) !== null);
        await Promise.all([
          press(),
          ask(registrar),
          begun.then(() => pause((rounds * 13) % 80)).then(() => postgres.crash()),
        ]);
        await postgres.restart();

        // Each goes on until the page says that it is done; until then it says that it is not.
        const sent = nurse.page.getByText(/^Sent at/);
        const again = nurse.page.getByRole('button', { name: 'Try again' });
        await sees(nurse.page, sent.or(again));
        while (await again.isVisible()) {
          expect(await nurse.page.getByText(/^NOT SENT/).isVisible()).toBe(true);
          expect(await sent.isVisible()).toBe(false);
          await again.click();
          await sees(nurse.page, sent.or(again));
        }
        const shown = registrar.page.getByText(before, { exact: true });
        const problem = registrar.page.locator('.nhsuk-error-summary');
        await sees(registrar.page, shown.or(problem));
        while (await problem.isVisible()) {
          expect(await shown.isVisible()).toBe(false);
          await ask(registrar);
          await sees(registrar.page, shown.or(problem));
        }
        item = await vi.waitUntil(() => [...acknowledged].find(([, told]) => told === message)?.[0]);
      }
      // Were nothing under way when the database was killed, this would show nothing.
      expect(interrupted).toBeGreaterThan(0);

      const { items } = (await house.call<Inbox>(registrar, 'GET', '/api/inbox')).body;
      const here = new Set(items.map(({ id }) => id));
      expect([...acknowledged.keys()].filter((id) => !here.has(id))).toEqual([]);
      for (const [id, told] of acknowledged) {
        await registrar.page.goto(`${stack.url}/#/`);
        await registrar.page.goto(`${stack.url}/#/item/${id}`);
        await ask(registrar);
        await sees(registrar.page, registrar.page.getByText(told, { exact: true }));
      }
      expect(acknowledged.size).toBe(rounds + 1);
      // The page may show an answer before it is noted here.
      await vi.waitFor(() => expect(released.size).toBeGreaterThanOrEqual(2 * rounds + 1));

      const entries = await house.entries();
      const rows = await house.query<{ id: string; item: string; state: string }>(
        'SELECT id, item, state FROM openings',
      );
      for (const id of acknowledged.keys()) {
        const sends = entries.filter(({ actor, leaf }) => actor?.object?.id === id && leaf.type === 'send');
        expect(sends).toHaveLength(1);
      }
      for (const [viewing, of] of released) {
        const intent = viewsIn(entries, of).find(({ leaf }) => leaf.id === viewing);
        expect([viewing, intent?.leaf.outcome]).toEqual([viewing, 'intent']);
        expect(rows).toContainEqual({ id: viewing, item: of, state: 'opened' });
      }
      // The database and the log tell the same: each opened row has its entry and its outcome, no entry is without a row.
      for (const { id, item: of, state } of rows) {
        const views = viewsIn(entries, of);
        const intent = views.find(({ leaf }) => leaf.id === id);
        const outcome = views.find(({ leaf }) => leaf.outcome !== 'intent' && leaf.parent === intent?.index);
        if (state === 'opened') expect(outcome?.leaf.outcome).toBe('success');
        else expect(outcome?.leaf.outcome).not.toBe('success');
      }
      const intents = entries.filter(({ leaf }) => leaf.type === 'image.view' && leaf.outcome === 'intent');
      expect(intents.map(({ leaf }) => leaf.id).filter((id) => !rows.some((row) => row.id === id))).toEqual([]);
      expect([...nurse.faults, ...registrar.faults]).toEqual([]);
    },
    60_000 + kills * 60_000,
  );

  test(
    `opening against recall, ${races} times: one outcome each, the same in both answers, the database and the log`,
    async () => {
      const { nurse, registrar } = house;
      const ended: { readonly item: string; readonly opened: string | null }[] = [];
      // The head start of the opening, ms: whoever lost gets more of it, so that both come to where the race is open.
      let head = 0;
      for (let race = 0; race < races; race++) {
        const item = await sendMessage(`raced for, no. ${race}`);
        const open = () => ({ nonce: nonce(), purpose: 'referral' });
        const [opened, recalled] = await Promise.all([
          pause(-head).then(() => house.call<OpenAnswer>(registrar, 'POST', `/api/items/${item}/open`, open())),
          pause(head).then(() => house.call<Recalled>(nurse, 'POST', `/api/items/${item}/recall`, {})),
        ]);
        expect(recalled.status).toBe(200);
        const { header, viewing, error } = opened.body;
        const won = opened.status === 200;
        expect([opened.status, error?.code]).toEqual(won ? [200, undefined] : [410, 'ITEM_RECALLED']);
        expect(header === undefined).toBe(!won);
        // The sender is told of exactly who has seen it.
        expect(recalled.body.openedBy.map(({ name }) => name)).toEqual(won ? ['Wren Example'] : []);
        ended.push({ item, opened: won ? viewing : null });
        head += won ? -STEP : STEP;
        const later = await house.call(registrar, 'POST', `/api/items/${item}/open`, open());
        expect([later.status, later.body.error?.code]).toEqual([410, 'ITEM_RECALLED']);
      }
      const count = ended.filter(({ opened }) => opened !== null).length;
      if (races >= ENOUGH_RACES) expect(Math.min(count, races - count)).toBeGreaterThan(0);

      const entries = await house.entries();
      for (const { item, opened } of ended) {
        const rows = await house.query<{ id: string; state: string }>(
          'SELECT id, state FROM openings WHERE item = $1',
          [item],
        );
        const views = viewsIn(entries, item);
        const intents = views.filter(({ leaf }) => leaf.outcome === 'intent');
        const outcomes = views.filter(({ leaf }) => leaf.outcome !== 'intent');
        // Whoever came too late for an entry has none of a view.
        expect(rows.length).toBeLessThanOrEqual(1);
        expect(rows.map(({ state }) => state)).toEqual(rows.map(() => (opened === null ? 'refused' : 'opened')));
        expect(intents.map(({ leaf }) => leaf.id)).toEqual(rows.map(({ id }) => id));
        expect(outcomes.map(({ leaf }) => [leaf.parent, leaf.outcome])).toEqual(
          intents.map(({ index }) => [index, opened === null ? 'serious' : 'success']),
        );
        if (opened !== null) expect(rows[0]?.id).toBe(opened);
        const recalls = entries.filter(({ actor, leaf }) => actor?.object?.id === item && leaf.type === 'recall');
        expect(recalls).toHaveLength(1);
      }
    },
    60_000 + races * 15_000,
  );

  test('the log is down: views are refused in words, breaking the glass works through the journal, which is merged', async () => {
    const { nurse, registrar, stack, log } = house;
    const [other, lead] = (await Promise.all(['p-teal', 'p-lead'].map(house.person))) as [Person, Person];
    const back = nurse.page.getByRole('button', { name: 'Back to the inbox' });
    if (await back.isVisible()) await back.click();
    await send(nurse, { ...SENDING, picture: photos.cat.path });
    const [{ id = '', case: number = '' } = {}] = (await house.call<Inbox>(nurse, 'GET', '/api/inbox')).body.items;
    await registrar.page.goto(`${stack.url}/#/item/${id}`);
    await sees(registrar.page, openButton(registrar.page));
    await other.page.goto(`${stack.url}/#/find`);
    await other.page.getByLabel('Case number').fill(number);
    await other.page.getByRole('button', { name: 'Find' }).click();
    await sees(other.page, other.page.getByRole('button', { name: 'Break the glass' }));

    // The disk under the log is gone.
    await rename(log.folder, `${log.folder}-away`);
    await writeFile(log.folder, 'a file where the folder was');
    let written: string;
    try {
      await ask(registrar);
      await sees(registrar.page, registrar.page.getByText('The access log does not answer'));
      await sees(registrar.page, registrar.page.getByText(/If it cannot wait, break the glass/));
      await sees(registrar.page, registrar.page.getByText(/The number to ring/));
      await sees(registrar.page, registrar.page.getByLabel('Reason'));
      expect(await registrar.page.getByLabel('Clinical picture').count()).toBe(0);

      const answered = other.page.waitForResponse((response) => openOf(response.request()) === id && response.ok());
      await breakGlass(other, REASON);
      const answer = (await (await answered).json()) as OpenAnswer;
      expect(answer.emergency).toBe(true);
      written = answer.viewing;
      await sees(other.page, other.page.getByText('You broke the glass. It will be reviewed.'));
      await sees(other.page, other.page.getByText(/^Your viewing is in the emergency journal as entry \d+/));
      // What is sent meanwhile is told to the log when it is back.
      await back.click();
      await send(nurse, { ...SENDING, message: 'sent while the log was down' });
    } finally {
      await rm(log.folder);
      await rename(`${log.folder}-away`, log.folder);
    }

    const merging = () => house.query("SELECT 1 FROM jobs WHERE kind = 'merge'");
    await vi.waitUntil(async () => (await merging()).length === 0, { timeout: 120_000, interval: 200 });
    const entries = await house.entries();
    const journal = join(stack.dataDir, 'emergency', ORG);
    const merged = await verifyMerge({
      log: await log.source(),
      journal: {
        reader: await folderReader(join(journal, 'log')),
        keys: fileKeyStore(join(journal, 'secrets')),
        policy: { logKey: house.trust.emergencyKey },
      },
    });
    expect(merged.entries).toHaveLength(2);
    const uses = viewsIn(entries, id).filter(({ leaf }) => leaf.type === 'breakglass.open');
    expect(uses.map(({ leaf, actor }) => [leaf.outcome, actor?.actor?.id])).toEqual([
      ['intent', 'p-teal'],
      ['success', 'p-teal'],
    ]);
    expect(uses.map(({ leaf }) => leaf.id)).toContain(written);
    // Whoever was refused has seen nothing, and the log does not say otherwise.
    const seen = viewsIn(entries, id).filter(({ leaf }) => leaf.type === 'image.view' && leaf.outcome === 'success');
    expect(seen).toEqual([]);

    await lead.page.goto(`${stack.url}/ig/break-glass?purpose=audit`);
    const use = lead.page.getByRole('region', { name: /^Sky Pretend/ });
    await sees(lead.page, use);
    expect(await use.textContent()).toContain('taken over from the emergency journal');
    expect(await use.textContent()).toContain(REASON);
    expect(await use.textContent()).toContain(id);
    // And opening is as it was.
    await registrar.page.goto(`${stack.url}/#/`);
    await registrar.page.goto(`${stack.url}/#/item/${id}`);
    await ask(registrar);
    await sees(registrar.page, registrar.page.getByLabel('Clinical picture'));
    expect([...nurse.faults, ...registrar.faults, ...other.faults, ...lead.faults]).toEqual([]);
  });
}

interface Asked {
  method(): string;
  url(): string;
}

const isSend = (request: Asked): boolean => request.method() === 'POST' && /\/api\/items$/.test(request.url());

/** The item that a request asks to open; null of any other. */
const openOf = (request: Asked): string | null =>
  /\/api\/items\/([0-9a-f-]{36})\/open$/.exec(request.url())?.[1] ?? null;
