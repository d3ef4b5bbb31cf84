import { expect, test } from 'vitest';
import { deriveImageKey, embed, MAX_PIXELS, prepareChips } from '../../src/index.js';

const chips = prepareChips(deriveImageKey(new Uint8Array(32).fill(7), 'img-1'), 'view-42');

test('the largest picture takes little more memory than itself and its marked copy', () => {
  const side = Math.sqrt(MAX_PIXELS);
  const data = new Uint8ClampedArray(MAX_PIXELS * 4);
  for (let i = 0; i < data.length; i++) data[i] = 60 + (Math.imul(i, 0x9e3779b1) >>> 26);
  const before = process.resourceUsage().maxRSS;
  const { pixels, report } = embed({ data, width: side, height: side }, { chips });
  const kilobytes = process.resourceUsage().maxRSS - before;
  expect(pixels.data.length).toBe(data.length);
  expect(report.psnr).toBeGreaterThanOrEqual(45);
  // The copy has 400 MB.
  expect(kilobytes).toBeLessThan(600_000);
});
