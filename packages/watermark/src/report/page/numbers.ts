import { type Html, html } from '@wardseal/primitives';
import { LEAST_P, pBound } from '../../statistics.js';

/** A whole number with commas. */
export function count(value: number): string {
  return String(value).replaceAll(/\B(?=(\d{3})+(?!\d))/g, ',');
}

/** One of them, or so many. */
export function several(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** One digit and an exponent of ten, never rounded down. */
function upwards(p: number): { digit: number; exponent: number } {
  const exponent = Math.floor(Math.log10(p));
  const digit = Math.ceil(p / 10 ** exponent - 1e-9);
  return digit >= 10 ? { digit: 1, exponent: exponent + 1 } : { digit, exponent };
}

/** A probability, never rounded down: 0.04, or 3 × 10 to the -25. */
export function probability(p: number): Html {
  if (p >= 0.001) return html`${inDigits(p)}`;
  const { digit, exponent } = upwards(Math.max(p, LEAST_P));
  return html`${digit === 1 ? '' : `${digit}\u00a0×\u00a0`}10<sup>−${-exponent}</sup>`;
}

/** The same for a terminal: 0.04, or 3e-25. */
export function inDigits(p: number): string {
  if (p >= 0.001) return p >= 1 ? '1' : String(Math.ceil(p * 1000) / 1000);
  const { digit, exponent } = upwards(Math.max(p, LEAST_P));
  return `${digit}e${exponent}`;
}

/** The score at which the corrected p meets a limit. */
export function scoreAt(limit: number, tests: number): number {
  let low = 0;
  let high = 40;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (pBound(middle) * tests < limit) high = middle;
    else low = middle;
  }
  return high;
}
