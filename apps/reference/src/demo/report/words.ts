import { type Html, html } from '@wardseal/primitives';

/** `12,345`. */
export function count(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 0 });
}

/** A size as people read it: `1.4 MB`. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(0)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A time taken: `240 ms`, `1.2 s`. */
export function duration(ms: number): string {
  return ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A moment: `1 March 2026, 09:00:00 UTC`; a text that is no moment is shown as it is. */
export function moment(rfc3339: string): Html {
  const time = new Date(rfc3339);
  if (Number.isNaN(time.getTime())) return html`${rfc3339}`;
  const options = { dateStyle: 'long', timeStyle: 'medium', timeZone: 'UTC' } as const;
  const shown = new Intl.DateTimeFormat('en-GB', options).format(time).replace(' at ', ', ');
  return html`<time datetime="${time.toISOString()}">${shown} UTC</time>`;
}

/** A chance in words: `1 in 10^12`, rounded to the side of doubt. */
export function chance(p: number): Html {
  if (!(p < 1)) return html`no better than chance`;
  // Smaller figures are true as bounds and mean nothing to a reader.
  const power = Math.min(12, p > 0 ? Math.floor(-Math.log10(p)) : 12);
  return power < 3 ? html`${(p * 100).toFixed(1)} %` : html`1 in 10<sup>${power}</sup>`;
}

/** What `strip` calls the kinds of metadata, in words for people. */
const KINDS: Readonly<Record<string, string>> = {
  exif: 'camera details (EXIF)',
  gps: 'the place it was taken (GPS)',
  'maker-note': 'the camera maker’s notes',
  thumbnail: 'an embedded small picture',
  xmp: 'editing history (XMP)',
  iptc: 'captions and names (IPTC)',
  icc: 'a colour profile',
  comment: 'a comment',
  text: 'text notes',
  time: 'a time stamp',
  'multi-picture': 'further pictures in the same file',
  'content-credentials': 'content credentials',
  'application-data': 'data of other programs',
  'data-after-end': 'data behind the end of the picture',
  'hidden-data': 'data hidden inside the file',
  animation: 'an animation',
};

/** The kinds of metadata removed, as a list in words. */
export function removedWords(kinds: readonly string[]): string {
  if (kinds.length === 0) return 'It held no metadata.';
  return `Removed from it: ${kinds.map((kind) => KINDS[kind] ?? kind).join(', ')}.`;
}
