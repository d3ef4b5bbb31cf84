import { expect, test } from 'vitest';
import { withoutGratings } from '../src/gratings.js';
import { random } from './pictures.js';

const [width, height] = [300, 220];
const next = random(5);
const noise = Float32Array.from({ length: width * height }, () => next() - 0.5);
const alike = (a: Float32Array, b: Float32Array): number => {
  const dot = (p: Float32Array, q: Float32Array): number => p.reduce((sum, value, i) => sum + value * q[i]!, 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

test('a grating is taken out of the noise around it', () => {
  const striped = noise.map((value, i) => value + 0.6 * Math.sin((i % width) * 1.1 + Math.floor(i / width) * 0.4));
  expect(alike(striped, noise)).toBeLessThan(0.6);
  expect(alike(withoutGratings(striped, width, height), noise)).toBeGreaterThan(0.85);
});

test('what holds no grating is left as it is', () => {
  expect(withoutGratings(noise, width, height)).toBe(noise);
});
