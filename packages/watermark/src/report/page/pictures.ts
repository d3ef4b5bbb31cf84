import { type Html, html } from '@wardseal/primitives';
import { AMPLIFIED, type EvidencePictures, type FramePair } from '../evidence-pictures.js';
import { clock } from './timeline.js';

/** How far beyond the copy the outline may be drawn, in parts of its sides: a small crop of a large picture stays seen. */
const BEYOND = 1;

/** Copy and original beside each other, their difference, and the outline of the original on the copy. */
export function figures(pictures: EvidencePictures): Html {
  const { pairs = [] } = pictures;
  const more = pairs.length === 0 ? null : html`<div class="pictures">${pairs.map(pair)}</div>`;
  return html`${compared(pictures)}${more}`;
}

function pair({ at, suspect, original }: FramePair): Html {
  return html`${shown(suspect, `The copy at ${clock(at.suspect)}`, 'as it was received.')}${shown(original, `The original at ${clock(at.original)}`, 'which shows the same moment.')}
`;
}

function compared(pictures: EvidencePictures): Html {
  const { suspect, original, registered, difference, outline, width, height } = pictures;
  if (registered === null || difference === null || outline === null) {
    return html`<div class="pictures">${shown(suspect, 'The copy', 'as it was received.')}${shown(original, 'The original', 'as it lies in the record. The two could not be laid over each other.')}</div>`;
  }
  return html`<div class="pictures">${shown(suspect, 'The copy', 'as it was received.')}
${shown(registered, 'The registered original', 'the unmarked picture, turned, cut and bent as the copy shows it. White: not part of it.')}
${shown(difference, 'The difference', `made ${AMPLIFIED} times stronger than it is. Grey: the same. What stands out is editing, writing or bad compression; the mark itself is measured, not seen.`)}
${outlined(suspect, outline, width, height)}</div>`;
}

function shown(uri: string, title: string, words: string): Html {
  return html`<figure><img src="${uri}" alt="${title}: ${words}"><figcaption><strong>${title}</strong>, ${words}</figcaption></figure>`;
}

function outlined(uri: string, outline: NonNullable<EvidencePictures['outline']>, width: number, height: number): Html {
  const reach = (values: readonly number[], side: number): [number, number] => [
    Math.floor(Math.max(-BEYOND * side, Math.min(0, ...values)) - side * 0.02),
    Math.ceil(Math.min((1 + BEYOND) * side, Math.max(side, ...values)) + side * 0.02),
  ];
  const [left, right] = reach(
    outline.map(([x]) => x),
    width,
  );
  const [top, bottom] = reach(
    outline.map(([, y]) => y),
    height,
  );
  const points = outline.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const thick = ((right - left) / 150).toFixed(1);
  const line = (colour: string, dashes: Html | null): Html =>
    html`<polygon points="${points}" fill="none" stroke="${colour}" stroke-width="${thick}"${dashes}/>`;
  const words = 'on the copy, in black and white dashes. Where the outline leaves the copy, the copy was cut.';
  return html`<figure><svg viewBox="${left} ${top} ${right - left} ${bottom - top}" role="img" aria-label="The outline of the original, ${words}"><image href="${uri}" x="0" y="0" width="${width}" height="${height}"/>${line('#fff', null)}${line('#000', html` stroke-dasharray="${(right - left) / 40}"`)}</svg><figcaption><strong>The outline of the original</strong>, ${words}</figcaption></figure>`;
}
