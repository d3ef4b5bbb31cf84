import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { overlayBox, renderOverlay } from '@wardseal/watermark';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { drawOverlay, hasFonts } from '../../src/demo/pictures.js';

let folder: string;

// fontconfig reads its settings when the first letter is drawn, which in this process has not happened yet.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wardseal-no-fonts-'));
  const file = join(folder, 'fonts.conf');
  await writeFile(file, `<?xml version="1.0"?><fontconfig><dir>${join(folder, 'none')}</dir></fontconfig>`);
  process.env['FONTCONFIG_FILE'] = file;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('on a machine without fonts the overlay can still be read', async () => {
  expect(await hasFonts()).toBe(false);
  const size = { width: 600, height: 40 };
  const draw = async (who: string): Promise<Uint8ClampedArray> => {
    const fields = { role: 'Registrar', organisation: 'Example Trust', at: '2026-03-01T09:00:00Z', code: 'K7QX-9MPD' };
    const svg = renderOverlay({ mode: 'border', who, ...fields, size });
    const white = { data: new Uint8ClampedArray(600 * 40 * 4).fill(255), ...size };
    return (await drawOverlay(white, svg, overlayBox('border', size))).data;
  };
  const [ada, ida] = await Promise.all([draw('Dr Ada Example'), draw('Dr Ida Example')]);
  expect(ada.filter((value) => value < 100).length).toBeGreaterThan(500);
  // Empty boxes would be the same whoever is named.
  expect(Buffer.from(ada).equals(Buffer.from(ida))).toBe(false);
});
