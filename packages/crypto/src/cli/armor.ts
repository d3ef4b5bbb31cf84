import type { Output } from '@wardseal/primitives/cli';
import { encodeArmor } from '../index.js';

const BEGIN = '-----BEGIN AGE ENCRYPTED FILE-----';
// 48 bytes make a line of armor.
const LINE_BYTES = 48;

/** Whether a file begins as armor does. */
export function isArmored(start: Uint8Array): boolean {
  return Buffer.from(start.subarray(0, 256)).toString('latin1').trimStart().startsWith(BEGIN);
}

/** Armors whatever is written, piece by piece. `end` writes what is left. */
export async function armored(output: Output): Promise<Output & { end(): Promise<void> }> {
  const [first, last] = encodeArmor(new Uint8Array(0)).trimEnd().split('\n');
  let rest: Uint8Array = new Uint8Array(0);
  // The lines between the first and the last are those of a file of these bytes alone.
  const lines = (bytes: Uint8Array): string =>
    encodeArmor(bytes)
      .split('\n')
      .slice(1, -2)
      .map((line) => `${line}\n`)
      .join('');
  await output.write(`${first}\n`);
  return {
    file: null,
    async write(chunk) {
      const bytes = Buffer.concat([rest, typeof chunk === 'string' ? Buffer.from(chunk) : chunk]);
      const whole = bytes.length - (bytes.length % LINE_BYTES);
      rest = bytes.subarray(whole);
      if (whole > 0) await output.write(lines(bytes.subarray(0, whole)));
    },
    async end() {
      if (rest.length > 0) await output.write(lines(rest));
      await output.write(`${last}\n`);
    },
  };
}
