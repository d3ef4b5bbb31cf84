import { startsWith } from './sniff.js';

/** Largest profile read; camera profiles are 0.5 to 4 kB, and a matrix profile needs no more. */
const MAX_MATRIX_PROFILE = 64 * 1024;

/** sRGB's primaries adapted to D50 (ICC.1:2022, sRGB2014), as columns of the matrix to XYZ. */
const PRIMARIES: Readonly<Record<string, readonly [number, number, number]>> = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
};

/** How far a primary may be off: rounding between vendors' sRGB is under 0.001; Display P3 is off by 0.05 and more. */
const PRIMARY_TOLERANCE = 0.002;

/** How far the tone curve may be off, in linear light: a plain gamma of 2.2 is off by up to 0.008. */
const CURVE_TOLERANCE = 0.003;

/**
 * Whether an ICC profile is sRGB under whatever name, judged by its numbers.
 *
 * Only three-primary profiles with tone curves are recognised. Anything else, also a damaged profile, is "no": the
 * picture is then decoded and converted, which is right for every profile.
 */
export function isSrgbProfile(icc: Uint8Array): boolean {
  if (icc.length < 132 || icc.length > MAX_MATRIX_PROFILE) return false;
  if (!startsWith(icc, 16, 'RGB XYZ ') || !startsWith(icc, 36, 'acsp')) return false;
  const view = new DataView(icc.buffer, icc.byteOffset, icc.byteLength);
  const tags = new Map<string, { at: number; size: number }>();
  const count = view.getUint32(128);
  if (132 + count * 12 > icc.length) return false;
  for (let i = 0; i < count; i++) {
    const entry = 132 + i * 12;
    const at = view.getUint32(entry + 4);
    const size = view.getUint32(entry + 8);
    if (at + size > icc.length) return false;
    tags.set(String.fromCharCode(...icc.subarray(entry, entry + 4)), { at, size });
  }
  // A look-up table takes precedence over the matrix, so the matrix alone would not say what colours are meant.
  for (const name of tags.keys()) if (/^(A2B|D2B)/.test(name)) return false;
  for (const [name, want] of Object.entries(PRIMARIES)) {
    const tag = tags.get(name);
    if (tag === undefined || tag.size < 20 || !startsWith(icc, tag.at, 'XYZ ')) return false;
    for (let i = 0; i < 3; i++) {
      if (Math.abs(view.getInt32(tag.at + 8 + i * 4) / 65536 - want[i]!) > PRIMARY_TOLERANCE) return false;
    }
  }
  return ['rTRC', 'gTRC', 'bTRC'].every((name) => {
    const tag = tags.get(name);
    const curve = tag === undefined ? null : toneCurve(view, tag.at, tag.size);
    if (curve === null) return false;
    for (let i = 0; i <= 64; i++) {
      const x = i / 64;
      const srgb = x <= 0.04045 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4;
      if (!(Math.abs(curve(x) - srgb) <= CURVE_TOLERANCE)) return false;
    }
    return true;
  });
}

type Seven = [number, number, number, number, number, number, number];

/** The curve as a function of 0..1, from a `curv` table or a `para` formula (ICC.1:2022, 10.6 and 10.18). */
function toneCurve(view: DataView, at: number, size: number): ((x: number) => number) | null {
  if (size < 12) return null;
  const type = view.getUint32(at);
  if (type === 0x63757276) {
    const count = view.getUint32(at + 8);
    if (count < 2 || 12 + count * 2 > size) return null;
    return (x) => {
      const place = x * (count - 1);
      const low = Math.min(Math.floor(place), count - 2);
      const a = view.getUint16(at + 12 + low * 2);
      const b = view.getUint16(at + 14 + low * 2);
      return (a + (b - a) * (place - low)) / 65535;
    };
  }
  // Of the formulas only 3 and 4 have the straight foot that sRGB has; Chromium writes 4, most others 3.
  const kind = view.getUint16(at + 8);
  const count = { 3: 5, 4: 7 }[kind] ?? 0;
  if (type === 0x70617261 && count > 0 && size >= 12 + count * 4) {
    const parameter = (i: number): number => (i < count ? view.getInt32(at + 12 + i * 4) / 65536 : 0);
    const [g, a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5, 6].map(parameter) as Seven;
    return (x) => (x >= d ? (a * x + b) ** g + e : c * x + f);
  }
  return null;
}

/**
 * Adobe RGB (1998) as the smallest profile that says it, for cameras that name it in EXIF only: primaries adapted to
 * D50 and gamma 563/256, from the encoding's specification (Adobe, 2005, 4.3).
 */
export function adobeRgbProfile(): Uint8Array<ArrayBuffer> {
  const xyz: readonly (readonly [string, readonly [number, number, number]])[] = [
    ['wtpt', [0.9642, 1, 0.8249]],
    ['rXYZ', [0.60974, 0.31111, 0.01947]],
    ['gXYZ', [0.20528, 0.62567, 0.06087]],
    ['bXYZ', [0.14919, 0.06322, 0.74457]],
  ];
  const curves = ['rTRC', 'gTRC', 'bTRC'];
  const tags = 132 + (xyz.length + curves.length) * 12;
  const curveAt = tags + xyz.length * 20;
  const bytes = new Uint8Array(curveAt + 16);
  const view = new DataView(bytes.buffer);
  const text = (at: number, value: string): void => {
    for (let i = 0; i < value.length; i++) bytes[at + i] = value.charCodeAt(i);
  };
  const fixed = (at: number, values: readonly number[]): void => {
    for (const [i, value] of values.entries()) view.setInt32(at + i * 4, Math.round(value * 65536));
  };
  view.setUint32(0, bytes.length);
  view.setUint32(8, 0x02100000);
  text(12, 'mntrRGB XYZ ');
  text(36, 'acsp');
  fixed(68, [0.9642, 1, 0.8249]);
  view.setUint32(128, xyz.length + curves.length);
  const tag = (i: number, name: string, at: number, size: number): void => {
    text(132 + i * 12, name);
    view.setUint32(136 + i * 12, at);
    view.setUint32(140 + i * 12, size);
  };
  for (const [i, [name, values]] of xyz.entries()) {
    tag(i, name, tags + i * 20, 20);
    text(tags + i * 20, 'XYZ ');
    fixed(tags + i * 20 + 8, values);
  }
  for (const [i, name] of curves.entries()) tag(xyz.length + i, name, curveAt, 14);
  text(curveAt, 'curv');
  view.setUint32(curveAt + 8, 1);
  view.setUint16(curveAt + 12, 563);
  return bytes;
}
