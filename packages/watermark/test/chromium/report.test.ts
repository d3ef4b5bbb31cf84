import { expect, test } from 'vitest';
import { evidenceReport } from '../../src/report/index.js';
import { CASES, picturesOf } from '../report-cases.js';

/** The report in a frame of its own, of a width, with what its policy refused. */
async function shown(name: string, width: number): Promise<{ page: Document; refused: string[]; close: () => void }> {
  const text = evidenceReport(CASES[name]!, {
    madeAt: '2026-03-01T09:00:00Z',
    imageId: `img-${'7f'.repeat(60)}`,
    command: `wardseal-watermark trace --secret ${'long/'.repeat(40)}watermark.key leak.jpg`,
    pictures: picturesOf(CASES[name]!),
    problems: [`the file ends early: ${'x'.repeat(300)}`],
    record: 'ab'.repeat(32),
  });
  const frame = document.createElement('iframe');
  frame.style.cssText = `width:${width}px;height:800px;border:0`;
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
  frame.srcdoc = text;
  document.body.append(frame);
  await loaded;
  const page = frame.contentDocument!;
  const refused: string[] = [];
  page.addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective));
  await Promise.all([...page.images].map((image) => image.decode()));
  return { page, refused, close: () => frame.remove() };
}

test.each(Object.keys(CASES))('%s: fits a phone and a desk, with its own style and pictures', async (name) => {
  for (const width of [360, 1280]) {
    const { page, refused, close } = await shown(name, width);
    for (const details of page.querySelectorAll('details')) details.open = true;
    expect(page.documentElement.scrollWidth).toBeLessThanOrEqual(width);
    // Its own policy lets the style in: without it the answer would be of ordinary size.
    const answer = page.querySelector('.answer')!;
    expect(Number.parseFloat(getComputedStyle(answer).fontSize)).toBeGreaterThan(20);
    // The verdict stands on the first screen.
    expect(answer.getBoundingClientRect().bottom).toBeLessThan(width === 360 ? 560 : 400);
    expect([...page.images].every((image) => image.naturalWidth > 0)).toBe(true);
    expect(page.scripts.length).toBe(0);
    expect(refused).toEqual([]);
    close();
  }
});

test('a script that got in would not run', async () => {
  const { page, refused, close } = await shown('match', 800);
  const script = page.createElement('script');
  script.textContent = 'document.title = "ran"';
  page.body.append(script);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(page.title).not.toBe('ran');
  expect(refused).toEqual(['script-src-elem']);
  close();
});
