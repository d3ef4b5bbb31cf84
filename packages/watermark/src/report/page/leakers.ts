import { type Html, html } from '@wardseal/primitives';
import type { Hit } from '../../score-candidates.js';

/** What a mark stands for, as `thing` of words.ts gives it. */
interface Thing {
  readonly one: string;
  readonly many: string;
}

/** What it means that several are named, beside how sure each is. */
export function leakersAgreed(named: readonly Hit[], { one, many }: Thing): readonly Html[] {
  const after = named.filter(({ round }) => round > 1).length;
  const late =
    after === 0
      ? null
      : html` ${after} of them came to light once the marks of the others had been taken out of the copy.`;
  return [
    html`<strong>The copy was put together from at least ${named.length} ${many}</strong>: laid over each other, averaged to blur the marks, or pieced from parts. Each is named by its own score.${late}`,
    html`<strong>There may be more.</strong> A ${one} of which little is in the copy can stay below the limit, and below the limit nobody is named. That a ${one} is not named here does not clear it.`,
  ];
}

/** What several names do not prove. */
export function leakersNotProved(named: readonly Hit[], { many }: Thing): readonly Html[] {
  return [
    html`<strong>${named.length} ${many} are not ${named.length} people, and no agreement between them.</strong> They may be sessions of one person. Somebody else may have had access to several: a shared computer or folder, sessions left open, copies that were passed on. And where a marked copy was stored and opened again, it carries the marks of both times.`,
  ];
}

/** What to do about several names. */
export function leakersNext({ one, many }: Thing): readonly Html[] {
  return [
    html`Treat every ${one} by itself. Compare what the log says of them: the same person, device, address or time; who could reach all of them. Ask what else the same hands opened.`,
    html`If few or none of the named ${many} fit, look for another copy from the same source: it may hold fewer marks.`,
  ];
}
