import { chromiumOptions } from '@wardseal/testkit/node';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import type { Stack } from './stack.js';

// People's journeys through the pages, by the names that a screen reader says. What a page logs as an error, throws, or is
// refused by its own content security policy is kept in `faults`, for tests to find empty.

/** Far above what any step needs on a busy machine. */
const PATIENCE = 60_000;

/** Somebody at a device of their own: a browser context and an authenticator with user verification and PRF. */
export interface Person {
  readonly id: string;
  readonly page: Page;
  readonly context: BrowserContext;
  readonly cdp: CDPSession;
  /** For `WebAuthn.*` of `cdp`. */
  readonly authenticatorId: string;
  /** As shown when they enrolled. */
  readonly recoveryCode: string;
  /** Errors that pages of this device showed so far. */
  readonly faults: string[];
}

/** The browser that CHROMIUM_PATH names, or the machine's own. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch(chromiumOptions('--disable-gpu'));
}

/** A device without a person: an empty context with an authenticator. */
export async function device(browser: Browser, id: string): Promise<Omit<Person, 'recoveryCode'>> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(`thrown: ${error.message}`));
  page.on('console', (message) => {
    // A refusal by our own server is an answer, not a fault: the page says it in words.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      faults.push(message.text());
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      ctap2Version: 'ctap2_1',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      hasPrf: true,
      automaticPresenceSimulation: true,
    },
  });
  return { id, context, page, cdp, authenticatorId, faults };
}

/** Opens the person's link on a device of their own and follows it to its end. */
export async function enrol(browser: Browser, stack: Pick<Stack, 'links'>, id: string): Promise<Person> {
  const link = stack.links.get(id);
  if (link === undefined) throw new Error(`no link was printed for ${id}`);
  const at = await device(browser, id);
  const { page } = at;
  await page.goto(link);
  await page.getByRole('checkbox', { name: 'I have read the policy' }).check();
  await page.getByRole('button', { name: 'Create passkey' }).click();
  const code = page.locator('#recovery-code');
  await sees(page, code);
  const recoveryCode = ((await code.textContent()) ?? '').trim();
  await page.getByRole('checkbox', { name: 'I have written it down' }).check();
  await page.getByRole('button', { name: 'Finish' }).click();
  await page.waitForURL((url) => url.pathname === '/');
  return { ...at, recoveryCode };
}

/** Signs in with the device's passkey and waits for the inbox. */
export async function signIn({ page }: Pick<Person, 'page'>, stack: Pick<Stack, 'url'>): Promise<void> {
  await page.goto(stack.url);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await sees(page, page.getByRole('heading', { name: 'Inbox' }));
}

/** Waits for what somebody must see next. Where it does not come, the failure says what the page shows instead. */
export async function sees(page: Page, what: ReturnType<Page['getByText']>): Promise<void> {
  try {
    await what.first().waitFor();
  } catch (cause) {
    const shown = await page.locator('body').ariaSnapshot();
    throw new Error(`${page.url()} does not show ${what}, but:\n${shown}`, { cause });
  }
}

/** What opens the item whose own page it is, not a line of the inbox that is still there. */
export const openButton = (page: Page): ReturnType<Page['getByRole']> =>
  page.locator('wardseal-viewer').getByRole('button', { name: 'Open', exact: true });

/** What somebody sends. */
export interface Sending {
  /** A file's path, or none for a message without a picture. */
  readonly picture?: string;
  readonly number: string;
  readonly name: string;
  readonly born: string;
  readonly site: string;
  readonly message: string;
  /** The label of who it goes to begins so. */
  readonly to: string;
}

/** An invented patient: NHS numbers that begin with 999 belong to nobody. */
export const SENDING: Sending = {
  number: '999 000 0018',
  name: 'Testcase Exampleton',
  born: '27/03/1985',
  site: 'Skin of hand',
  message: 'Red since Tuesday, is it infected?',
  to: 'Plastics on call',
};

/** Fills in the capture page, as a signed-in person, up to the last button. */
export async function fill({ page }: Pick<Person, 'page'>, sending: Sending): Promise<void> {
  const { picture } = sending;
  await page.getByRole('button', { name: picture === undefined ? 'New message' : 'New picture' }).click();
  const to = page.getByLabel('Send to');
  await to.selectOption({ label: await optionOf(page, sending.to) });
  await page.getByLabel('NHS or CHI number').fill(sending.number);
  await page.getByLabel("Patient's name").fill(sending.name);
  await page.getByLabel('Date of birth').fill(sending.born);
  if (picture !== undefined) {
    await page.getByLabel('Body site').selectOption(sending.site);
    await page.getByRole('radio', { name: 'Left' }).check();
    await page.getByRole('radio', { name: 'Patient, spoken' }).check();
    await page.getByLabel('Choose a picture').setInputFiles(picture);
  }
  await page.getByLabel('Message').fill(sending.message);
  // Before that, the page says that a picture is missing.
  if (picture !== undefined) await sees(page, page.getByText('The picture is ready'));
}

/** Fills in the capture page, sends, and waits for the word that it is there. */
export async function send(person: Pick<Person, 'page'>, sending: Sending): Promise<void> {
  await fill(person, sending);
  await person.page.getByRole('button', { name: 'Seal and send' }).click();
  await sees(person.page, person.page.getByText(/^Sent/));
}

/** Opens the newest item of the inbox and waits for the picture. */
export async function open({ page }: Pick<Person, 'page'>): Promise<void> {
  await sees(page, page.getByRole('button', { name: 'Open', exact: true }));
  await page.getByRole('button', { name: 'Open', exact: true }).first().click();
  await sees(page, page.getByLabel('Clinical picture'));
}

/** Asks for the newest item with a reason, as somebody nobody sent it to and who has no duty. */
export async function breakGlass({ page }: Pick<Person, 'page'>, reason: string): Promise<void> {
  await page.getByRole('button', { name: 'Break the glass' }).first().click();
  await page.getByLabel('Reason').fill(reason);
  await page.getByRole('button', { name: 'Break the glass' }).last().click();
  await sees(page, page.getByLabel('Clinical picture'));
}

/** The label of the choice that begins so, once the directory has come. */
async function optionOf(page: Page, begin: string): Promise<string> {
  const option = page.getByLabel('Send to').locator('option', { hasText: begin }).first();
  await option.waitFor({ state: 'attached' });
  return (await option.textContent()) ?? begin;
}
