// What somebody meets who installed this package and not sharp: the built files in a folder of their own.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

test('without sharp the door opens, and says what is missing when it is used', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wardseal-no-sharp-'));
  const home = fileURLToPath(new URL('../../', import.meta.url));
  const target = join(folder, 'node_modules/@wardseal/watermark');
  cpSync(join(home, 'dist'), join(target, 'dist'), { recursive: true });
  cpSync(join(home, 'package.json'), join(target, 'package.json'));
  writeFileSync(
    join(folder, 'main.mjs'),
    `import { markFile, readPicture, writePicture } from '@wardseal/watermark/sharp';
     const png = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
     const pixels = { data: new Uint8Array(64), width: 8, height: 8 };
     const calls = [() => readPicture(png), () => writePicture(pixels, { format: 'png' }), () => markFile(png, {})];
     for (const call of calls) {
       const error = await call().catch((one) => one);
       console.log(error.code, error.cause.code, error.message.includes('npm install sharp'));
     }`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, ['main.mjs'], { cwd: folder });
  rmSync(folder, { recursive: true });
  expect(stdout.trim().split('\n')).toEqual(Array(3).fill('ADAPTER_MISSING ERR_MODULE_NOT_FOUND true'));
});
