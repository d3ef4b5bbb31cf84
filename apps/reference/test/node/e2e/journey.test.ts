import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { photos } from '@wardseal/testkit/node';
import { embed, overlayBox, type Pixels, renderOverlay } from '@wardseal/watermark';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OpenAnswer } from '../../../src/wire/index.js';
import { enrol, open, openBrowser, SENDING, sees, send, signIn } from '../../support/browser.js';
import { freshFolder, type Stack, startStack } from '../../support/stack.js';

// W1, the main job, by two people in two browsers: a nurse asks, the registrar on call looks and answers.

const ORIGINAL = photos.flower.path;
let stack: Stack;
let browser: Browser;
let folder: string;

beforeAll(async () => {
  folder = await freshFolder();
  [stack, browser] = await Promise.all([startStack(), openBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await stack?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** What the server answered to the openings of a page, in order. */
function answersOf(page: Page): OpenAnswer[] {
  const answers: OpenAnswer[] = [];
  page.on('response', (response) => {
    if (/\/api\/items\/[^/]+\/open$/.test(response.url()) && response.ok())
      void response.json().then((answer: OpenAnswer) => answers.push(answer));
  });
  return answers;
}

/** The pixels of a picture that this very browser decodes. */
async function decodedBy(page: Page, file: string): Promise<Pixels> {
  const bytes = (await readFile(file)).toString('base64');
  const png = await page.evaluate(async (text) => {
    const blob = new Blob([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))]);
    const bitmap = await createImageBitmap(blob);
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: bitmap.width, height: bitmap.height });
    canvas.getContext('2d')!.drawImage(bitmap, 0, 0);
    return canvas.toDataURL('image/png');
  }, bytes);
  return pixelsOf(Buffer.from(png.slice(png.indexOf(',') + 1), 'base64'));
}

async function pixelsOf(picture: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/**
 * How many of the drawing's pixels differ from what it must be: these marked pixels, and around them a border with this
 * name. Drawn by the page that is looked at, so that letters have the same shapes.
 */
async function differences(page: Page, marked: Pixels, answer: OpenAnswer, name: string): Promise<number> {
  const size = { width: marked.width, height: marked.height };
  const raw = { ...size, channels: 3 as const };
  const picture = (await sharp(Buffer.from(marked.data), { raw }).png().toBuffer()).toString('base64');
  const { role, organisation, at } = answer.who;
  // The border has the second in which the log took the entry: that of the answer, or the next.
  const moments = [0, 1000].map((later) => new Date(Date.parse(at) + later).toISOString().replace(/\.\d+Z$/, 'Z'));
  const borders = moments.map((moment) =>
    renderOverlay({ mode: 'border', who: name, role, organisation, at: moment, code: answer.code, size }),
  );
  const wanted = { picture: `data:image/png;base64,${picture}`, borders, box: overlayBox('border', size) };
  const counts = await page.getByLabel('Clinical picture').evaluate(async (element, { picture, borders, box }) => {
    const shown = element as HTMLCanvasElement;
    if (shown.width !== box.width || shown.height !== box.height) return [Number.MAX_SAFE_INTEGER];
    const pixels = (canvas: HTMLCanvasElement): Uint8ClampedArray =>
      canvas.getContext('2d')!.getImageData(0, 0, box.width, box.height).data;
    const actual = pixels(shown);
    return Promise.all(
      borders.map(async (svg) => {
        const canvas = document.createElement('canvas');
        Object.assign(canvas, { width: box.width, height: box.height });
        for (const [source, left, top] of [
          [picture, box.left, box.top],
          [`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`, 0, 0],
        ] as const) {
          const image = new Image();
          image.src = source;
          await image.decode();
          canvas.getContext('2d')!.drawImage(image, left, top);
        }
        const expected = pixels(canvas);
        let count = 0;
        for (let i = 0; i < actual.length; i += 4)
          if ([0, 1, 2].some((k) => actual[i + k] !== expected[i + k])) count++;
        return count;
      }),
    );
  }, wanted);
  return Math.min(...counts);
}

test('W1: asked, opened, answered; the pixels are the original’s, the border names the viewer, a screenshot its viewing', async () => {
  const nurse = await enrol(browser, stack, 'p-lindqvist');
  const registrar = await enrol(browser, stack, 'p-okafor');
  await signIn(nurse, stack);
  await signIn(registrar, stack);
  const answers = answersOf(registrar.page);

  await send(nurse, { ...SENDING, picture: ORIGINAL });
  await open(registrar);
  await expect.poll(() => answers.length).toBe(1);
  const [first] = answers;

  // What was decrypted is the original, pixel for pixel: marked with the chips of this viewing it gives what is shown.
  const original = await decodedBy(registrar.page, ORIGINAL);
  const { pixels: marked } = embed(original, { chips: first!.chips });
  expect(await differences(registrar.page, marked, first!, 'Wren Example')).toBe(0);
  // The same comparison sees another name, and one viewing's mark in place of another's.
  expect(await differences(registrar.page, marked, first!, 'Sky Pretend')).toBeGreaterThan(0);
  expect(await differences(registrar.page, original, first!, 'Wren Example')).toBeGreaterThan(1000);

  // A screenshot of the view, as a chat would pass it on. Then somebody else views it, and the first one again.
  const screenshot = join(folder, 'leaked.jpg');
  await registrar.page.getByLabel('Clinical picture').screenshot({ type: 'jpeg', quality: 70, path: screenshot });

  await registrar.page.getByLabel('Your advice').fill('Looks infected. Start antibiotics, see me at four.');
  await registrar.page.getByRole('button', { name: 'Send advice' }).click();
  await sees(registrar.page, registrar.page.getByText(/^Sent/));

  await nurse.page.getByRole('button', { name: 'Back to the inbox' }).click();
  await sees(nurse.page, nurse.page.getByRole('button', { name: 'Read advice' }));
  await open(nurse);
  await nurse.page.getByRole('button', { name: 'Read advice' }).first().click();
  await sees(nurse.page, nurse.page.getByText('Looks infected. Start antibiotics, see me at four.'));
  await registrar.page.getByRole('button', { name: 'Back to the inbox' }).click();
  await open(registrar);
  await expect.poll(() => answers.length).toBe(2);

  // Information governance looks for the leak: both pictures stay in that browser.
  const lead = await enrol(browser, stack, 'p-lead');
  await signIn(lead, stack);
  await lead.page.goto(`${stack.url}/ig/trace?purpose=investigation`);
  const asked = lead.page.waitForResponse(/\/api\/ig\/trace$/);
  await lead.page.getByLabel('The leaked copy').first().setInputFiles(screenshot);
  await lead.page.getByLabel('The original').setInputFiles(ORIGINAL);
  await lead.page.getByLabel('Number of the item').fill(itemOf(registrar.page));
  await lead.page.getByLabel('Why do you look?').fill('A copy was found on a public page.');
  await lead.page.getByRole('button', { name: 'Find the viewing' }).click();
  const { candidates } = (await (await asked).json()) as { candidates: { id: string }[] };
  expect(candidates.map(({ id }) => id)).toEqual(expect.arrayContaining(answers.map(({ viewing }) => viewing)));
  expect(candidates.length).toBeGreaterThanOrEqual(3);
  await sees(lead.page, lead.page.getByText('This copy comes from one viewing'));
  const result = lead.page.locator('#result');
  expect(await result.locator('section').count()).toBe(1);
  expect(await result.textContent()).toContain(first!.viewing);
  expect(await result.textContent()).toContain('Wren Example');

  expect([...nurse.faults, ...registrar.faults, ...lead.faults]).toEqual([]);
});

/** The item that a page shows. */
function itemOf(page: Page): string {
  const [, id] = /#\/item\/([0-9a-f-]{36})$/.exec(page.url()) ?? [];
  if (id === undefined) throw new Error(`no item is shown at ${page.url()}`);
  return id;
}
