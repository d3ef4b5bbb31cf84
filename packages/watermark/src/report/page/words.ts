import { type Html, html } from '@wardseal/primitives';
import { type AnyTrace, isVideo } from '../any-trace.js';
import { exchanged, type Finding, markPresent } from '../finding.js';
import { leakersAgreed, leakersNext, leakersNotProved } from './leakers.js';
import { count, probability, several } from './numbers.js';

/** What a mark of this layer stands for. */
export function thing({ layer }: AnyTrace): { one: string; many: string } {
  return layer === 'view' ? { one: 'viewing', many: 'viewings' } : { one: 'shared copy', many: 'shared copies' };
}

/** What was marked, and what the original is. */
export function medium(report: AnyTrace): 'picture' | 'video' {
  return isVideo(report) ? 'video' : 'picture';
}

/** Longest id that is kept on one line, in characters: it fits a phone. */
const ONE_LINE = 18;

/** An id, told apart from the words around it. */
function idOf(id: string): Html {
  return html`<span class="${[...id].length > ONE_LINE ? 'id' : 'id whole'}">${id}</span>`;
}

/** The verdict in one sentence. */
export function headline(report: AnyTrace, { outcome, named }: Finding): Html {
  const { one, many } = thing(report);
  switch (outcome) {
    case 'match':
      return html`This copy${isVideo(report) ? ' of the video' : ''} comes from ${one} ${idOf(named[0]!.id)}.`;
    case 'several':
      return html`This copy${isVideo(report) ? ' of the video' : ''} holds the marks of ${named.length} ${many}: ${named.map((hit, i) => html`${i === 0 ? '' : i + 1 === named.length ? ' and ' : ', '}${idOf(hit.id)}`)}.`;
    case 'unregistered':
      return isVideo(report) && report.timeline.status === 'failed'
        ? html`No answer: the copy could not be found in the original video.`
        : html`No answer: the copy could not be laid over the original.`;
    case 'unsound':
      return html`No answer: the control test failed.`;
    default:
      return html`Nobody is named.`;
  }
}

/** How sure that is, in words and as a number. */
export function howSure(report: AnyTrace, { outcome, named, consistent }: Finding): readonly Html[] {
  const { one, many } = thing(report);
  const what = medium(report);
  const list = `the ${several(report.candidates, one, many)} on the list`;
  const weakest = named.at(-1);
  const notInnocence = html`This is the chance of an accident of numbers. It is <strong>not</strong> the chance that a person is innocent.`;
  switch (outcome) {
    case 'match':
    case 'several':
      return [
        html`<strong>As good as certain, as far as chance goes.</strong> Had all of ${list} been innocent, a score like ${outcome === 'match' ? 'this' : 'the lowest of these'} would come up by chance with a probability of at most ${probability(weakest!.pCorrected)}. ${one === 'viewing' ? 'A viewing' : 'A shared copy'} is named only below 10<sup>−9</sup>: one in a thousand million.`,
        ...(outcome === 'several' ? leakersAgreed(named, thing(report)) : []),
        notInnocence,
      ];
    case 'consistent':
      return [
        html`${consistent.length === 1 ? html`${one === 'viewing' ? 'Viewing' : 'Shared copy'} ${idOf(consistent[0]!.id)} fits` : html`${consistent.length} ${many} fit`} better than chance usually allows (probability at most ${probability(consistent[0]!.pCorrected)} among ${list}), but not well enough to be named. <strong>This is consistent with the copy. It is not evidence against anybody.</strong>`,
      ];
    case 'none':
      return [
        html`None of ${list} left a trace in this copy that chance would not leave.`,
        exchanged(report)
          ? html`<strong>A mark made under this ${what}’s key is in the ${what} that was given as the original</strong>, and not in the copy. The two were probably exchanged, and the result means nothing.`
          : markPresent(report)
            ? html`<strong>A mark made under this ${what}’s key is there</strong>, but it belongs to none of the ${many} on the list. The list may not be complete.`
            : html`No mark made under this ${what}’s key was found either. The copy may come from an unmarked source, may have been changed too much, or may show another ${what}.`,
      ];
    case 'unregistered':
      return [
        isVideo(report) && report.timeline.status === 'failed'
          ? html`To find the mark, it must be known which moments of the original the copy shows. No part of the original was found in it, so nothing was measured and <strong>nothing can be said about anybody</strong>. The copy may be too short or too much changed, or may show another video.`
          : html`To find the mark, copy and original are laid over each other. No way of doing so succeeded, so nothing was measured and <strong>nothing can be said about anybody</strong>. The copy may show too little of the ${what}, or may show another ${what}.`,
      ];
    case 'unsound':
      return [
        html`Before anybody is named, viewings that never were are scored as a control. Here their scores do not look like chance, so no score can be trusted. <strong>Nothing can be said about anybody.</strong>`,
      ];
  }
}

/** What the result does not prove. */
export function notProved(report: AnyTrace, { outcome, named }: Finding): readonly Html[] {
  const { many } = thing(report);
  const what = medium(report);
  const video = isVideo(report)
    ? [
        html`It speaks of the pictures of the frames that were used. It says nothing of the sound, nor whether the copy was cut, put together or altered elsewhere.`,
      ]
    : [];
  if (outcome !== 'match' && outcome !== 'several') {
    return [
      html`It clears nobody. A mark can be cropped, blurred or painted away, and a ${what} can leave by a way that carries no mark: the sender’s own camera, the filed record, a screen photographed from afar.`,
      ...video,
      html`It speaks of ${count(report.candidates)} ${many} on the list, and of no other.`,
    ];
  }
  return [
    report.layer === 'view'
      ? html`<strong>Whose viewing, not who leaked.</strong> The log says in whose session the ${what} was shown. A screen can be photographed over a shoulder, a session left open, an account shared.`
      : html`<strong>Whose copy, not who leaked.</strong> This mark was put into the copy sent to one person. It points at its sender or its recipient, and does not tell them apart.`,
    ...(outcome === 'several' ? leakersNotProved(named, thing(report)) : []),
    ...video,
    html`It does not say who passed the copy on, when, to whom or why.`,
    html`<strong>Whoever holds the watermark secret could make any mark.</strong> The result counts only together with the access log’s own entry, made before the copy turned up and checked by itself.`,
    html`It speaks of the ${count(report.candidates)} ${many} on the list, and of no other.`,
  ];
}

/** What an investigator should do next. */
export function nextSteps(report: AnyTrace, { outcome, named }: Finding): readonly Html[] {
  const { one, many } = thing(report);
  const what = medium(report);
  const keep = html`Keep the copy exactly as it was received, with its SHA-256 below, and note where and when it was found. Do not open and save it again.`;
  const again = html`Let a second person repeat this from the same files, as “How to check this” says.`;
  switch (outcome) {
    case 'match':
    case 'several':
      return [
        keep,
        html`In the access log, look up ${outcome === 'match' ? one : many} ${named.map((hit, i) => html`${i === 0 ? '' : ', '}${idOf(hit.id)}`)}: who held it, on which device, when. Check that entry’s proof, and that it is older than the copy.`,
        ...(outcome === 'several' ? leakersNext(thing(report)) : []),
        again,
        html`Hear ${outcome === 'several' ? 'each person' : 'the person'} before anything is decided. Follow your organisation’s procedure: information governance lead, Caldicott Guardian, the 72 hours of a personal data breach.`,
      ];
    case 'consistent':
      return [
        keep,
        html`Do not act against anybody on this result. Look for a better copy: larger, less cropped, closer to the source.`,
        ...(isVideo(report)
          ? [html`Look for a longer piece of it: every second adds to the scores.`]
          : [
              html`Give the four corners by hand (<code>--corners</code>) if the pictures below do not lie well over each other, and repeat.`,
            ]),
      ];
    case 'none':
      return [
        keep,
        ...(exchanged(report)
          ? [
              html`<strong>Repeat with copy and original the other way round</strong>, and take the original from the record: it carries no mark.`,
            ]
          : []),
        html`Check that secret and id are those of this ${what}. With wrong ones nothing is ever found.`,
        html`Check that the list holds every ${one} of this ${what} up to the day the copy was found, and that this is the right original.`,
        html`Repeat for the other layer (<code>--layer ${report.layer === 'view' ? 'share' : 'view'}</code>), and look for a better copy.`,
      ];
    case 'unregistered':
      return [
        keep,
        html`Check that this is the right original.`,
        isVideo(report)
          ? html`Look for a better copy of the video: longer, larger, less cropped.`
          : html`<strong>Give the four corners by hand.</strong> Open the copy in any picture viewer that shows pixel positions. Note where the original’s top left, top right, bottom right and bottom left corner lie, in that order, in pixels from the copy’s top left; they may lie outside it. Repeat with <code>--corners=x,y,x,y,x,y,x,y</code>. A few pixels off does no harm.`,
      ];
    case 'unsound':
      return [
        keep,
        html`Repeat with more control viewings (<code>--decoys 100000</code>) and, where there is one, with another copy. If it stays so, send this report to whoever maintains the program.`,
      ];
  }
}

const METHODS: Readonly<Record<string, string>> = {
  whole: 'the whole picture, in every quarter turn and mirrored',
  features: 'points that are in both pictures',
  phase: 'patterns of light and dark, at several sizes and turns',
  corners: 'four corners given by hand',
};

/** A step of registration in words. */
export function methodWords(method: string): string {
  return METHODS[method] ?? method;
}
