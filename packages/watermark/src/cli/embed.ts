import { type Command, command, OUTPUT, objectOf, UsageError, writeOutput } from '@wardseal/primitives/cli';
import { type Chips, prepareChips } from '../prepare-chips.js';
import { type MarkFileOptions, markFile } from '../sharp/index.js';
import { decimal, KEY, LAYER, layerOf, opaqueId, unquoted, whole, withSecret } from './asked.js';
import { embedVideo } from './embed-video.js';
import { EXIT } from './exits.js';
import { fileOf, roiOf, WRITTEN, writeFileOf, writtenAs } from './pictures.js';
import { isVideoFile } from './videos.js';

const VIEWING = {
  viewing: { kind: 'text', value: 'ID', help: "the viewing's opaque id, as the access log has it" },
} as const;

interface Asked {
  readonly secret: string | undefined;
  readonly image: string | undefined;
  readonly viewing: string | undefined;
  readonly layer: string | undefined;
}

async function prepared({ secret, image, viewing, layer }: Asked): Promise<Chips> {
  const [imageId, viewingId] = [opaqueId(image, 'image'), opaqueId(viewing, 'viewing')];
  return withSecret(secret, async (keyOf) => prepareChips(keyOf(imageId), viewingId, { layer: layerOf(layer) }));
}

const embed: Command = command({
  usage: 'embed (--chips FILE | --secret FILE --image ID --viewing ID) [--overlay FILE] [-o FILE] PICTURE',
  about: `Puts the invisible mark of one viewing into a picture or a video, and a visible overlay over a picture where asked for.
Nothing of the file's metadata is copied. A video needs ffmpeg; its copy is written as -o ends: .mp4, .mov, .mkv or .webm. A viewer needs its chips alone; whoever has the secret could make anybody's mark, so that it stays on the server.
Exit code 0: marked; 1: written, but nothing could be changed (all white, black, transparent or protected): no mark is in it.`,
  examples: [
    ['embed --chips chips.json -o copy.jpg wound.jpg', 'in a viewer, with what the server gave it'],
    [
      'embed --secret watermark.key --image img-7f3a --viewing view-0042 -o copy.jpg wound.jpg',
      'where the secret lives',
    ],
    ['embed --chips chips.json -o copy.mp4 gait.mov', 'a video'],
  ],
  options: {
    ...OUTPUT,
    chips: { kind: 'object', value: 'FILE', help: 'what `embed chips` wrote' },
    ...KEY,
    ...VIEWING,
    ...LAYER,
    psnr: { kind: 'text', value: 'DB', help: 'quality to keep, 42 to 60; 45 without it, 46 in a video' },
    roi: { kind: 'text', value: 'PICTURE', help: 'mask: black leaves pixels untouched, white marks at full strength' },
    overlay: {
      kind: 'object',
      value: 'FILE',
      help: 'draw the overlay: {"mode":"border","who":...,"role":...,"organisation":...,"at":...,"code":...}',
    },
    ...WRITTEN,
    crf: { kind: 'text', value: 'N', help: 'loss of a video, 0 to 51; 18 without it (.webm: 0 to 63, 24)' },
  },
  operands: [1, 1],
  named: 'picture',
  payload: true,
  async run(values, [path]) {
    const given = await unquoted('chips', () => objectOf(values.chips, 'the file of chips'));
    const others = [values.secret, values.image, values.viewing].filter((value) => value !== undefined);
    if ((given === undefined) === (others.length === 0))
      throw new UsageError('give --chips, or --secret, --image and --viewing');
    // The package looks at their shape.
    const chips = (given as unknown as Chips | undefined) ?? (await prepared(values));
    const overlay = await objectOf(values.overlay, "the overlay's details");
    const roi = await roiOf(values.roi);
    const marking = {
      chips,
      layer: values.layer === undefined ? chips.layer : layerOf(values.layer),
      ...(values.psnr !== undefined && { psnr: decimal(values.psnr, 'psnr') }),
      ...(roi && { roi }),
    };
    if (await isVideoFile(path, 'the picture')) {
      refuse(values, ['overlay', 'format', 'quality'], 'is for pictures');
      const { output, force, crf } = values;
      return embedVideo(path!, { output, force }, { ...marking, ...(crf !== undefined && { crf: whole(crf, 'crf') }) });
    }
    refuse(values, ['crf'], 'is for videos');
    const { data, format, report } = await markFile(await fileOf(path, 'the picture'), {
      ...marking,
      ...(overlay && { overlay: overlay as unknown as NonNullable<MarkFileOptions['overlay']> }),
      output: writtenAs(values.format, values.quality),
    });
    await writeFileOf(values.output, values.force, data);
    const { psnr, ssim, ms } = report;
    return {
      facts: { layer: chips.layer, format, bytes: data.length, psnr: Number.isFinite(psnr) ? psnr : null, ssim, ms },
      words: [
        `psnr   ${Number.isFinite(psnr) ? `${psnr.toFixed(2)} dB` : 'nothing could be changed: NO MARK IS IN IT'}`,
        `ssim   ${ssim.toFixed(4)}`,
        `ms     ${Math.round(ms)}`,
      ],
      // Whoever goes on to send the copy when this succeeds must not send one that tells nothing.
      exit: Number.isFinite(psnr) ? EXIT.yes : EXIT.no,
    };
  },
});

/** Options that say nothing of such a file must not be passed over. */
function refuse(values: Readonly<Record<string, unknown>>, names: readonly string[], why: string): void {
  for (const name of names) if (values[name] !== undefined) throw new UsageError(`--${name} ${why}`);
}

const chips: Command = command({
  usage: 'embed chips --secret FILE --image ID --viewing ID [--layer LAYER] [-o FILE]',
  about: `Makes the chips of one viewing, as JSON, into a file for its owner alone (0600). They mark pictures for this viewing and no
other; hand them to its viewer and to nobody else.`,
  examples: [
    ['embed chips --secret watermark.key --image img-7f3a --viewing view-0042 -o chips.json', 'for one viewer'],
  ],
  options: { ...OUTPUT, ...KEY, ...VIEWING, ...LAYER },
  operands: [0, 0],
  payload: true,
  async run(values) {
    const made = await prepared(values);
    const place = { path: values.output, force: values.force, secret: true, content: 'safe' } as const;
    await writeOutput(place, ({ write }) => write(`${JSON.stringify(made)}\n`));
    return { facts: { version: made.version, layer: made.layer }, words: [] };
  },
});

export const verbs: Readonly<Record<string, Command>> = { '': embed, chips };
