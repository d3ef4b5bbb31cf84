import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { leafHash } from '@wardseal/primitives';
import { seededRandom } from '@wardseal/testkit';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signText } from '../../src/cosignature.js';
import {
  type AuditEvent,
  compareCheckpoints,
  generateCosignerKey,
  logSigner,
  memoryKeyStore,
  openLog,
  parsePolicy,
  readProof,
} from '../../src/index.js';
import { formatNote, parseNote } from '../../src/note.js';
import { formatProof, parseProof } from '../../src/tlog-proof.js';
import { demoSigner, eventMaker, hexOf, ORIGIN, START, testClock, UNWITNESSED } from '../support/events.js';
import { memoryStore } from '../support/memory-store.js';
import { launch, PAGE, type Visit, visit } from '../support/page.js';

// The page as it is published, opened from a disk in a browser without a network, used the way a regulator uses it.

const MARKUP = '<img src=x onerror=alert(1)>\u202eevil\u3164';
let browser: Browser;
let page: Visit;
let key: string;
let event: AuditEvent;
let proof: string;
let checkpoint: string;

/** A log of some entries; `seed` makes another history under the same key. */
async function history(seed: string, entries: number, change: Partial<AuditEvent> = {}) {
  const { signer, vkey } = await demoSigner();
  const make = eventMaker(seed);
  const log = await openLog({
    origin: ORIGIN,
    store: memoryStore(),
    keys: memoryKeyStore(),
    signer,
    clock: testClock(),
    random: seededRandom(seed),
    unwitnessed: UNWITNESSED,
  });
  const events = Array.from({ length: entries }, () => make(change));
  const results = await Promise.all(events.map((one) => log.append(one, { await: 'integrated' })));
  const noted = log.checkpoint();
  await log.close();
  return { vkey, events, receipts: results.map(({ receipt }) => receipt!), checkpoint: noted };
}

beforeAll(async () => {
  browser = await launch();
  page = await visit(browser);
  const log = await history('verifier', 9);
  key = log.vkey;
  event = log.events[3]!;
  proof = log.receipts[3]!;
  checkpoint = log.checkpoint;
});
afterAll(() => browser.close());

/** A report as the package writes it, of these proofs. */
function reportOf(proofs: readonly string[]): { rows: Record<string, unknown>[]; [name: string]: unknown } {
  const rows = proofs.map((text) => {
    const { index, leaf, entry } = readProof(text);
    return {
      origin: ORIGIN,
      index,
      leafHash: hexOf(leafHash(parseProof(text).leaf)),
      recordedAt: new Date(leaf.recordedAt).toISOString(),
      occurredAt: new Date(entry!.occurredAt).toISOString(),
      type: leaf.type,
      outcome: leaf.outcome,
      purpose: leaf.purpose,
      org: leaf.org,
      geofence: leaf.geofence,
      actor: { id: entry!.actor.id, kind: entry!.actor.kind },
      object: { kind: entry!.object!.kind, id: entry!.object!.id },
      proof: text,
    };
  });
  return { kind: 'subject-access', madeAt: new Date(START).toISOString(), rows };
}

describe("the verifier's page", () => {
  it('proves a proof against a pinned key, and says what it does not prove', async () => {
    expect(await page.check(key, { name: 'view.tlog-proof', data: proof })).toBe(`Proved: entry 3 of ${ORIGIN}`);
    const { leaf } = readProof(proof);
    const fields = await page.texts('#fields tr');
    expect(fields).toContain(`What${leaf.type}`);
    expect(fields).toContain(`Who${event.actor.id} (practitioner, dermatologist)`);
    expect((await page.texts('#proved li')).join()).toContain('when that log had');
    const not = (await page.texts('#not-proved li')).join('\n');
    expect(not).toContain('nothing is missing');
    expect(not).toContain('no witness was asked');
    expect(not).toContain('nothing was compared with it');
    expect(await page.tab.evaluate(() => document.activeElement?.id)).toBe('verdict');
  });

  it('says nothing of a proof without a key, whatever else it holds', async () => {
    expect(await page.check('', proof)).toMatch(/^Cannot tell/);
    expect(await page.tab.locator('#problem').textContent()).toContain('A key that came in the same file');
    expect(await page.tab.locator('#fields-h').textContent()).toContain('none of it is proved');
    expect(await page.texts('#proved li')).toEqual([]);
    expect(await page.tab.locator('#not-part').isHidden()).toBe(true);
  });

  it.each<[string, (text: string) => string, RegExp]>([
    ['another place', (text) => text.replace('index 3', 'index 4'), /^Changed or false/],
    ['a leading zero', (text) => text.replace('index 3', 'index 03'), /^Changed or false/],
    ['another signature', (text) => text.replace(/.{9}=\n$/, 'AAAAAAAAA=\n'), /^Changed or false/],
    ['a broken end', (text) => text.slice(0, -9), /^Changed or false/],
    ['a note', () => 'a note about nothing', /^Cannot tell: the file/],
    ['other JSON', () => '{"kind":"subject-access"}', /^Cannot tell: the file/],
    ['the key itself', () => key, /^Cannot tell: the file/],
  ])('refuses %s', async (_, change, verdict) => {
    expect(await page.check(key, change(proof))).toMatch(verdict);
    expect(await page.texts('#proved li')).toEqual([]);
  });

  it('takes another key of the same log for what it is', async () => {
    const other = await demoSigner('other');
    expect(await page.check(other.vkey, proof)).toMatch(/^Changed or false/);
    const elsewhere = await demoSigner('signer', 'audit.elsewhere.example/2026');
    expect(await page.check(elsewhere.vkey, proof)).toMatch(/^Cannot tell/);
    expect(await page.check(`${elsewhere.vkey}\n\n ${key} \n`, proof)).toMatch(/^Proved/);
  });

  it('compares with what the reader expects', async () => {
    const { tab } = page;
    const { again } = page;
    await page.check(key, proof);
    await tab.getByText('More to compare with').click();
    await tab.getByLabel('Object', { exact: true }).fill(event.object!.id);
    await tab.getByLabel('Person').fill(event.actor.id);
    await tab.getByLabel('Kind of access').selectOption('image.view');
    expect(await again()).toMatch(/^Proved/);
    expect((await page.texts('#proved li')).join()).toContain('fits everything that you gave');
    await tab.getByLabel('Organisation').fill('RX2');
    expect(await again()).toMatch(/^Changed or false/);
    await tab.getByLabel('Organisation').fill('');
    await tab.getByLabel('The request’s nonce').fill('short');
    await again();
    expect(await tab.locator('#check-error').textContent()).toContain('43 letters');
    expect(await tab.evaluate(() => document.activeElement?.id)).toBe('expect-nonce');
  });

  it('holds the proof against another checkpoint', async () => {
    const { tab } = page;
    const forked = await history('fork', 9);
    await page.check(key, proof);
    const other = tab.getByLabel('Another checkpoint of the same log');
    for (const [text, verdict] of [
      [checkpoint, /^Proved/],
      [forked.checkpoint, /^Changed or false/],
      ['nonsense', /^Changed or false/],
      [(await history('verifier', 4)).checkpoint, /^Cannot tell/],
    ] as const) {
      await other.fill(text);
      expect(await page.again()).toMatch(verdict);
    }
  });

  it('wants the witnesses that a policy names', async () => {
    const { tab } = page;
    const witness = await generateCosignerKey('witness.example', 'ed25519', seededRandom('witness'));
    const policy = `log ${key}\nwitness neighbour ${witness.vkey}\nquorum neighbour\n`;
    expect(parsePolicy(policy).quorum).toBe('neighbour');
    const file = { name: 'policy', mimeType: '', buffer: Buffer.from(policy) };
    await page.check('', proof);
    await tab.getByLabel('Witnesses that must have signed').setInputFiles(file);
    const again = async (text: string) => {
      await tab.getByLabel('Or paste its text').fill(text);
      return page.again();
    };
    expect(await again(proof)).toMatch(/^Cannot tell/);
    const cut = proof.indexOf('\n\n') + 2;
    const note = parseNote(proof.slice(cut))!;
    const cosigned = await signText(note.text, await logSigner(witness.skey), START);
    const whole = formatNote({ text: note.text, signatures: [...note.signatures, cosigned] });
    expect(await again(proof.slice(0, cut) + whole)).toMatch(/^Proved/);
    expect((await page.texts('#proved li')).join()).toContain('The witness neighbour saw the same log');
    expect((await page.texts('#not-proved li')).join()).not.toContain('no witness was asked');
  });

  it('keeps the pinned key when a policy file brings another for the same log', async () => {
    const { tab } = page;
    const forger = await demoSigner('forger');
    const note = parseNote(proof.slice(proof.indexOf('\n\n') + 2))!;
    const forged = formatNote({ text: note.text, signatures: [await signText(note.text, forger.signer, START)] });
    const lie = proof.slice(0, proof.indexOf('\n\n') + 2) + forged;
    expect(await page.check(key, lie)).toMatch(/^Changed or false/);
    const policy = (vkey: string) => ({
      name: 'policy',
      mimeType: '',
      buffer: Buffer.from(`log ${vkey}\nquorum none\n`),
    });
    await tab.getByLabel('Witnesses that must have signed').setInputFiles(policy(forger.vkey));
    expect(await page.again()).toMatch(/^refused: .*KEY_INVALID/);
    await tab.getByLabel('Witnesses that must have signed').setInputFiles(policy(key));
    expect(await page.again()).toMatch(/^Changed or false/);
    await tab.getByLabel('Or paste its text').fill(proof);
    expect(await page.again()).toMatch(/^Proved/);
  });

  it('reads evidence of a split view', async () => {
    const forked = await history('fork', 9);
    const { evidence } = await compareCheckpoints(checkpoint, forked.checkpoint, { logKey: key });
    expect(await page.check(key, { name: 'split.json', data: evidence! })).toBe(`Proved: evidence about ${ORIGIN}`);
    expect((await page.texts('#proved li')).join()).toContain('showed two histories');
    expect(await page.check('', { name: 'split.json', data: evidence! })).toMatch(/^Cannot tell/);
  });

  it('checks every row of a report, shows how far it is, and can be stopped', async () => {
    const log = await history('report', 3);
    const report = reportOf(log.receipts);
    const rows = [...report.rows];
    const closed = rows.map((row, i) => (i === 2 ? { ...row, proof: undefined } : row));
    expect(await page.check(key, JSON.stringify({ ...report, rows: closed }))).toMatch(/^Cannot tell/);
    expect(await page.check(key, JSON.stringify({ ...report, rows }))).toBe('Proved: a report with 3 rows');
    const lie = rows.map((row, i) => (i === 1 ? { ...row, type: 'image.export' } : row));
    expect(await page.check(key, JSON.stringify({ ...report, rows: lie }))).toMatch(/^Changed or false/);
    expect(await page.texts('#rows tr')).toEqual(['2Changed or falsethe row says another kind than its proof']);
    for (const [field, value, words] of [
      ['actor', { ...(rows[1]!['actor'] as object), role: 'porter' }, 'role'],
      ['actor', { ...(rows[1]!['actor'] as object), kind: 'system' }, 'kind of person'],
      ['actor', { withheld: 'policy', kind: 'system' }, 'kind of person'],
      ['actor', 'somebody', 'person'],
      ['object', 'item-99', 'object'],
      ['breakGlass', true, 'word on emergency access'],
    ] as const) {
      const changed = rows.map((row, i) => (i === 1 ? { ...row, [field]: value } : row));
      expect(await page.check(key, JSON.stringify({ ...report, rows: changed }))).toMatch(/^Changed or false/);
      expect(await page.texts('#rows tr')).toEqual([`2Changed or falsethe row says another ${words} than its proof`]);
    }
    expect((await page.texts('#not-proved li')).join()).not.toContain('closed');
    // Anybody can take the opening out of a proof: the row's person is then nobody's word but the sender's.
    const shut = rows.map((row, i) => {
      const { opening: _, ...parts } = parseProof(log.receipts[i]!);
      return i === 1 ? { ...row, actor: { id: 'framed' }, proof: formatProof({ ...parts, opening: null }) } : row;
    });
    expect(await page.check(key, JSON.stringify({ ...report, rows: shut }))).toMatch(/^Proved/);
    expect((await page.texts('#not-proved li')).join()).toContain('The proofs of 1 of 3 rows do not open');
    const many = Array.from({ length: 4000 }, (_, i) => rows[i % 3]);
    const { tab } = page;
    const file = { name: 'many.json', mimeType: '', buffer: Buffer.from(JSON.stringify({ ...report, rows: many })) };
    await tab.getByRole('button', { name: 'Clear everything' }).click();
    await tab.getByLabel('The log’s public key').fill(key);
    await tab.getByLabel('Choose a file, or drop it here').setInputFiles(file);
    // Pressed from within the page, as soon as the button is there: a fast machine would be done before a hand arrives.
    await tab.evaluate(() => {
      const working = document.querySelector<HTMLElement>('#working')!;
      new MutationObserver((_, watch) => {
        if (working.hidden) return;
        watch.disconnect();
        Object.assign(globalThis, { told: document.querySelector('#progress-words')!.textContent });
        document.querySelector<HTMLElement>('#stop')!.click();
      }).observe(working, { attributes: true });
    });
    await tab.getByRole('button', { name: 'Check', exact: true }).click();
    // Not waitForFunction: while it waits it compiles text in the page, which the page's own policy rightly forbids.
    await expect.poll(() => tab.evaluate('globalThis.told'), { timeout: 60_000 }).toMatch(/^\d+ of 4000 rows$/);
    await tab.waitForSelector('#working', { state: 'hidden' });
    expect(await tab.locator('#result').isHidden()).toBe(true);
  });

  it('takes a file that is dropped anywhere', async () => {
    const { tab } = page;
    await tab.getByRole('button', { name: 'Clear everything' }).click();
    await tab.getByLabel('The log’s public key').fill(key);
    const transfer = await tab.evaluateHandle((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], 'dropped.tlog-proof'));
      return data;
    }, proof);
    await tab.dispatchEvent('body', 'drop', { dataTransfer: transfer });
    expect(await tab.locator('#dropped').textContent()).toBe('Dropped: dropped.tlog-proof');
    await tab.keyboard.press('Tab');
    await tab.getByRole('button', { name: 'Check', exact: true }).press('Enter');
    await tab.waitForSelector('#result:not([hidden])');
    expect(await tab.locator('#verdict').textContent()).toMatch(/^Proved/);
  });

  it('is harmless to feed', async () => {
    const { tab } = page;
    const log = await history('markup', 2, { actor: { ...event.actor, role: '<img src=x onerror=alert(1)>' } });
    expect(await page.check(key, { name: `${MARKUP}.tlog-proof`, data: log.receipts[0]! })).toMatch(/^Proved/);
    expect(await tab.locator('#result img').count()).toBe(0);
    expect((await page.texts('#fields tr')).join()).toContain('<img src=x onerror=alert(1)>');
    expect(await tab.locator('#about-file').textContent()).not.toMatch(/[\u202e\u3164]/);
    const binary = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7919) % 256);
    expect(await page.check(key, { name: 'binary', data: binary })).toMatch(/^Cannot tell: the file/);
    expect(await page.check(key, { name: 'empty', data: '' })).toMatch(/^Cannot tell: the file/);
    expect(await page.check(key, { name: 'large', data: `${proof}${'x'.repeat(3_000_000)}` })).toMatch(/^Cannot tell/);
    expect(await page.check(key, { name: 'deep', data: '['.repeat(200_000) })).toMatch(/^Cannot tell: the file/);
    const rows = Array.from({ length: 300 }, () => ({ proof: MARKUP, origin: MARKUP }));
    const report = JSON.stringify({ kind: MARKUP, madeAt: MARKUP, rows });
    expect(await page.check(key, { name: 'report', data: report })).toMatch(/^Cannot tell: a report with 300 rows/);
    expect(await tab.locator('#rows tr').count()).toBe(100);
  });

  it('refuses a private key and forgets it', async () => {
    const { skey } = await demoSigner();
    expect(await page.check(skey, proof)).toContain('private key');
    expect(await page.tab.getByLabel('The log’s public key').inputValue()).toBe('');
  });

  it.each([
    [320, 'light'],
    [640, 'dark'],
  ] as const)('has no fault of accessibility and fits %i px, %s', async (width, scheme) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const narrow = await visit(browser, { width, scheme });
    const look = async () => {
      await narrow.tab.evaluate(axe);
      const found = await narrow.tab.evaluate(async () => {
        const run = (globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } }).axe.run;
        return (await run()).violations.map(({ id }) => id);
      });
      expect(found).toEqual([]);
      const wide = await narrow.tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide).toBeLessThanOrEqual(0);
    };
    await narrow.tab.getByText('More to compare with').click();
    await narrow.tab.getByText('Is this page the real one?').click();
    await look();
    await narrow.check(key, proof);
    await look();
    await narrow.check(key, proof.replace('index 3', 'index 4'));
    await look();
    await narrow.tab.emulateMedia({ media: 'print' });
    expect(await narrow.tab.locator('#check-form').isVisible()).toBe(false);
    expect(await narrow.tab.locator('#verdict').isVisible()).toBe(true);
    await narrow.context.close();
  });

  it('asked nobody for anything, and broke no rule of its own', () => {
    expect(page.said).toEqual([]);
    expect(new Set(page.asked)).toEqual(new Set([PAGE]));
  });
});
