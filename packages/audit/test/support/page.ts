import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromiumOptions } from '@wardseal/testkit/node';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The built page. */
export const PAGE: string = pathToFileURL(fileURLToPath(new URL('../../dist/verifier.html', import.meta.url))).href;

export function launch(): Promise<Browser> {
  return chromium.launch(chromiumOptions());
}

/** The page as somebody sees it who has no network, with all that it said and asked for. */
export interface Visit {
  readonly context: BrowserContext;
  readonly tab: Page;
  readonly said: string[];
  readonly asked: string[];
  /** Gives key and proof, checks, and tells the heading of the answer. */
  check(key: string, proof: string | { name: string; data: string | Uint8Array }): Promise<string>;
  /** Checks again what stands in the form. */
  again(): Promise<string>;
  texts(selector: string): Promise<string[]>;
}

export async function visit(
  browser: Browser,
  { width = 1280, scheme = 'light' }: { width?: number; scheme?: 'light' | 'dark' } = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme, offline: true });
  const tab = await context.newPage();
  const said: string[] = [];
  const asked: string[] = [];
  tab.on('console', (message) => said.push(message.text()));
  tab.on('pageerror', (error) => said.push(String(error)));
  tab.on('request', (request) => asked.push(request.url()));
  await tab.goto(PAGE);
  await tab.waitForSelector('#main[data-ready]');
  const answer = async (): Promise<string> => {
    await tab.getByRole('button', { name: 'Check', exact: true }).click();
    await tab.waitForSelector('#result:not([hidden]), #check-error:not(:empty)');
    if (await tab.locator('#result').isVisible()) return (await tab.locator('#verdict').textContent()) ?? '';
    return `refused: ${await tab.locator('#check-error').textContent()}`;
  };
  return {
    context,
    tab,
    said,
    asked,
    async check(key, proof) {
      await tab.getByRole('button', { name: 'Clear everything' }).click();
      await tab.getByLabel('The log’s public key').fill(key);
      if (typeof proof === 'string') await tab.getByLabel('Or paste its text').fill(proof);
      else
        await tab
          .getByLabel('Choose a file, or drop it here')
          .setInputFiles({ name: proof.name, mimeType: '', buffer: Buffer.from(proof.data) });
      return answer();
    },
    again: answer,
    texts: (selector) => tab.locator(selector).allTextContents(),
  };
}
