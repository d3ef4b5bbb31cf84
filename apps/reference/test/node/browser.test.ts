import { expect, test } from 'vitest';
import { openBrowser } from '../support/browser.js';

// What Chromium is started with for all tests: a later version of Playwright or of Chromium may want more.

test('Chromium runs without the pages of its address bar, and without all that Playwright switches off', async () => {
  const browser = await openBrowser();
  try {
    await browser.newPage();
    const session = await browser.newBrowserCDPSession();
    const { targetInfos } = await session.send('Target.getTargets', { filter: [{}] });
    expect(targetInfos.map(({ type }) => type).sort()).toEqual(['page', 'tab']);
    const { commandLine } = await session.send('SystemInfo.getInfo');
    const lists = [...commandLine.matchAll(/--disable-features=(\S+)/g)].map(([, names]) => names?.split(',') ?? []);
    const [playwrights, ours] = lists;
    expect([lists.length, playwrights?.filter((name) => !ours?.includes(name))]).toEqual([2, []]);
  } finally {
    await browser.close();
  }
});
