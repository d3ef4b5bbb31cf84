import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
// @ts-expect-error a style sheet has no types
import '../../client/styles/main.scss';
import { WardsealCapture } from '../../client/app/capture.js';
import { show } from '../../client/app/shell.js';
import type { Core } from '../../client/core/core.js';
import { fakeDesk, fakeServer, PATIENT, Refusal, until } from '../suites/app-fixture.js';

const SENT = { id: '', sentAt: '2026-11-22T10:02:00.000Z', state: 'active' };
let server: ReturnType<typeof fakeServer> | undefined;

beforeEach(() => {
  localStorage.clear();
  document.body.innerHTML = '<main id="app"></main>';
  document.documentElement.lang = 'en-GB';
});
afterEach(() => server?.restore());

const $ = <T extends HTMLElement>(selector: string): T => document.querySelector<T>(selector)!;
// What is to be seen: a hidden form's words are not there.
const text = (): string =>
  [
    ...document.querySelectorAll<HTMLElement>(
      '#app p, #app h1, #app h2, #app li, #app dd, #app button, #app .nhsuk-error-message',
    ),
  ]
    .filter((one) => one.checkVisibility())
    .map((one) => one.textContent)
    .join('\n');
const press = (name: string): void =>
  [...document.querySelectorAll('button')].find((one) => one.textContent === name)!.click();

function write(id: string, value: string): void {
  const control = $<HTMLInputElement>(`#${id}`);
  control.value = value;
  control.dispatchEvent(new Event('input', { bubbles: true }));
}
function choose(name: string, value: string): void {
  $<HTMLInputElement>(`[name="${name}"][value="${value}"]`).click();
}
function pick(file: File): void {
  const files = new DataTransfer();
  files.items.add(file);
  const input = $<HTMLInputElement>('#file');
  input.files = files.files;
  input.dispatchEvent(new Event('change'));
}
const jpeg = (): File => new File([new Uint8Array(9)], 'a.jpg', { type: 'image/jpeg', lastModified: Date.now() });

async function capture(over: Partial<Core> = {}, kind: 'photo' | 'message' = 'photo'): Promise<WardsealCapture> {
  const element = Object.assign(new WardsealCapture(), { desk: fakeDesk(over), kind });
  show(kind === 'photo' ? 'New picture' : 'New message', element);
  await until(() => document.querySelector('#to'));
  return element;
}
function fillPatient(): void {
  write('number', '999 000 0018');
  write('name', PATIENT.name);
  write('born', '27/3/1985');
}
async function fillAll(): Promise<void> {
  fillPatient();
  choose('consent', 'oral');
  write('site', 'Skin of hand');
  choose('side', 'left');
  pick(jpeg());
  await until(() => document.querySelector('.ward-preview'));
}
async function violations(): Promise<string[]> {
  const { violations: found } = await axe.run(document, {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
  });
  return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

describe('consent is the shutter', () => {
  test('camera and files are closed until form and giver of consent are there, and close again', async () => {
    server = fakeServer({});
    await capture();
    const shutter = $<HTMLFieldSetElement>('.ward-shutter');
    expect(shutter.disabled).toBe(true);
    expect($('#file').matches(':disabled')).toBe(true);
    choose('consent', 'parental');
    expect(shutter.disabled).toBe(true);
    write('givenBy', 'Mother');
    expect(shutter.disabled).toBe(false);
    write('givenBy', ' ');
    expect(shutter.disabled).toBe(true);
  });

  test('spoken consent of the patient names its giver, a name that was written is kept', async () => {
    server = fakeServer({});
    await capture();
    choose('consent', 'oral');
    expect($<HTMLInputElement>('#givenBy').value).toBe('The patient');
    expect($<HTMLFieldSetElement>('.ward-shutter').disabled).toBe(false);
    choose('consent', 'best-interests');
    expect($<HTMLInputElement>('#givenBy').value).toContain('Robin Sample');
    write('givenBy', 'Dr Example');
    choose('consent', 'oral');
    expect($<HTMLInputElement>('#givenBy').value).toBe('Dr Example');
  });
});

describe('pressed while the picture is still being prepared', () => {
  async function pressedEarly(over: Partial<Core>): Promise<void> {
    server = fakeServer({ '/payload': () => ({}), '/api/items': () => SENT });
    await capture(over);
    fillPatient();
    choose('consent', 'oral');
    write('site', 'Skin of hand');
    choose('side', 'left');
    pick(jpeg());
    press('Seal and send');
    expect(text()).toContain('Waiting until the picture is ready');
    expect(text()).not.toContain('Take or choose a picture');
    press('Seal and send');
  }

  test('it is sent as soon as the picture is ready, once', async () => {
    const { prepare, seal } = fakeDesk().core;
    const seals: unknown[] = [];
    await pressedEarly({
      prepare: (file) => new Promise((resolve) => setTimeout(() => resolve(prepare(file)), 200)),
      seal: (draft) => {
        seals.push(draft);
        return seal(draft);
      },
    });
    await until(() => text().includes('Sent at'));
    expect(seals.length).toBe(1);
  });

  test('a picture that cannot be sent is said to be so, and nothing goes out', async () => {
    await pressedEarly({ prepare: () => Promise.reject(Object.assign(new Error('heic'), { code: 'PICTURE_HEIC' })) });
    await until(() => text().includes('HEIC'));
    expect(text()).not.toContain('Take or choose a picture');
    expect(server?.asked.filter(({ path }) => path.includes('/api/items'))).toEqual([]);
  });
});

describe('nothing is sent without what must be known', () => {
  test('an empty form says each thing that is missing, with a link to it and the focus on the summary', async () => {
    server = fakeServer({});
    await capture();
    press('Seal and send');
    const summary = $('.nhsuk-error-summary');
    expect(document.activeElement).toBe(summary);
    expect(summary.textContent).toContain('NOT SENT');
    const ids = [...summary.querySelectorAll('a')].map((link) => link.hash.slice(1));
    expect(ids).toEqual(['number', 'name', 'born', 'consent', 'givenBy', 'site', 'side', 'file']);
    for (const id of ids) expect(document.getElementById(id)?.closest('[data-field]')?.textContent).toBeTruthy();
    summary.querySelector('a')!.click();
    expect(document.activeElement?.id).toBe('number');
    expect($('#number').getAttribute('aria-invalid')).toBe('true');
    expect(await violations()).toEqual([]);
  });

  test.each([
    ['9990000019', 'A digit is wrong'],
    ['9999999999', 'repeats one digit'],
    ['12345', 'Enter the 10 digits'],
    ['3010000000', /digit is wrong|Say whether/],
  ])('the number %s is refused', async (number, why) => {
    server = fakeServer({});
    await capture();
    write('number', number);
    press('Seal and send');
    expect($('.nhsuk-error-summary').textContent).toMatch(why);
  });

  test('a number that cannot be verified needs a reason, and then nothing else but a name', async () => {
    server = fakeServer({ '/payload': () => ({}), '/api/items': () => SENT });
    let sealed: unknown;
    const { seal } = fakeDesk().core;
    await capture(
      {
        seal: async (request) => {
          sealed = request;
          return seal(request);
        },
      },
      'message',
    );
    $('#unverified').click();
    write('name', 'Unknown');
    write('message', 'Please come');
    press('Seal and send');
    expect($('.nhsuk-error-summary').textContent).toContain('Say why');
    write('reason', 'unconscious, no wristband');
    press('Seal and send');
    await until(() => /Sent at/.test(text()));
    expect(sealed).toMatchObject({
      clinical: { patient: { scheme: 'unverified', number: '', name: 'Unknown', born: '' }, consent: null },
    });
  });

  test('a part of the body with two sides needs one of them', async () => {
    server = fakeServer({});
    await capture();
    await fillAll();
    choose('side', 'not-applicable');
    press('Seal and send');
    expect($('.nhsuk-error-summary').textContent).toContain('has a left and a right');
  });

  test('an intimate site makes the item intimate; a video is refused with a clear word', async () => {
    server = fakeServer({});
    await capture();
    choose('consent', 'oral');
    write('site', 'Breast (region)');
    expect($<HTMLInputElement>('[name="sensitivity"]:checked').value).toBe('intimate');
    pick(new File(['x'], 'a.mp4', { type: 'video/mp4' }));
    await until(() => text().includes('Videos cannot be sent yet'));
  });
});

describe('sending', () => {
  test('what is sealed is what was entered; "NOT SENT" stands until the server has acknowledged', async () => {
    let acknowledge: (value: unknown) => void = () => {};
    const acknowledged = new Promise((resolve) => {
      acknowledge = resolve;
    });
    let request: Parameters<Core['seal']>[0] | undefined;
    server = fakeServer({ '/payload': () => ({}), '/api/items': () => SENT });
    const { seal } = fakeDesk().core;
    await capture({
      seal: async (asked) => {
        request = asked;
        await acknowledged;
        return seal(asked);
      },
    });
    await fillAll();
    write('message', 'Infected?');
    press('Seal and send');
    await until(() => text().includes('Step 2 of 4'));
    expect(text()).toContain('NOT SENT - phone them if urgent');
    expect(text()).toContain('999 000 0018');
    acknowledge(null);
    await until(() => /Sent at/.test(text()));
    expect(text()).not.toContain('NOT SENT');
    expect(request).toMatchObject({
      to: { team: 'plastics-on-call' },
      picture: 'h1',
      labels: {
        kind: 'photo',
        team: 'plastics-on-call',
        consentLevel: ['record'],
        purpose: 'referral',
        sensitivity: 'normal',
      },
      clinical: {
        patient: PATIENT,
        site: 'Skin of hand',
        side: 'left',
        note: 'Infected?',
        consent: { form: 'oral', givenBy: 'The patient' },
      },
    });
    expect(server.asked.map(({ path }) => path.replace(/[0-9a-f-]{36}/, 'ID'))).toEqual([
      '/api/directory',
      '/api/items/ID/payload',
      '/api/items',
    ]);
    expect(await violations()).toEqual([]);
  });

  test('when the network drops it stays NOT SENT; trying again sends the same item, and it may not be sent anew', async () => {
    const answers: Record<string, (() => unknown) | null> = { '/payload': () => ({}), '/api/items': null };
    server = fakeServer(answers);
    const lost = server;
    await capture();
    await fillAll();
    press('Seal and send');
    await until(() => text().includes('Try again'));
    expect(text()).toContain('NOT SENT');
    expect(text()).toContain('There is no connection');
    expect(
      [...document.querySelectorAll('button')].some(
        (one) => one.checkVisibility() && one.textContent === 'Back to the form',
      ),
    ).toBe(false);
    expect(await violations()).toEqual([]);
    lost.restore();
    server = fakeServer({ '/payload': () => ({}), '/api/items': () => SENT });
    press('Try again');
    await until(() => /Sent at/.test(text()));
    const id = (asked: typeof lost.asked): unknown =>
      (asked.find(({ path }) => path === '/api/items')?.body as { id: string } | undefined)?.id;
    expect(id(lost.asked)).toMatch(/^[0-9a-f-]{36}$/);
    expect(id(server.asked)).toBe(id(lost.asked));
  });

  test('a refusal of the policy is said in its own words, and the form can be changed', async () => {
    const lines = ['Somebody it would go to is of another organisation'];
    server = fakeServer({
      '/payload': () => ({}),
      '/api/items': () => new Refusal(403, 'POLICY_REFUSED', { lines, next: ['Refer it there instead'] }),
    });
    await capture();
    await fillAll();
    press('Seal and send');
    await until(() => text().includes(lines[0]!));
    expect(text()).toContain('Refer it there instead.');
    expect(text()).toContain('NOT SENT');
    press('Back to the form');
    expect($<HTMLInputElement>('#name').value).toBe(PATIENT.name);
  });

  test('the last recipient is chosen again, and the page itself has no violation', async () => {
    server = fakeServer({});
    localStorage.setItem('wardseal.to', 'p-okafor');
    await capture();
    expect($<HTMLSelectElement>('#to').value).toBe('p-okafor');
    choose('consent', 'oral');
    expect(await violations()).toEqual([]);
  });
});
