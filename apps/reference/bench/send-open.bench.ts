// The whole app on this machine, in Chromium: a picture of 5 MB is sent (press to "Sent") and opened (press to marked pixels
// on the canvas). Policy, log with fsync, witness, custodian and record are all at work.
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { photos } from '@wardseal/testkit/node';
import sharp from 'sharp';
import { enrol, fill, openBrowser, SENDING, sees, signIn } from '../test/support/browser.ts';

const ROUNDS = 7;
const BYTES = 5_000_000;
// The least that a phone's camera gives today: 12 megapixels.
const [WIDTH, HEIGHT] = [4000, 3000];
const GOALS = { send: 400, open: 800, 'open, in the page': 800 };

const folder = mkdtempSync(join(process.getuid?.() === 0 ? '/tmp' : tmpdir(), 'wardseal-bench-'));
chmodSync(folder, 0o755);
const picture = join(folder, 'picture.jpg');
for (let quality = 60; ; quality += 4) {
  const large = sharp(photos.flower.path).resize(WIDTH, HEIGHT, { fit: 'fill' });
  const bytes = await large.jpeg({ quality: Math.min(quality, 100) }).toBuffer();
  writeFileSync(picture, bytes);
  if (bytes.length >= BYTES || quality >= 100) break;
}

const links = new Map<string, string>();
const app = spawn(process.execPath, [fileURLToPath(new URL('../dist/start.js', import.meta.url))], {
  env: { ...process.env, DATA_DIR: join(folder, 'data'), PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const url = await new Promise<string>((resolve, reject) => {
  let said = '';
  app.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    const [, ready] = /^(http\S+) is ready/m.exec(said) ?? [];
    if (ready === undefined) return;
    for (const [, person, link] of said.matchAll(/^ *\S+ (p-\S+) .*: (http\S+)$/gm)) links.set(person!, link!);
    resolve(ready);
  });
  app.once('exit', () => reject(new Error(`the app ended: ${said}`)));
});

const stack = { url, links };
const browser = await openBrowser();
const times: Record<'send' | 'open' | 'open, in the page', number[]> = { send: [], open: [], 'open, in the page': [] };
try {
  const sender = await enrol(browser, stack, 'p-lindqvist');
  const reader = await enrol(browser, stack, 'p-okafor');
  await signIn(sender, stack);
  await signIn(reader, stack);
  // One round to warm up, not counted.
  for (let round = 0; round <= ROUNDS; round++) {
    await fill(sender, { ...SENDING, picture });
    await sees(sender.page, sender.page.getByText('The picture is ready'));
    const sent = sender.page.getByText(/^Sent/);
    let begun = performance.now();
    await sender.page.getByRole('button', { name: 'Seal and send' }).click();
    await sees(sender.page, sent);
    if (round > 0) times.send.push(performance.now() - begun);
    await sender.page.getByRole('button', { name: 'Back to the inbox' }).click();

    const press = reader.page.getByRole('button', { name: 'Open', exact: true });
    await sees(reader.page, press);
    // What the person waits for, without what it takes to drive a browser: from the click to the frame with the picture.
    const inPage = reader.page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const onClick = ({ timeStamp }: Event): void => {
            const look = (): void => {
              const canvas = document.querySelector<HTMLCanvasElement>('canvas[aria-label="Clinical picture"]');
              if (canvas !== null && canvas.width > 1000)
                requestAnimationFrame(() => resolve(performance.now() - timeStamp));
              else requestAnimationFrame(look);
            };
            look();
          };
          addEventListener('click', onClick, { capture: true, once: true });
        }),
    );
    begun = performance.now();
    await press.first().click();
    await sees(reader.page, reader.page.getByLabel('Clinical picture'));
    if (round > 0) times.open.push(performance.now() - begun);
    const seen = await inPage;
    if (round > 0) times['open, in the page'].push(seen);
    await reader.page.getByRole('button', { name: 'Back to the inbox' }).click();
  }
} finally {
  await browser.close();
  app.removeAllListeners('exit');
  const gone = new Promise((resolve) => app.once('exit', resolve));
  app.kill('SIGTERM');
  await gone;
  rmSync(folder, { recursive: true, force: true });
}

const sorted = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);
const results = (['send', 'open', 'open, in the page'] as const).map((name) => {
  const list = sorted(times[name]);
  const at = (part: number): number => Math.round(list[Math.floor((list.length - 1) * part)]!);
  return { name, medianMs: at(0.5), leastMs: at(0), mostMs: at(1), goalMs: GOALS[name] };
});
for (const { name, medianMs, leastMs, mostMs, goalMs } of results)
  process.stdout.write(`${name.padEnd(17)} median ${medianMs} ms (${leastMs} to ${mostMs}), goal ${goalMs} ms\n`);
const out = fileURLToPath(new URL('results/', import.meta.url));
mkdirSync(out, { recursive: true });
const about = {
  title: `A picture of ${BYTES / 1e6} MB, ${(WIDTH * HEIGHT) / 1e6} megapixels, sent and opened in Chromium on loopback`,
  date: new Date().toISOString(),
  machine: { node: process.version, cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
  rounds: ROUNDS,
  notes:
    'wall time from the press of the button to what the person sees, with what it takes to drive the browser; in the page: from the click to the frame with the picture; nothing else of ours ran beside it',
};
writeFileSync(join(out, 'send-open.json'), `${JSON.stringify({ ...about, results }, null, 2)}\n`);
