import { type Command, command, OUTPUT, objectOf, UsageError, writeOutput } from '@wardseal/primitives/cli';
import type { Size } from '../image.js';
import type { Overlay } from '../overlay.js';
import { renderOverlay } from '../render-overlay.js';
import { drawOverlay } from '../sharp/draw-overlay.js';
import { formatFor } from '../sharp/formats.js';
import { loadSharp } from '../sharp/load-sharp.js';
import { readSource } from '../sharp/read-picture.js';
import { isTransparent, writePicture } from '../sharp/write-picture.js';
import { fileOf, WRITTEN, writeFileOf, writtenAs } from './pictures.js';

const overlay: Command = command({
  usage: 'overlay --details FILE (--size WxH | PICTURE) [-o FILE]',
  about: `The visible overlay: who looks, in which role, where, when, and the viewing's code, large enough to be read from a bad
photograph. With --size it is an SVG drawing, with a picture it is laid on it. There is no field for a patient, and a number that
could be a patient's is refused.`,
  examples: [
    ['overlay --details details.json --size 1411x1000 -o overlay.svg', 'the drawing'],
    ['overlay --details details.json -o shown.png picture.jpg', 'on a picture'],
    [
      'overlay --details details.json --size 800x600',
      'details: {"mode":"border","who":"Dr Ada Example","role":"Registrar","organisation":"Example Trust","at":"2026-03-01T09:00:00Z","code":"K7QX-9MPD"}',
    ],
  ],
  options: {
    ...OUTPUT,
    details: {
      kind: 'object',
      value: 'FILE',
      help: 'JSON: mode (border or tile), who, role, organisation, at, code; for tile also opacity, roi',
    },
    size: { kind: 'text', value: 'WxH', help: 'size of the picture that the drawing is for, in pixels' },
    ...WRITTEN,
  },
  operands: [0, 1],
  named: 'picture',
  payload: true,
  async run(values, [path]) {
    const details = await objectOf(values.details, "the overlay's details");
    if (details === undefined) throw new UsageError('--details is missing');
    if ((values.size === undefined) === (path === undefined)) throw new UsageError('give --size or a picture');
    // The package looks at their shape.
    const said = details as unknown as Overlay;
    const { output, force } = values;
    if (path === undefined) {
      const size = sizeOf(values.size!);
      const svg = renderOverlay({ ...said, size });
      // It names a member of staff.
      await writeOutput({ path: output, force, secret: true, content: 'safe' }, ({ write }) => write(`${svg}\n`));
      return { facts: { format: 'svg', ...size }, words: [] };
    }
    const asked = writtenAs(values.format, values.quality);
    const { pixels, source } = await readSource(await fileOf(path, 'the picture'));
    const drawn = await drawOverlay(await loadSharp(), pixels, said);
    const transparent = isTransparent(drawn, drawn.data.length / (drawn.width * drawn.height));
    const format = asked.format ?? formatFor(source, transparent);
    await writeFileOf(output, force, await writePicture(drawn, { ...asked, format }));
    return { facts: { format, width: drawn.width, height: drawn.height }, words: [] };
  },
});

function sizeOf(text: string): Size {
  const [, width, height] = /^([1-9]\d{0,4})x([1-9]\d{0,4})$/.exec(text) ?? [];
  if (width === undefined || height === undefined) throw new UsageError('--size takes width and height, as 1411x1000');
  return { width: Number(width), height: Number(height) };
}

export const verbs: Readonly<Record<string, Command>> = { '': overlay };
