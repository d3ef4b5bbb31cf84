import { blur, gaussian } from '../filters.js';
import type { Pixels, Plane } from '../image.js';
import { seeded } from '../random.js';
import { cut, join, scale, split, transform } from './planes.js';

/** Encodes as JPEG 4:2:0 at a quality of 1 to 100 and decodes again. Injected: this package holds no codec. */
export type JpegRoundTrip = (pixels: Pixels, quality: number) => Pixels | Promise<Pixels>;

/** Something that happens to a copy on its way. Same picture, same seed: same result. */
export interface NamedAttack {
  readonly name: string;
  readonly apply: (pixels: Pixels) => Promise<Pixels>;
}

export interface AttackOptions {
  /** Seed for offsets and noise. Default 1. */
  readonly seed?: number;
  /** Without it the attacks that end in a JPEG are left out. */
  readonly jpeg?: JpegRoundTrip;
}

type Step = (pixels: Pixels) => Pixels | Promise<Pixels>;

/**
 * The attacks that a leaked copy usually goes through: compression, scaling, cropping, turning, mirroring, changes of
 * light, noise, blur, screenshots, alone and together. For repeating the benchmark on one's own photographs.
 *
 * @example
 * const attacks = attackSuite({ seed: 7 });
 * const leaked = await attacks[0].apply(marked);
 */
export function attackSuite(options: AttackOptions = {}): NamedAttack[] {
  const seed = options.seed ?? 1;
  const list: [string, ...Step[]][] = [
    ['resize-0.5', resize(0.5)],
    ['resize-1.25', resize(1.25)],
    ['crop-10', crop(0.1, seed)],
    ['crop-25', crop(0.25, seed + 1)],
    ['crop-50', crop(0.5, seed + 2)],
    ['rotate-1', rotate(1)],
    ['rotate-2', rotate(2)],
    ['rotate-5', rotate(5)],
    ['rotate-90', quarterTurn],
    ['flip', flip],
    ['brightness-1.2', tone((v) => v * 1.2)],
    ['brightness-0.8', tone((v) => v * 0.8)],
    ['contrast-1.2', tone((v) => 128 + (v - 128) * 1.2)],
    ['contrast-0.8', tone((v) => 128 + (v - 128) * 0.8)],
    ['gamma-0.7', tone((v) => 255 * (v / 255) ** 0.7)],
    ['gamma-1.5', tone((v) => 255 * (v / 255) ** 1.5)],
    ['noise-5', noise(5, seed + 3)],
    ['noise-15', noise(15, seed + 4)],
    ['blur-1', smooth(1)],
    ['blur-2', smooth(2)],
    ['greyscale', greyscale],
    ['app-screenshot-0.6', resize(0.6), frame],
  ];
  const { jpeg } = options;
  if (jpeg !== undefined) {
    const at =
      (quality: number): Step =>
      (pixels) =>
        jpeg(pixels, quality);
    list.push(
      ['jpeg-90', at(90)],
      ['jpeg-70', at(70)],
      ['jpeg-50', at(50)],
      ['jpeg-30', at(30)],
      ['1600-jpeg-70', inside(1600), at(70)],
      ['1600-jpeg-50', inside(1600), at(50)],
      ['sent-twice', inside(1600), at(70), inside(1280), at(60)],
      ['crop-25-1600-jpeg-70', crop(0.25, seed + 5), inside(1600), at(70)],
      ['rotate-2-jpeg-70', rotate(2), at(70)],
    );
  }
  return list.map(([name, ...steps]) => ({
    name,
    apply: async (pixels) => {
      let out = pixels;
      for (const step of steps) out = await step(out);
      return out;
    },
  }));
}

function each(change: (plane: Plane, channel: number) => Plane): Step {
  return (pixels) => join(split(pixels).map(change));
}

function resize(factor: number): Step {
  return each((plane) => scale(plane, Math.round(plane.width * factor), Math.round(plane.height * factor)));
}

/** Shrinks to a longest side, never enlarges. */
function inside(side: number): Step {
  return (pixels) => {
    const factor = Math.min(1, side / Math.max(pixels.width, pixels.height));
    return factor === 1 ? pixels : resize(factor)(pixels);
  };
}

/** Takes away a part of the area, keeping the aspect, at a random place. */
function crop(part: number, seed: number): Step {
  return (pixels) => {
    const next = seeded(seed);
    const width = Math.floor(pixels.width * Math.sqrt(1 - part));
    const height = Math.floor(pixels.height * Math.sqrt(1 - part));
    const left = Math.floor(next() * (pixels.width - width + 1));
    const top = Math.floor(next() * (pixels.height - height + 1));
    return each((plane) => cut(plane, left, top, width, height))(pixels);
  };
}

/** Turns about the centre on the same canvas, with black corners. */
function rotate(degrees: number): Step {
  const cos = Math.cos((degrees * Math.PI) / 180);
  const sin = Math.sin((degrees * Math.PI) / 180);
  return each((plane, channel) => {
    const [cx, cy] = [plane.width / 2, plane.height / 2];
    const from = (x: number, y: number): [number, number] => [
      cx + cos * (x - cx) + sin * (y - cy),
      cy - sin * (x - cx) + cos * (y - cy),
    ];
    return transform(plane, plane.width, plane.height, from, channel === 3 ? 255 : 0);
  });
}

const quarterTurn: Step = each((plane) => transform(plane, plane.height, plane.width, (x, y) => [y, plane.height - x]));

const flip: Step = each((plane) => transform(plane, plane.width, plane.height, (x, y) => [plane.width - x, y]));

/** Changes every colour sample alike; alpha stays. */
function tone(change: (value: number) => number): Step {
  return each((plane, channel) => (channel === 3 ? plane : { ...plane, data: plane.data.map(change) }));
}

function noise(sigma: number, seed: number): Step {
  return (pixels) => {
    const next = seeded(seed);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
    return tone((value) => value + sigma * normal())(pixels);
  };
}

function smooth(sigma: number): Step {
  return each((plane) => blur(plane, gaussian(sigma)));
}

const greyscale: Step = (pixels) => {
  const planes = split(pixels);
  if (planes.length === 1) return pixels;
  const [red, green, blue] = planes as [Plane, Plane, Plane];
  const grey = red.data.map((r, i) => 0.299 * r + 0.587 * green.data[i]! + 0.114 * blue.data[i]!);
  return join(planes.map((plane, channel) => (channel === 3 ? plane : { ...plane, data: grey })));
};

/** The canvas of a phone: one and a half times as high, dark bars above and below, a light line of buttons. */
const frame: Step = each((plane, channel) => {
  const { width, height } = plane;
  const tall = Math.round(height * 1.5);
  const top = Math.floor((tall - height) / 2);
  const data = new Float32Array(width * tall).fill(channel === 3 ? 255 : 32);
  data.set(plane.data, top * width);
  if (channel !== 3) data.fill(210, (tall - Math.floor(top / 3)) * width, (tall - Math.floor(top / 6)) * width);
  return { data, width, height: tall };
});
