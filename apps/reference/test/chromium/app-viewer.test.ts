import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
// @ts-expect-error a style sheet has no types
import '../../client/styles/main.scss';
import { inboxView } from '../../client/app/inbox.js';
import { show } from '../../client/app/shell.js';
import { WardsealViewer } from '../../client/app/viewer.js';
import type { Core, OpenedItem } from '../../client/core/core.js';
import type { ItemRow } from '../../src/wire/api.js';
import {
  ANSWER,
  type Answer,
  CASE,
  fakeCore,
  fakeDesk,
  fakeServer,
  ITEM,
  LABELS,
  ME,
  Refusal,
  ROW,
  until,
} from '../suites/app-fixture.js';

let server: ReturnType<typeof fakeServer> | undefined;
beforeEach(() => {
  document.body.innerHTML = '<main id="app"></main>';
  document.documentElement.lang = 'en-GB';
});
afterEach(() => server?.restore());

const text = (): string =>
  [...document.querySelectorAll<HTMLElement>('#app p, #app h1, #app h2, #app li, #app dd, #app button')]
    .filter((one) => one.checkVisibility())
    .map((one) => one.textContent)
    .join('\n');
const find = (name: string): HTMLButtonElement | undefined =>
  [...document.querySelectorAll('button')].find((one) => one.textContent === name && one.checkVisibility());
const press = (name: string): void => find(name)!.click();
const canvas = (): HTMLCanvasElement | null => document.querySelector('canvas[aria-label="Clinical picture"]');

async function violations(): Promise<string[]> {
  const runOnly = ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations: found } = await axe.run(document, { runOnly });
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

interface Given {
  readonly row?: Partial<ItemRow>;
  readonly core?: Partial<Core>;
  readonly answers?: Record<string, Answer | null>;
  readonly rows?: readonly ItemRow[];
  readonly pressed?: boolean;
}
function viewer({ row = {}, core = {}, answers = {}, rows = [], pressed = true }: Given = {}): WardsealViewer {
  server = fakeServer(answers);
  const desk = fakeDesk(core);
  desk.rows = rows;
  const element = Object.assign(new WardsealViewer(), { desk, row: { ...ROW, ...row }, pressed });
  show('Item', element);
  return element;
}
const opening = async (over: Partial<OpenedItem>): Promise<OpenedItem> => ({
  ...(await fakeCore().open({} as never)),
  ...over,
});

describe('an opened picture', () => {
  test('stands under its patient, site, side and age; the viewing is told as an entry, then as witnessed', async () => {
    viewer();
    await until(canvas);
    const banner = document.querySelector('.ward-patient')!.textContent;
    expect(banner).toContain('Testcase Exampleton · born 27 Mar 1985 · NHS 999 000 0018');
    expect(banner).toContain('Skin of hand, left side');
    expect(banner).toContain('3 days ago');
    expect(document.querySelector('.ward-patient .nhsuk-tag--red')).not.toBeNull();
    expect(text()).toContain('entry 41');
    await until(() => text().includes('Confirmed by an independent witness'));
    expect(canvas()!.height).toBe(200);
    expect(await violations()).toEqual([]);
  });

  test('zooms by keys to one pixel of the picture for one of the screen, and leaves the page with its view', async () => {
    const element = viewer();
    await until(canvas);
    const pan = document.querySelector<HTMLElement>('.ward-pan')!;
    pan.dispatchEvent(new KeyboardEvent('keydown', { key: '1' }));
    expect(canvas()!.style.width).toBe(`${200 / devicePixelRatio}px`);
    pan.dispatchEvent(new KeyboardEvent('keydown', { key: '0' }));
    expect(canvas()!.classList.contains('ward-fit')).toBe(true);
    const seen = canvas()!;
    element.remove();
    expect(seen.width).toBe(0);
  });

  test('a picture that the policy lets be looked at for a time is gone when the time is over', async () => {
    const now = new Date();
    const over = new Date(now.getTime() + 1_500).toISOString();
    const answers = { '/open': () => ({ ...ANSWER, until: over }) };
    viewer({ answers });
    await until(canvas);
    const seen = canvas()!;
    expect(text()).toContain('Red since Tuesday');
    await expect.poll(() => seen.width, { timeout: 9_000 }).toBe(0);
    expect(canvas()).toBeNull();
    expect(text()).not.toContain('Red since Tuesday');
    expect(text()).toContain('is over');
  });

  test('an intimate picture is covered until somebody asks for it', async () => {
    viewer({ core: { open: () => opening({ labels: { ...LABELS, sensitivity: 'intimate' } }) } });
    await until(() => find('Show the picture'));
    expect(canvas()!.checkVisibility()).toBe(false);
    press('Show the picture');
    expect(canvas()!.checkVisibility()).toBe(true);
  });

  test('a page loaded anew opens nothing by itself', async () => {
    viewer({ pressed: false });
    expect(server!.asked).toEqual([]);
    press('Open');
    await until(canvas);
  });

  test('a late witness is not hidden, and a split history is told with what to do', async () => {
    viewer({ core: { confirmWitnessed: () => Promise.reject(Object.assign(new Error(), { code: 'HISTORY_SPLIT' })) } });
    await until(() => text().includes('another history'));
    expect(text()).toContain('Tell your information governance lead now');
  });
});

describe('what cannot be opened', () => {
  test.each(['RECEIPT_OLD', 'RECEIPT_OTHER_ITEM', 'LABELS_CHANGED', 'PICTURE_SWAPPED', 'SIGNATURE_FORGED'])(
    '%s shows nothing but its own sentence',
    async (code) => {
      viewer({ core: { open: () => Promise.reject(Object.assign(new Error(), { code })) } });
      await until(() => document.querySelector('.nhsuk-error-summary'));
      expect(canvas()).toBeNull();
      expect(text()).toContain('Do not rely on it');
      expect(await violations()).toEqual([]);
    },
  );

  test.each([
    ['recalled', 'The sender has recalled this'],
    ['expired', 'This has expired'],
    ['held', 'holds this item back'],
  ] as const)('%s is said without a word on the patient, and nothing is asked', async (state, said) => {
    viewer({ row: { state, canOpen: 'no' } });
    expect(text()).toContain(said);
    expect(server!.asked).toEqual([]);
  });

  test('whoever came on duty later is offered a release; the log down, the emergency door', async () => {
    viewer({ answers: { '/open': () => new Refusal(409, 'RELEASE_NEEDED') } });
    await until(() => find('Ask for release'));
    expect(await violations()).toEqual([]);
    server!.restore();
    viewer({ answers: { '/open': () => new Refusal(503, 'LOG_DOWN', { next: ['Phone 0300 000 0000'] }) } });
    await until(() => find('Break the glass'));
    expect(text()).toContain('Phone 0300 000 0000.');
    expect(await violations()).toEqual([]);
  });

  test('the emergency door wants a reason of substance before anything is asked', () => {
    viewer({ row: { canOpen: 'break-glass' } });
    document.querySelector<HTMLTextAreaElement>('#reason')!.value = 'need it';
    press('Break the glass');
    expect(document.querySelector('.nhsuk-error-message')?.textContent).toContain('at least 20 characters');
    expect(document.activeElement?.id).toBe('reason');
    expect(server!.asked).toEqual([]);
  });
});

describe('afterwards', () => {
  const mine = { mine: true, author: { id: ME.person, name: ME.name } };

  test('advice goes to the same people, about this item, and stays NOT SENT until acknowledged', async () => {
    let request: Parameters<Core['seal']>[0] | undefined;
    const { seal } = fakeCore();
    viewer({
      core: {
        seal: (asked) => {
          request = asked;
          return seal(asked);
        },
      },
      answers: { '/payload': () => ({}), '/api/items': null },
    });
    await until(canvas);
    document.querySelector<HTMLTextAreaElement>('#advice')!.value = 'Start antibiotics';
    press('Send advice');
    await until(() => text().includes('There is no connection'));
    expect(text()).toContain('NOT SENT');
    server!.restore();
    server = fakeServer({
      '/payload': () => ({}),
      '/api/items': () => ({ id: '', sentAt: ROW.sentAt, state: 'active' }),
    });
    press('Send advice');
    await until(() => !text().includes('NOT SENT'));
    expect(request).toMatchObject({
      to: { same: ITEM },
      case: CASE,
      labels: { kind: 'message', team: 'none', about: ITEM, consentLevel: [] },
      clinical: { note: 'Start antibiotics', consent: null },
    });
  });

  test('a recall asks first and tells honestly who had opened it', async () => {
    const openedBy = [
      { name: 'Wren Example', at: ROW.sentAt },
      { name: ME.name, at: ROW.sentAt },
    ];
    viewer({ row: mine, answers: { '/recall': () => ({ state: 'recalled', openedBy }) } });
    await until(canvas);
    expect([document.querySelectorAll('canvas').length, find('Send advice') !== undefined]).toEqual([1, true]);
    press('Recall');
    expect(server!.asked.some(({ path }) => path.endsWith('/recall'))).toBe(false);
    press('Yes, recall');
    await until(() => text().includes('Recalled, but 1 person had opened it before: Wren Example'));
    // Nobody looks at it any more, nor advises on it, the sender neither.
    expect([document.querySelectorAll('canvas').length, find('Send advice') !== undefined]).toEqual([0, false]);
    expect(await violations()).toEqual([]);
  });

  test('only the sender is offered recall and the list of who opened it', async () => {
    viewer();
    await until(canvas);
    expect(find('Recall')).toBeUndefined();
    expect(find('Close case')).toBeDefined();
  });
});

describe('the inbox', () => {
  const advice: ItemRow = {
    ...ROW,
    id: '0192f0c4-7a3b-4c5d-8e9f-0000000000ad',
    labels: { ...LABELS, kind: 'message', about: ITEM, team: 'none' },
  };
  const stale: ItemRow = {
    ...ROW,
    id: '0192f0c4-7a3b-4c5d-8e9f-0000000000ae',
    sentAt: new Date(Date.now() - 2 * 86_400_000).toISOString(),
    canOpen: 'release',
  };

  test('says who, when, how old and in which state, and nothing about a patient', async () => {
    server = fakeServer({
      '/api/inbox': () => ({
        items: [ROW, stale, advice, { ...ROW, id: CASE, state: 'recalled', canOpen: 'no' }],
        now: new Date().toISOString(),
      }),
    });
    const opened: string[] = [];
    inboxView(
      fakeDesk(),
      () => true,
      (id) => opened.push(id),
      () => {},
    );
    await until(() => document.querySelectorAll('.ward-row').length === 3);
    expect(text()).toContain('4 minutes ago');
    expect(text()).toContain('2 days ago');
    expect(text()).toContain('Recalled');
    expect(text()).toContain('Advice from Wren Example');
    press('Read advice');
    press('Ask for release');
    expect(opened).toEqual([advice.id, stale.id]);
    expect(await violations()).toEqual([]);
  });

  test('an empty inbox and a server that does not answer are both said', async () => {
    server = fakeServer({ '/api/inbox': () => ({ items: [], now: new Date().toISOString() }) });
    inboxView(
      fakeDesk(),
      () => true,
      () => {},
      () => {},
    );
    await until(() => text().includes('Nothing here yet'));
    server.restore();
    server = fakeServer({ '/api/inbox': null });
    inboxView(
      fakeDesk(),
      () => true,
      () => {},
      () => {},
    );
    await until(() => text().includes('There is no connection'));
    expect(await violations()).toEqual([]);
  });
});
