import { extname } from 'node:path';
import { LEAST_STEP } from './decode-frames.js';
import { invalid } from './input.js';
import type { Probed } from './probe-video.js';

/** What can be written, by the ending of the file's name. */
export type VideoFormat = 'mp4' | 'mov' | 'mkv' | 'webm';

const FORMATS: readonly VideoFormat[] = ['mp4', 'mov', 'mkv', 'webm'];

/** Loss of H.264 unless told otherwise: of one clip the mark kept nine tenths of its score, in a twelfth of the size without loss. */
export const DEFAULT_CRF = 18;
/** The same for VP9, whose scale is another. */
export const DEFAULT_CRF_VP9 = 24;
/** Greatest loss that can be asked for, of each. */
const MAX_CRF = 51;
const MAX_CRF_VP9 = 63;

/** Threads of the encoder, beside decoding and marking. */
const THREADS = '2';
/** Unit in which MP4 says how much later a track begins: thousandths, unless told otherwise, would move frames. */
const MOVIE_UNIT = '90000';
/** Sound tracks that are kept: more than any camera writes. */
const MAX_SOUND = 8;

/** ffmpeg's name of each format. */
const MUXERS: Readonly<Record<VideoFormat, string>> = { mp4: 'mp4', mov: 'mov', mkv: 'matroska', webm: 'webm' };

const PCM = ['pcm_s16le', 'pcm_s24le', 'pcm_s32le', 'pcm_f32le', 'pcm_u8'];
/** Sound that is copied as it is. Vorbis and FLAC are not: their heads hold titles and comments. */
const COPIED: Readonly<Record<VideoFormat, readonly string[]>> = {
  mp4: ['aac', 'mp3', 'ac3', 'eac3', 'opus', 'alac'],
  mov: ['aac', 'mp3', 'ac3', 'eac3', 'alac', 'pcm_s16be', 'pcm_s24be', ...PCM],
  mkv: ['aac', 'mp3', 'ac3', 'eac3', 'opus', 'alac', ...PCM],
  webm: ['opus'],
};
/** Sound that can be decoded, to be encoded anew. */
const DECODED =
  /^(?:aac|mp[23]|e?ac3|opus|vorbis|flac|alac|amr_nb|amr_wb|pcm_[su]\d+[lb]?e?|pcm_f32le|pcm_(?:mu|a)law|adpcm_(?:ima_qt|ms))$/;

/** Names of colours that encoder and filter know by ffprobe's word. */
const COLOURS = {
  matrix: ['bt709', 'bt470bg', 'smpte170m', 'smpte240m', 'bt2020nc'],
  primaries: ['bt709', 'bt470m', 'bt470bg', 'smpte170m', 'smpte240m', 'bt2020', 'smpte432'],
  transfer: ['bt709', 'smpte170m', 'smpte240m', 'iec61966-2-1', 'bt2020-10'],
} as const;

/** The format a file's name asks for. */
export function formatOf(path: string): VideoFormat {
  const ending = extname(path).slice(1).toLowerCase();
  const format = FORMATS.find((one) => one === ending);
  if (format === undefined) throw invalid(`a marked video is written as .${FORMATS.join(', .')}`, 'output');
  return format;
}

/** The loss asked for, or the format's own. */
export function crfOf(format: VideoFormat, crf: number | undefined): number {
  const [usual, most] = format === 'webm' ? [DEFAULT_CRF_VP9, MAX_CRF_VP9] : [DEFAULT_CRF, MAX_CRF];
  if (crf === undefined) return usual;
  if (!Number.isInteger(crf) || crf < 0 || crf > most)
    throw new RangeError(`crf must be a whole number from 0 to ${most}`);
  return crf;
}

/** How sound goes into the copy: by track, what is done with it. */
export function soundOf(
  { sound }: Probed,
  format: VideoFormat,
): {
  readonly tracks: readonly { readonly stream: number; readonly copied: boolean }[];
  readonly problems: readonly string[];
} {
  const known = sound.filter(({ codec }) => DECODED.test(codec)).slice(0, MAX_SOUND);
  const tracks = known.map(({ stream, codec }) => ({ stream, copied: COPIED[format].includes(codec) }));
  const anew = tracks.filter(({ copied }) => !copied).length;
  const problems: string[] = [];
  if (anew > 0) problems.push(`sound was encoded anew in ${anew} of ${sound.length} tracks`);
  if (known.length < sound.length)
    problems.push(
      `${sound.length - known.length} of ${sound.length} sound tracks were left out: their codec is not read`,
    );
  return { tracks, problems };
}

/** Arguments of the encoder's output: nothing of the source's metadata, chapters, subtitles or data goes into it. */
export function outputArguments(probed: Probed, format: VideoFormat, crf: number, target: string): string[] {
  const { tracks } = soundOf(probed, format);
  return [
    ...['-map', '0:v:0', ...tracks.flatMap(({ stream }) => ['-map', `1:${stream}`])],
    ...['-map_metadata', '-1', '-map_chapters', '-1', '-sn', '-dn'],
    ...['-vf', filters(probed, format), '-fps_mode', 'passthrough', '-enc_time_base:v', probed.timeBase],
    ...(format === 'webm'
      ? ['-c:v', 'libvpx-vp9', '-b:v', '0', '-deadline', 'good', '-cpu-used', '5', '-row-mt', '1']
      : ['-c:v', 'libx264', '-preset', 'veryfast']),
    ...['-crf', String(crf), '-pix_fmt', 'yuv420p', '-threads:v', THREADS, ...colourArguments(probed)],
    ...tracks.flatMap(({ copied }, i) => [`-c:a:${i}`, copied ? 'copy' : format === 'webm' ? 'libopus' : 'aac']),
    // Without it the encoders write their names and versions.
    ...['-fflags', '+bitexact', '-flags:v', '+bitexact', '-flags:a', '+bitexact'],
    ...(format === 'mp4' || format === 'mov' ? ['-movflags', '+faststart', '-movie_timescale', MOVIE_UNIT] : []),
    ...['-f', MUXERS[format], '-y', `file:${target}`],
  ];
}

/** The frames' colours, which raw samples do not say; and a last line or column more where H.264 needs even sizes. */
function filters(probed: Probed, format: VideoFormat): string {
  const { width, height } = probed.facts;
  const { range, matrix, primaries, transfer } = coloursOf(probed);
  // The frames that decoding does not count; all were marked.
  const apart = `select=isnan(prev_selected_t)+gte(t-prev_selected_t\\,${LEAST_STEP})`;
  const steps = [
    apart,
    `setparams=range=${range}:colorspace=${matrix}:color_primaries=${primaries}:color_trc=${transfer}`,
  ];
  if (format !== 'webm' && (width % 2 === 1 || height % 2 === 1)) {
    steps.push(`pad=${width + (width % 2)}:${height + (height % 2)}`);
    steps.push(`fillborders=right=${width % 2}:bottom=${height % 2}:mode=smear`);
  }
  return steps.join(',');
}

function colourArguments(probed: Probed): string[] {
  const { range, matrix, primaries, transfer } = coloursOf(probed);
  return ['-color_range', range, '-colorspace', matrix, '-color_primaries', primaries, '-color_trc', transfer];
}

function coloursOf({ facts: { colour, range } }: Probed): Record<'range' | keyof typeof COLOURS, string> {
  const known = (kind: keyof typeof COLOURS): string =>
    (COLOURS[kind] as readonly string[]).includes(colour[kind]) ? colour[kind] : 'unknown';
  return {
    range: range === 'full' ? 'pc' : 'tv',
    matrix: known('matrix'),
    primaries: known('primaries'),
    transfer: known('transfer'),
  };
}
