import { decode, deriveImageKey, embed, prepareChips, trace } from '@wardseal/watermark';
import { expectedId } from '../robustness/case.ts';
import { type Contestant, timed } from './contestant.ts';

const key = deriveImageKey(Buffer.alloc(32, 'benchmark only'), 'beside peers');
const guilty = 'view-437';
const candidates = Array.from({ length: 1000 }, (_, i) => `view-${i}`);
/** As in the robustness benchmark: no answer may depend on how busy the machine is. */
const BUDGET_MS = 30_000;

/** Calls before the clock runs, so that the engine has compiled what it times. */
const small = { data: new Uint8Array(512 * 512 * 3).fill(128), width: 512, height: 512 };
for (let i = 0; i < 5; i++) embed(small, { chips: prepareChips(key, guilty) });

const mark: Contestant['embed'] = async (picture, rounds) => {
  const seconds: number[] = [];
  let copy = picture;
  for (let i = 0; i < rounds; i++) {
    const once = await timed(() => embed(picture, { chips: prepareChips(key, guilty) }));
    copy = once.value.pixels;
    seconds.push(once.seconds);
  }
  return { copy, seconds };
};

/** Without the original. */
export const blind: Contestant = {
  name: 'ours, blind',
  timed: 'pixels in, pixels out',
  needsSize: false,
  embed: mark,
  async extract(copies) {
    const answers = [];
    for (const copy of copies) {
      const { value, seconds } = await timed(() => decode(copy, { keys: [key], budgetMs: BUDGET_MS }));
      answers.push({ exact: value.id === expectedId(key, 'view', guilty), seconds });
    }
    return answers;
  },
};

/** With the original, against 1,000 candidates. */
export const informed: Contestant = {
  name: 'ours, informed',
  timed: 'pixels in, pixels out',
  needsSize: false,
  embed: mark,
  async extract(copies, original) {
    const answers = [];
    for (const copy of copies) {
      const { value, seconds } = await timed(() => trace(copy, original, { key, candidates }));
      const named = value.hits.filter(({ verdict }) => verdict === 'match').map(({ id }) => id);
      answers.push({ exact: named.join() === guilty, seconds });
    }
    return answers;
  },
};
