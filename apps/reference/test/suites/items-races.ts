import type { OpenedEntry } from '@wardseal/audit';
import { sha256 } from '@wardseal/primitives';
import { expect, test } from 'vitest';
import { type ItemsHouse, ORG } from '../support/items-house.js';

/** Entries about viewings of an item. */
export const viewsIn = (entries: readonly OpenedEntry[], item: string): OpenedEntry[] =>
  entries.filter(({ actor, leaf }) => actor?.object?.id === item && /^(image.view|breakglass.open)$/.test(leaf.type));

/** The viewings of an item as the database has them. */
export const viewings = (house: ItemsHouse, item: string) =>
  house.app.db.query<{ id: string; state: string; emergency: boolean }>(
    'SELECT id, state, emergency FROM openings WHERE item = $1 ORDER BY at',
    [item],
  );

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Ms by which the next start is shifted: the loser of a race catches up within a few, on a slow machine too. */
const STEP = 7;

/** Races and kills, as many as are asked for. */
export function racesAndKills(
  counts: { readonly races: number; readonly kills: number },
  started: () => ItemsHouse,
): void {
  const { races, kills } = counts;

  test(
    `opening against recall, ${races} times: the header, or a refusal, and the sender is told which`,
    async () => {
      const house = started();
      const [nurse, registrar] = [house.member('p-lindqvist'), house.member('p-okafor')];
      const ended = { opened: 0, refused: 0 };
      // The head start of the opening, ms: whoever lost gets more of it, so that both come to where the race is open.
      let head = 0;
      for (let race = 0; race < races; race++) {
        const { id, header } = await house.send(nurse, ['p-okafor']);
        const open = async () => {
          await pause(Math.max(0, -head));
          return house.open(registrar, id);
        };
        const recall = async () => {
          await pause(Math.max(0, head));
          return house.call<{ openedBy: unknown[] }>(nurse, 'POST', `/api/items/${id}/recall`);
        };
        const [opened, recalled] = await Promise.all([open(), recall()]);
        expect(recalled.status).toBe(200);
        const told = recalled.body.openedBy.length;
        if (opened.status === 200) {
          expect(told).toBe(1);
          expect(await viewings(house, id)).toMatchObject([{ state: 'opened', id: opened.body.viewing }]);
        } else {
          expect(opened.body.error!.code).toBe('ITEM_RECALLED');
          expect([told, opened.body.header]).toEqual([0, undefined]);
        }
        ended[opened.status === 200 ? 'opened' : 'refused']++;
        head += opened.status === 200 ? -STEP : STEP;
        expect(house.app.erase.get(ORG, id, sha256(header))).toBeNull();
        expect((await house.open(registrar, id)).status).toBe(410);
      }
      // Were there no race, this would show nothing.
      expect(Math.min(ended.opened, ended.refused)).toBeGreaterThan(0);
    },
    10_000 + races * 3_000,
  );

  test(
    `the database is killed while one sends and one opens, ${kills} times: nothing acknowledged is lost, no view unlogged`,
    async () => {
      const house = started();
      const [nurse, registrar] = [house.member('p-lindqvist'), house.member('p-okafor')];
      const opened: { item: string; status: number; viewing: string | undefined }[] = [];
      const sent: string[] = [];
      for (let kill = 0; kill < kills; kill++) {
        const { id } = await house.send(nurse, ['p-okafor']);
        const item = await house.sealed(nurse, ['p-okafor']);
        await house.upload(nurse, item.id, item.payload);
        const under = Promise.all([house.open(registrar, id), house.call(nurse, 'POST', '/api/items', item.body)]);
        await pause((kill * 12) % 60);
        await house.postgres.crash();
        const [view, send] = await under;
        await house.postgres.restart();
        expect([200, 503]).toContain(view.status);
        expect([201, 503]).toContain(send.status);
        opened.push({ item: id, status: view.status, viewing: view.body.viewing });
        // Whoever saw "NOT SENT" sends the same again.
        const again = await house.call(nurse, 'POST', '/api/items', item.body);
        expect(again.status).toBe(201);
        if (send.status === 201) expect(again.body).toEqual(send.body);
        sent.push(item.id);
      }
      house.skip(60_000);
      const entries = await house.entries();
      for (const { item, status, viewing } of opened) {
        const rows = await viewings(house, item);
        if (status === 200) expect(rows).toMatchObject([{ id: viewing, state: 'opened' }]);
        expect(rows.every(({ state }) => state !== 'opening')).toBe(true);
        // Each intent has one outcome, and that is what the database says.
        const views = viewsIn(entries, item);
        const intents = views.filter(({ leaf }) => leaf.outcome === 'intent');
        expect(intents.map(({ leaf }) => leaf.id)).toEqual(rows.map(({ id }) => id));
        const outcomes = views.filter(({ leaf }) => leaf.outcome !== 'intent');
        expect(outcomes.map(({ leaf }) => leaf.parent)).toEqual(intents.map(({ index }) => index));
        const success = rows.filter(({ state }) => state === 'opened').length;
        expect(outcomes.filter(({ leaf }) => leaf.outcome === 'success')).toHaveLength(success);
      }
      for (const id of sent) {
        expect(entries.filter(({ actor, leaf }) => actor?.object?.id === id && leaf.type === 'send')).toHaveLength(1);
        expect((await house.open(registrar, id)).status).toBe(200);
      }
    },
    30_000 + kills * 15_000,
  );
}
