import { seeded } from '../random.js';
import { surround } from './geometry.js';
import { letter } from './lettering.js';
import { fill, type Raster, type Step } from './raster.js';
import { scale } from './resample.js';

/** An app's screen: a dark canvas one and a half times as high as the picture, bars above and below, a caption. */
export const appScreen: Step = (raster) => {
  const { width, height } = raster;
  const spare = Math.round(height * 0.5);
  const above = Math.floor(spare / 2);
  const out = surround(raster, { left: 0, right: 0, top: above, bottom: spare - above }, 18);
  const bar = Math.floor(spare / 6);
  fill(out, 0, 0, width, bar, 52);
  fill(out, 0, out.height - bar, width, bar, 210);
  const cap = Math.max(5, Math.round(width / 40));
  const caption = { left: cap, top: above + height + cap, cap, thickness: cap / 6 };
  letter(out, 'TAKEN AT NINE', caption, 235);
  letter(out, 'VIEW ALL', { ...caption, top: Math.max(1, Math.floor((bar - cap) / 2)) }, 235);
  return out;
};

/** A phone's screen of 1080 by 2340: the picture fitted in the middle, a status line, a title, buttons, a caption. */
export const phoneScreen: Step = (raster) => {
  const [width, height, room] = [1080, 2340, 1920];
  const shown = fit(raster, width, room);
  const left = Math.floor((width - shown.width) / 2);
  const top = Math.floor((height - shown.height) / 2);
  const margins = { left, top, right: width - shown.width - left, bottom: height - shown.height - top };
  const out = surround(shown, margins, 12);
  letter(out, 'NINE FIFTEEN', { left: 48, top: 28, cap: 26, thickness: 4 }, 240);
  letter(out, 'WOUND CLINIC', { left: 130, top: 112, cap: 36, thickness: 5 }, 240);
  fill(out, 48, 118, 44, 6, 240);
  for (const x of [120, 400, 680, 920]) fill(out, x, height - 130, 56, 56, 200);
  return out;
};

/** A page in a browser: a tool bar, a column of text beside the picture, which is shown 720 to 1120 pixels wide. */
export function browserPage(seed: number): Step {
  return (raster) => {
    const next = seeded(seed);
    const width = 720 + Math.floor(next() * 401);
    const shown = fit(raster, width, Number.POSITIVE_INFINITY);
    const left = 40 + Math.floor(next() * 80);
    const out = surround(shown, { left, top: 150, right: 420, bottom: 180 }, 255);
    fill(out, 0, 0, out.width, 96, 222);
    fill(out, 150, 30, out.width - 300, 40, 250);
    letter(out, 'EXAMPLE CLINIC', { left: 170, top: 42, cap: 16, thickness: 2 }, 70);
    const column = left + shown.width + 40;
    for (let top = 170; top < out.height - 60; top += 34) {
      letter(out, 'PLEASE HAVE A LOOK', { left: column, top, cap: 14, thickness: 2 }, 40);
    }
    letter(out, 'PICTURE FOR REVIEW', { left, top: out.height - 140, cap: 18, thickness: 2 }, 40);
    return out;
  };
}

function fit(raster: Raster, width: number, height: number): Raster {
  const factor = Math.min(width / raster.width, height / raster.height);
  return scale(raster, Math.round(raster.width * factor), Math.round(raster.height * factor));
}
