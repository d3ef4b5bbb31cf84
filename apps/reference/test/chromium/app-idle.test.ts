import axe from 'axe-core';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Idle, watchIdle } from '../../client/app/idle.js';

const MINUTE = 60_000;
let idle: Idle;
let touched: number;
let ended: number;

beforeEach(() => {
  vi.useFakeTimers();
  touched = ended = 0;
  document.documentElement.lang = 'en-GB';
  document.title = 'Inbox';
  document.body.innerHTML = '<main><h1>Inbox</h1></main>';
  const touch = async (): Promise<void> => {
    touched++;
  };
  idle = watchIdle(15 * 60, touch, () => {
    ended++;
  });
});
afterEach(() => {
  idle.stop();
  vi.useRealTimers();
});

const dialog = (): HTMLDialogElement => document.querySelector('dialog')!;

test('two minutes before the end it asks; "Stay signed in" tells the server and closes', async () => {
  vi.advanceTimersByTime(12.5 * MINUTE);
  expect(dialog().open).toBe(false);
  vi.advanceTimersByTime(MINUTE);
  expect(dialog().open).toBe(true);
  vi.useRealTimers();
  expect((await axe.run(document)).violations.map(({ id }) => id)).toEqual([]);
  dialog().querySelector('button')!.click();
  await expect.poll(() => touched).toBe(1);
  expect(dialog().open).toBe(false);
  expect(ended).toBe(0);
});

test('when nobody answers it ends once, and the question is gone', () => {
  vi.advanceTimersByTime(20 * MINUTE);
  expect(ended).toBe(1);
  expect(document.querySelector('dialog')).toBeNull();
});

test('hands on the page keep the session, and the server is told once a minute at most', () => {
  for (let n = 0; n < 60; n++) {
    vi.advanceTimersByTime(MINUTE / 2);
    dispatchEvent(new KeyboardEvent('keydown', { key: 'a' }));
  }
  expect(ended).toBe(0);
  expect(touched).toBeGreaterThan(10);
  expect(touched).toBeLessThanOrEqual(30);
});

test('a page without hands is not present: what it asks by itself may not keep a session alive', () => {
  expect(idle.present).toBe(true);
  vi.advanceTimersByTime(3 * MINUTE);
  expect(idle.present).toBe(false);
});
