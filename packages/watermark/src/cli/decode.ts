import { access, constants } from 'node:fs/promises';
import { hex } from '@wardseal/primitives';
import { type Command, command, named, progressLine, UsageError } from '@wardseal/primitives/cli';
import { blindId } from '../code/tile.js';
import { decode, type Lead } from '../decode.js';
import { idBytes } from '../ids.js';
import { MAX_KEYS } from '../limits.js';
import { readPicture } from '../sharp/index.js';
import type { Layer } from '../version.js';
import { budget, KEY, LAYER, layerOf, opaqueId, withSecret } from './asked.js';
import { EXIT } from './exits.js';
import { idLines } from './lines.js';
import { fileOf } from './pictures.js';
import { isVideoFile } from './videos.js';

const LEAD_ONLY =
  'This is a lead, never a verdict: whoever knows an id can write it. Ask the log, then let `trace` compare with the original.';

const decoding: Command = command({
  usage: 'decode --secret FILE (--image ID | --images FILE) [--candidates FILE] [--budget TIME] SUSPECT',
  about: `Reads the mark of a copy without its original, for when nobody knows yet which picture it is. What comes out is a lead to an
entry of the log, never a verdict. Of a video it reads stills. Exit code 0: a lead; 1: every picture was tried and nothing read; 2: the time ran out first.`,
  examples: [
    ['decode --secret watermark.key --images images.txt leak.jpg', 'which of our pictures is it, perhaps?'],
    [
      'decode --secret watermark.key --image img-7f3a --candidates viewings.txt leak.jpg',
      'and to which viewing in the log does the lead point?',
    ],
  ],
  options: {
    ...KEY,
    images: { kind: 'text', value: 'FILE', help: `ids of pictures to try, one a line, at most ${MAX_KEYS}` },
    ...LAYER,
    candidates: { kind: 'text', value: 'FILE', help: 'viewing ids, one a line: says to which of them the lead points' },
    field: { kind: 'text', value: 'NAME', help: 'the candidates are JSON lines: the member that holds the id' },
    budget: { kind: 'text', value: 'TIME', help: 'how long to search, as 30s; 10s without it' },
  },
  operands: [1, 1],
  named: 'suspect',
  payload: false,
  async run(values, [path]) {
    if ((values.image === undefined) === (values.images === undefined))
      throw new UsageError('give one of --image and --images');
    const images = values.image === undefined ? await listed(values.images!) : [opaqueId(values.image, 'image')];
    const layer = layerOf(values.layer);
    // Before the search: a lead shall not be lost for a misspelt name.
    const list = values.candidates;
    if (list !== undefined && list !== '-') await named(list, () => access(list, constants.R_OK));
    if (await isVideoFile(path, 'the suspect'))
      throw new UsageError('decode reads pictures: give it a still of the video, or use trace');
    const suspect = await readPicture(await fileOf(path, 'the suspect'));
    const bar = progressLine('reading', 100, (done) => `${done} %`);
    return withSecret(values.secret, async (keyOf) => {
      const keys = images.map(keyOf);
      const lead = decode(suspect, {
        keys,
        layer,
        onProgress: (done) => bar.at(Math.round(100 * done)),
        ...(values.budget !== undefined && { budgetMs: budget(values.budget) }),
      });
      bar.clear();
      const image = lead.keyIndex === undefined ? null : images[lead.keyIndex]!;
      const asked = values.candidates !== undefined && lead.found;
      const viewings = asked
        ? await pointedAt(
            lead,
            keys[lead.keyIndex!]!,
            layer,
            idLines(values.candidates!, 'the candidates', values.field).ids,
          )
        : null;
      return {
        facts: { ...lead, image, viewings, verdict: null },
        words: inWords(lead, image, viewings),
        exit: lead.found ? EXIT.yes : lead.exhausted ? EXIT.no : EXIT.unknown,
      };
    });
  },
});

async function listed(path: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of idLines(path, 'the list of pictures', undefined).ids) {
    opaqueId(id, 'images');
    if (ids.push(id) > MAX_KEYS) throw new UsageError(`at most ${MAX_KEYS} pictures can be tried at once`);
  }
  if (ids.length === 0) throw new UsageError('the list of pictures is empty');
  return ids;
}

/** The viewings whose blind id is the one that was read. */
async function pointedAt(lead: Lead, key: Uint8Array, layer: Layer, ids: AsyncIterable<string>): Promise<string[]> {
  const found = new Set<string>();
  for await (const id of ids) if (hex(blindId(key, layer, idBytes(id, 'candidates'))) === lead.id) found.add(id);
  return [...found];
}

function inWords(lead: Lead, image: string | null, viewings: readonly string[] | null): string[] {
  if (!lead.found) {
    const why = lead.exhausted ? 'every picture was tried' : 'the time ran out: --budget gives more';
    return [`Nothing was read: ${why}. That clears nobody; with the original, \`trace\` sees far more.`];
  }
  const { tileSide, turn, mirrored } = lead.geometry!;
  return [
    `picture   ${image}`,
    `lead      ${lead.id}`,
    ...(viewings === null
      ? []
      : [`points to ${viewings.length === 0 ? 'no viewing on the list' : viewings.join(', ')}`]),
    `geometry  tiles of ${tileSide.toFixed(1)} pixels, turned by ${turn.toFixed(1)} degrees${mirrored ? ', mirrored' : ''}`,
    LEAD_ONLY,
  ];
}

export const verbs: Readonly<Record<string, Command>> = { '': decoding };
